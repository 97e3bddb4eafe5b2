import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { loadConfiguration, readEnvironment } from '../ground/config/load-configuration.js';
import { StartupError } from '../ground/config/startup-error.js';
import { KeyStore } from '../onboarding/database/key-store.js';
import { OnboardingDatabaseService } from '../onboarding/database/onboarding-database.service.js';
import { OnboardingModule } from '../onboarding.module.js';
import { AT_ONCE, ImportRun, ImportSummary } from '../operations/legacy-import/import-run.js';
import { LegacySources } from '../operations/legacy-import/legacy-sources.js';
import { UserImport } from '../operations/legacy-import/user-import.js';
import { DatabaseUnavailable } from '../storage/wire/wire.problems.js';
import { importOptions, NEXT_RUN, type ImportOptions } from './import-options.js';
import { ReportFile } from './import-report-file.js';
import { summaryTable } from './import-summary.js';
import { undoImport } from './import-undo.js';
import { withProgressBar } from './progress-bar.js';
import { run } from './run.js';
import { withDatabase } from './with-database.js';

// The reader of the progress bar may have gone: the import goes on without one.
process.stderr.on('error', () => undefined);

await run(async () => {
  const options = importOptions();
  // Standard output is for the report.
  await withDatabase(console.error, async (database, signal) => {
    const services = await startServices(database.url);
    try {
      await ('undo' in options
        ? undoImport(services.get(OnboardingDatabaseService), options.undo, signal)
        : importUsers(services, options, signal));
    } finally {
      await services.close();
    }
  });
});

/** The services alone, with connections of their own. */
function startServices(url: string): Promise<INestApplicationContext> {
  const environment = {
    ...readEnvironment(),
    DATABASE_URL: url,
    DATABASE_POOL_SIZE: String(AT_ONCE),
    WRITE_ENV_FILE: 'false',
  };
  const module = OnboardingModule.forRoot(loadConfiguration(environment));
  return NestFactory.createApplicationContext(module, { logger: ['error'], abortOnError: false });
}

async function importUsers(
  services: INestApplicationContext,
  { sources: from, report: path, ...options }: ImportOptions,
  signal: AbortSignal,
): Promise<void> {
  const sources = new LegacySources(from);
  const summary = new ImportSummary();
  try {
    const total = await sources.count();
    const report = await ReportFile.open(path, { isDryRun: options.dryRun });
    let isWhole = false;
    console.error(`Times without a zone are those of ${from.timezone} (--timezone).`);
    try {
      const [database, keyStore] = [services.get(OnboardingDatabaseService), services.get(KeyStore)];
      const users = new UserImport(database, keyStore, options, (user) => report.announce(user));
      const importing = new ImportRun(users, (line) => report.write(line), signal);
      const isDone = await withProgressBar(
        'Importing {bar} {value} of {total} users, {eta_formatted} left',
        (onProgress) => importing.run(sources.users(), summary, (users) => onProgress(users, total)),
      );
      isWhole = true;
      if (!isDone) throw new StartupError(`Stopped. ${NEXT_RUN}`);
    } catch (error) {
      throw error instanceof DatabaseUnavailable
        ? new StartupError(`The database cannot be reached any more. ${NEXT_RUN}`)
        : error;
    } finally {
      console.error(summaryTable(summary, from.timezone));
      await report.close(isWhole);
    }
  } finally {
    await sources.close();
  }
  if (options.dryRun) console.error('This was a dry run: nothing was written.');
  const failed = summary.of('failed');
  if (failed > 0) throw new StartupError(`Failed: ${failed}. The report says why.`);
}
