import { asText, asTexts, at, firstOf, type Facts, type Sourced } from './facts.js';
import { ownCompetitors } from './ai-inputs.js';

type Field<T> = Sourced<T> | { readonly value: null; readonly source: null };

/** Who the user is as a publisher: one value for each question, with where it comes from; null where nothing was saved. */
export interface CanonicalProfile {
  readonly industry: Field<string>;
  readonly target_audience: Field<readonly string[]>;
  readonly tone: Field<string>;
  readonly voice: Field<string>;
  readonly complexity: Field<string>;
  readonly content_types: Field<readonly string[]>;
  readonly content_pillars: Field<readonly string[]>;
  readonly brand_colors: Field<readonly string[]>;
  readonly brand_values: Field<readonly string[]>;
  readonly platforms: Field<readonly string[]>;
  readonly research_depth: Field<string>;
  readonly competitors: Field<readonly string[]>;
  readonly business_goals: Field<string>;
}

const known = <T>(found: Sourced<T> | undefined): Field<T> => found ?? { value: null, source: null };

const audienceOf = (value: unknown) => asTexts(at(value, 'demographics')) ?? asTexts(value);

/** Where several say something, the persona is heard first, then the website, then the research, then the business information. */
export function buildCanonicalProfile(facts: Facts): CanonicalProfile {
  const { website, research, persona, business, integrations } = facts;
  const core = persona['core_persona'];
  return {
    industry: known(
      firstOf([
        ['persona', asText(at(core, 'identity', 'industry'))],
        ['website_analysis', asText(at(website, 'target_audience', 'industry_focus'))],
        ['research_preferences', asText(at(research, 'target_audience', 'industry_focus'))],
        ['business_info', asText(business['industry'])],
      ]),
    ),
    target_audience: known(
      firstOf([
        ['persona', audienceOf(at(core, 'target_audience'))],
        ['website_analysis', audienceOf(website['target_audience'])],
        ['research_preferences', audienceOf(research['target_audience'])],
        ['business_info', asTexts(business['target_audience'])],
      ]),
    ),
    tone: known(
      firstOf([
        ['persona', asText(at(core, 'tonal_range', 'default_tone'))],
        ['website_analysis', asText(at(website, 'writing_style', 'tone'))],
        ['research_preferences', asText(at(research, 'writing_style', 'tone'))],
      ]),
    ),
    voice: known(
      firstOf([
        ['persona', asText(at(core, 'identity', 'voice'))],
        ['website_analysis', asText(at(website, 'brand_analysis', 'brand_voice'))],
        ['website_analysis', asText(at(website, 'writing_style', 'voice'))],
        ['research_preferences', asText(at(research, 'writing_style', 'voice'))],
      ]),
    ),
    complexity: known(
      firstOf([
        ['persona', asText(at(core, 'linguistic_fingerprint', 'complexity'))],
        ['website_analysis', asText(at(website, 'writing_style', 'complexity'))],
        ['research_preferences', asText(at(research, 'writing_style', 'complexity'))],
      ]),
    ),
    content_types: known(
      firstOf([
        [
          'website_analysis',
          asTexts([
            at(website, 'content_type', 'primary_type'),
            ...listOf(at(website, 'content_type', 'secondary_types')),
          ]),
        ],
        ['research_preferences', asTexts(research['content_types'])],
      ]),
    ),
    content_pillars: known(
      firstOf([
        ['persona', asTexts(at(core, 'content_pillars'))],
        ['website_analysis', asTexts(at(website, 'content_strategy_insights', 'content_pillars'))],
        ['website_analysis', asTexts(at(website, 'sitemap_analysis', 'content_pillars'))],
      ]),
    ),
    brand_colors: known(firstOf([['website_analysis', asTexts(at(website, 'brand_analysis', 'color_palette'))]])),
    brand_values: known(
      firstOf([
        ['persona', asTexts(at(core, 'identity', 'brand_values'))],
        ['website_analysis', asTexts(at(website, 'brand_analysis', 'brand_values'))],
      ]),
    ),
    platforms: known(
      firstOf([
        ['persona', asTexts(persona['selected_platforms'])],
        ['integrations', asTexts(integrations['connected_platforms'])],
      ]),
    ),
    research_depth: known(firstOf([['research_preferences', asText(research['research_depth'])]])),
    competitors: known(ownCompetitors(facts)),
    business_goals: known(firstOf([['business_info', asText(business['business_goals'])]])),
  };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
