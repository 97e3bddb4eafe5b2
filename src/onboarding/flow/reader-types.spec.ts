import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../ground/problems/json.js';
import type { OnboardingFacts } from './onboarding-facts.js';
import { malformedIn, READ_DOCUMENTS, READER_PATHS, type ReadDocument, type ReaderType } from './reader-types.js';

/** Facts with one document. */
function factsOf(document: ReadDocument, values: JsonObject): OnboardingFacts {
  const saved = { values, changedAt: new Date('2026-01-01T00:00:00.000Z') };
  const nothing = { website: null, research: null, persona: null, integrations: null, competitors: [] };
  const facts = { ...nothing, [document]: document === 'competitors' ? [values] : saved };
  return facts as Partial<OnboardingFacts> as OnboardingFacts;
}

const faultsOf = (document: ReadDocument, values: JsonObject) =>
  malformedIn(document, factsOf(document, values)).map(({ pointer, expected }) => `${pointer}: ${expected}`);

/** The document with this value at the end of the path. */
const at = (path: readonly string[], value: unknown): JsonObject =>
  path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as JsonObject;

const RIGHT: Readonly<Record<ReaderType, readonly unknown[]>> = {
  text: ['a', ' '],
  texts: ['a', [], ['a', 'b'], ['a', null, '']],
  audience: ['a', ['a'], {}, { demographics: 'a' }, { demographics: ['a', ''] }, { demographics: null }],
  number: [0, 0.5, -1],
};

const WRONG: Readonly<Record<ReaderType, readonly unknown[]>> = {
  text: [7, false, [], ['a'], {}],
  texts: [7, true, {}, { 0: 'a' }],
  audience: [7, false, [7], ['a', {}]],
  number: ['7', true, [], {}],
};

const EXPECTED: Readonly<Record<ReaderType, string>> = {
  text: 'a text',
  texts: 'a text, or a list of texts',
  audience: 'an object, a text, or a list of texts',
  number: 'a number',
};

/** The spelling that wins, and what wins over the top level. */
const WITHIN: Readonly<Record<ReadDocument, string>> = {
  website: '/data/analysis',
  research: '/data',
  competitors: '/data/competitors/0',
  persona: '/data',
  integrations: '/data/integrations',
};
const SPELLED: Readonly<Record<string, string>> = {
  core_persona: 'corePersona',
  selected_platforms: 'selectedPlatforms',
  connected_platforms: 'connectedPlatforms',
};

const placeOf = (document: ReadDocument, [column = '', ...rest]: readonly string[]) =>
  [WITHIN[document], SPELLED[column] ?? column, ...rest].join('/');

const PATHS = READ_DOCUMENTS.flatMap((document) =>
  READER_PATHS[document].map(([path, type]) => ({ document, path, keys: path.split('.'), type })),
);

it('there are this many places that are read', () => {
  expect(READ_DOCUMENTS).toEqual(['website', 'research', 'competitors', 'persona', 'integrations']);
  expect(PATHS).toHaveLength(35);
});

describe.each(PATHS)('$document: $path', ({ document, keys, type }) => {
  it.each([undefined, null, '', ...RIGHT[type]].map((value) => [value] as const))('may be %j', (value) => {
    expect(faultsOf(document, at(keys, value))).toEqual([]);
  });

  it.each(WRONG[type].map((value) => [value] as const))('must not be %j', (value) => {
    expect(faultsOf(document, at(keys, value))).toEqual([`${placeOf(document, keys)}: ${EXPECTED[type]}`]);
  });

  it('has objects above it, or nothing', () => {
    const above = keys.slice(0, -1).map((_, index) => keys.slice(0, index + 1));
    for (const path of above) {
      for (const nothing of [undefined, null, '', {}]) expect(faultsOf(document, at(path, nothing))).toEqual([]);
      for (const wrong of [7, true, [7], [{}]]) {
        const [fault, ...others] = faultsOf(document, at(path, wrong));
        expect(fault).toMatch(new RegExp(`^${placeOf(document, path)}: an object`));
        expect(others).toEqual([]);
      }
    }
  });
});

describe('a wrong type', () => {
  it('in a list is told with its index, and the first alone', () => {
    expect(faultsOf('research', { content_types: ['a', '', 7, 8] })).toEqual(['/data/content_types/2: a text']);
    expect(faultsOf('website', { target_audience: { demographics: ['a', {}] } })).toEqual([
      '/data/analysis/target_audience/demographics/1: a text',
    ]);
    expect(faultsOf('persona', { core_persona: { target_audience: { demographics: 7 } } })).toEqual([
      '/data/corePersona/target_audience/demographics: a text, or a list of texts',
    ]);
  });

  it('above several places is told once', () => {
    expect(faultsOf('website', { writing_style: 'dry', brand_analysis: ['loud'] })).toEqual([
      '/data/analysis/writing_style: an object',
      '/data/analysis/brand_analysis: an object',
    ]);
  });

  it('is none for an audience in words, which has no industry and no level', () => {
    for (const target_audience of ['shop owners', ['shop owners', ''], []]) {
      expect(faultsOf('website', { target_audience })).toEqual([]);
      expect(faultsOf('research', { target_audience })).toEqual([]);
    }
  });

  it('is found in each competitor', () => {
    const competitors = [{ domain: 7 }, {}, { domain: 8, highlights: 'one' }, { relevance_score: '0.5' }];
    const facts = { ...factsOf('website', {}), competitors };
    expect(malformedIn('competitors', facts).map(({ pointer }) => pointer)).toEqual([
      ...['/data/competitors/0/domain', '/data/competitors/2/domain', '/data/competitors/3/relevance_score'],
    ]);
  });

  it('is none of what nobody reads, nor of a document that is not there', () => {
    expect(
      faultsOf('website', { seo_audit: 7, mood: 7, content_characteristics: [], writing_style: { rhythm: 7 } }),
    ).toEqual([]);
    const facts = factsOf('website', {});
    for (const document of READ_DOCUMENTS) expect(malformedIn(document, { ...facts, website: null })).toEqual([]);
  });
});
