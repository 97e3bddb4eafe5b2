import { describe, expect, it } from '@jest/globals';
import { Snapshot } from '../database/snapshot.js';
import fc from 'fast-check';
import type { JsonObject } from '../../ground/problems/json.js';
import { buildCanonicalProfile } from './canonical-profile.js';
import { factsOf } from './facts.js';
import type { CanonicalProfileView } from './personalization.contract.js';

interface Saved {
  readonly persona?: JsonObject;
  readonly website?: JsonObject;
  readonly research?: JsonObject;
  readonly business?: JsonObject;
  readonly integrations?: JsonObject;
  readonly competitors?: readonly JsonObject[];
}

function profileFrom(saved: Saved, brandAnalysis = true): CanonicalProfileView {
  const { website, research, persona, business, integrations, competitors = [] } = saved;
  const rows = {
    website_analyses: website,
    research_preferences: research,
    persona_data: persona,
    business_info: business,
    competitor_analyses: competitors,
    platform_integrations: integrations,
  };
  return buildCanonicalProfile(factsOf(new Snapshot(null, rows), brandAnalysis));
}

const FIELDS = [
  'industry',
  'target_audience',
  'tone',
  'voice',
  'complexity',
  'content_types',
  'content_pillars',
  'brand_colors',
  'brand_values',
  'platforms',
  'research_depth',
  'competitors',
  'business_goals',
] as const;

const EVERYTHING = {
  persona: {
    core_persona: {
      identity: { industry: 'persona industry', voice: 'persona voice', brand_values: ['persona value'] },
      target_audience: { demographics: ['persona audience'] },
      tonal_range: { default_tone: 'persona tone' },
      linguistic_fingerprint: { complexity: 'persona complexity' },
      content_pillars: ['persona pillar'],
    },
    selected_platforms: ['blog'],
  },
  website: {
    target_audience: { demographics: ['website audience'], industry_focus: 'website industry' },
    writing_style: { tone: 'website tone', voice: 'website voice', complexity: 'website complexity' },
    content_type: { primary_type: 'website type', secondary_types: ['second type', 'website type'] },
    content_strategy_insights: { content_pillars: ['insight pillar'] },
    sitemap_analysis: { content_pillars: ['sitemap pillar'] },
    brand_analysis: {
      brand_voice: 'brand voice',
      brand_values: ['brand value'],
      color_palette: ['#0b6e4f', '#f4f1de'],
    },
  },
  research: {
    research_depth: 'Deep',
    content_types: ['research type'],
    target_audience: { demographics: ['research audience'], industry_focus: 'research industry' },
    writing_style: { tone: 'research tone', voice: 'research voice', complexity: 'research complexity' },
  },
  business: {
    industry: 'business industry',
    target_audience: 'business audience',
    business_goals: 'more customers',
  },
  integrations: { connected_platforms: ['wordpress'] },
  competitors: [
    { domain: 'second.example', relevance_score: 0.1 },
    { domain: 'first.example', relevance_score: 0.9 },
  ],
} satisfies Saved;

const NOTHING = { value: null, source: null };

/** The values of each field with their sources, in the order in which the profile takes them. */
const ANSWERS: Readonly<Record<(typeof FIELDS)[number], readonly (readonly [unknown, string])[]>> = {
  industry: [
    ['persona industry', 'persona'],
    ['website industry', 'website_analysis'],
    ['research industry', 'research_preferences'],
    ['business industry', 'business_info'],
  ],
  target_audience: [
    [['persona audience'], 'persona'],
    [['website audience'], 'website_analysis'],
    [['research audience'], 'research_preferences'],
    [['business audience'], 'business_info'],
  ],
  tone: [
    ['persona tone', 'persona'],
    ['website tone', 'website_analysis'],
    ['research tone', 'research_preferences'],
  ],
  voice: [
    ['persona voice', 'persona'],
    ['brand voice', 'website_analysis'],
    ['research voice', 'research_preferences'],
  ],
  complexity: [
    ['persona complexity', 'persona'],
    ['website complexity', 'website_analysis'],
    ['research complexity', 'research_preferences'],
  ],
  content_types: [
    [['website type', 'second type'], 'website_analysis'],
    [['research type'], 'research_preferences'],
  ],
  content_pillars: [
    [['persona pillar'], 'persona'],
    [['insight pillar'], 'website_analysis'],
  ],
  brand_colors: [[['#0b6e4f', '#f4f1de'], 'website_analysis']],
  brand_values: [
    [['persona value'], 'persona'],
    [['brand value'], 'website_analysis'],
  ],
  platforms: [
    [['blog'], 'persona'],
    [['wordpress'], 'integrations'],
  ],
  research_depth: [['Deep', 'research_preferences']],
  competitors: [[['first.example', 'second.example'], 'competitors']],
  business_goals: [['more customers', 'business_info']],
};

/** The saved data without the rows of these sources. */
const ROWS: Readonly<Record<string, keyof Saved>> = {
  persona: 'persona',
  website_analysis: 'website',
  research_preferences: 'research',
  business_info: 'business',
  integrations: 'integrations',
  competitors: 'competitors',
};
const without = (sources: readonly string[]) =>
  Object.fromEntries(Object.entries(EVERYTHING).filter(([row]) => !sources.some((source) => ROWS[source] === row)));

describe('the canonical profile', () => {
  it('has these fields, all null before anything is saved', () => {
    expect(profileFrom({})).toEqual(Object.fromEntries(FIELDS.map((field) => [field, NOTHING])));
  });

  it.each(FIELDS)('takes %s from the persona, then the website, then the research, then the business', (field) => {
    const answers = ANSWERS[field];
    const sources = answers.map(([, source]) => source);
    expect(answers.length).toBeGreaterThan(0);
    for (const [heard, [value, source]] of answers.entries()) {
      expect(profileFrom(without(sources.slice(0, heard)))[field]).toEqual({ value, source });
    }
    expect(profileFrom(without(sources))[field]).toEqual(NOTHING);
  });

  it('takes the voice of the style, and the pillars of the sitemap, where the brand was not analysed', () => {
    const { website } = EVERYTHING;
    expect(profileFrom({ website }, false)).toMatchObject({
      voice: { value: 'website voice', source: 'website_analysis' },
      content_pillars: { value: ['sitemap pillar'], source: 'website_analysis' },
      brand_colors: NOTHING,
      brand_values: NOTHING,
    });
  });

  it('takes an audience that is given as one text', () => {
    const website = { target_audience: 'gardeners' };
    expect(profileFrom({ website }).target_audience).toEqual({ value: ['gardeners'], source: 'website_analysis' });
  });

  it('leaves out each value that is null, empty or of a wrong type', () => {
    const notText = fc
      .oneof(fc.constantFrom(null, '', ' ', {}, []), fc.jsonValue())
      .filter((value) => typeof value !== 'string' || value.trim() === '');
    const noTexts = notText.filter((value) => !Array.isArray(value));
    fc.assert(
      fc.property(notText, noTexts, (text, list) => {
        const { persona, ...others } = EVERYTHING;
        const core_persona = {
          identity: { industry: text, voice: text, brand_values: list },
          target_audience: list,
          tonal_range: { default_tone: text },
          linguistic_fingerprint: text,
          content_pillars: list,
        };
        const broken = profileFrom({ ...others, persona: { core_persona, selected_platforms: ['blog'] } });
        expect(broken).toEqual({ ...profileFrom(others), platforms: profileFrom({ persona }).platforms });
      }),
    );
  });

  it('never throws, and holds texts, lists of texts or null', () => {
    const row = fc.dictionary(
      fc.constantFrom('core_persona', 'writing_style', 'target_audience', 'content_type', 'industry', 'brand_analysis'),
      fc.jsonValue({ maxDepth: 4 }),
    );
    fc.assert(
      fc.property(row, row, row, row, (persona, website, research, business) => {
        for (const { value, source } of Object.values(profileFrom({ persona, website, research, business }))) {
          expect(value === null).toBe(source === null);
          const texts: unknown[] = Array.isArray(value) ? value : [value ?? 'none'];
          expect(texts.every((text) => typeof text === 'string' && text !== '')).toBe(true);
          expect(texts.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});
