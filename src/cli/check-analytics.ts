import { type Configuration } from '../ground/config/configuration.js';
import { loadConfiguration } from '../ground/config/load-configuration.js';
import { StartupError } from '../ground/config/startup-error.js';
import { Deployment } from '../onboarding/progress/deployment.js';
import type { Run } from '../operations/database/operator-database.js';
import {
  AnalyticsCheck,
  AnalyticsCheckStopped,
  NumbersIncomplete,
  type AnalyticsChecked,
} from '../operations/analytics/recount/analytics-check.js';
import { withConnection, type OwnerConnection } from '../storage/postgres/owner-connection.js';
import { withProgressBar } from './progress-bar.js';
import { run } from './run.js';
import { withDatabase } from './with-database.js';

await run(async () => {
  const configuration = loadConfiguration();
  await withDatabase(console.log, async (database, signal) => {
    const { ownerUrl } = database;
    if (!ownerUrl) throw new StartupError('DATABASE_MIGRATION_URL must name the connection of the schema’s owner.');
    const checked = await withProgressBar(
      'Recounting {bar} {value} of {total} users, {eta_formatted} left',
      (onProgress) =>
        withConnection('DATABASE_MIGRATION_URL', ownerUrl, (owner) => check(owner, configuration, signal, onProgress)),
    );
    report(checked);
  });
});

async function check(
  owner: OwnerConnection,
  configuration: Configuration,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<AnalyticsChecked> {
  const runOnOwner: Run = async <R>(sql: string, values: readonly unknown[] = []) =>
    (await owner.query(sql, [...values])).rows as readonly R[];
  try {
    return await new AnalyticsCheck(runOnOwner, new Deployment(configuration), { signal }).check(onProgress);
  } catch (error) {
    if (error instanceof AnalyticsCheckStopped) throw new StartupError('Stopped.');
    if (error instanceof NumbersIncomplete) throw new StartupError(whyNot(error));
    throw error;
  }
}

function whyNot({ pending }: NumbersIncomplete): string {
  return pending === null
    ? 'There are no numbers to check: they are being counted anew, or no process with JOBS=on has run yet.'
    : `There was no moment in which the numbers had everything: ${pending} changes were not in. Try again when less is going on, and see that a process with JOBS=on is running.`;
}

/** @throws StartupError if anything differs */
function report({ users, differences }: AnalyticsChecked): void {
  console.log(`${users} users were counted again, and ${differences.compared} rows of figures compared.`);
  if (differences.count === 0) return console.log('Each figure is the same.');
  for (const line of differences.first) console.log(line);
  throw new StartupError(
    `${differences.count} figures differ. The numbers are counted anew after: delete from operations.watermark`,
  );
}
