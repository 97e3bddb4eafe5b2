import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UserDatabase } from '../../../src/onboarding/database/user-database.js';
import { TestApp } from '../../support/service/app.js';
import type { Answer, Client } from '../../support/service/client.js';
import { TestDatabase } from '../../support/database/database.js';
import { DatabaseWire, type Traffic } from '../../support/database/database-wire.js';
import { runAs } from '../../support/database/raw-statements.js';
import { sample } from '../../support/data/samples.js';
import { STEP_NUMBERS } from '../../support/data/step-numbers.js';

const READS = ['/status', '/progress', '/step/2', '/init', '/requirements', '/ai-inputs', '/history', '/history/2'];

describe('round trips to PostgreSQL, counted at its socket,', () => {
  let database: TestDatabase;
  let wire: DatabaseWire;
  let app: TestApp;
  let veteran: Client;

  beforeAll(async () => {
    database = await TestDatabase.create();
    wire = await DatabaseWire.before(database.appUrl);
    // With one connection no request finds another on which its statements were not prepared yet.
    app = await TestApp.start({ database, environment: { DATABASE_URL: wire.url, DATABASE_POOL_SIZE: '1' } });
    veteran = await app.as('veteran');
    for (const step of STEP_NUMBERS) await complete(veteran, step);
    for (const path of READS) await veteran.get(path);
  });
  afterAll(async () => {
    await app.stop();
    await wire.close();
    await database.drop();
  });

  const complete = (client: Client, step: number) => client.post(`/step/${step}/complete`, sample(step));

  async function trafficOf(send: () => Promise<Answer>): Promise<Traffic> {
    return wire.during(async () => expect(await send()).toMatchObject({ status: 200 }));
  }

  it.each(READS)('%s takes one, with one statement beside the transaction’s own', async (path) => {
    const { roundTrips, statements } = await trafficOf(() => veteran.get(path));
    expect(roundTrips).toBe(1);
    // Begin, scope and commit are the others.
    expect(statements.length).toBeLessThanOrEqual(4);
  });

  it.each(STEP_NUMBERS)('completing step %i takes two at most, for somebody with data', async (step) => {
    const { roundTrips, statements } = await trafficOf(() => complete(veteran, step));
    expect(roundTrips).toBeLessThanOrEqual(2);
    expect(statements.length).toBeLessThanOrEqual(10);
  });

  it.each(STEP_NUMBERS)('completing step %i takes two at most, for somebody new', async (step) => {
    const newcomer = await app.as(`newcomer to ${step}`);
    // The last step can only be completed behind the others.
    if (step === 6) for (const before of [1, 2, 3]) await complete(newcomer, before);
    const { roundTrips, statements } = await trafficOf(() => complete(newcomer, step));
    expect(roundTrips).toBeLessThanOrEqual(2);
    expect(statements.length).toBeLessThanOrEqual(13);
  });

  it('a restore takes two at most', async () => {
    const send = () => veteran.post('/restore', { revision: 1, what: 'all' });
    const { roundTrips, statements } = await trafficOf(send);
    expect(roundTrips).toBeLessThanOrEqual(2);
    // One for each table that it brings back, besides those that open, read, advance the session and commit.
    expect(statements.length).toBeLessThanOrEqual(12);
    expect(statements.filter(({ name }) => name.startsWith('restore-'))).toHaveLength(5);
  });

  it('are counted where a statement waits for the one before', async () => {
    const users = app.nest.get(UserDatabase);
    const count = async (statements: number) => {
      const { roundTrips } = await wire.during(async () => {
        for (let sent = 0; sent < statements; sent++) await runAs(users, 'veteran', 'select 1');
      });
      return roundTrips;
    };
    const [one, three] = [await count(1), await count(3)];
    expect(one).toBeGreaterThanOrEqual(1);
    expect(three).toBe(3 * one);
  });

  it('are counted with the statements that travel in them', async () => {
    const { statements } = await trafficOf(() => veteran.get('/status'));
    expect(statements.map(({ text }) => text)).toContainEqual(expect.stringMatching(/^select .*onboarding_sessions/s));
    expect(statements.flatMap(({ values }) => values)).toContain('veteran');
  });
});
