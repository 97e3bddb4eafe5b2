import { asSuperuser, postmasterOf, type Cluster, type Database } from '../cluster.ts';
import { asContestant } from '../contestants.ts';
import { measure, startLoad, type Contestant } from '../measure.ts';
import { CONNECTIONS, OPERATIONS } from '../operations.ts';
import { end, familyCpuSeconds } from '../processes.ts';
import type { Run } from '../run.ts';
import { chooseUsers, fill, settle } from '../seed.ts';
import { Service } from '../service.ts';
import { median } from '../table.ts';

/** Seconds of one measurement. */
const SECONDS = 4;

/** What a completion has cost PostgreSQL in one round. */
export interface Cost {
  readonly requests: number;
  /** Microseconds of processor time. */
  readonly cpu: number;
  /** Bytes of WAL, with the images of pages that a checkpoint makes it write. */
  readonly wal: number;
}

/** Figures of a database without what the numbers ask of users' tables, and of one with it. */
type Pair<T> = readonly [without: T, with_: T];

export interface CompletionCost {
  readonly users: number;
  readonly rounds: readonly Pair<Cost>[];
  /** By how much more processor time a completion takes; the median, the least and the most of the rounds. */
  readonly cpu: { readonly ratio: number; readonly least: number; readonly most: number };
  /** Bytes of WAL that an event takes. */
  readonly eventBytes: Pair<number>;
  /** The share of updates of sessions that touch no index. */
  readonly hot: Pair<number>;
}

/** What the numbers ask of users' tables, taken away again: as if they had never been. */
const WITHOUT = `
  drop trigger onboarding_sessions_erased on onboarding_sessions;
  alter table progress_events drop column tx;
  alter table onboarding_sessions reset (fillfactor)`;

/** Completions of step 2 on two databases of one server, in turns. */
export async function completionCost(
  { build, stops, say }: Run,
  cluster: Cluster,
  { users, rounds }: { readonly users: number; readonly rounds: number },
): Promise<CompletionCost> {
  const load = startLoad(stops);
  const sides: Side[] = [];
  for (const name of ['without', 'with']) {
    const database = await cluster.createDatabase(`${name}_numbers`);
    if (name === 'without') await asSuperuser(database.superuserUrl, (client) => client.query(WITHOUT));
    const service = await Service.start(build, database.appUrl, stops);
    say(`Making ${users} users ${name} numbers…`);
    await fill(service.url, database, users);
    await settle(database);
    const contestant = await asContestant(name, service, await chooseUsers(database, users));
    sides.push({ database, service, contestant });
  }
  const [without, with_] = sides as [Side, Side];
  const postmaster = await postmasterOf(without.database);
  const shapes = OPERATIONS.find(({ name }) => name === 'step-2-complete')?.shapes() ?? [];
  const costOf = async ({ database, contestant }: Side): Promise<Cost> => {
    const [cpu, wal] = [familyCpuSeconds(postmaster) ?? NaN, await walBytes(database)];
    const { requests } = await measure(load, contestant, shapes, {
      until: { seconds: SECONDS },
      connections: CONNECTIONS,
    });
    return {
      requests,
      cpu: (((familyCpuSeconds(postmaster) ?? NaN) - cpu) / requests) * 1e6,
      wal: ((await walBytes(database)) - wal) / requests,
    };
  };
  const pairs: Pair<Cost>[] = [];
  for (let round = 0; round <= rounds; round++) {
    say(`Completions: round ${round} of ${rounds}…`);
    const costs: Cost[] = [];
    // Who is first changes from round to round.
    for (const place of round % 2 === 0 ? [0, 1] : [1, 0]) costs[place] = await costOf(sides[place] as Side);
    // The first one warms up.
    if (round > 0) pairs.push(costs as [Cost, Cost]);
  }
  const ratios = pairs.map(([before, after]) => after.cpu / before.cpu - 1);
  await Promise.all(sides.map(({ service }) => end(service.child)));
  return {
    users,
    rounds: pairs,
    cpu: { ratio: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) },
    eventBytes: [await eventBytes(without.database), await eventBytes(with_.database)],
    hot: [await hotShare(without.database), await hotShare(with_.database)],
  };
}

interface Side {
  readonly database: Database;
  readonly service: Service;
  readonly contestant: Contestant;
}

async function walBytes({ superuserUrl }: Database): Promise<number> {
  return figure(superuserUrl, `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as figure`);
}

async function hotShare({ superuserUrl }: Database): Promise<number> {
  return figure(
    superuserUrl,
    `select n_tup_hot_upd::float8 / n_tup_upd as figure from pg_stat_user_tables where relname = 'onboarding_sessions'`,
  );
}

async function figure(url: string, sql: string): Promise<number> {
  return asSuperuser(url, async (client) => (await client.query<{ figure: number }>(sql)).rows[0]?.figure ?? NaN);
}

/** The last event of each user, into a table of its own: the same rows and indexes, in an order that always splits the same pages. */
const COPY_EVENTS = `
  explain (analyze, wal, format json)
  insert into copied_events (user_id, session_id, revision, type, step, state, actor, cause, occurred_at)
  select distinct on (user_id) user_id, session_id, revision, type, step, state, actor, cause, occurred_at
  from progress_events order by user_id, revision desc`;

interface WalPlan {
  readonly Plan: { readonly 'WAL Bytes': number; readonly Plans: readonly [{ readonly 'Actual Rows': number }] };
}

function eventBytes({ superuserUrl }: Database): Promise<number> {
  return asSuperuser(superuserUrl, async (client) => {
    await client.query('create table copied_events (like progress_events including defaults including indexes)');
    const { rows } = await client.query<{ 'QUERY PLAN': [WalPlan] }>(COPY_EVENTS);
    const plan = rows[0]?.['QUERY PLAN'][0].Plan;
    return (plan?.['WAL Bytes'] ?? NaN) / (plan?.Plans[0]['Actual Rows'] ?? NaN);
  });
}
