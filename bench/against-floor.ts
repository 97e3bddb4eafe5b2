import { Cluster } from './cluster.ts';
import { asContestant, startBare } from './contestants.ts';
import { compare, startLoad } from './measure.ts';
import type { Operation } from './operations.ts';
import type { CompareOptions, Report, Run } from './run.ts';
import { fillForComparison } from './seed.ts';
import { Service } from './service.ts';
import { comparisonTable } from './table.ts';

/** The service against the least that does the same work, and against the least that sends the same statements. */
export async function againstFloor(run: Run, { users, ...plan }: CompareOptions): Promise<Report> {
  const { build, stops, say } = run;
  const cluster = await Cluster.start(build, stops);
  const database = await cluster.createDatabase('bench');
  const service = await Service.start(build, database.appUrl, stops);
  say(`Making ${users} users…`);
  const asking = await fillForComparison(service.url, database, users);
  const contestants = [
    await asContestant('service', service, asking),
    await startBare('floor', build, database, asking, stops),
    await startBare('limit', build, database, asking, stops),
  ];
  const comparisons = await compare(startLoad(stops), contestants, plan, say);
  const references = [
    { place: 1, title: 'to the floor', verdict },
    { place: 2, title: 'to the limit' },
  ];
  return {
    text: comparisonTable(contestants, comparisons, references),
    data: { users, contestants: contestants.map(({ name }) => name), comparisons },
  };
}

function verdict({ atLeast, aim }: Operation, ratio: number): string {
  return `${atLeast.toFixed(2)} ${ratio >= atLeast ? 'met' : 'MISSED'}, ${aim.toFixed(2)} ${ratio >= aim ? 'met' : 'missed'}`;
}
