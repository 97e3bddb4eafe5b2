import { AnalyticsRefresh } from '../../../src/operations/analytics/analytics-refresh.js';
import { basisOf } from '../../../src/operations/analytics/basis.js';
import { OperatorDatabase } from '../../../src/operations/database/operator-database.js';
import { readerPool, writerPool } from '../../../src/operations/database/operator-pool.js';
import { Deployment } from '../../../src/onboarding/progress/deployment.js';
import { eventually } from '../process/deadline.js';
import type { TestApp } from '../service/app.js';

/** What refreshes the numbers of a service without jobs. */
export function refreshOf({ nest }: TestApp): AnalyticsRefresh {
  const { wizard, finishedSteps } = nest.get(Deployment, { strict: false });
  return new AnalyticsRefresh(nest.get(OperatorDatabase, { strict: false }), basisOf(wizard, finishedSteps));
}

/** Brings the numbers up to date with all that is stored. */
export async function countEverybody(app: TestApp): Promise<void> {
  const numbers = refreshOf(app);
  const [now] = await app.database.query<{ tx: string }>('select pg_current_xact_id()::text as tx');
  // A transaction in any database of the server holds them back.
  await eventually('the numbers are up to date', async () => {
    await numbers.refresh();
    const isThere = 'select from operations.watermark where rebuilt_to is null and tx > $1::text::bigint';
    return (await app.database.query(isThere, [now?.tx])).length > 0;
  });
}

/** Counts everybody once, past a service. @param url of the operators' connection */
export async function countEverybodyOf(url: string): Promise<void> {
  const pools = { url, timeoutMs: 20_000 };
  const database = new OperatorDatabase(readerPool(pools), writerPool(pools));
  const numbers = new AnalyticsRefresh(database, basisOf('six', new Set()));
  while ((await numbers.refresh()).isBehind);
  await database.end();
}
