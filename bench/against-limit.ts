import { Cluster } from './cluster.ts';
import { asContestant, startLimit } from './contestants.ts';
import { compare, startLoad } from './measure.ts';
import type { Operation } from './operations.ts';
import type { CompareOptions, Report, Run } from './run.ts';
import { fillForComparison } from './seed.ts';
import { Service } from './service.ts';
import { comparisonTable } from './table.ts';

/** The service against the least that does the same work. */
export async function againstLimit(run: Run, { users, ...plan }: CompareOptions): Promise<Report> {
  const { build, stops, say } = run;
  const cluster = await Cluster.start(build, stops);
  const database = await cluster.createDatabase('bench');
  const service = await Service.start(build, database.appUrl, stops);
  say(`Making ${users} users…`);
  const asking = await fillForComparison(service.url, database, users);
  const limit = await startLimit(build, database, asking, stops);
  const measured = await asContestant('service', service, asking);
  const comparisons = await compare(startLoad(stops), measured, limit, plan, say);
  return {
    text: comparisonTable(measured, limit, comparisons, { title: 'wanted', of: verdict }),
    data: { users, comparisons },
  };
}

function verdict({ atLeast, aim }: Operation, ratio: number): string {
  const verdictText = `${atLeast.toFixed(2)} ${ratio >= atLeast ? 'met' : 'MISSED'}`;
  return aim === undefined ? verdictText : `${verdictText}, ${aim.toFixed(2)} ${ratio >= aim ? 'met' : 'missed'}`;
}
