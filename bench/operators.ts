import { loadavg } from 'node:os';
import { asSuperuser, Cluster, type Database } from './cluster.ts';
import { completionCost, type CompletionCost } from './operators/completion-cost.ts';
import { makeHistories } from './operators/histories.ts';
import { lagFigures, type LagFigures } from './operators/lag.ts';
import { numbersOf } from './operators/numbers.ts';
import { textOf } from './operators/operators-table.ts';
import { readTimings, type ReadTiming } from './operators/reads.ts';
import { refreshFigures, type RefreshFigures } from './operators/refreshes.ts';
import { stopwatchOf } from './operators/timing.ts';
import type { Report, Run } from './run.ts';
import { settle } from './seed.ts';

export interface OperatorsOptions {
  readonly users: number;
  /** Of the comparison of databases. */
  readonly rounds: number;
  /** Of the part in which users complete steps. */
  readonly seconds: number;
}

/** Users who complete steps in the comparison of databases, at most. */
const COMPLETING = 10_000;

interface TableSize {
  readonly name: string;
  readonly rows: number;
  /** With its indexes. */
  readonly megabytes: number;
}

export interface OperatorsFigures {
  readonly users: number;
  readonly events: number;
  readonly seedSeconds: number;
  readonly sizes: readonly TableSize[];
  readonly refreshes: RefreshFigures;
  readonly reads: readonly ReadTiming[];
  readonly lag: LagFigures;
  readonly cost: CompletionCost;
  /** The machine's, over the last minute, after each part. */
  readonly loads: Readonly<Record<string, number>>;
}

/** The numbers of many users over half a year: how fast they are read and brought up to date, and what they cost the users. */
export async function operators(run: Run, { users, rounds, seconds }: OperatorsOptions): Promise<Report> {
  const { build, stops, say } = run;
  const loads: Record<string, number> = {};
  const part = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    say(`${name}…`);
    const result = await work();
    loads[name] = loadavg()[0] ?? NaN;
    return result;
  };
  const cluster = await Cluster.start(build, stops);
  const database = await cluster.createDatabase('bench');
  const numbers = await numbersOf(run, database);
  const stopwatch = await stopwatchOf(database);
  const began = performance.now();
  const events = await part(`histories of ${users} users`, () => makeHistories(database, users, numbers.chains));
  const seedSeconds = (performance.now() - began) / 1000;
  await settle(database);
  const refreshes = await part('refreshes', () => refreshFigures(database, numbers, stopwatch, users));
  const sizes = await sizesOf(database);
  const reads = await part('figures', () => readTimings(numbers.reads, stopwatch));
  const lag = await part('completions and refreshes', () => lagFigures(run, database, numbers, seconds));
  const completing = { users: Math.min(users, COMPLETING), rounds };
  const cost = await part('completions', () => completionCost(run, cluster, completing));
  const figures: OperatorsFigures = { users, events, seedSeconds, sizes, refreshes, reads, lag, cost, loads };
  return { text: textOf(figures), data: { ...figures } };
}

function sizesOf({ superuserUrl }: Database): Promise<readonly TableSize[]> {
  return asSuperuser(superuserUrl, async (client) => {
    await client.query('analyze');
    const { rows } = await client.query<TableSize>(
      `select relname as name, reltuples::int as rows, (pg_total_relation_size(oid) / 1e6)::float8 as megabytes
       from pg_class where relkind = 'r' and relnamespace = 'operations'::regnamespace and reltuples > 1 order by 3 desc`,
    );
    return rows;
  });
}
