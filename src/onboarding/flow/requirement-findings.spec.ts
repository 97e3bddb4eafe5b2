import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../ground/problems/json.js';
import type { KeyFact, OnboardingFacts } from './onboarding-facts.js';
import {
  latest,
  listed,
  malformedDocuments,
  ownSites,
  refusedKeys,
  uncheckedKeys,
  usesDeploymentKey,
} from './requirement-findings.js';

const EARLY = new Date('2026-01-01T00:00:00.000Z');
const LATE = new Date('2026-02-01T00:00:00.000Z');

const NOBODY: Pick<OnboardingFacts, 'deployment'> = { deployment: { keys: [], deadlineDays: null } };

/** Only what these findings ask for: another question is an error. */
const factsWith = (facts: Partial<OnboardingFacts>) => ({ ...NOBODY, ...facts }) as OnboardingFacts;

const keyOf = (provider: string, use: KeyFact['use'], verification: KeyFact['verification']): KeyFact => {
  return { provider, name: provider, use, canBeAsked: true, verification, savedAt: EARLY, verifiedAt: null };
};

describe('a key that its provider refused', () => {
  const refused = keyOf('openai', 'ai', 'invalid');
  const listsOf = (facts: Partial<OnboardingFacts>) =>
    refusedKeys(factsWith(facts)).map(({ pointer, instead }) => [pointer, instead?.list]);

  it('is told with where it is, since when, and that to delete it clears it, too', () => {
    const [finding, ...others] = refusedKeys(factsWith({ keys: [refused] }));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      detail: 'openai does not know your key. Enter another one, or delete it.',
      since: EARLY,
      pointer: '/data/api_keys/openai',
    });
    const asked = { ...refused, verifiedAt: LATE };
    expect(refusedKeys(factsWith({ keys: [asked] }))).toMatchObject([{ since: LATE }]);
    expect(refusedKeys(factsWith({ keys: [keyOf('gone', 'unknown', 'invalid')] }))).toEqual([]);
    expect(finding?.instead?.clears).toEqual([
      { method: 'POST', path: 'api-keys', pointer: '/api_key' },
      { method: 'DELETE', path: 'api-keys/openai', pointer: null },
    ]);
  });

  it.each<[string, Partial<OnboardingFacts>, string]>([
    ['there is no other', { keys: [refused] }, 'errors'],
    ['the other is refused, too', { keys: [refused, keyOf('groq', 'ai', 'invalid')] }, 'errors'],
    ['the other is of research', { keys: [refused, keyOf('exa', 'research', 'configured')] }, 'errors'],
    ['the other works', { keys: [refused, keyOf('groq', 'ai', 'configured')] }, 'recommended'],
    ['the other was not asked about', { keys: [refused, keyOf('groq', 'ai', null)] }, 'recommended'],
    ['nobody knows of the other', { keys: [refused, keyOf('groq', 'ai', 'unverified')] }, 'recommended'],
    [
      'the deployment has one of another provider',
      { keys: [refused], deployment: { keys: [{ provider: 'groq', use: 'ai' }], deadlineDays: null } },
      'recommended',
    ],
    [
      'the deployment has one of the same provider, which the user’s own stands in the way of',
      { keys: [refused], deployment: { keys: [{ provider: 'openai', use: 'ai' }], deadlineDays: null } },
      'errors',
    ],
  ])('where %s', (_, facts, list) => {
    for (const [, is] of listsOf(facts)) expect(is).toBe(list);
    expect(listsOf(facts)[0]).toEqual(['/data/api_keys/openai', list]);
  });

  it('is each that was refused', () => {
    const keys = [refused, keyOf('groq', 'ai', 'configured'), keyOf('exa', 'research', 'invalid')];
    expect(listsOf({ keys }).map(([pointer]) => pointer)).toEqual(['/data/api_keys/openai', '/data/api_keys/exa']);
  });
});

it('keys that were not asked about are told one by one', () => {
  const keys = [
    keyOf('openai', 'ai', null),
    keyOf('groq', 'ai', 'unverified'),
    { ...keyOf('exa', 'research', null), canBeAsked: false },
    keyOf('tavily', 'research', null),
  ];
  expect(uncheckedKeys(factsWith({ keys }))).toEqual([
    { detail: 'openai was not asked about your key yet.', since: EARLY, pointer: '/data/api_keys/openai' },
    { detail: 'tavily was not asked about your key yet.', since: EARLY, pointer: '/data/api_keys/tavily' },
  ]);
});

it('the deployment’s key is used where the user has none for AI, refused or not', () => {
  const deployment = { keys: [{ provider: 'groq', use: 'ai' as const }], deadlineDays: null };
  expect(usesDeploymentKey(factsWith({ keys: [], deployment }))).toBe(true);
  expect(usesDeploymentKey(factsWith({ keys: [keyOf('exa', 'research', null)], deployment }))).toBe(true);
  expect(usesDeploymentKey(factsWith({ keys: [keyOf('openai', 'ai', 'invalid')], deployment }))).toBe(false);
});

describe('a competitor that is the user’s own website', () => {
  const isOwn = (website_url: unknown, competitor: object) =>
    ownSites(
      factsWith({
        website: { values: { website_url }, changedAt: EARLY },
        competitors: [{ ...competitor }],
        competitorsChangedAt: LATE,
      }),
    ).length > 0;

  it.each([
    ['https://example.com', { url: 'https://example.com' }],
    ['https://example.com', { url: 'http://www.example.com/shop?page=2#top' }],
    ['https://www.example.com', { url: 'https://example.com' }],
    ['https://EXAMPLE.com', { url: 'https://example.COM:8443' }],
    ['https://example.com', { url: ' example.com/shop ' }],
    ['https://example.com', { url: '//example.com' }],
    ['https://example.com', { domain: 'example.com' }],
    ['https://example.com', { url: null, domain: 'www.example.com' }],
    ['https://example.com', { url: '', domain: 'example.com' }],
    ['https://bücher.example', { url: 'https://xn--bcher-kva.example' }],
    ['example.com', { url: 'https://example.com' }],
  ])('%s and %j are one', (own, competitor) => {
    expect(isOwn(own, competitor)).toBe(true);
  });

  it.each([
    ['https://example.com', { url: 'https://blog.example.com' }],
    ['https://example.com', { url: 'https://example.com.evil.example' }],
    ['https://example.com', { url: 'https://example.org' }],
    ['https://example.com', { url: 'https://other.example', domain: 'example.com' }],
    ['https://example.com', { url: 7, domain: [] }],
    ['https://example.com', {}],
    ['https://example.com', { url: 'not an address' }],
    ['', { url: '' }],
    [null, { url: null }],
    [7, { url: 7 }],
    ['not an address', { url: 'not an address' }],
    ['https://example.com', { url: `https://${'ü'.repeat(200_000)}`, domain: `${'x'.repeat(300)}.example` }],
  ])('%s and %j are not', (own, competitor) => {
    expect(isOwn(own, competitor)).toBe(false);
  });

  it('is none that is no object, as rows may hold that others have written', () => {
    const competitors = [null, 'https://example.com', ['https://example.com'], 7] as unknown as JsonObject[];
    const website = { values: { website_url: 'https://example.com' }, changedAt: LATE };
    expect(ownSites(factsWith({ website, competitors, competitorsChangedAt: EARLY }))).toEqual([]);
  });

  it('is told with its place, since the later of both changes', () => {
    const competitors = [{ url: 'https://a.example' }, { url: 'https://example.com' }, { domain: 'example.com' }];
    const website = { values: { website_url: 'https://www.example.com' }, changedAt: LATE };
    const findings = ownSites(factsWith({ website, competitors, competitorsChangedAt: EARLY }));
    const detail = 'example.com is your own website. Take it out of your competitors.';
    expect(findings).toEqual([
      { detail, since: LATE, pointer: '/data/competitors/1' },
      { detail, since: LATE, pointer: '/data/competitors/2' },
    ]);
  });
});

it('a wrong type is told with its step, its place, and a post to just there', () => {
  const facts = factsWith({
    website: { values: { writing_style: { tone: 7 } }, changedAt: EARLY },
    research: null,
    competitors: [{ url: 'https://a.example' }, { highlights: { a: 1 } }],
    competitorsChangedAt: LATE,
    persona: { values: { selected_platforms: 7 }, changedAt: LATE },
    integrations: null,
  });
  const told = malformedDocuments(facts).map(({ pointer, since, detail, instead }) => ({
    pointer,
    since,
    detail,
    instead,
  }));
  const rest = 'AI features do without it until then.';
  const clears = (completing: string, pointer: string) => [{ method: 'POST', path: { completing }, pointer }];
  const expected = [
    ['website', 'analysis.writing_style.tone', EARLY, 'a text'],
    ['research', 'competitors.1.highlights', LATE, 'a text, or a list of texts'],
    ['personalization', 'selectedPlatforms', LATE, 'a text, or a list of texts'],
  ] as const;
  expect(told).toEqual(
    expected.map(([step, path, since, type]) => {
      const pointer = `/data/${path.replaceAll('.', '/')}`;
      return {
        pointer,
        since,
        detail: `${path} must be ${type}: ${rest}`,
        instead: { step, clears: clears(step, pointer) },
      };
    }),
  );
});

describe('words of a user in a sentence', () => {
  it.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b', 'c'], 'a, b, c'],
    [['a', 'b', 'c', 'd', 'e'], 'a, b, c and 2 more'],
  ])('%j is %j', (names, text) => {
    expect(listed(names)).toBe(text);
  });

  it('are cut off, and never inside a character', () => {
    expect(listed(['x'.repeat(51)])).toBe('x'.repeat(50));
    expect(listed(['😀'.repeat(51)])).toBe('😀'.repeat(50));
  });
});

it('the latest of some times is none where there is none', () => {
  expect(latest([])).toBeNull();
  expect(latest([null, null])).toBeNull();
  expect(latest([EARLY, null, LATE, EARLY])).toEqual(LATE);
});
