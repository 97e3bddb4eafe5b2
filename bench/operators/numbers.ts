import pg from 'pg';
import type { AnalyticsReads } from '../../src/operations/analytics/analytics-reads.ts';
import type { AnalyticsRefresh } from '../../src/operations/analytics/analytics-refresh.ts';
import type { Run as RunStatement } from '../../src/operations/database/operator-database.ts';
import type { Database } from '../cluster.ts';
import type { Run } from '../run.ts';

/** Connections of each kind. */
const CONNECTIONS = 2;

/** What a statement has read, in pages. */
export interface Explained {
  readonly pages: number;
  /** How it has found rows: an index, or the kind of a scan. */
  readonly scans: readonly string[];
}

/** The numbers of one database, as the service's build makes and reads them. */
export interface Numbers {
  readonly chains: readonly { readonly flow: string; readonly steps: readonly string[] }[];
  readonly refresh: AnalyticsRefresh;
  readonly reads: AnalyticsReads;
  /** Refreshes once, and says what the search for changed users has read of the events. */
  readonly explained: () => Promise<Explained>;
}

/** With a deployment that serves six pages and has no keys. */
export async function numbersOf({ build, stops }: Run, { ownerUrl }: Database): Promise<Numbers> {
  const { OperatorDatabase } = await build.operatorDatabase();
  const { AnalyticsRefresh } = await build.analyticsRefresh();
  const { AnalyticsReads } = await build.analyticsReads();
  const basis = (await build.basis()).basisOf('six', new Set());
  const [readers, writers] = [0, 1].map(() => new pg.Pool({ connectionString: ownerUrl, max: CONNECTIONS })) as [
    pg.Pool,
    pg.Pool,
  ];
  const database = new OperatorDatabase(readers, writers);
  stops.add(() => database.end());
  return {
    chains: basis.chains,
    refresh: new AnalyticsRefresh(database, basis),
    reads: new AnalyticsReads(database),
    explained: async () => {
      const seen: Explained[] = [];
      const explaining = Object.assign(Object.create(database) as typeof database, {
        write: <T>(work: (run: RunStatement) => Promise<T>) => database.write((run) => work(explainingRun(run, seen))),
      });
      await new AnalyticsRefresh(explaining, basis).refresh();
      const [explained] = seen;
      if (!explained) throw new Error('The refresh has not looked for changed users.');
      return explained;
    },
  };
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly Plan[];
}

/** What looks for changed users, and changes nothing itself. */
const SEARCH = 'from progress_events where tx >=';

/** Runs such a statement twice: once to see how. */
const explainingRun =
  (run: RunStatement, seen: Explained[]): RunStatement =>
  async <R>(sql: string, values?: readonly unknown[]) => {
    if (sql.includes(SEARCH)) {
      const [row] = await run<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
        `explain (analyze, buffers, format json) ${sql}`,
        values,
      );
      const plan = row?.['QUERY PLAN'][0].Plan;
      if (plan) seen.push({ pages: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], scans: scansIn(plan) });
    }
    return run<R>(sql, values);
  };

/** The rows of a bitmap are found by the index beneath it. */
function scansIn(plan: Plan): readonly string[] {
  const inside = (plan.Plans ?? []).flatMap(scansIn);
  if (plan['Index Name']) return [plan['Index Name'], ...inside];
  return plan['Relation Name'] === 'progress_events' && inside.length === 0 ? [plan['Node Type'], ...inside] : inside;
}
