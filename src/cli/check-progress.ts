import { parseArgs } from 'node:util';
import { loadConfiguration } from '../ground/config/load-configuration.js';
import { StartupError } from '../ground/config/startup-error.js';
import { Findings, ProgressCheck, type Finding } from '../operations/maintenance/progress-check.js';
import { withConnection } from '../storage/postgres/owner-connection.js';
import { startDatabase, type StartedDatabase } from '../storage/postgres/start-database.js';
import { withProgressBar } from './progress-bar.js';
import { run } from './run.js';
import { onStopSignal } from './stop-signals.js';

const COMMAND = 'npm run progress:check --';

await run(async () => {
  const { repair, after } = parseOptions();
  const stop = new AbortController();
  let database: StartedDatabase | undefined;
  onStopSignal(
    () => stop.abort(),
    () => void Promise.resolve(database?.stop()).finally(() => process.exit(1)),
  );
  // The launcher's channel would keep the process alive.
  process.channel?.unref();
  database = await startDatabase(loadConfiguration(), console.log);
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
    throw new StartupError(`Usage: ${COMMAND} [--repair] [--after=<user id>]`);
  }
}

function nextRun({ last }: Findings, repair: boolean): string {
  const options = [...(repair ? ['--repair'] : []), ...(last ? [`--after='${last.replaceAll("'", `'\\''`)}'`] : [])];
  return `Go on with: ${[COMMAND, ...options].join(' ')}`;
}

/** What is said of the users of each finding. */
const WORDS = {
  same: 'as their events say',
  differs: 'not as their events say',
  mended: 'mended',
  incomplete: 'with events missing',
} satisfies Record<Finding, string>;

function report(findings: Findings): void {
  const found = (Object.keys(WORDS) as Finding[]).map((finding) => ({ finding, ...findings.of(finding) }));
  const counts = found.filter(({ finding, count }) => finding === 'same' || count > 0);
  const listed = counts.map(({ finding, count }) => `${count} ${WORDS[finding]}`).join(', ');
  console.log(`${findings.checked} users were checked: ${listed}.`);
  for (const { finding, count, ids } of counts) {
    if (finding === 'same') continue;
    const more = count > ids.length ? `, and ${count - ids.length} more` : '';
    console.log(`Users ${WORDS[finding]}: ${ids.map((id) => JSON.stringify(id)).join(', ')}${more}`);
  }
}

/** Says what to do. @throws StartupError if anything is left to do */
function conclude(findings: Findings): void {
  const toDo = [
    ...(findings.of('differs').count > 0 ? [`Mend sessions from their events: ${COMMAND} --repair`] : []),
    ...(findings.of('incomplete').count > 0
      ? ['Nothing is mended from events that are not complete: bring the missing ones back from a backup.']
      : []),
  ];
  if (toDo.length > 0) throw new StartupError(toDo.join('\n'));
  console.log('Nothing is left to do.');
}
