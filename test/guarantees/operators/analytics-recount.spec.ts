import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { type TestDatabase } from '../../support/database/database.js';
import { deploymentOf, Numbers } from '../../support/operators/numbers.js';
import { RandomOnboardings } from '../../support/operators/random-onboardings.js';
import { sample } from '../../support/data/samples.js';
import { eventually } from '../../support/process/deadline.js';
import { TestApp } from '../../support/service/app.js';
import { Random } from '../../torture/random.js';

/** `npm run analytics:torture` does 50,000. */
const OPERATIONS = Number(process.env['ANALYTICS_OPERATIONS'] ?? 1000);

/** The first line of the output names it: the same operations are tried again with it, as far as they do not meet. */
const SEED = Number(process.env['ANALYTICS_SEED'] ?? Date.now() % 1_000_000);

/** Milliseconds. */
const LIMIT = 180_000 + OPERATIONS * 60;

const USERS = Math.max(60, OPERATIONS / 50);

/** Each deployment counts in its own way. */
const DEPLOYMENTS = [
  { wizard: 'six-intro', hasKey: true },
  { wizard: 'four', hasKey: false },
  { wizard: 'six', hasKey: true },
  { wizard: 'six', hasKey: false },
] as const;

const six = deploymentOf({ wizard: 'six', hasKey: false });

/** The tables of the numbers in which something names a user. */
async function tablesNaming(database: TestDatabase, userId: string): Promise<string[]> {
  const tables = await database.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'operations' order by 1`,
  );
  expect(tables.length).toBeGreaterThanOrEqual(8);
  const named: string[] = [];
  for (const { name } of tables) {
    const statement = `select from operations.${name} t where position($1 in t::text) > 0`;
    if ((await database.query(statement, [userId])).length > 0) named.push(name);
  }
  return named;
}

const erase = (database: TestDatabase, userId: string) =>
  database.query('delete from onboarding_sessions where user_id = $1 returning user_id', [userId]);

describe('each figure is the one recounted from the events', () => {
  let app: TestApp;
  let numbers: Numbers;

  beforeAll(async () => {
    console.log(`ANALYTICS_SEED=${SEED}`);
    app = await TestApp.start({ environment: { RATE_LIMIT_KEY_SAVES: '0', LOG_LEVEL: 'error' } });
    numbers = new Numbers(app.database, six);
  });
  afterAll(async () => {
    await numbers.stop();
    await app.stop();
  });

  it(
    `after ${OPERATIONS} operations from several connections, with refreshes all the time, of which some are killed`,
    async () => {
      const users = Array.from({ length: USERS }, (_, index) => `user ${index}`);
      const onboardings = RandomOnboardings.start(app, users, new Random(SEED));
      const others = [new Numbers(app.database, six, { name: 'killed' }), new Numbers(app.database, six)];
      let isOver = false;
      const refreshing = others.map((other) => other.refreshUntil(() => isOver));
      const killing = killNowAndThen(app.database, () => isOver);
      try {
        await onboardings.perform(OPERATIONS, 5);
        await onboardings.leaveSome();
      } finally {
        isOver = true;
        await Promise.all([...refreshing, killing]);
        await Promise.all([...others.map((other) => other.stop()), onboardings.stop()]);
      }
      expect(await numbers.expectExact()).toBe(
        Number((await app.database.query('select count(*) from onboarding_sessions'))[0]?.['count']),
      );
      // Otherwise nothing was tried.
      const [tried] = await app.database.query(VARIETY);
      expect(Object.entries(tried ?? {}).filter(([, count]) => Number(count) === 0)).toEqual([]);
      expect([...onboardings.done.keys()].sort()).toEqual(RandomOnboardings.operations);
      expect(others[0]?.lost).toBeGreaterThan(0);
      expect(others[1]?.refreshes).toBeGreaterThan(20);
    },
    LIMIT,
  );

  it.each(DEPLOYMENTS)('after the deployment changed: $wizard, a key: $hasKey', async (served) => {
    const changed = new Numbers(app.database, deploymentOf(served));
    try {
      expect(await changed.refresh()).toMatchObject({ rebuilds: 'basis' });
      expect(await changed.expectExact()).toBeGreaterThan(0);
    } finally {
      await changed.stop();
    }
  });

  it('after the database was restored from a dump', async () => {
    await app.database.query(`update operations.watermark set system_identifier = 'of another server'`);
    await app.database.query(`update operations.funnel_counts set entered = entered + 1`);
    expect(await numbers.refresh()).toMatchObject({ rebuilds: 'restored' });
    expect(await numbers.expectExact()).toBeGreaterThan(0);
  });
});

describe('a user who was erased', () => {
  let app: TestApp;
  let numbers: Numbers;

  beforeAll(async () => {
    app = await TestApp.start();
    numbers = new Numbers(app.database, six);
    for (const userId of ['alice', 'bob', 'carol']) await completeStep(userId);
    expect(await numbers.expectExact()).toBe(3);
  });
  afterAll(async () => {
    await numbers.stop();
    await app.stop();
  });

  async function completeStep(userId: string) {
    expect((await (await app.as(userId)).post('/step/2/complete', sample(2))).status).toBe(200);
  }

  it('is named nowhere after the next refresh, and not counted', async () => {
    expect(await tablesNaming(app.database, 'alice')).toEqual(['journeys']);
    await erase(app.database, 'alice');
    expect(await tablesNaming(app.database, 'alice')).toEqual(['journeys', 'tombstones']);
    expect(await numbers.expectExact()).toBe(2);
    expect(await tablesNaming(app.database, 'alice')).toEqual([]);
  });

  it('leaves no tombstone where the numbers hold nothing of them', async () => {
    await completeStep('dave');
    expect(await erase(app.database, 'dave')).toHaveLength(1);
    expect(await tablesNaming(app.database, 'dave')).toEqual([]);
    expect(await numbers.expectExact()).toBe(2);
  });

  it.each(['bob', 'erin'])('while a refresh runs is not counted, either: %s', async (userId) => {
    await completeStep(userId);
    await completeStep('carol');
    const blocker = new pg.Client({ connectionString: app.database.ownerUrl });
    await blocker.connect();
    try {
      await blocker.query(`begin; select from operations.journeys where user_id = 'carol' for update`);
      let isOver = false;
      const refreshing = numbers.refreshUntil(() => isOver);
      await eventually('the refresh waits', async () => (await app.database.query(WAITING)).length > 0);
      expect(await erase(app.database, userId)).toHaveLength(1);
      expect(await tablesNaming(app.database, userId)).toContain('tombstones');
      await blocker.query('commit');
      isOver = true;
      await refreshing;
    } finally {
      await blocker.end();
    }
    await numbers.expectExact();
    expect(await tablesNaming(app.database, userId)).toEqual([]);
  });
});

/** What figures are made of: of each there are some. */
const VARIETY = `
  select count(distinct day) as days, count(distinct flow) + 1 as flows, count(distinct step) as steps,
         count(distinct within) as windows, sum(completed) as completed, sum(skipped) as skipped, sum(failed) as failed,
         sum(timed) as timed, (select count(distinct bucket) from operations.funnel_times) as buckets,
         (select sum(users) from operations.completions) as completions,
         (select count(distinct completed_day - day) from operations.completions) as delays,
         (select count(distinct last_day) from operations.funnel_standing) as last_days,
         (select count(distinct type) from operations.activity) as types
  from operations.funnel_counts`;

const WAITING = `
  select from pg_stat_activity
  where datname = current_database() and application_name = 'numbers' and wait_event_type = 'Lock'`;

/** Ends the connection of a refresh while it works. */
async function killNowAndThen(database: TestDatabase, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await database.query(`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'killed' and state <> 'idle' limit 1`);
    await delay(200);
  }
}
