import { describe, expect, it } from '@jest/globals';
import { Snapshot } from '../database/snapshot.js';
import type { JsonObject } from '../../ground/problems/json.js';
import { buildCanonicalProfile } from './canonical-profile.js';
import { FACT_PARTS, factsOf, type Facts } from './facts.js';
import { buildSummary, type KeySummary } from './summary.js';

/** A snapshot of a user who has saved nothing. */
const NOTHING_SAVED = Object.fromEntries(FACT_PARTS.map(({ name }) => [name, null]));

const NO_KEYS: KeySummary = { masked: {}, hasAi: false, hasResearch: false };
const NO_VIEWS = { style: null, research: null, integrations: null };

function factsWith(website: JsonObject | null, persona: JsonObject | null = null): Facts {
  return factsOf(new Snapshot(null, { ...NOTHING_SAVED, website_analyses: website, persona_data: persona }), true);
}

const ANALYSED = {
  website_url: 'https://example.com',
  writing_style: { tone: 'warm', voice: 'active' },
  content_characteristics: { vocabulary: 'plain' },
  target_audience: { demographics: ['nurses', 'doctors'] },
  content_type: { primary_type: 'blog', secondary_types: ['newsletter'] },
};

const summaryOf = (website: JsonObject | null, keys: Partial<KeySummary> = {}) =>
  buildSummary(factsWith(website), { ...NO_KEYS, ...keys }, NO_VIEWS);

describe('the summary', () => {
  it('of a user who has saved nothing says so', () => {
    expect(summaryOf(null)).toEqual({
      api_keys: {},
      website_url: null,
      style_analysis: null,
      research_preferences: null,
      personalization_settings: {
        writing_style: null,
        target_audience: null,
        content_focus: null,
        tone: null,
        brand_voice: null,
      },
      persona_readiness: {
        ready: false,
        reason: 'Still missing: website analysis',
        missing_data: ['website analysis'],
      },
      integrations: null,
      capabilities: {
        ai_content_generation: false,
        website_analysis: false,
        research_capabilities: false,
        persona_generation: false,
        content_optimization: false,
      },
      canonical_profile: buildCanonicalProfile(factsWith(null)),
    });
  });

  it('shows keys, style, preferences and integrations as it is given them', () => {
    const views = { style: { a: 1 }, research: { b: 2 }, integrations: { c: 3 } };
    const masked = { openai: '********abcd' };
    expect(buildSummary(factsWith(ANALYSED), { ...NO_KEYS, masked }, views)).toMatchObject({
      api_keys: masked,
      website_url: 'https://example.com',
      style_analysis: { a: 1 },
      research_preferences: { b: 2 },
      integrations: { c: 3 },
    });
  });
});

describe('personalization settings', () => {
  it('are texts that can be shown as they are', () => {
    expect(summaryOf(ANALYSED).personalization_settings).toEqual({
      writing_style: 'warm',
      target_audience: 'nurses, doctors',
      content_focus: 'blog, newsletter',
      tone: 'warm',
      brand_voice: 'active',
    });
  });

  it('tell the website’s style and the persona’s tone apart', () => {
    const persona = { core_persona: { tonal_range: { default_tone: 'witty' } } };
    const { personalization_settings } = buildSummary(factsWith(ANALYSED, persona), NO_KEYS, NO_VIEWS);
    expect(personalization_settings).toMatchObject({ writing_style: 'warm', tone: 'witty' });
    const { personalization_settings: own } = buildSummary(factsWith(null, persona), NO_KEYS, NO_VIEWS);
    expect(own).toMatchObject({ writing_style: 'witty', tone: 'witty' });
  });

  it.each([null, 7, true, {}, [], { tone: {} }, { demographics: [{}] }, ' '])(
    'are null where %j was saved',
    (wrong) => {
      const website = { ...ANALYSED, writing_style: wrong, content_type: wrong, target_audience: wrong };
      expect(new Set(Object.values(summaryOf(website).personalization_settings))).toEqual(new Set([null]));
    },
  );
});

describe('persona readiness', () => {
  it('is there once the analysis has what a persona is made from', () => {
    const { ready, reason, missing_data } = summaryOf(ANALYSED).persona_readiness;
    expect([ready, missing_data]).toEqual([true, []]);
    expect(reason).not.toMatch(/missing/i);
  });

  it.each([
    ['writing_style', 'writing style'],
    ['content_characteristics', 'content characteristics'],
    ['target_audience', 'target audience'],
  ])('names %s where it is missing', (column, name) => {
    for (const nothing of [undefined, null, {}, 'text', []]) {
      expect(summaryOf({ ...ANALYSED, [column]: nothing }).persona_readiness).toEqual({
        ready: false,
        reason: `Still missing: ${name}`,
        missing_data: [name],
      });
    }
  });

  it('names all that is missing', () => {
    expect(summaryOf({ website_url: 'https://example.com' }).persona_readiness).toEqual({
      ready: false,
      reason: 'Still missing: writing style, content characteristics, target audience',
      missing_data: ['writing style', 'content characteristics', 'target audience'],
    });
  });
});

describe('capabilities', () => {
  const AUDITED = { ...ANALYSED, seo_audit: { issues: ['slow'] } };
  const NONE = {
    ai_content_generation: false,
    website_analysis: false,
    research_capabilities: false,
    persona_generation: false,
    content_optimization: false,
  };

  it.each([
    ['an AI key alone', null, { hasAi: true }, { ai_content_generation: true }],
    ['a research key alone', null, { hasResearch: true }, { research_capabilities: true }],
    ['an analysis without keys', AUDITED, {}, { website_analysis: true }],
    ['an analysis without a url', { ...AUDITED, website_url: null }, {}, {}],
    [
      'an analysis and an AI key',
      ANALYSED,
      { hasAi: true },
      { website_analysis: true, ai_content_generation: true, persona_generation: true },
    ],
    [
      'an analysis that a persona cannot be made from',
      { ...ANALYSED, target_audience: null },
      { hasAi: true },
      { website_analysis: true, ai_content_generation: true },
    ],
    [
      'an SEO audit',
      AUDITED,
      { hasAi: true },
      { website_analysis: true, ai_content_generation: true, persona_generation: true, content_optimization: true },
    ],
    [
      'content pillars of the sitemap',
      { sitemap_analysis: { content_pillars: ['guides'] } },
      { hasAi: true },
      { ai_content_generation: true, content_optimization: true },
    ],
    [
      'an empty audit',
      { seo_audit: {}, sitemap_analysis: { total: 3 } },
      { hasAi: true },
      { ai_content_generation: true },
    ],
  ])('follow from %s', (_, website, keys, able) => {
    expect(summaryOf(website, keys).capabilities).toEqual({ ...NONE, ...able });
  });
});
