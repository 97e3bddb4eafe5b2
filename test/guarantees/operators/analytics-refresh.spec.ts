import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { AnalyticsReads } from '../../../src/operations/analytics/analytics-reads.js';
import { AnalyticsRefresh } from '../../../src/operations/analytics/analytics-refresh.js';
import { basisOf } from '../../../src/operations/analytics/basis.js';
import { OperatorDatabase } from '../../../src/operations/database/operator-database.js';
import { sample } from '../../support/data/samples.js';
import { eventually } from '../../support/process/deadline.js';
import { TestApp } from '../../support/service/app.js';

describe('A refresh of the numbers', () => {
  let app: TestApp;
  let operators: OperatorDatabase;
  let reads: AnalyticsReads;

  beforeEach(async () => {
    app = await TestApp.start();
    const pool = () => new pg.Pool({ connectionString: app.database.ownerUrl, max: 2 });
    operators = new OperatorDatabase(pool(), pool());
    reads = new AnalyticsReads(operators);
  });
  afterEach(async () => {
    await operators.end();
    await app.stop();
  });

  const refreshOf = (deployment: ReadonlySet<'api_keys'> = new Set()) =>
    new AnalyticsRefresh(operators, basisOf('six', deployment));

  async function upToDate(refresh = refreshOf()): Promise<void> {
    const [now] = await app.database.query<{ tx: string }>('select pg_current_xact_id()::text as tx');
    // A transaction in any database of the server holds them back.
    await eventually('the numbers are up to date', async () => {
      await refresh.refresh();
      const [isThere] = await app.database.query(
        'select from operations.watermark where rebuilt_to is null and tx > $1::text::bigint',
        [now?.tx],
      );
      return isThere !== undefined;
    });
  }

  const completed = async (userId: string, ...steps: number[]) => {
    const user = await app.as(userId);
    for (const n of steps) expect((await user.post(`/step/${n}/complete`, sample(n))).status).toBe(200);
    return user;
  };

  function lastDays() {
    const day = (shift: number) => new Date(Date.now() + shift * 86_400_000).toISOString().slice(0, 10);
    return { from: day(-1), to: day(1), flow: null, by: 'none' as const, windowDays: null };
  }

  /** Of today's attempts: entered, completed, skipped, in progress, by step. */
  async function funnel(): Promise<Record<string, readonly number[]>> {
    const { rows } = await reads.funnel(lastDays());
    return Object.fromEntries(
      rows.map((row) => [row.step, [row.entered, row.completed, row.skipped, row.in_progress]] as const),
    );
  }

  /** Changes a user's session in a transaction that stays open, as a slow process would. */
  async function slowChange(userId: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: app.database.ownerUrl });
    await client.connect();
    await client.query('begin');
    await client.query(
      `with moved as (
         update onboarding_sessions set revision = revision + 1,
           steps = steps || '{"website": {"status": "skipped", "completed_at": null}}' where user_id = $1 returning *
       )
       insert into progress_events (user_id, session_id, revision, type, step, state, actor, occurred_at)
       select user_id, id, revision, 'step_skipped', 'website',
              jsonb_build_object('steps', steps, 'started_at', started_at), 'user', now()
       from moved`,
      [userId],
    );
    return client;
  }

  it('counts who has entered and finished each step', async () => {
    const alice = await completed('alice', 1, 2, 3);
    await completed('bob', 1);
    await upToDate();
    expect(await funnel()).toEqual({
      '': [2, 0, 0, 2],
      api_keys: [2, 2, 0, 0],
      website: [2, 1, 0, 1],
      research: [1, 1, 0, 0],
      personalization: [1, 0, 0, 1],
    });
    await alice.post('/reset');
    await upToDate();
    expect(await funnel()).toEqual({ '': [2, 0, 0, 2], api_keys: [2, 1, 0, 1], website: [1, 0, 0, 1] });
  });

  it('misses nothing that is committed late, and does not say that it is further than it is', async () => {
    await completed('alice', 1);
    await upToDate();
    const { as_of: before } = await reads.stuck(null);
    const slow = await slowChange('alice');
    const begun = Date.now();
    await completed('bob', 1);
    await refreshOf().refresh();
    await refreshOf().refresh();
    const during = await reads.stuck(null);
    expect(during.as_of.getTime()).toBeGreaterThanOrEqual(before.getTime());
    expect(during.as_of.getTime()).toBeLessThanOrEqual(begun);
    expect(during.pending).toBeGreaterThan(0);
    expect(await funnel()).toMatchObject({ '': [1, 0, 0, 1], website: [1, 0, 0, 1] });
    await slow.query('commit');
    await slow.end();
    await upToDate();
    await eventually('it says so', async () => {
      await refreshOf().refresh();
      return (await reads.stuck(null)).as_of.getTime() > begun;
    });
    expect((await reads.stuck(null)).pending).toBe(0);
    expect(await funnel()).toMatchObject({ '': [2, 0, 0, 2], website: [2, 0, 1, 1] });
  });

  it('forgets a user who is erased, and keeps a tombstone no longer than that', async () => {
    const tombstones = () => app.database.query('select user_id from operations.tombstones');
    const alice = await completed('alice', 1, 2);
    await completed('bob', 1);
    await upToDate();
    await alice.post('/reset?hard=true');
    expect(await tombstones()).toEqual([{ user_id: 'alice' }]);
    await upToDate();
    expect(await tombstones()).toEqual([]);
    expect(await funnel()).toEqual({ '': [1, 0, 0, 1], api_keys: [1, 1, 0, 0], website: [1, 0, 0, 1] });
    expect(await app.database.query('select user_id from operations.journeys')).toEqual([{ user_id: 'bob' }]);
    const carol = await completed('carol', 1);
    await carol.post('/reset?hard=true');
    // No number knows of her.
    expect(await tombstones()).toEqual([]);
  });

  it('forgets a user who is erased while it runs', async () => {
    const alice = await completed('alice', 1);
    await upToDate();
    await completed('bob', 1);
    const bob = await app.as('bob');
    let isErased = false;
    const slow = new OperatorDatabase(
      new pg.Pool({ connectionString: app.database.ownerUrl }),
      new pg.Pool({ connectionString: app.database.ownerUrl }),
    );
    const write = slow.write.bind(slow);
    slow.write = (work) =>
      write((run) =>
        work(async (sql, values) => {
          const rows = await run(sql, values);
          if (!isErased && sql.includes('operations.journeys')) {
            isErased = true;
            expect((await bob.post('/reset?hard=true')).status).toBe(200);
          }
          return rows as never;
        }),
      );
    const refresh = new AnalyticsRefresh(slow, basisOf('six', new Set()));
    await eventually('a refresh has erased bob', async () => {
      await refresh.refresh();
      return isErased;
    });
    await slow.end();
    await upToDate();
    expect(await app.database.query('select user_id from operations.journeys')).toEqual([{ user_id: 'alice' }]);
    expect(await funnel()).toMatchObject({ '': [1, 0, 0, 1] });
    await alice.post('/reset?hard=true');
    await upToDate();
    for (const table of ['journeys', 'tombstones', 'funnel_counts', 'funnel_times', 'funnel_standing', 'activity'])
      expect(await app.database.query(`select from operations.${table}`)).toEqual([]);
  });

  it('counts a step as failed only where the deployment does not finish it', async () => {
    expect((await (await app.as('alice')).post('/start')).status).toBe(200);
    await app.database.query(
      `update progress_events set state = state || '{"steps": {"api_keys": {"status": "failed", "completed_at": null}}}'`,
    );
    const failed = async () => {
      const { rows } = await reads.funnel(lastDays());
      return rows.map(({ step, failed: count }) => [step, count]).sort();
    };
    await upToDate();
    expect(await failed()).toEqual([
      ['', 0],
      ['api_keys', 1],
    ]);
    await upToDate(refreshOf(new Set(['api_keys'])));
    expect(await failed()).toEqual([
      ['', 0],
      ['api_keys', 0],
      ['website', 0],
    ]);
  });

  it('counts everybody anew where the deployment has changed, or the database was restored from a dump', async () => {
    expect((await (await app.as('alice')).post('/start')).status).toBe(200);
    await completed('carol', 1);
    await upToDate();
    expect(await funnel()).toMatchObject({ '': [2, 0, 0, 2], api_keys: [2, 1, 0, 1], website: [1, 0, 0, 1] });
    const withKeys = refreshOf(new Set(['api_keys']));
    expect((await withKeys.refresh()).rebuilds).toBe('basis');
    await expect(funnel()).rejects.toThrow('counted anew');
    await upToDate(withKeys);
    expect(await funnel()).toMatchObject({ '': [2, 0, 0, 2], api_keys: [2, 2, 0, 0], website: [2, 0, 0, 2] });
    await app.database.query(`update operations.watermark set system_identifier = 'another'`);
    expect((await withKeys.refresh()).rebuilds).toBe('restored');
    await upToDate(withKeys);
    expect(await funnel()).toMatchObject({ '': [2, 0, 0, 2], api_keys: [2, 2, 0, 0] });
    expect(await withKeys.refresh()).toEqual({ users: 0, isBehind: false, rebuilds: null });
  });
});
