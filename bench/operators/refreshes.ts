import { asSuperuser, type Database } from '../cluster.ts';
import { FINISH_STEPS } from './histories.sql.ts';
import type { Explained, Numbers } from './numbers.ts';
import type { Effort, Stopwatch } from './timing.ts';

const IDLE_RUNS = 25;

export interface RefreshFigures {
  /** The first build of everything. */
  readonly build: Effort;
  readonly idle: Effort;
  readonly changed: readonly (Effort & { readonly users: number; readonly runs: number })[];
  /** The search for changed users, after so many have changed. */
  readonly search: Explained & { readonly users: number; readonly pagesOfEvents: number };
}

/** Counts everybody, and measures what it takes to follow some of them. */
export async function refreshFigures(
  database: Database,
  { refresh, explained }: Numbers,
  stopwatch: Stopwatch,
  users: number,
): Promise<RefreshFigures> {
  const build = await stopwatch.time(1, () => catchUp({ refresh }));
  // What autovacuum would do some time.
  await asSuperuser(database.superuserUrl, (client) => client.query('vacuum (analyze)'));
  const idle = await stopwatch.time(IDLE_RUNS, () => refresh.refresh());
  const changed = [];
  // A user who has finished all steps is no longer one of those who can finish another.
  for (const [wanted, share, runs] of [
    [1000, 0.01, 10],
    [10_000, 0.1, 3],
  ] as const) {
    const count = Math.min(wanted, Math.ceil(users * share));
    const timing = await stopwatch.time(
      runs,
      () => catchUp({ refresh }),
      () => finishSteps(database, count),
    );
    changed.push({ users: count, runs, ...timing });
  }
  const count = Math.min(1000, Math.ceil(users * 0.01));
  await finishSteps(database, count);
  const search = { users: count, ...(await explained()), pagesOfEvents: await pagesOf(database, 'progress_events') };
  return { build, idle, changed, search };
}

/** Refreshes until nothing is left. */
export async function catchUp({ refresh }: Pick<Numbers, 'refresh'>): Promise<void> {
  while ((await refresh.refresh()).isBehind);
}

function finishSteps({ superuserUrl }: Database, count: number): Promise<void> {
  return asSuperuser(superuserUrl, async (client) => {
    const { rowCount } = await client.query(FINISH_STEPS, [count]);
    if (rowCount !== count)
      throw new Error(`Only ${rowCount} of ${count} users have a step to finish: use more users.`);
  });
}

async function pagesOf({ superuserUrl }: Database, table: string): Promise<number> {
  return asSuperuser(superuserUrl, async (client) => {
    const { rows } = await client.query<{ pages: number }>(
      `select (pg_relation_size($1::regclass) / current_setting('block_size')::int)::int as pages`,
      [table],
    );
    return rows[0]?.pages ?? NaN;
  });
}
