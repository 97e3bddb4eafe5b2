import { join } from 'node:path';
import pg from 'pg';
import type { Configuration } from '../config/configuration.js';
import { localSecrets } from '../config/local-secrets.js';
import { withClient } from './connect.js';
import { EmbeddedPostgres } from './embedded-postgres.js';
import { checkKeys } from './key-rotation.js';
import { checkDatabase, prepareDatabase } from './prepare-database.js';

export interface StartedDatabase {
  /** The service's own connection. */
  readonly url: string;
  /** The owner's, where there is one. */
  readonly ownerUrl: string | undefined;
  /** Stops what was started here. */
  stop(): Promise<void>;
}

const DATABASE = 'onboarding';
const OWNER = 'onboarding_owner';
const APP = 'onboarding_app';

/**
 * The database that the configuration names, or else the embedded one; migrated where the owner is known, and checked.
 * @param say told what takes a while
 * @throws StartupError
 */
export async function startDatabase(
  configuration: Configuration,
  say: (line: string) => void,
): Promise<StartedDatabase> {
  const { DATABASE_URL: url, DATABASE_MIGRATION_URL: ownerUrl } = configuration;
  const started = url
    ? { url, ownerUrl, stop: () => Promise.resolve() }
    : await startEmbedded(configuration.DATA_DIR, say);
  try {
    if (started.ownerUrl) await prepareDatabase(started.ownerUrl, started.url);
    await checkDatabase(started.url);
    const keyIds = configuration.API_KEY_ENCRYPTION_KEYS.map(({ id }) => id);
    if (started.ownerUrl) {
      await withClient('DATABASE_MIGRATION_URL', started.ownerUrl, (owner) => checkKeys(owner, keyIds));
    } else
      say(
        'DATABASE_MIGRATION_URL is not set: whether every key that rows are sealed under is configured was not checked.',
      );
    return started;
  } catch (error) {
    await started.stop();
    throw error;
  }
}

async function startEmbedded(dataDirectory: string, say: (line: string) => void): Promise<StartedDatabase> {
  const { databasePasswords: passwords } = localSecrets(dataDirectory);
  const postgres = await EmbeddedPostgres.start({
    directory: join(dataDirectory, 'database'),
    superuserPassword: passwords.superuser,
    onElsewhere: (directory) =>
      say(`PostgreSQL cannot reach ${dataDirectory} as the user nobody: its data are in ${directory}`),
  });
  await createOwner(postgres.url(), passwords.owner);
  return {
    url: postgres.url(APP, passwords.app, DATABASE),
    ownerUrl: postgres.url(OWNER, passwords.owner, DATABASE),
    stop: () => postgres.stop(),
  };
}

/** An owner that is no superuser, as a good deployment has it: what works here works there. */
async function createOwner(superuserUrl: string, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    // Processes that start at once do it one after the other; the lock goes with the connection.
    await client.query(`select pg_advisory_lock(hashtext('onboarding owner'))`);
    const { rows } = await client.query<{ role: boolean; database: boolean }>(
      `select exists (select from pg_roles where rolname = $1) as role,
              exists (select from pg_database where datname = $2) as database`,
      [OWNER, DATABASE],
    );
    if (!rows[0]?.role)
      await client.query(`create role ${OWNER} login createrole password ${pg.escapeLiteral(password)}`);
    if (!rows[0]?.database) await client.query(`create database ${DATABASE} owner ${OWNER}`);
  } finally {
    await client.end();
  }
}
