import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import { fillEveryTable } from '../../support/data/filled-user.js';
import { HistoryModel, inOrder } from '../../support/data/history-model.js';
import { historyOperations, type Operation, type Restore } from '../../support/data/history-operations.js';
import { HistoryUser } from '../../support/data/history-user.js';
import { sample } from '../../support/data/samples.js';
import { rowVersionsOf, storedOnboardingOf } from '../../support/data/stored-onboarding.js';
import { TestApp } from '../../support/service/app.js';
import { done } from '../../support/service/done.js';
import type { Client } from '../../support/service/client.js';
import { expectProblem } from '../../support/service/problems.js';

let count = 0;

const complete = (step: 'website' | 'research' | 'personalization', data: JsonObject): Operation => ({
  ...{ do: 'complete', step, data, errors: ['not yet'] },
});
const restore = (place: number, more: Partial<Restore> = {}): Operation => ({
  do: 'restore',
  what: 'all',
  place,
  undo: true,
  ...more,
});

/** What chance may not find: documents that come and go, two kinds at once, restores of restores, and another wizard. */
const THERE_AND_BACK: Operation[] = [
  complete('website', { website: 'https://one.example', brand_analysis: { a: 1 }, hobby: 'chess' }),
  complete('research', {
    competitors: [{ url: 'https://a.example' }, { url: '' }, { url: '' }, { name: 'no url' }],
    corePersona: { identity: {} },
    social_media_accounts: { x: '@one' },
    api_keys: { openai: 'sk-of-another-step-and-never-kept-000000' },
  }),
  restore(0),
  restore(0, { undo: false }),
  complete('website', { website: 'https://two.example', constructor: 'y'.repeat(201), toString: null }),
  { do: 'clearAnalysis' },
  { do: 'business', body: { business_description: 'Bread for the town', industry: '' } },
  { do: 'saveKey' },
  restore(0.5, { flow: 'four' }),
  restore(1),
  { do: 'clearCompetitors' },
  { do: 'softReset', flow: 'six' },
  restore(0.9, { what: 'progress', undo: false }),
  restore(0, { what: 'data', steps: ['website', 'business_info'] }),
  { do: 'deleteKey' },
  restore(0.7, { what: 'data', flow: 'four' }),
];

describe.each([
  { versions: 20, brand: true },
  { versions: 3, brand: false },
  { versions: 0, brand: true },
])('over any sequence of operations (versions: $versions, brand analysis: $brand)', ({ versions, brand }) => {
  let app: TestApp;

  beforeAll(async () => {
    const environment = { DOCUMENT_VERSIONS: String(versions), ENABLE_WEBSITE_BRAND_COLUMNS: String(brand) };
    app = await TestApp.start({ environment });
  });
  afterAll(() => app.stop());

  it('each revision comes back as it was, a dry run says what a restore does, and a restore undoes one', async () => {
    let restores = 0;
    await fc.assert(
      fc.asyncProperty(historyOperations, async (sequence) => {
        const user = await HistoryUser.of(app, `user ${++count}`, new HistoryModel(versions, brand));
        for (const operation of sequence) {
          if ((await user.perform(operation)) && operation.do === 'restore') restores++;
        }
        if (user.model.revisions.length > 0) await user.expectHistory();
        await user.expectNoKeys();
      }),
      { numRuns: 10, examples: [[THERE_AND_BACK]] },
    );
    // The sequences must get somewhere, or they prove little; the example alone does.
    expect(restores).toBeGreaterThanOrEqual(versions === 0 ? 3 : 6);
  });
});

describe('a restore', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  const stored = (userId: string) => storedOnboardingOf(app.database, userId);

  /** A post whose numbers and keys are written by hand. */
  const raw = (client: Client, step: number, data: string) =>
    done(client.send('POST', `/step/${step}/complete`, `{"data":${data}}`));

  it('undoes a soft reset', async () => {
    await fillEveryTable(app, 'soft', 'mark');
    const client = await app.as('soft');
    const before = await stored('soft');
    expect(before.progress?.completed_at).not.toBeNull();
    await done(client.post('/reset'));
    expect((await stored('soft')).progress).toMatchObject({ steps: {}, completed_at: null });
    await done(client.post('/restore', { revision: before.revision, what: 'progress' }));
    const after = await stored('soft');
    expect(after).toEqual({ ...before, revision: after.revision, events: after.events });
    expect(after.revision).toBe(before.revision + 2);
  });

  it('has nothing to go back to after a hard reset, which leaves no version, event or trace', async () => {
    await fillEveryTable(app, 'hard', 'a-trace-of-hard');
    const client = await app.as('hard');
    for (const step of [2, 3, 4, 5]) await done(client.post(`/step/${step}/complete`, sample(step)));
    const { revision } = await stored('hard');
    await done(client.post('/restore', { revision: 2, what: 'all' }));
    await done(client.post('/reset?hard=true'));
    expect(JSON.stringify(await app.database.dump())).not.toMatch(/a-trace-of-hard|"hard"/);
    expect((await client.get('/history')).body).toEqual({ items: [], next_before: null });
    for (const position of [1, revision]) {
      expectProblem(await client.post('/restore', { revision: position, what: 'all' }), 404);
      expectProblem(await client.get(`/history/${position}`), 404);
    }
    await done(client.post('/step/2/complete', sample(2)));
    const { body } = await client.get('/history');
    expect(body.items.map(({ type }: { type: string }) => type)).toEqual(['step_completed', 'onboarding_started']);
    expectProblem(await client.post('/restore', { revision, what: 'all' }), 404);
  });

  it('by a dry run leaves every row of every user as it is, however it ends', async () => {
    await fillEveryTable(app, 'dry', 'mark');
    const client = await app.as('dry');
    const everyone = () =>
      Promise.all(['dry', 'soft', 'never seen'].map((userId) => rowVersionsOf(app.database, userId)));
    const before = await everyone();
    for (const [status, who, body] of [
      [200, client, { revision: 1, what: 'all' }],
      [200, client, { revision: 3, what: 'data', steps: ['research'] }],
      [404, client, { revision: 999, what: 'all' }],
      [400, client, { revision: 1, what: 'everything' }],
      [404, await app.as('never seen'), { revision: 1, what: 'all' }],
    ] as const) {
      expect([body, (await who.post('/restore', { ...body, dry_run: true })).status]).toEqual([body, status]);
    }
    expectProblem(
      await client.post('/restore', { revision: 1, what: 'all', dry_run: true }, { 'if-match': '"0"' }),
      412,
    );
    expect(await everyone()).toEqual(before);
  });

  it('keeps numbers, names and texts to the letter', async () => {
    const client = await app.as('letters');
    const first = `{"website":"https://one.example","a":[1.0,-0,1e2,0.1,1e-7,9007199254740991],"constructor":{"prototype":""},
      "toString":"\\u2028\\ud83d\\ude00","":[],"e\\u0301":{},"\\u00e9":[null,[]],"length":0,"analysis":{"writing_style":{"":null}}}`;
    await raw(client, 2, first);
    const before = (await stored('letters')).documents;
    expect(before.website_analyses).toMatchObject({
      extra: { a: [1, 0, 100, 0.1, 1e-7, 9007199254740991], constructor: { prototype: '' }, length: 0 },
      writing_style: { '': null },
    });
    await raw(
      client,
      2,
      `{"website":"https://one.example","a":0,"constructor":1,"toString":2,"":3,"e\\u0301":4,"\\u00e9":5,"length":6}`,
    );
    const { body } = await done(client.post('/restore', { revision: 2, what: 'data' }));
    const change = (field: string) => ({ step_key: 'website', field });
    expect(inOrder(body.changes)).toEqual(
      inOrder([
        ...['', 'a', 'constructor', 'e\u0301', '\u00e9'].map(change),
        { ...change('toString'), from: 2, to: '\u2028\u{1F600}' },
        { ...change('length'), from: 6, to: 0 },
      ]),
    );
    expect((await stored('letters')).documents).toEqual(before);
  });

  it('of a document that was not there removes it, and one that is saved again can be restored, too', async () => {
    const client = await app.as('comes and goes');
    const save = (tone: string) => done(client.post('/step4/persona-save', { core_persona: { identity: {}, tone } }));
    const personaAt = async (revision: number) =>
      (await client.get(`/history/${revision}`)).body.documents.personalization;
    await done(client.post('/start'));
    await save('first');
    await done(client.post('/restore', { revision: 1, what: 'data' }));
    expect((await stored('comes and goes')).documents.persona_data).toBeNull();
    expect((await client.get('/step/4')).body.data).toBeNull();
    await save('second');
    expect(await Promise.all([1, 2, 3, 4].map(personaAt))).toMatchObject([
      { document: null },
      { document: { core_persona: { tone: 'first' } } },
      { document: null },
      { document: { core_persona: { tone: 'second' } } },
    ]);
    await done(client.post('/restore', { revision: 2, what: 'all', steps: ['personalization'] }));
    expect((await client.get('/step/4')).body.data).toMatchObject({ core_persona: { tone: 'first' } });
  });

  it('brings back brand data too where the deployment has switched them off, and does not show them', async () => {
    const plain = await TestApp.start({
      database: app.database,
      environment: { ENABLE_WEBSITE_BRAND_COLUMNS: 'false' },
    });
    try {
      const [branded, unbranded] = [await app.as('brand'), await plain.as('brand')];
      const website = 'https://one.example';
      await done(branded.post('/step/2/complete', { data: { website, brand_analysis: { tone: 'dry' } } }));
      const before = await stored('brand');
      await done(branded.post('/step/2/complete', { data: { website, brand_analysis: { tone: 'warm' } } }));
      const earlier = (await done(unbranded.get('/history/2'))).body.documents.website.document;
      expect(earlier).toMatchObject({ website_url: website });
      expect(Object.keys(earlier as object).filter((field) => /brand|insights/.test(field))).toEqual([]);
      const { body } = await done(unbranded.post('/restore', { revision: 2, what: 'data' }));
      expect(body).toMatchObject({
        restored: { progress: false, documents: ['website'] },
        changes: [{ step_key: 'website', field: 'brand_analysis' }],
      });
      expect((await stored('brand')).documents).toEqual(before.documents);
      const again = await done(branded.post('/restore', { revision: 3, what: 'data' }));
      expect(again.body.changes).toEqual([{ step_key: 'website', field: 'brand_analysis' }]);
      expect((await branded.get('/step/2')).body.data.brand_analysis).toEqual({ tone: 'warm' });
    } finally {
      await plain.stop();
    }
  });
});
