import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { AnalyticsReads } from '../../../src/operations/analytics/analytics-reads.js';
import { AnalyticsRefresh } from '../../../src/operations/analytics/analytics-refresh.js';
import { basisOf } from '../../../src/operations/analytics/basis.js';
import { OperatorDatabase, type Run } from '../../../src/operations/database/operator-database.js';
import { TestDatabase } from '../../support/database/database.js';
import { eventually } from '../../support/process/deadline.js';

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly Plan[];
}

interface Scanned {
  readonly sql: string;
  /** Names of indexes, or of tables that are read from end to end. */
  readonly scans: readonly string[];
}

const USERS = 300;

/** Each is an event of every user, in a transaction of its own. */
const EVENTS = 60;

/** Those of a deployment that has been there for years. */
const DAYS = 1400;

const BASIS = basisOf('six', new Set());

/** Plans of the planner's own choice, for rows of years, with statistics of them: those of production. */
describe('plans of the numbers', () => {
  let database: TestDatabase;
  let operators: OperatorDatabase;

  beforeAll(async () => {
    database = await TestDatabase.create();
    const pool = () => new pg.Pool({ connectionString: database.ownerUrl, max: 1 });
    operators = new OperatorDatabase(pool(), pool());
    await database.query(
      `insert into onboarding_sessions (user_id, id, started_at, updated_at)
       select 'user ' || n, gen_random_uuid(), now(), now() from generate_series(1, $1) n`,
      [USERS],
    );
    for (let event = 0; event < EVENTS; event++) await addEvent(USERS);
    await catchUp();
    await addSums();
    await database.query('vacuum (analyze) progress_events');
    await database.query('analyze');
  });
  afterAll(async () => {
    await operators.end();
    await database.drop();
  });

  /** One transaction with the next event of so many users. */
  async function addEvent(users: number): Promise<void> {
    await database.query(
      `with session as (
         update onboarding_sessions set revision = revision + 1 where user_id in (select 'user ' || n from generate_series(1, $1) n)
         returning user_id, id, revision
       )
       insert into progress_events (user_id, session_id, revision, type, state, actor, occurred_at)
       select user_id, id, revision, 'data_saved', jsonb_build_object('steps', '{}'::jsonb, 'started_at', now()), 'user', now()
       from session`,
      [users],
    );
    // Transactions of other databases on the server hold a refresh back.
    await eventually('its transaction is over for everybody', async () => {
      const [event] = await database.query<{ isOver: boolean }>(
        `select max(tx) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint as "isOver" from progress_events`,
      );
      return event?.isOver === true;
    });
  }

  async function catchUp(): Promise<void> {
    const refresh = new AnalyticsRefresh(operators, BASIS);
    while ((await refresh.refresh()).isBehind);
  }

  /** What attempts of years have added. */
  async function addSums(): Promise<void> {
    const day = `(select current_date - n as day from generate_series(1, ${DAYS}) n) days`;
    const step = `${day}, unnest('{a,b,c,d,e,f,""}'::text[]) step`;
    await database.query(
      `insert into operations.funnel_counts select flow, day, step, 1, 10, 8, 0, 0, 8, 800 from ${step}, unnest('{six,five}'::text[]) flow`,
    );
    await database.query(
      `insert into operations.funnel_times select 'day', 'six', day, step, 1, bucket, 1 from ${step}, generate_series(100, 106) bucket`,
    );
    await database.query(
      `insert into operations.funnel_standing select flow, day, step, day, 1 from ${step}, unnest('{six,five}'::text[]) flow`,
    );
    await database.query(
      `insert into operations.completions select 'six', day, day + late, 1 from ${day}, generate_series(0, 5) late`,
    );
    await database.query(`insert into operations.activity select day, step, 5 from ${step}`);
  }

  /** How each statement of some work finds rows: by indexes, or by reading a table from end to end. */
  async function scansOf(work: (database: OperatorDatabase) => Promise<unknown>): Promise<readonly Scanned[]> {
    const scanned: Scanned[] = [];
    const explaining =
      (run: Run): Run =>
      async <R>(sql: string, values?: readonly unknown[]) => {
        if (HAS_PLAN.test(sql))
          scanned.push({ sql, scans: scansIn(await explain(run, 'explain (format json)', sql, values)) });
        return run<R>(sql, values);
      };
    const explained = Object.assign(Object.create(operators) as OperatorDatabase, {
      read: <T>(inside: (run: Run) => Promise<T>) => operators.read((run) => inside(explaining(run))),
      write: <T>(inside: (run: Run) => Promise<T>) => operators.write((run) => inside(explaining(run))),
    });
    await work(explained);
    return scanned;
  }

  /** Each once, by name; those of one table, if it is given. */
  const listed = (scanned: readonly Scanned[], table = '') =>
    [...new Set(scanned.flatMap(({ scans }) => scans))].filter((scan) => scan.includes(table)).toSorted();

  it('find changed users by their transactions, and their events by the user', async () => {
    await addEvent(5);
    const scanned = await scansOf((explained) => new AnalyticsRefresh(explained, BASIS).refresh());
    expect(listed(scanned, 'progress_events')).toEqual(['progress_events_pkey', 'progress_events_tx_index']);
  });

  it('read few of the events to find changed users', async () => {
    await addEvent(5);
    const [pages] = await database.query<{ count: number }>(
      `select (pg_relation_size('progress_events') / 8192)::int as count`,
    );
    const read = await operators.read((run) =>
      explain(
        run,
        'explain (analyze, buffers, format json)',
        'select from progress_events where tx >= (select tx from operations.watermark)',
      ),
    );
    expect(pages?.count).toBeGreaterThan(300);
    expect(read['Shared Hit Blocks'] + read['Shared Read Blocks']).toBeLessThan((pages?.count ?? 0) / 3);
  });

  it('count what is not in the numbers yet by its transactions', async () => {
    const scanned = await scansOf((explained) => new AnalyticsReads(explained).stuck(null));
    expect(listed(scanned, 'progress_events')).toEqual(['progress_events_tx_index']);
  });

  it('delete sums that have come to nothing without reading the others', async () => {
    await addEvent(5);
    const scanned = await scansOf((explained) => new AnalyticsRefresh(explained, BASIS).refresh());
    const deletes = scanned.filter(({ sql }) => /^\s*delete from operations\.(?!tombstones)/.test(sql));
    expect(deletes.flatMap(({ scans }) => scans)).toEqual([
      'funnel_counts_empty_index',
      'funnel_times_empty_index',
      'funnel_standing_empty_index',
      'completions_empty_index',
      'activity_empty_index',
    ]);
  });

  it('read the sums of a period by their days', async () => {
    const [today] = await database.query<{ from: string; to: string }>(
      `select (current_date - 30)::text as from, current_date::text as to`,
    );
    const period = today ?? { from: '', to: '' };
    const funnels = (['none', 'day', 'week'] as const).flatMap((by) =>
      [null, 7].map((windowDays) => ({ ...period, flow: null, by, windowDays })),
    );
    const scanned = await scansOf(async (explained) => {
      const reads = new AnalyticsReads(explained);
      for (const funnel of funnels) await reads.funnel(funnel);
      for (const unit of ['day', 'week', 'month'] as const) await reads.cohorts(period, null, unit);
      await reads.activity(period);
    });
    expect(listed(scanned)).toEqual([
      'Seq Scan on watermark',
      'activity_pkey',
      'completions_completed_day_index',
      'completions_pkey',
      'funnel_counts_pkey',
      'funnel_standing_pkey',
      'funnel_times_pkey',
      'progress_events_tx_index',
    ]);
  });
});

/** Statements that a plan says something of. */
const HAS_PLAN = /^\s*(with|select|insert|update|delete)\b/;

async function explain(run: Run, how: string, sql: string, values?: readonly unknown[]): Promise<Plan> {
  const [row] = await run<{ 'QUERY PLAN': [{ Plan: Plan }] }>(`${how} ${sql}`, values);
  if (!row) throw new Error(`PostgreSQL explains nothing of ${sql}`);
  return row['QUERY PLAN'][0].Plan;
}

function scansIn(plan: Plan): string[] {
  const inside = (plan.Plans ?? []).flatMap(scansIn);
  if (plan['Index Name']) return [plan['Index Name'], ...inside];
  return plan['Node Type'] === 'Seq Scan' ? [`Seq Scan on ${plan['Relation Name']}`, ...inside] : inside;
}
