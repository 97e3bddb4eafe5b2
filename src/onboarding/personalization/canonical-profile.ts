import { ownCompetitors } from './ai-inputs.js';
import { asText, asTexts, at, firstOf, type Facts, type Source, type Sourced } from './facts.js';
import type { CanonicalProfileView } from './personalization.contract.js';

const NOT_SAVED = { value: null, source: null } as const;

/** The first candidate that has a value. */
function field<T>(candidates: readonly (readonly [Source, T | undefined])[]): Sourced<T> | typeof NOT_SAVED {
  return firstOf(candidates) ?? NOT_SAVED;
}

const audienceOf = (value: unknown) => asTexts(at(value, 'demographics')) ?? asTexts(value);

/**
 * The profile from what the user has saved. Where several documents have a value, the persona's comes before the website's, the
 * research's and that of the business information.
 */
export function buildCanonicalProfile(facts: Facts): CanonicalProfileView {
  const { website, research, persona, business, integrations } = facts;
  const core = persona['core_persona'];
  return {
    industry: field([
      ['persona', asText(at(core, 'identity', 'industry'))],
      ['website_analysis', asText(at(website, 'target_audience', 'industry_focus'))],
      ['research_preferences', asText(at(research, 'target_audience', 'industry_focus'))],
      ['business_info', asText(business['industry'])],
    ]),
    target_audience: field([
      ['persona', audienceOf(at(core, 'target_audience'))],
      ['website_analysis', audienceOf(website['target_audience'])],
      ['research_preferences', audienceOf(research['target_audience'])],
      ['business_info', asTexts(business['target_audience'])],
    ]),
    tone: field([
      ['persona', asText(at(core, 'tonal_range', 'default_tone'))],
      ['website_analysis', asText(at(website, 'writing_style', 'tone'))],
      ['research_preferences', asText(at(research, 'writing_style', 'tone'))],
    ]),
    voice: field([
      ['persona', asText(at(core, 'identity', 'voice'))],
      ['website_analysis', asText(at(website, 'brand_analysis', 'brand_voice'))],
      ['website_analysis', asText(at(website, 'writing_style', 'voice'))],
      ['research_preferences', asText(at(research, 'writing_style', 'voice'))],
    ]),
    complexity: field([
      ['persona', asText(at(core, 'linguistic_fingerprint', 'complexity'))],
      ['website_analysis', asText(at(website, 'writing_style', 'complexity'))],
      ['research_preferences', asText(at(research, 'writing_style', 'complexity'))],
    ]),
    content_types: field([
      [
        'website_analysis',
        asTexts([
          at(website, 'content_type', 'primary_type'),
          ...(asTexts(at(website, 'content_type', 'secondary_types')) ?? []),
        ]),
      ],
      ['research_preferences', asTexts(research['content_types'])],
    ]),
    content_pillars: field([
      ['persona', asTexts(at(core, 'content_pillars'))],
      ['website_analysis', asTexts(at(website, 'content_strategy_insights', 'content_pillars'))],
      ['website_analysis', asTexts(at(website, 'sitemap_analysis', 'content_pillars'))],
    ]),
    brand_colors: field([['website_analysis', asTexts(at(website, 'brand_analysis', 'color_palette'))]]),
    brand_values: field([
      ['persona', asTexts(at(core, 'identity', 'brand_values'))],
      ['website_analysis', asTexts(at(website, 'brand_analysis', 'brand_values'))],
    ]),
    platforms: field([
      ['persona', asTexts(persona['selected_platforms'])],
      ['integrations', asTexts(integrations['connected_platforms'])],
    ]),
    research_depth: field([['research_preferences', asText(research['research_depth'])]]),
    competitors: ownCompetitors(facts) ?? NOT_SAVED,
    business_goals: field([['business_info', asText(business['business_goals'])]]),
  };
}
