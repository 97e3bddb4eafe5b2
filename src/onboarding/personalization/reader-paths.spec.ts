import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../ground/problems/json.js';
import type { DocumentRecord } from '../database/records/document-record.js';
import { integrationsRecord } from '../database/records/platform-integrations.record.js';
import { personaRecord } from '../database/records/persona-data.record.js';
import { postedValue } from '../database/records/posted-data.js';
import { researchRecord } from '../database/records/research-preferences.record.js';
import { websiteRecord } from '../database/records/website-analysis.record.js';
import type { OnboardingFacts } from '../flow/onboarding-facts.js';
import { malformedIn, READ_DOCUMENTS, READER_PATHS, type ReadDocument, type ReaderType } from '../flow/reader-types.js';
import { buildAiInputs } from './ai-inputs.js';
import { buildCanonicalProfile } from './canonical-profile.js';
import { at, type Facts } from './facts.js';
import { buildPrompt } from './prompt.js';
import { buildSummary } from './summary.js';

const NO_KEYS = { masked: {}, hasAi: true, hasResearch: true };
const NO_VIEWS = { style: null, research: null, integrations: null };

/** All that is made from saved documents. */
function readAll(facts: Facts) {
  const inputs = buildAiInputs(facts);
  const summary = buildSummary(facts, NO_KEYS, NO_VIEWS);
  return { inputs, profile: buildCanonicalProfile(facts), summary, prompt: buildPrompt(inputs, 4000, () => 0) };
}

const EMPTY: Facts = {
  website: {},
  research: {},
  persona: {},
  business: {},
  integrations: {},
  competitors: [],
  has: { website: true, research: true, persona: true },
  updatedAt: null,
};

/** An object that has objects under every key, and notes the paths that are read of it. */
function recorder(path: string, paths: Set<string>): JsonObject {
  return new Proxy<JsonObject>(
    {},
    {
      get(_, key) {
        if (typeof key === 'symbol') throw new Error(`${path} is used as a value`);
        const inner = path === '' ? key : `${path}.${key}`;
        paths.add(inner);
        return recorder(inner, paths);
      },
    },
  );
}

/** The paths that readers follow to their ends, by document. */
function pathsRead(): Readonly<Record<string, readonly string[]>> {
  const documents = ['website', 'research', 'persona', 'business', 'integrations', 'competitors'] as const;
  const paths = Object.fromEntries(documents.map((name) => [name, new Set<string>()] as const));
  const record = (name: (typeof documents)[number]) => recorder('', paths[name] ?? new Set());
  readAll({
    ...EMPTY,
    ...{ website: record('website'), research: record('research'), persona: record('persona') },
    ...{ business: record('business'), integrations: record('integrations') },
    // Two: of one, nothing is compared.
    competitors: [record('competitors'), record('competitors')],
  });
  return Object.fromEntries(
    Object.entries(paths).map(([name, read]) => {
      const all = [...read];
      return [name, all.filter((path) => !all.some((other) => other.startsWith(`${path}.`))).toSorted()];
    }),
  );
}

/** What readers read besides. */
const NO_PATHS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  website: {
    website_url: 'a column of texts alone',
    content_characteristics: 'only whether it is filled is asked',
    seo_audit: 'it is searched for keywords, whatever its shape',
  },
  research: {
    research_depth: 'a column of texts alone',
    auto_research: 'a column of true and false alone, and passed on as it is',
    factual_content: 'a column of true and false alone, and passed on as it is',
  },
  business: {
    industry: 'a column of texts alone',
    target_audience: 'a column of texts alone',
    business_goals: 'a column of texts alone',
  },
};

/** The ends of the paths of a document: within an audience, its demographics. */
const pathsListed = (document: ReadDocument) =>
  READER_PATHS[document].map(([path, type]) => (type === 'audience' ? `${path}.demographics` : path));

describe('the paths whose types are checked', () => {
  const read = pathsRead();

  it.each(READ_DOCUMENTS)('of %s are those that readers follow, and all of them', (document) => {
    const others = Object.keys(NO_PATHS[document] ?? {});
    expect(read[document]).toEqual([...pathsListed(document), ...others].toSorted());
  });

  it('are of every document that is read, but for the business, whose columns hold texts', () => {
    expect(Object.keys(read).toSorted()).toEqual([...READ_DOCUMENTS, 'business'].toSorted());
    expect(read['business']).toEqual(Object.keys(NO_PATHS['business'] ?? {}).toSorted());
  });

  it('lack just these', () => {
    expect(Object.values(NO_PATHS).flatMap((paths) => Object.keys(paths))).toHaveLength(9);
    const { kinds } = websiteRecord(true).mapping;
    const { kinds: preferences } = researchRecord.mapping;
    expect([kinds['website_url'], preferences['research_depth']]).toEqual(['text', 'text']);
    expect([preferences['auto_research'], preferences['factual_content']]).toEqual(['flag', 'flag']);
  });
});

/** The value under a path of keys. */
const within = (path: string, value: unknown): JsonObject =>
  path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as JsonObject;

/** Facts with this document alone; a competitor comes after another. */
const factsWith = (document: ReadDocument, values: JsonObject): Facts => ({
  ...EMPTY,
  [document]: document === 'competitors' ? [{ domain: 'first.example' }, { domain: 'x.example', ...values }] : values,
});

/** Texts that readers know, where they take no others. */
const KNOWN: Readonly<Record<string, unknown>> = {
  'content_type.purpose': 'promotional',
  'target_audience.expertise_level': 'beginner',
  url: 'https://url.example',
};

const USABLE: Readonly<Record<ReaderType, readonly unknown[]>> = {
  text: ['some words'],
  texts: ['some words', ['some words'], ['some words', null, '']],
  audience: ['some words', ['some words'], { demographics: 'some words' }, { demographics: ['some words'] }],
  number: [5],
};

const UNUSABLE: Readonly<Record<ReaderType, readonly unknown[]>> = {
  text: [7, true, ['some words'], { text: 'some words' }],
  texts: [7, true, { 0: 'some words' }, [7], [['some words']]],
  audience: [7, true, [7], { demographics: 7 }, { demographics: [{}] }],
  number: ['5', true, [5]],
};

const PATHS = READ_DOCUMENTS.flatMap((document) =>
  READER_PATHS[document].map(([path, type]) => ({ document, path, type: type })),
);

describe.each(PATHS)('$document: $path', ({ document, path, type }) => {
  /** Without a domain the address counts. */
  const around = path === 'url' ? { domain: null } : {};
  const made = (value: unknown) => readAll(factsWith(document, { ...around, ...within(path, value) }));
  const faults = (value: unknown) => {
    const values = within(path, value);
    const saved = document === 'competitors' ? [values] : { values, changedAt: new Date(0) };
    const facts = { website: null, research: null, persona: null, integrations: null, [document]: saved };
    return malformedIn(document, facts as Partial<OnboardingFacts> as OnboardingFacts);
  };
  const nothing = made(undefined);
  /** Preferences are passed on as they are, and of what a persona is made from only whether it is filled is asked. */
  const read = ({ inputs, summary, ...rest }: typeof nothing) => ({
    ...rest,
    inputs: { ...inputs, research_preferences: null },
    summary: { ...summary, persona_readiness: null },
  });

  it.each(USABLE[type].map((value) => [KNOWN[path] ?? value] as const))('is used, and no fault, with %j', (value) => {
    expect(faults(value)).toEqual([]);
    expect(read(made(value))).not.toEqual(read(nothing));
  });

  it.each(UNUSABLE[type].map((value) => [value] as const))('is done without, and a fault, with %j', (value) => {
    expect(faults(value)).toHaveLength(1);
    expect(read(made(value))).toEqual(read(nothing));
  });
});

const RECORDS: Readonly<Partial<Record<ReadDocument, DocumentRecord>>> = {
  website: websiteRecord(true),
  research: researchRecord,
  persona: personaRecord,
  integrations: integrationsRecord,
};

const TIME = '2026-01-01T00:00:00.000Z';

describe.each(Object.entries(RECORDS))('in the step of %s', (name, record) => {
  const document = name as ReadDocument;
  const columns = [...new Set(READER_PATHS[document].map(([path]) => path.split('.')[0] ?? ''))];

  it.each(columns)(
    'a fault in %s is shown where its pointer says, and a change there wins when all is posted back',
    (column) => {
      const empty = Object.fromEntries(record.mapping.columns.map((each) => [each, null]));
      const row = { ...empty, id: 'id', created_at: TIME, updated_at: TIME, extra: {}, [column]: 7 };
      const facts = { [document]: { values: row, changedAt: new Date(TIME) } };
      const [fault] = malformedIn(document, facts as Partial<OnboardingFacts> as OnboardingFacts);
      const [, data, ...keys] = (fault?.pointer ?? '').split('/');
      const shown = record.view(row) ?? {};
      expect([data, at(shown, ...keys)]).toEqual(['data', 7]);
      expect(postedValue(record.mapping, column, changed(shown, keys, 'changed'))).toBe('changed');
    },
  );
});

/** The same with another value at the path. */
function changed(document: JsonObject, [key = '', ...rest]: readonly string[], value: unknown): JsonObject {
  return { ...document, [key]: rest.length > 0 ? changed(document[key] as JsonObject, rest, value) : value };
}
