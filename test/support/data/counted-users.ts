import { AnalyticsRefresh } from '../../../src/operations/analytics/analytics-refresh.js';
import { basisOf } from '../../../src/operations/analytics/basis.js';
import { OperatorDatabase } from '../../../src/operations/database/operator-database.js';
import { readerPool, writerPool } from '../../../src/operations/database/operator-pool.js';
import { Deployment } from '../../../src/onboarding/progress/deployment.js';
import type { TestApp } from '../service/app.js';

/** What refreshes the numbers of a service without jobs. */
export function refreshOf({ nest }: TestApp): AnalyticsRefresh {
  const { wizard, finishedSteps } = nest.get(Deployment, { strict: false });
  return new AnalyticsRefresh(nest.get(OperatorDatabase, { strict: false }), basisOf(wizard, finishedSteps));
}

/** Brings the numbers up to date with all that is stored. */
export const countEverybody = (app: TestApp): Promise<void> => untilDone(refreshOf(app));

/** The same past a service. @param url of the operators' connection */
export async function countEverybodyOf(url: string): Promise<void> {
  const pools = { url, timeoutMs: 20_000 };
  const database = new OperatorDatabase(readerPool(pools), writerPool(pools));
  await untilDone(new AnalyticsRefresh(database, basisOf('six', new Set())));
  await database.end();
}

async function untilDone(numbers: AnalyticsRefresh): Promise<void> {
  while ((await numbers.refresh()).isBehind);
}
