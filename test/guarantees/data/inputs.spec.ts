import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { personaRecord } from '../../../src/onboarding/database/records/persona-data.record.js';
import { integrationsRecord } from '../../../src/onboarding/database/records/platform-integrations.record.js';
import { researchRecord } from '../../../src/onboarding/database/records/research-preferences.record.js';
import { websiteRecord } from '../../../src/onboarding/database/records/website-analysis.record.js';
import { camelCase, type Kind, type Mapping } from '../../../src/onboarding/database/records/posted-data.js';
import { isJsonObject, type JsonObject } from '../../../src/ground/problems/json.js';
import { BODY_LIMIT, LARGE_BODY_LIMIT } from '../../../src/ground/http/route.js';
import { TestApp } from '../../support/service/app.js';
import type { Answer, Client } from '../../support/service/client.js';
import { jsonDocument, jsonValue } from '../../support/data/json-documents.js';
import { expectProblem } from '../../support/service/problems.js';
import { sample } from '../../support/data/samples.js';
import { STEP_NUMBERS } from '../../support/data/step-numbers.js';

/** Where each step's data go; step 1 has its own checks, step 6 has no data. */
const MAPPINGS: Readonly<Record<number, Mapping>> = {
  2: websiteRecord(true).mapping,
  3: researchRecord.mapping,
  4: personaRecord.mapping,
  5: integrationsRecord.mapping,
};

let app: TestApp;
let count = 0;

/** A caller whom nobody else is. */
const newcomer = () => app.as(`newcomer-${++count}`);

beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

/** Every method and path that the API documents, with `{n}` and the like in it. */
async function documentedRoutes(): Promise<{ method: string; path: string }[]> {
  const { body } = await app.anonymous().get('//openapi.json');
  return Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
  );
}

describe('the number of a step', () => {
  it('is that of a step; anything else is a 404 on every route that takes one', async () => {
    const routes = (await documentedRoutes()).filter(({ path }) => path.includes('{n}'));
    expect(routes.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      'GET /api/onboarding/step/{n}',
      'GET /api/onboarding/step/{n}/validate',
      'POST /api/onboarding/step/{n}/complete',
      'POST /api/onboarding/step/{n}/skip',
      'POST /api/onboarding/step/{n}/validate',
    ]);
    const tooHigh = `${STEP_NUMBERS.length + 1}`;
    const wrong = ['0', tooHigh, '99', '-3', '1.5', '1.0', 'x', '', '%20', '1%20', '%201', '01', '1e0', '0x1', '%2B1'];
    const odd = ['%D9%A1', '%EF%BC%91', '%C2%B9', '1%00', '%00', '1%0A', 'NaN', 'null', 'undefined', '1,2', "1'--"];
    const long = ['1'.repeat(4096), 'x'.repeat(4096), '%D9%A1'.repeat(2000), '0'.repeat(4095)];
    const malformed = ['%', '%zz', '%E0%A4%A', '%ff', '%C0%AF', '1%'];
    const user = await newcomer();
    const before = await app.database.dump();
    for (const { method, path } of routes) {
      for (const n of [...wrong, ...odd, ...long, ...malformed]) {
        const body = method === 'POST' ? JSON.stringify({ data: sample(5).data }) : undefined;
        expectProblem(await user.send(method, `/${path.replace('{n}', n)}`, body), 404, `${method} ${path} ${n}`);
      }
    }
    expect(await app.database.dump()).toEqual(before);
  });

  it('is taken percent-encoded too, as any path is', async () => {
    expect((await (await newcomer()).get('/step/%31')).body.step_number).toBe(1);
  });

  it('a path that is malformed anywhere is a 404', async () => {
    const user = await newcomer();
    for (const path of ['/%', '/%E0%A4%A', '/status%', '//%ff', '//api/%zz/status', '/step4/%c3%28']) {
      expectProblem(await user.get(path), 404, path);
      expectProblem(await user.post(path, {}), 404, path);
    }
  });
});

/** One value of every type that JSON has, some of them nested. */
const VALUES: readonly unknown[] = [
  5,
  -0.5,
  true,
  false,
  'a text',
  ['a text'],
  [5],
  [null],
  [{ a: 1 }],
  [['a']],
  { a: 1 },
  { a: { b: [null, { c: '' }] } },
];

/** What the contract calls a document, a list and so on: said here once more, independently of the code. */
const FITS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  flag: (value) => typeof value === 'boolean',
  document: isJsonObject,
  list: Array.isArray,
  texts: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  either: (value) => isJsonObject(value) || Array.isArray(value),
};

interface Field {
  /** As it is posted. */
  readonly key: string;
  readonly kind: Kind;
  /** Every key that means the same: none of them may stand in its way. */
  readonly spellings: readonly string[];
  /** Where it is read. */
  readonly read: (data: JsonObject) => unknown;
}

/** Every key that the step's table knows, in every spelling. */
function fieldsOf(mapping: Mapping): Field[] {
  const { kinds, folded, typed } = mapping;
  const columns = Object.entries(kinds).flatMap(([column, kind]) => {
    const spellings = [...new Set([column, camelCase(column), ...(mapping.spellings?.[column] ?? [])])];
    return spellings.map((key) => ({ key, kind, spellings, read: (data: JsonObject) => data[column] }));
  });
  const inside = Object.entries(folded?.kinds ?? {}).map(([key, kind]) => ({
    key,
    kind,
    spellings: [key],
    read: (data: JsonObject) => (data[folded?.into ?? ''] as JsonObject)[key],
  }));
  const others = Object.entries(typed).map(([key, kind]) => ({
    key,
    kind,
    spellings: [key],
    read: (data: JsonObject) => data[key === 'socialMediaAccounts' ? 'social_media_accounts' : key],
  }));
  return [...columns, ...inside, ...others];
}

/** The step's sample without a field in any spelling. */
function sampleWithout(step: number, spellings: readonly string[]): JsonObject {
  const strip = (data: JsonObject) =>
    Object.fromEntries(Object.entries(data).filter(([key]) => !spellings.includes(key)));
  const data = strip(sample(step).data);
  const nested = MAPPINGS[step]?.nested;
  const inner = nested ? data[nested] : undefined;
  return nested && isJsonObject(inner) ? { ...data, [nested]: strip(inner) } : data;
}

function placed(data: JsonObject, nested: string | null, key: string, value: unknown): JsonObject {
  if (nested === null) return { ...data, [key]: value };
  return { ...data, [nested]: { ...(data[nested] as JsonObject | undefined), [key]: value } };
}

describe.each([2, 3, 4, 5])('the fields of step %i', (step) => {
  const mapping = MAPPINGS[step] as Mapping;
  const fields = fieldsOf(mapping);
  const levels = mapping.nested === null ? [null] : [null, mapping.nested];

  it('are all those of the contract', () => {
    const counted = { 2: 44, 3: 26, 4: 13, 5: 15 };
    expect([step, fields.length]).toEqual([step, counted[step as 2]]);
  });

  it('of a wrong type are refused by name, and nothing is changed', async () => {
    const user = await newcomer();
    expect((await user.post(`/step/${step}/complete`, sample(step))).status).toBe(200);
    const before = await app.database.dump();
    let refused = 0;
    for (const { key, kind, spellings } of fields) {
      for (const level of levels) {
        for (const value of VALUES.filter((candidate) => !FITS[kind](candidate))) {
          const data = placed(sampleWithout(step, spellings), level, key, value);
          const answer = await user.post(`/step/${step}/complete`, { data });
          const pointer = `/data${level === null ? '' : `/${level}`}/${key}`;
          expectProblem(answer, 400, [pointer, value]);
          expect(answer.body.errors).toEqual([{ pointer, detail: expect.stringContaining(key) }]);
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(fields.length * 4);
    expect(await app.database.dump()).toEqual(before);
  });

  it('of the right type are kept as they came, or refused by name', async () => {
    const user = await newcomer();
    let kept = 0;
    for (const { key, kind, spellings, read } of fields) {
      for (const level of levels) {
        for (const value of VALUES.filter(FITS[kind])) {
          const data = placed(sampleWithout(step, spellings), level, key, value);
          const answer = await user.post(`/step/${step}/complete`, { data });
          if (answer.status === 200) {
            const saved = read((await user.get(`/step/${step}`)).body.data);
            // Guidelines add to those that are stored.
            if (key === 'style_guidelines' || key === 'styleGuidelines')
              expect(saved).toMatchObject(value as JsonObject);
            else expect([key, saved]).toEqual([key, value]);
            kept++;
          } else {
            expectProblem(answer, 400, [key, value]);
            expect(answer.body.errors[0].pointer).toContain('/data');
            expect(['website', 'research_depth', 'competitors', 'corePersona']).toContain(
              answer.body.errors[0].pointer.split('/')[2],
            );
          }
        }
      }
    }
    expect(kept).toBeGreaterThan(fields.length);
  });

  it('whose very container is of a wrong type are refused', async () => {
    const user = await newcomer();
    const containers = [[], ['x'], 5, true, 'text'];
    for (const value of containers) {
      const answer = await user.post(`/step/${step}/complete`, { data: value });
      expectProblem(answer, 400, value);
      expect(answer.body.errors).toEqual([{ pointer: '/data', detail: 'data must be an object or null.' }]);
    }
    if (mapping.nested === null) return;
    for (const value of containers) {
      const answer = await user.post(`/step/${step}/complete`, {
        data: { ...sample(step).data, [mapping.nested]: value },
      });
      expectProblem(answer, 400, value);
      expect(answer.body.errors[0].pointer).toBe(`/data/${mapping.nested}`);
    }
  });
});

describe('step 1', () => {
  it.each<[JsonObject, string]>([
    [{ api_keys: 5 }, '/data/api_keys'],
    [{ api_keys: 'sk-1' }, '/data/api_keys'],
    [{ api_keys: ['sk-1'] }, '/data/api_keys'],
    [{ api_keys: true }, '/data/api_keys'],
    [{ api_keys: {} }, '/data/api_keys'],
    [{ api_keys: { openai: 5 } }, '/data/api_keys/openai'],
    [{ api_keys: { openai: true } }, '/data/api_keys/openai'],
    [{ api_keys: { openai: ['sk-1'] } }, '/data/api_keys/openai'],
    [{ api_keys: { openai: { key: 'sk-1' } } }, '/data/api_keys/openai'],
    [{ api_keys: { toString: 'sk-1' } }, '/data/api_keys'],
    [{ api_keys: { constructor: 'sk-1' } }, '/data/api_keys'],
    [{ api_keys: { 'a/b~c': 'sk-1' } }, '/data/api_keys'],
    [{ ...sample(1).data, integrations: 5 }, '/data/integrations'],
    [{ ...sample(1).data, integrations: [] }, '/data/integrations'],
    [{ ...sample(1).data, integrations: { primaryWebsite: 5 } }, '/data/integrations/primaryWebsite'],
    [{ ...sample(1).data, integrations: { connectedPlatforms: [5] } }, '/data/integrations/connectedPlatforms'],
  ])('refuses %j by name', async (data, pointer) => {
    const user = await newcomer();
    const before = await app.database.dump();
    const answer = await user.post('/step/1/complete', { data });
    expectProblem(answer, 400, data);
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([pointer]);
    expect(await app.database.dump()).toEqual(before);
  });
});

describe('validation_errors', () => {
  it.each([5, 'x', true, {}, [5], [null], [['a']], [{}], ['ok', 5], [...Array<string>(30).fill('a'), 5]])(
    '%# of a wrong shape are refused, and the data with them',
    async (validation_errors) => {
      const user = await newcomer();
      const answer = await user.post('/step/5/complete', { ...sample(5), validation_errors });
      expectProblem(answer, 400, validation_errors);
      expect(answer.body.errors[0].pointer).toBe('/validation_errors');
      expect((await user.get('/step/5')).body).toMatchObject({ status: 'pending', data: null });
    },
  );

  it('are kept as they came: the first 20, of 500 characters each', async () => {
    const user = await newcomer();
    const kept = ['', ' ', 'x'.repeat(500), '\u{1F600}', ...Array<string>(16).fill('same')];
    const posted = ['', ' ', 'x'.repeat(40_000), ...kept.slice(3), ...Array<string>(1000).fill('more')];
    expect((await user.post('/step/5/complete', { ...sample(5), validation_errors: posted })).status).toBe(200);
    expect((await user.get('/step/5')).body.validation_errors).toEqual(kept);
  });
});

describe('the personas that are saved outside their step', () => {
  it.each(personaRecord.mapping.columns)('%s of a wrong type is refused by name', async (column) => {
    const user = await newcomer();
    const fits = FITS[personaRecord.mapping.kinds[column] as Kind];
    for (const value of VALUES) {
      const answer = await user.post('/step4/persona-save', { [column]: value });
      if (fits(value)) {
        expect([value, answer.body]).toEqual([value, { success: true }]);
        expect((await user.get('/step4/persona-latest')).body.persona[column]).toEqual(value);
      } else {
        expectProblem(answer, 400, value);
        expect(answer.body.errors).toEqual([{ pointer: `/${column}`, detail: expect.stringContaining(column) }]);
      }
    }
  });
});

/** Where a step keeps documents as they come; each is read where it was posted. */
function stepsWith(document: JsonObject, value: unknown): Record<number, JsonObject> {
  return {
    2: {
      website: 'https://example.com',
      businessData: document,
      note: value,
      analysis: { writing_style: document, crawl_result: document, style_guidelines: { inside: document } },
    },
    3: { researchSummary: document, note: value, competitors: [{ ...document, url: 'https://a.example' }, document] },
    4: { corePersona: { ...document, identity: document }, platformPersonas: { blog: value }, note: value },
    5: { providers: document, connectedAccounts: [value], integrations: { websitePlatforms: document, note: value } },
  };
}

/** What the posted data look like when they are read. */
function readAs(step: number, posted: JsonObject, document: JsonObject, value: unknown): JsonObject {
  if (step === 2) {
    const { analysis, ...others } = posted;
    return { ...others, ...(analysis as JsonObject), analysis };
  }
  if (step === 5) {
    return {
      providers: document,
      connected_accounts: [value],
      connectedAccounts: [value],
      website_platforms: document,
      integrations: posted['integrations'],
    };
  }
  return posted;
}

describe('documents of any shape', () => {
  const without = (blank: unknown) => (blank === null || blank === '' ? 'not blank' : blank);

  it('come back just as they were sent, from the step and from init, and may be sent again', async () => {
    await fc.assert(
      fc.asyncProperty(jsonDocument, jsonValue.map(without), async (document, value) => {
        const user = await newcomer();
        const posted = stepsWith(document, value);
        for (const step of [2, 3, 4, 5]) {
          const data = posted[step] as JsonObject;
          const answer = await user.post(`/step/${step}/complete`, { data });
          expect([answer.status, answer.body.detail]).toEqual([200, undefined]);
          const { body } = await user.get(`/step/${step}`);
          for (const [key, expected] of Object.entries(readAs(step, data, document, value))) {
            const read = body.data[key];
            if (key === 'analysis' || key === 'integrations') {
              for (const [inner, item] of Object.entries(expected as JsonObject)) expect(read[inner]).toEqual(item);
            } else expect([key, read]).toEqual([key, expected]);
          }
          expect(answer.body.data).toEqual(body.data);
          const again = await user.post(`/step/${step}/complete`, { data: body.data });
          expect([again.status, { ...again.body.data, updated_at: null }]).toEqual([
            200,
            { ...body.data, updated_at: null },
          ]);
        }
        const init = await user.get('/init');
        for (const step of [2, 3, 4, 5]) {
          const { data } = (await user.get(`/step/${step}`)).body;
          expect(init.body.onboarding.steps[step - 1].data).toEqual(data);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('are kept at the top level of a step under any key that is not its own', async () => {
    await fc.assert(
      fc.asyncProperty(jsonDocument, async (document) => {
        const user = await newcomer();
        const others = Object.entries(document).filter(([, value]) => value !== null && value !== '');
        const data = { ...Object.fromEntries(others), website: 'https://example.com' };
        expect((await user.post('/step/2/complete', { data })).status).toBe(200);
        const read = (await user.get('/step/2')).body.data;
        for (const [key, value] of others) {
          expect(Object.hasOwn(read, key)).toBe(true);
          expect(read[key]).toEqual(value);
        }
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    '{"constructor":{"prototype":{"polluted":true}},"toString":1,"hasOwnProperty":null,"":{"":""}}',
    '{"text":"\\\\u0000","pair":"\\ud83d\\ude00","controls":"\\u0001\\u001f\\u007f","slash":"\\/"}',
    '{"numbers":[0.1,1e15,5e-324,9007199254740991,-9007199254740991.0,-1e-7,1E+2,0e-999,0.1000000000000000055]}',
    '{"same":{"a":1,"a":2}}',
    `{"${'k'.repeat(50_000)}":1,"text":"${'\u{1F600}'.repeat(50_000)}"}`,
  ])('%# that are awkward come back as any reader of JSON has them', async (raw) => {
    const user = await newcomer();
    const body = `{"data":{"researchSummary":${raw}}}`;
    expect((await user.send('POST', '/step/3/complete', body)).status).toBe(200);
    const read = (await user.get('/step/3')).body.data.researchSummary;
    expect(read).toEqual(JSON.parse(raw));
    expect(Object.keys(read).sort()).toEqual(Object.keys(JSON.parse(raw) as object).sort());
    expect(({} as JsonObject)['polluted']).toBeUndefined();
  });
});

describe('nesting', () => {
  /** A body of so many levels, each kind of container in turn. */
  const body = (levels: number) => {
    const inner = levels - 2;
    const opening = Array.from({ length: inner }, (_, i) => (i % 2 === 0 ? '{"a":' : '[')).join('');
    const closing = Array.from({ length: inner }, (_, i) => (i % 2 === 0 ? '}' : ']'))
      .reverse()
      .join('');
    return `{"data":{"researchSummary":${opening}1${closing}}}`;
  };

  it.each([50, 99, 100])('of %i levels is kept', async (levels) => {
    const user = await newcomer();
    expect((await user.send('POST', '/step/3/complete', body(levels))).status).toBe(200);
    const { data } = JSON.parse(body(levels)) as { data: JsonObject };
    expect((await user.get('/step/3')).body.data).toMatchObject(data);
    expect((await user.get('/init')).body.onboarding.steps[2].data).toMatchObject(data);
  });

  it.each([
    ['101 levels', body(101)],
    ['1,000 levels', body(1000)],
    ['100,000 lists', `{"data":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`],
    ['100,000 objects', `${'{"data":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['100,000 lists in place of the body', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['100,000 lists left open', '['.repeat(100_000)],
    ['a million levels', `{"data":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`],
    ['levels behind a forbidden key', `{"data":{"__proto__":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`],
  ])('of %s is refused', async (_, raw) => {
    const user = await newcomer();
    const answer = await user.send('POST', '/step/3/complete', raw);
    expectProblem(answer, 400);
    expect((await user.get('/status')).body.started_at).toBeNull();
    expect(answer.body.detail.length).toBeLessThan(300);
  });
});

describe('the size of a body', () => {
  /** A body of exactly so many bytes around a text. */
  const sized = (bytes: number, before: string, after: string) =>
    before + 'x'.repeat(bytes - before.length - after.length) + after;
  /** Blanks count as bytes of the body, and not of what is stored. */
  const blank = (bytes: number, body: string) => ' '.repeat(bytes - body.length) + body;

  it.each([
    ['the data of a step', '/step/4/complete', { data: { ...sample(4).data, brandAvatar: { image: 'x' } } }],
    ['a dry run of a step', '/step/4/validate', { data: { ...sample(4).data, brandAvatar: { image: 'x' } } }],
    ['a persona', '/step4/persona-save', { core_persona: { image: 'x' } }],
  ])('may be 32 MB for %s, and is refused beyond, with nothing stored', async (_what, path, body) => {
    const user = await newcomer();
    const raw = JSON.stringify(body);
    expectProblem(await user.send('POST', path, blank(LARGE_BODY_LIMIT + 1, raw)), 413);
    expect((await user.get('/status')).body.started_at).toBeNull();
    expect((await user.send('POST', path, blank(LARGE_BODY_LIMIT, raw))).status).toBe(200);
  });

  it('is 100 KB everywhere else', async () => {
    const writes = (await documentedRoutes()).filter(({ method }) => method !== 'GET');
    const large = [
      '/api/onboarding/step/{n}/complete',
      '/api/onboarding/step/{n}/validate',
      '/api/onboarding/step4/persona-save',
    ];
    // An analysis may have 1 MB, of which `test/api/style-detection.spec.ts` makes sure.
    const isLarge = ({ method, path }: { method: string; path: string }) =>
      large.includes(path) || (method === 'PUT' && path.includes('/style-detection/'));
    const small = writes.filter((route) => !isLarge(route));
    expect(writes.length - small.length).toBe(large.length + 1);
    expect(small.length).toBeGreaterThanOrEqual(4);
    const user = await newcomer();
    for (const { method, path } of small) {
      const address = `/${path.replace('{n}', '4')}`;
      expectProblem(await user.send(method, address, sized(BODY_LIMIT + 1, '{"a":"', '"}')), 413, path);
      const within = await user.send(method, address, sized(BODY_LIMIT, '{"a":"', '"}'));
      expect([path, within.status]).not.toEqual([path, 413]);
      expect(within.status).toBeLessThan(500);
    }
  });
});

describe('a body that is no JSON object', () => {
  const ROUTES = ['/step/5/complete', '/step/5/validate', '/step4/persona-save'];

  async function refuses(
    raw: string | Uint8Array,
    status = 400,
    headers: Record<string, string> = {},
  ): Promise<Answer[]> {
    const user = await newcomer();
    const answers = await Promise.all(ROUTES.map((path) => user.send('POST', path, raw, headers)));
    for (const answer of answers) expectProblem(answer, status, raw);
    expect((await user.get('/status')).body.started_at).toBeNull();
    return answers;
  }

  it.each(['{', '}', 'nope', '{"data":{},}', "{'data':{}}", '{"data":{}} x', '[1', 'undefined', 'NaN', ' ', '\u0000'])(
    'is refused: %j',
    (raw) => refuses(raw),
  );

  it.each(['[]', '[{"data":{}}]', '"text"', '""', '5', '0', 'true', 'false'])('is refused: %s', (raw) => refuses(raw));

  it('is refused when it is not UTF-8', async () => {
    const bytes = (tail: number[]) =>
      Buffer.concat([Buffer.from('{"data":{"notes":"'), Buffer.from(tail), Buffer.from('"}}')]);
    await refuses(bytes([0xff]));
    await refuses(bytes([0xc0, 0x80]));
    await refuses(bytes([0xed, 0xa0, 0x80]));
  });

  it.each(['null', ''])('counts as none when it is %j', async (raw) => {
    const user = await newcomer();
    for (const path of ROUTES) expect([path, (await user.send('POST', path, raw)).status]).toEqual([path, 200]);
    expectProblem(await user.send('POST', '/step/2/complete', raw), 400);
  });

  it('counts as none on every route without a body of its own', async () => {
    const user = await newcomer();
    for (const path of ['/start', '/reset', '/step/4/skip']) {
      expect([path, (await user.send('POST', path, '')).status]).toEqual([path, 200]);
    }
  });

  it.each([
    'text/plain',
    'text/json',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    'application/jsonx',
    'application/merge-patch+json',
    'application/json; charset=utf-16',
    'application/json; charset="iso-8859-1"',
  ])('is refused as %s', (type) => refuses('{"data":{"notes":"x"}}', 415, { 'content-type': type }));

  it.each(['gzip', 'br', 'identity, gzip'])('is refused in the coding %s, and told so', async (coding) => {
    for (const { body } of await refuses(gzipSync('{"data":{"notes":"x"}}'), 415, { 'content-encoding': coding })) {
      expect(body.detail).toContain('Content-Encoding');
    }
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON;charset=UTF-8'])(
    'may be sent as %s',
    async (type) => {
      const user = await newcomer();
      const raw = '{"data":{"notes":"x"}}';
      expect((await user.send('POST', '/step/5/complete', raw, { 'content-type': type })).status).toBe(200);
    },
  );
});

describe('the keys and values of a body', () => {
  /** A body of so many: itself, `data`, `notes` and their values, the list, and what is in it. */
  const body = (items: number) =>
    `{"data":{"notes":"a","other":[${Array.from({ length: items - 7 }, () => '[]').join(',')}]}}`;

  it('are 100,000 at most, and beyond a body is not even parsed', async () => {
    const user = await newcomer();
    const refused = await user.send('POST', '/step/5/complete', body(100_001));
    expectProblem(refused, 400);
    expect(refused.body.detail).toContain('100,000 keys and values');
    expectProblem(await user.send('POST', '/step/5/complete', `${body(100_001)} no JSON`), 400);
    // So many may come, though not all of them may be stored.
    expectProblem(await user.send('POST', '/step/5/complete', body(100_000)), 413);
    expect((await user.get('/status')).body.started_at).toBeNull();
  });
});

describe('a number that would come back as another one', () => {
  it.each([
    '9007199254740992',
    '-9007199254740993',
    '1765432109876543211',
    '9007199254740993.0',
    '1e16',
    '1E+300',
    '1e400',
    '-1e999',
    '1e-400',
    '-0.5e-324',
  ])('is refused by its place: %s', async (number) => {
    const user = await newcomer();
    for (const [path, raw, at] of [
      ['/step/5/complete', `{"data":{"notes":"1e-400","providers":{"a/b":[0, ${number}]}}}`, '/data/providers/a~1b/1'],
      ['/step4/persona-save', `{ "core_persona" : { "a" : ${number} } }`, '/core_persona/a'],
    ] as const) {
      const answer = await user.send('POST', path, raw);
      expectProblem(answer, 400, raw);
      expect(answer.body.errors).toEqual([{ pointer: at, detail: expect.stringContaining('2^53') }]);
    }
    expect((await user.get('/status')).body.started_at).toBeNull();
  });
});

describe('text that cannot be stored', () => {
  const bodies: [string, string][] = [
    ['a NUL in a value', '{"data":{"notes":"a\\u0000b"}}'],
    ['a NUL in a document', '{"data":{"providers":{"a":[{"b":"\\u0000"}]}}}'],
    ['a NUL in a key', '{"data":{"providers":{"a\\u0000":1}}}'],
    ['a NUL in a key of the step', '{"data":{"no\\u0000tes":1}}'],
    ['a NUL in an error', '{"data":{},"validation_errors":["\\u0000"]}'],
    ['a high surrogate', '{"data":{"notes":"\\ud800"}}'],
    ['a low surrogate', '{"data":{"notes":"x\\udc00x"}}'],
    ['surrogates the wrong way round', '{"data":{"providers":["\\udc00\\ud800"]}}'],
    ['a surrogate in a key', '{"data":{"providers":{"\\ud83d":1}}}'],
    ['a surrogate in an unknown field', '{"data":{},"other":"\\ud800"}'],
    ['a number beyond all', '{"data":{"providers":[1e400]}}'],
    ['a number below all', '{"data":{"providers":{"a":-1e999}}}'],
    ['__proto__ in the body', '{"__proto__":{"data":{}},"data":{}}'],
    ['__proto__ in the data', '{"data":{"__proto__":{"notes":"x"}}}'],
    ['__proto__ in a document', '{"data":{"providers":{"__proto__":1}}}'],
    ['__proto__, escaped', '{"data":{"providers":[{"\\u005f_proto__":1}]}}'],
  ];

  it.each(bodies)('%s is refused', async (_, raw) => {
    const user = await newcomer();
    const answer = await user.send('POST', '/step/5/complete', raw);
    expectProblem(answer, 400, raw);
    expect((await user.get('/status')).body.started_at).toBeNull();
    expect(({} as JsonObject)['notes']).toBeUndefined();
  });

  it('is refused before a persona is saved', async () => {
    const user = await newcomer();
    for (const value of ['"\\u0000"', '"\\ud800"', '1e400', '{"__proto__":1}']) {
      expectProblem(await user.send('POST', '/step4/persona-save', `{"core_persona":{"a":${value}}}`), 400, value);
    }
    expect((await user.get('/step4/persona-latest')).body.success).toBe(false);
  });
});

describe('unknown fields of a body', () => {
  const NAMES = ['constructor', 'toString', 'hasOwnProperty', 'then', 'toJSON', 'valueOf', 'prototype', 'user_id', ''];

  it.each(NAMES)('are ignored: %j', async (name) => {
    for (const value of [null, 5, 'x', [], {}, { prototype: {} }]) {
      const user: Client = await newcomer();
      const unknown = { [name]: value };
      const saved = await user.post('/step/5/complete', { data: { notes: 'n' }, ...unknown });
      expect([value, saved.status]).toEqual([value, 200]);
      expect((await user.get('/step/5')).body.data.notes).toBe('n');
      expect((await user.post('/step4/persona-save', { core_persona: { a: 1 }, ...unknown })).body).toEqual({
        success: true,
      });
    }
  });

  it.each(NAMES)('switch off no check: %j', async (name) => {
    const user = await newcomer();
    for (const value of [null, 5, 'x', [], {}]) {
      const unknown = { [name]: value };
      expectProblem(await user.post('/step/5/complete', { data: 5, ...unknown }), 400, value);
      expectProblem(await user.post('/step/5/complete', { validation_errors: 5, ...unknown }), 400, value);
      expectProblem(await user.post('/step4/persona-save', { core_persona: 5, ...unknown }), 400, value);
    }
    expect((await user.get('/status')).body.started_at).toBeNull();
  });
});

describe('the query of a reset', () => {
  it.each([
    'hard=banana',
    'hard=',
    'hard=TRUE',
    'hard=1',
    'hard=%00',
    'hard=true&hard=true',
    'hard=true&hard=false',
    'hard=true%20',
    'hard=banana&constructor=x',
    'hard=banana&__proto__=x',
    'constructor=x&hard=banana&toString=y',
  ])('%s is refused, and nothing is reset', async (query) => {
    const user = await newcomer();
    await user.post('/step/5/complete', sample(5));
    const before = await app.database.dump();
    expectProblem(await user.post(`/reset?${query}`), 400, query);
    expect(await app.database.dump()).toEqual(before);
  });
});
