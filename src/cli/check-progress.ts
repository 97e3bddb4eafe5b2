import { parseArgs } from 'node:util';
import { loadConfiguration } from '../ground/config/load-configuration.js';
import { StartupError } from '../ground/config/startup-error.js';
import { Findings, ProgressCheck } from '../operations/maintenance/progress-check.js';
import { withConnection } from '../storage/postgres/owner-connection.js';
import { startDatabase } from '../storage/postgres/start-database.js';
import { withProgressBar } from './progress-bar.js';
import { CHECK_PROGRESS, conclude, nextRun, report } from './progress-report.js';
import { run } from './run.js';
import { onStopSignal } from './stop-signals.js';

await run(async () => {
  const { repair, after } = parseOptions();
  const stop = new AbortController();
  const starting = startDatabase(loadConfiguration(), console.log);
  onStopSignal(
    () => stop.abort(),
    () => void starting.then((database) => database.stop()).finally(() => process.exit(1)),
  );
  // The launcher's channel would keep the process alive.
  process.channel?.unref();
  const database = await starting;
  try {
    const { ownerUrl } = database;
    if (!ownerUrl) throw new StartupError('DATABASE_MIGRATION_URL must name the connection of the schema’s owner.');
    const findings = new Findings(after);
    const isDone = await withProgressBar(
      'Checking {bar} {value} of {total} users, {eta_formatted} left',
      (onProgress) =>
        withConnection('DATABASE_MIGRATION_URL', ownerUrl, (owner) =>
          new ProgressCheck(owner, { repair, signal: stop.signal }).run(findings, onProgress),
        ),
    ).catch((error: unknown) => {
      report(findings);
      throw error instanceof StartupError ? new StartupError(`${error.message} ${nextRun(findings, repair)}`) : error;
    });
    report(findings);
    if (!isDone) throw new StartupError(`Stopped. ${nextRun(findings, repair)}`);
    conclude(findings);
  } finally {
    await database.stop();
  }
});

function parseOptions() {
  try {
    const { values } = parseArgs({ options: { repair: { type: 'boolean' }, after: { type: 'string' } } });
    return { repair: values.repair ?? false, after: values.after ?? '' };
  } catch {
    throw new StartupError(`Usage: ${CHECK_PROGRESS} [--repair] [--after=<user id>]`);
  }
}
