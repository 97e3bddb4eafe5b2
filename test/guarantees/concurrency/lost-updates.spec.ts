import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApp } from '../../support/service/app.js';
import type { Answer, Client } from '../../support/service/client.js';
import { rowsOf } from '../../support/data/filled-user.js';
import { expectProblem } from '../../support/service/problems.js';
import { GUARDED_ROUTES } from '../../support/service/routes.js';
import { sample } from '../../support/data/samples.js';
import { STEP_NUMBERS } from '../../support/data/step-numbers.js';

type Headers = Record<string, string>;
type Write = (client: Client, headers?: Headers) => Promise<Answer>;

const TAGGED_READS = ['/init', '/status', '/progress', '/step/1', '/step/2', '/step/6', '/history', '/requirements'];

const BUSINESS = { business_description: 'Tea, by post' };
const KEY = { provider: 'exa', api_key: 'another-key-of-mine' };

async function idOfBusiness(client: Client): Promise<string> {
  const { body } = await client.get('//api/onboarding/business-info/user/veteran');
  return body.id as string;
}

async function idOfAnalysis(client: Client): Promise<string> {
  const { body } = await client.get('/style-detection/session-analyses');
  return body.analyses[0].id as string;
}

/** Every write of the contract. */
const WRITES: Readonly<Record<string, Write>> = {
  'POST /api/onboarding/step/:n/complete': (client, headers) => client.post('/step/2/complete', sample(2), headers),
  'POST /api/onboarding/step/:n/skip': (client, headers) => client.post('/step/5/skip', undefined, headers),
  'POST /api/onboarding/start': (client, headers) => client.post('/start', undefined, headers),
  'POST /api/onboarding/complete': (client, headers) => client.post('/complete', undefined, headers),
  'POST /api/onboarding/api-keys': (client, headers) => client.post('/api-keys', KEY, headers),
  'DELETE /api/onboarding/api-keys/:provider': (client, headers) =>
    client.send('DELETE', '/api-keys/exa', undefined, headers),
  'PUT /api/onboarding/style-detection/analysis/:id': async (client, headers) =>
    client.send(
      'PUT',
      `/style-detection/analysis/${await idOfAnalysis(client)}`,
      JSON.stringify({ seo_audit: { a: 1 } }),
      headers,
    ),
  'DELETE /api/onboarding/style-detection/analysis/:id': async (client, headers) =>
    client.send('DELETE', `/style-detection/analysis/${await idOfAnalysis(client)}`, undefined, headers),
  'POST /api/onboarding/step4/persona-save': (client, headers) =>
    client.post('/step4/persona-save', { core_persona: { identity: {} } }, headers),
  'POST /api/onboarding/business-info': (client, headers) => client.post('/business-info', BUSINESS, headers),
  'PUT /api/onboarding/business-info/:id': async (client, headers) =>
    client.send('PUT', `/business-info/${await idOfBusiness(client)}`, JSON.stringify(BUSINESS), headers),
  'POST /onboarding/business-info': (client, headers) => client.post('//onboarding/business-info', BUSINESS, headers),
  'PUT /onboarding/business-info/:id': async (client, headers) =>
    client.send('PUT', `//onboarding/business-info/${await idOfBusiness(client)}`, JSON.stringify(BUSINESS), headers),
  'POST /api/onboarding/restore': (client, headers) =>
    client.post('/restore', { revision: 1, what: 'progress' }, headers),
  'POST /api/onboarding/reset': (client, headers) => client.post('/reset', undefined, headers),
};

/** What asks providers of keys, or is a dry run, and changes nothing of the onboarding. */
const NO_WRITES = [
  'POST /api/onboarding/api-keys/validate',
  'POST /api/onboarding/providers/:provider/validate',
  'POST /api/onboarding/step/:n/validate',
];

async function tagOf(client: Client): Promise<string> {
  return (await client.get('/progress')).headers.get('etag') ?? '';
}

describe('updates are not lost', () => {
  let app: TestApp;
  let veteran: Client;

  beforeAll(async () => {
    app = await TestApp.start();
    veteran = await app.as('veteran');
    for (const step of [1, 2, 3, 4]) await veteran.post(`/step/${step}/complete`, sample(step));
    await veteran.post('/api-keys', KEY);
    await veteran.post('/business-info', BUSINESS);
  });
  afterAll(() => app.stop());

  it('by any write there is', () => {
    const writes = GUARDED_ROUTES.filter((route) => !route.startsWith('GET ') && !NO_WRITES.includes(route));
    expect(Object.keys(WRITES).sort()).toEqual([...writes].sort());
  });

  it('since every read of progress and steps names the state, alike, by a strong tag', async () => {
    for (const client of [veteran, await app.as('newcomer')]) {
      const tags = await Promise.all(TAGGED_READS.map(async (path) => (await client.get(path)).headers.get('etag')));
      expect(new Set(tags).size).toBe(1);
      expect(tags[0]).toMatch(/^"[\x21\x23-\x7e]+"$/);
    }
    expect(await tagOf(await app.as('newcomer'))).toBe('"0"');
    expect(await tagOf(veteran)).toMatch(/^"\d+\.[\da-f-]{36}"$/);
  });

  it('since the tag is another one after every change, and starts with the revision', async () => {
    const client = await app.as('changes');
    const seen = [await tagOf(client)];
    for (const step of STEP_NUMBERS) {
      await client.post(`/step/${step}/complete`, sample(step));
      seen.push(await tagOf(client));
    }
    expect(new Set(seen).size).toBe(seen.length);
    const [session] = await app.database.query<{ revision: number }>(
      `select revision from onboarding_sessions where user_id = 'changes'`,
    );
    expect(seen.at(-1)).toMatch(new RegExp(`^"${session?.revision}\\.`));
  });

  describe.each(Object.entries(WRITES))('by %s', (_route, write) => {
    it('with a tag that is no longer true, which is refused and changes nothing', async () => {
      const stale = await tagOf(veteran);
      expect((await veteran.post('/step/3/complete', sample(3))).status).toBe(200);
      const before = await rowsOf(app.database, 'veteran');
      for (const tags of [stale, `W/${await tagOf(veteran)}`, '"0"', `${stale}, "another"`]) {
        expectProblem(await write(veteran, { 'if-match': tags }), 412, tags);
        expect(await rowsOf(app.database, 'veteran')).toEqual(before);
      }
    });

    it('with the tag that is true, with one of several, with any, and without', async () => {
      const headers: (() => Promise<Headers>)[] = [
        async () => ({ 'if-match': await tagOf(veteran) }),
        async () => ({ 'if-match': `"another" , ${await tagOf(veteran)},"0"` }),
        () => Promise.resolve({ 'if-match': '*' }),
        () => Promise.resolve({}),
      ];
      for (const given of headers) {
        await veteran.post('/api-keys', KEY);
        const tag = await given();
        expect([tag, (await write(veteran, tag)).status]).toEqual([tag, 200]);
        for (const step of [1, 2, 3, 4]) await veteran.post(`/step/${step}/complete`, sample(step));
      }
    });

    it('with what is no tag, which is refused as such', async () => {
      const before = await rowsOf(app.database, 'veteran');
      for (const tag of ['7', '"7', '"a" "b"', '"a",', 'w/"7"', '"a b"', '*, "7"']) {
        expectProblem(await write(veteran, { 'if-match': tag }), 400, tag);
      }
      expect(await rowsOf(app.database, 'veteran')).toEqual(before);
    });
  });

  it('by a persona without content either, which writes nothing whether the tag is true or not', async () => {
    for (const userId of ['veteran', 'never seen']) {
      const client = await app.as(userId);
      const tag = await tagOf(client);
      const taken: Headers[] = [{ 'if-match': tag }, { 'if-match': '*' }, {}];
      const before = await rowsOf(app.database, userId);
      for (const body of [undefined, {}, { core_persona: null, platform_personas: '' }]) {
        const save = (headers: Headers) => client.post('/step4/persona-save', body, headers);
        expectProblem(await save({ 'if-match': '"7.another"' }), 412, '"7.another"');
        for (const headers of taken) {
          const { status, body: answer } = await save(headers);
          expect([userId, headers, status, answer]).toEqual([userId, headers, 200, { success: true }]);
        }
      }
      expect(await rowsOf(app.database, userId)).toEqual(before);
    }
  });

  it('by two who have read the same: one of them is told', async () => {
    const client = await app.as('two tabs');
    for (let turn = 0; turn < 10; turn++) {
      const tag = await tagOf(client);
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => client.post('/step/2/complete', sample(2), { 'if-match': tag })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412]);
    }
  });

  it('by whoever has read what a hard reset has removed', async () => {
    const client = await app.as('starts again');
    await client.post('/start');
    const old = await tagOf(client);
    await client.post('/reset?hard=true');
    expect(await tagOf(client)).toBe('"0"');
    expectProblem(await client.post('/start', undefined, { 'if-match': old }), 412, old);
    expect((await client.post('/start', undefined, { 'if-match': '"0"' })).status).toBe(200);
    expect((await tagOf(client)).split('.')[0]).toBe(old.split('.')[0]);
    expectProblem(await client.post('/step/2/complete', sample(2), { 'if-match': old }), 412, old);
    expectProblem(await client.post('/step/2/complete', sample(2), { 'if-match': '"0"' }), 412, '"0"');
  });
});
