import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../ground/problems/json.js';
import { missingForPersona, unmetByKeys, unmetByPersona, unmetByResearch, unmetByWebsite } from './demands.js';
import {
  finishedBy,
  hasKey,
  hasUsableKey,
  unmetDemand,
  type KeyFact,
  type OnboardingFacts,
} from './onboarding-facts.js';
import { STEP_KEYS } from './steps.js';

const BLANK = [undefined, null, ''];

describe('keys', () => {
  it('are enough if there is one, of any provider', () => {
    expect(unmetByKeys([])).toMatchObject({ code: 'api_key_missing', step: 'api_keys', pointer: '/data/api_keys' });
    expect(unmetByKeys([{}])).toBeNull();
  });
});

describe('a website', () => {
  it.each<[JsonObject]>([
    [{ website_url: 'https://example.com' }],
    [{ businessData: { name: 'Bakery' } }],
    [{ businessData: { name: '', employees: 0 } }],
    [{ integrations: ['wix'] }],
    [{ integrations: true }],
    [{ integrations: { wix: true } }],
    [{ integrations: { connectedPlatforms: ['wix'] } }],
    [{ integrations: { analyticsPlatforms: { bing: { connected: false }, gsc: { connected: true } } } }],
    [{ integrations: { websitePlatforms: { wordpress: [{ name: 'Example' }] } } }],
  ])('is enough with %j', (website) => {
    expect(unmetByWebsite(website)).toBeNull();
    expect(unmetByWebsite({ ...website, email: 'a@example.com' })).toBeNull();
  });

  it.each<[JsonObject]>([
    [{}],
    ...BLANK.map((blank): [JsonObject] => [{ website_url: blank, businessData: blank, integrations: blank }]),
    [{ businessData: {} }],
    [{ businessData: { name: '', description: null } }],
    [{ businessData: 'a bakery' }],
    [{ businessData: ['a bakery'] }],
    [{ integrations: false }],
    [{ integrations: 'wix' }],
    [{ integrations: { primaryWebsite: 'https://example.com', websitePlatforms: { wix: [] } } }],
    [{ integrations: { gsc: { connected: false, sites: ['a'] } } }],
    [{ integrations: { gsc: { connected: 'yes' } } }],
    [{ email: 'a@example.com', writing_style: { tone: 'dry' } }],
  ])('is not with %j', (website) => {
    expect(unmetByWebsite(website)).toMatchObject({
      code: 'website_missing',
      step: 'website',
      pointer: '/data/website',
    });
  });
});

describe('research', () => {
  it.each<[string, Parameters<typeof unmetByResearch>]>([
    ['a competitor', [{}, {}, [{}]]],
    ['a preference', [{}, { auto_research: false }, []]],
    ['a summary', [{ researchSummary: {} }, {}, []]],
    ['an analysis of the sitemap', [{ sitemapAnalysis: { pages: 3 } }, {}, []]],
    ['a summary of growth', [{ growth_summary: 'Growing' }, {}, []]],
    ['research on LinkedIn', [{ stepType: 'linkedin_research' }, {}, []]],
  ])('is enough with %s', (_, [posted, preferences, competitors]) => {
    expect(unmetByResearch(posted, preferences, competitors)).toBeNull();
  });

  it.each<[JsonObject]>([
    [{}],
    ...BLANK.map((blank): [JsonObject] => [{ researchSummary: blank, sitemapAnalysis: blank, growth_summary: blank }]),
    [{ stepType: 'research' }],
    [{ industryContext: 'bakeries', userUrl: 'https://example.com' }],
  ])('is not with %j', (posted) => {
    expect(unmetByResearch(posted, {}, [])).toMatchObject({
      code: 'research_missing',
      step: 'research',
      pointer: '/data',
    });
  });
});

describe('a persona', () => {
  it('is enough with an identity, and one platform', () => {
    expect(unmetByPersona({ core_persona: { identity: {} }, platform_personas: { blog: {} } })).toBeNull();
  });

  it.each<[JsonObject, string]>([
    [{}, '/data/corePersona'],
    [{ core_persona: {}, platform_personas: { blog: {} } }, '/data/corePersona'],
    [{ core_persona: { identity: 'x' }, platform_personas: { blog: {} } }, '/data/corePersona'],
    [{ core_persona: [{ identity: {} }], platform_personas: { blog: {} } }, '/data/corePersona'],
    [{ core_persona: { identity: {} } }, '/data/platformPersonas'],
    [{ core_persona: { identity: {} }, platform_personas: {} }, '/data/platformPersonas'],
    [{ core_persona: { identity: {} }, platform_personas: ['blog'] }, '/data/platformPersonas'],
  ])('%j lacks %s', (persona, pointer) => {
    expect(unmetByPersona(persona)).toMatchObject({ code: 'persona_missing', step: 'personalization', pointer });
  });

  const SITE = { writing_style: { tone: 'dry' }, content_characteristics: { a: 1 }, target_audience: { b: 1 } };

  it('is made from three parts of a website', () => {
    expect(missingForPersona(null)).toEqual(['website analysis']);
    expect(missingForPersona({})).toEqual(['writing style', 'content characteristics', 'target audience']);
    expect(missingForPersona(SITE)).toEqual([]);
  });

  it.each(Object.keys(SITE))('is not made from a website with an empty %s', (column) => {
    for (const nothing of [undefined, null, {}, [], [1], 'text']) {
      expect(missingForPersona({ ...SITE, [column]: nothing })).toEqual([column.replace('_', ' ')]);
    }
  });
});

const NOW = new Date('2026-01-01T00:00:00.000Z');
const doc = (values: JsonObject) => ({ values, changedAt: NOW });
const keyOf = (provider: string, use: KeyFact['use'], verification: KeyFact['verification'] = null): KeyFact => {
  return { provider, name: provider, use, canBeAsked: true, verification, savedAt: NOW, verifiedAt: null };
};

/** Only what these rules ask for. */
const factsWith = (facts: Partial<OnboardingFacts>) =>
  ({
    keys: [],
    deployment: { keys: [], deadlineDays: null },
    website: null,
    research: null,
    competitors: [],
    persona: null,
    integrations: null,
    ...facts,
  }) as Partial<OnboardingFacts> as OnboardingFacts;

describe('what is saved', () => {
  const codes = (facts: Partial<OnboardingFacts>) =>
    STEP_KEYS.map((step) => unmetDemand(step, factsWith(facts))?.code ?? null);

  it('is asked for in the first four steps', () => {
    expect(codes({})).toEqual([
      'api_key_missing',
      'website_missing',
      'research_missing',
      'persona_missing',
      null,
      null,
    ]);
  });

  it('is enough by the same rules as what is posted', () => {
    const persona = doc({ core_persona: { identity: {} }, platform_personas: { blog: {} } });
    const rest = { keys: [keyOf('exa', 'research')], website: doc({ website_url: 'https://example.com' }), persona };
    expect(codes({ ...rest, research: doc({ research_depth: 'Deep' }) })).toEqual(Array(6).fill(null));
    expect(codes({ ...rest, competitors: [{}] })).toEqual(Array(6).fill(null));
  });

  it('the deployment’s keys are no one’s own', () => {
    const deployment = { keys: [keyOf('openai', 'ai')], deadlineDays: null };
    expect(unmetDemand('api_keys', factsWith({ deployment }))?.code).toBe('api_key_missing');
  });
});

describe('the deployment', () => {
  it.each<[KeyFact['use'], boolean]>([
    ['ai', true],
    ['research', false],
    ['media', false],
    ['interface', false],
    ['unknown', false],
  ])('with a key of %s finishes the step of keys: %p', (use, is) => {
    const finished = finishedBy({ keys: [{ provider: 'x', use }], deadlineDays: null });
    expect([...finished]).toEqual(is ? ['api_keys'] : []);
  });
});

describe('a key for a use', () => {
  const deployment = { keys: [{ provider: 'openai', use: 'ai' as const }], deadlineDays: null };

  it.each<[string, Partial<OnboardingFacts>, boolean, boolean]>([
    ['nobody has one', {}, false, false],
    ['the user has one', { keys: [keyOf('openai', 'ai')] }, true, true],
    ['the user has one of another use', { keys: [keyOf('exa', 'research')] }, false, false],
    ['the user has a refused one', { keys: [keyOf('openai', 'ai', 'invalid')] }, true, false],
    ['the deployment has one', { deployment }, true, true],
    ['the user’s refused one stands in its way', { deployment, keys: [keyOf('openai', 'ai', 'invalid')] }, true, false],
    [
      'the user’s refused one is of another provider',
      { deployment, keys: [keyOf('groq', 'ai', 'invalid')] },
      true,
      true,
    ],
  ])('where %s', (_, facts, has, usable) => {
    expect([hasKey(factsWith(facts), 'ai'), hasUsableKey(factsWith(facts), 'ai')]).toEqual([has, usable]);
  });
});
