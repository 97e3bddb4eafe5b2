// Keeps the embedded PostgreSQL up while the service stops and starts. The service finds it running, and prepares it at each start.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * @param folder of the build, whose embedded PostgreSQL this is
 * @returns what stops it; null where the configuration names a database, and where PostgreSQL cannot be started
 */
export async function holdDatabase(folder) {
  const load = (file) => import(pathToFileURL(join(folder, file)).href);
  const { loadConfiguration } = await load('ground/config/load-configuration.js');
  const { localSecrets } = await load('ground/config/local-secrets.js');
  const { EmbeddedPostgres } = await load('storage/postgres/embedded/embedded-postgres.js');
  try {
    const { DATABASE_URL, DATA_DIR } = loadConfiguration();
    if (DATABASE_URL) return null;
    const postgres = await EmbeddedPostgres.start({
      directory: join(DATA_DIR, 'database'),
      superuserPassword: localSecrets(DATA_DIR).databasePasswords.superuser,
      say: console.log,
    });
    postgres.keepRunning();
    return { stop: () => postgres.stop() };
  } catch (error) {
    // The service meets the same when it starts, and says how to mend it.
    console.error(`PostgreSQL is not kept between restarts: ${error.message}`);
    return null;
  }
}
