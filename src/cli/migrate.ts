import { loadConfiguration } from '../ground/config/load-configuration.js';
import { startDatabase } from '../storage/postgres/start-database.js';
import { StartupError } from '../ground/config/startup-error.js';
import { run } from './run.js';

await run(async () => {
  const configuration = loadConfiguration();
  if (configuration.DATABASE_URL && !configuration.DATABASE_MIGRATION_URL) {
    throw new StartupError('DATABASE_MIGRATION_URL must name the connection of the schema’s owner.');
  }
  const database = await startDatabase(configuration, console.log);
  await database.stop();
  console.log('The schema is up to date.');
});
