import { parseArgs } from 'node:util';
import { StartupError } from '../ground/config/startup-error.js';
import { Findings, ProgressCheck } from '../operations/maintenance/progress-check.js';
import { withConnection } from '../storage/postgres/owner-connection.js';
import { withProgressBar } from './progress-bar.js';
import { CHECK_PROGRESS, conclude, nextRun, report } from './progress-report.js';
import { run } from './run.js';
import { withDatabase } from './with-database.js';

await run(async () => {
  const { repair, after } = parseOptions();
  await withDatabase(console.log, async (database, signal) => {
    const { ownerUrl } = database;
    if (!ownerUrl) throw new StartupError('DATABASE_MIGRATION_URL must name the connection of the schema’s owner.');
    const findings = new Findings(after);
    const isDone = await withProgressBar(
      'Checking {bar} {value} of {total} users, {eta_formatted} left',
      (onProgress) =>
        withConnection('DATABASE_MIGRATION_URL', ownerUrl, (owner) =>
          new ProgressCheck(owner, { repair, signal }).run(findings, onProgress),
        ),
    ).catch((error: unknown) => {
      report(findings);
      throw error instanceof StartupError ? new StartupError(`${error.message} ${nextRun(findings, repair)}`) : error;
    });
    report(findings);
    if (!isDone) throw new StartupError(`Stopped. ${nextRun(findings, repair)}`);
    conclude(findings);
  });
});

function parseOptions() {
  try {
    const { values } = parseArgs({ options: { repair: { type: 'boolean' }, after: { type: 'string' } } });
    return { repair: values.repair ?? false, after: values.after ?? '' };
  } catch {
    throw new StartupError(`Usage: ${CHECK_PROGRESS} [--repair] [--after=<user id>]`);
  }
}
