import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import type { Configuration } from '../../ground/config/configuration.js';
import { localSecrets } from '../../ground/config/local-secrets.js';
import { withConnection } from './owner-connection.js';
import { EmbeddedPostgres } from './embedded/embedded-postgres.js';
import { checkKeys } from './key-use.js';
import { lockForSession } from './advisory-locks.js';
import { checkOperator } from './check-operator.js';
import { checkDatabase, prepareDatabase } from './prepare-database.js';
import { LoginRefused, StartupError } from '../../ground/config/startup-error.js';

export interface StartedDatabase {
  /** The URL of the service's own connection. */
  readonly url: string;
  /** That of the owner's connection, if there is one. */
  readonly ownerUrl: string | undefined;
  /** That of operators, numbers and jobs, if there is one. */
  readonly operatorUrl: string | undefined;
  /** Stops what was started here. */
  stop(): Promise<void>;
}

const DATABASE = 'onboarding';
const OWNER = 'onboarding_owner';
const APP = 'onboarding_app';
const OPERATIONS = 'onboarding_operations';

/**
 * Returns the configured database, or starts the embedded one. Migrates it if the owner's connection is configured, and checks it.
 * @param say gets a line about everything that takes a while, and later about each restart of the embedded server
 * @throws StartupError
 */
export async function startDatabase(
  configuration: Configuration,
  say: (line: string) => void,
): Promise<StartedDatabase> {
  const { DATABASE_URL: url, DATABASE_MIGRATION_URL: ownerUrl, DATABASE_OPERATOR_URL: operatorUrl } = configuration;
  if (!url) return startEmbedded(configuration, say);
  const database = { url, ownerUrl, operatorUrl, stop: () => Promise.resolve() };
  await prepare(database, configuration, say);
  return database;
}

async function prepare(
  { url, ownerUrl, operatorUrl }: StartedDatabase,
  { API_KEY_ENCRYPTION_KEYS: keys }: Configuration,
  say: (line: string) => void,
): Promise<void> {
  if (ownerUrl) await prepareDatabase(ownerUrl, url, { say, operatorUrl });
  await checkDatabase(url);
  if (operatorUrl) await checkOperator(operatorUrl, url);
  const keyIds = keys.map(({ id }) => id);
  if (ownerUrl) await withConnection('DATABASE_MIGRATION_URL', ownerUrl, (owner) => checkKeys(owner, keyIds));
  else
    say(
      'DATABASE_MIGRATION_URL is not set: the service cannot check that every key that rows are sealed under is configured.',
    );
}

async function startEmbedded(configuration: Configuration, say: (line: string) => void): Promise<StartedDatabase> {
  const { DATA_DIR: dataDirectory } = configuration;
  const { databasePasswords: passwords } = localSecrets(dataDirectory);
  let directory = join(dataDirectory, 'database');
  try {
    const postgres = await EmbeddedPostgres.start({
      directory,
      superuserPassword: passwords.superuser,
      say,
      onMoved: (other) => {
        say(`PostgreSQL cannot reach ${dataDirectory} as the user nobody: its data are in ${other}`);
        directory = other;
      },
    });
    const started = {
      url: postgres.url(APP, passwords.app, DATABASE),
      ownerUrl: postgres.url(OWNER, passwords.owner, DATABASE),
      operatorUrl: postgres.url(OPERATIONS, operatorPassword(passwords.owner), DATABASE),
      stop: () => postgres.stop(),
    };
    try {
      await createOwner(postgres.url(), passwords.owner, say);
      await prepare(started, configuration, say);
    } catch (error) {
      await postgres.stop();
      throw error;
    }
    postgres.keepRunning();
    return started;
  } catch (error) {
    if (!(error instanceof LoginRefused)) throw error;
    throw new StartupError(
      `DATA_DIR: the passwords in ${dataDirectory}/secrets.json are not those of the database. Put back the file that it was made with, or remove ${directory} to begin with an empty one.`,
    );
  }
}

/** Files of secrets have none for operators: earlier versions wrote them, too, and go on with them. */
function operatorPassword(ownerPassword: string): string {
  return createHmac('sha256', ownerPassword).update('the login of operators').digest('base64url');
}

/** Creates an owner that is no superuser, as in a good deployment, so that what works here works there. */
async function createOwner(superuserUrl: string, password: string, say: (line: string) => void): Promise<void> {
  await withConnection('DATA_DIR', superuserUrl, async (superuser) => {
    await lockForSession(superuser, 'onboarding owner', { say });
    const { rows } = await superuser.query<{ role: boolean; database: boolean }>(
      `select exists (select from pg_roles where rolname = $1) as role,
              exists (select from pg_database where datname = $2) as database`,
      [OWNER, DATABASE],
    );
    if (!rows[0]?.role)
      await superuser.query(`create role ${OWNER} login createrole password ${pg.escapeLiteral(password)}`);
    if (!rows[0]?.database) await superuser.query(`create database ${DATABASE} owner ${OWNER}`);
  });
}
