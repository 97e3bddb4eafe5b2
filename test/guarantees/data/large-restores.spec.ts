import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { LargeAnswers } from '../../../src/ground/http/large-answers.js';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import {
  expectTrueSizes,
  marksOf,
  MEGABYTE,
  persona,
  save,
  versionsOf,
  website,
} from '../../support/data/large-documents.js';
import { storedOnboardingOf } from '../../support/data/stored-onboarding.js';
import { TestDatabase } from '../../support/database/database.js';
import { DatabaseWire } from '../../support/database/database-wire.js';
import { storedSizesOf } from '../../support/database/stored-sizes.js';
import { TestApp } from '../../support/service/app.js';
import { done } from '../../support/service/done.js';
import { expectProblem } from '../../support/service/problems.js';

describe('large documents', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await TestDatabase.create();
    app = await TestApp.start({ database });
  });
  afterAll(async () => {
    await app.stop();
    await database.drop();
  });

  it('that would be more than 10 MB together are not restored, and nothing changes', async () => {
    const client = await app.as('too large');
    await save(client, website('first', 5.5));
    await save(client, website('second', 0));
    await save(client, persona('first', 5.5));
    const before = await storedOnboardingOf(database, 'too large');
    for (const body of [
      { revision: 2, what: 'data', steps: ['website'] },
      { revision: 2, what: 'all', steps: ['website', 'research'] },
    ]) {
      const answer = await client.post('/restore', body);
      expectProblem(answer, 413);
      expect(answer.body.detail).toMatch(/^Step 2 .*10 MB and 30,000 keys and values/);
      expect(await storedOnboardingOf(database, 'too large')).toEqual(before);
    }
    await expectTrueSizes(database, 'too large');
    expect((await versionsOf(database, 'too large')).map(({ revision }) => revision)).toEqual([2, 3, 4]);
    // Together with the persona of then it fits.
    await done(client.post('/restore', { revision: 2, what: 'all' }));
    await expectTrueSizes(database, 'too large');
    expect(await marksOf(database, 'too large')).toMatchObject({ website: 'first' });
    expect(await marksOf(database, 'too large')).toMatchObject({ persona: null });
  });

  it('of more than 30,000 keys and values are not restored, and nothing changes', async () => {
    const client = await app.as('too many');
    const list = Array.from({ length: 20_000 }, () => 0);
    await save(client, { step: 2, data: { website: 'https://example.com', crawl_result: { list } } });
    await save(client, website('second'));
    await save(client, {
      step: 5,
      data: { providers: { list: list.slice(1000).slice(0, 9000) }, other: list.slice(10_000) },
    });
    const before = await storedOnboardingOf(database, 'too many');
    const body = { revision: 2, what: 'data' };
    expectProblem(await client.post('/restore', { ...body, steps: ['website'] }), 413);
    expect(await storedOnboardingOf(database, 'too many')).toEqual(before);
    await done(client.post('/restore', body));
    const { session_items, items } = await storedSizesOf(database, 'too many');
    expect(session_items).toBe(items);
  });
});

describe('large documents that the service restores', () => {
  let database: TestDatabase;
  let app: TestApp;
  let wire: DatabaseWire;
  /** The same service, whose traffic with PostgreSQL is counted. */
  let heard: TestApp;

  beforeAll(async () => {
    database = await TestDatabase.create();
    app = await TestApp.start({ database });
    wire = await DatabaseWire.before(database.appUrl);
    heard = await TestApp.start({ database, environment: { DATABASE_URL: wire.url, DATABASE_POOL_SIZE: '1' } });
  });
  afterAll(async () => {
    await app.stop();
    await heard.stop();
    await wire.close();
    await database.drop();
  });

  it('stay inside PostgreSQL; reads of them have the turn of large answers', async () => {
    const client = await app.as('inside');
    await save(client, website('first', 5));
    await save(client, persona('first', 4));
    const then = await storedOnboardingOf(database, 'inside');
    await save(client, website('second', 0));
    await save(client, persona('second', 0));
    const later = await storedOnboardingOf(database, 'inside');
    const large = jest.spyOn(app.nest.get(LargeAnswers), 'read');
    const { documents } = (await done(client.get('/history/3'))).body;
    expect(large).toHaveBeenCalledTimes(1);
    expect(large.mock.calls[0]?.[1]).toBeGreaterThan(9 * MEGABYTE);
    large.mockRestore();
    expect(documents.website.document).toEqual(flat(then.documents.website_analyses));
    expect(documents.personalization.document).toEqual(flat(then.documents.persona_data));
    const restorer = await heard.as('inside');
    // Its connection is made, and its statements are prepared.
    for (const revision of [3, 5]) await done(restorer.post('/restore', { revision, what: 'all' }));
    for (const [revision, expected] of [
      [3, then],
      [5, later],
    ] as const) {
      const { roundTrips, statements } = await wire.during(async () => {
        await done(restorer.post('/restore', { revision, what: 'all' }));
      });
      expect(roundTrips).toBeLessThanOrEqual(2);
      expect(statements.map(({ text }) => text)).toContainEqual(expect.stringContaining('insert into persona_data'));
      const sent = statements.flatMap(({ values }) => values).reduce((sum, value) => sum + (value?.length ?? 0), 0);
      expect(sent).toBeLessThan(10_000);
      expect((await storedOnboardingOf(database, 'inside')).documents).toEqual(expected.documents);
      await expectTrueSizes(database, 'inside');
    }
  });
});

/** Columns, and the keys of `extra` next to them. */
function flat(content: unknown): unknown {
  const { extra, ...columns } = content as JsonObject;
  return { ...(extra as JsonObject), ...columns };
}
