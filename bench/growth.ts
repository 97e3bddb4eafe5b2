import { Cluster } from './cluster.ts';
import { asContestant } from './contestants.ts';
import { compare, startLoad, type Contestant } from './measure.ts';
import type { CompareOptions, Report, Run } from './run.ts';
import { fillForComparison } from './seed.ts';
import { Service } from './service.ts';
import { comparisonTable } from './table.ts';

const FEW = 100;

/** What an operation may lose on the large database. */
const MAY_LOSE = 0.15;

/** The service on a database of few users, and the same on one of many: two databases of one server, two processes. */
export async function growth(run: Run, { users: many, ...plan }: CompareOptions): Promise<Report> {
  const { build, stops, say } = run;
  const cluster = await Cluster.start(build, stops);
  const onDatabaseOf = async (users: number): Promise<Contestant> => {
    const database = await cluster.createDatabase(`of_${users}`);
    const service = await Service.start(build, database.appUrl, stops);
    say(`Making ${users} users…`);
    const asking = await fillForComparison(service.url, database, users);
    return asContestant(`${users.toLocaleString('en')} users`, service, asking);
  };
  const small = await onDatabaseOf(FEW);
  const large = await onDatabaseOf(many);
  const comparisons = await compare(startLoad(stops), [large, small], plan, say);
  const verdict = (_: unknown, ratio: number): string =>
    ratio >= 1 - MAY_LOSE ? 'met' : `MISSED: loses ${Math.round((1 - ratio) * 100)} %`;
  return {
    text: comparisonTable([large, small], comparisons, [{ place: 1, title: 'ratio', verdict }]),
    data: { users: [FEW, many], comparisons },
  };
}
