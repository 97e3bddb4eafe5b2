import { defineConfig, type Options } from '@mikro-orm/postgresql';
import { Migrator } from '@mikro-orm/migrations';
import { readUrl } from './owner-connection.js';
import { entities } from './entities/entities.js';
import { migrations } from './migrations/migrations.js';

export interface ConnectionSettings {
  readonly url: string;
  readonly poolSize: number;
  /** Milliseconds to wait for a connection, for a lock, or for the answer to a statement. */
  readonly timeoutMs: number;
  /** Whether a statement may take as long as it takes: for migrations, which look at every row. */
  readonly isPatient?: boolean;
  /** Whether its user gives up connections that do not answer, and the driver need not. */
  readonly isWatched?: boolean;
}

/** Milliseconds after which a server that answers nothing is given up, where it would give up a statement after `timeoutMs`. */
export const answerTimeoutOf = (timeoutMs: number): number => timeoutMs + 500;

/** The options of a connection that listens for notifications, and does nothing else. */
export const listenOptions = (url: string, timeoutMs: number) => ({
  ...readUrl(url),
  keepAlive: true,
  connectionTimeoutMillis: timeoutMs,
  application_name: 'onboarding-listen',
});

/** The ORM's options: the same for the service, its migrations, the command line and the tests. */
export function ormOptions(settings: ConnectionSettings): Options {
  const { url, poolSize, timeoutMs, isPatient = false, isWatched = false } = settings;
  return defineConfig({
    clientUrl: url,
    entities,
    extensions: [Migrator],
    migrations: {
      migrationsList: migrations,
      path: 'src/storage/postgres/migrations',
      transactional: true,
      // Not all in one transaction: a migration of several transactions must see what earlier ones have done.
      allOrNothing: false,
      // One name for databases of any name. Only the command line writes it: a service never writes into its sources.
      snapshotName: '.snapshot-onboarding',
      snapshotOnMigrate: false,
    },
    driverOptions: {
      // The ORM reads only host, database and login from the URL: without this the pool would not use TLS.
      ...readUrl(url),
      max: poolSize,
      // Statements of a unit of work are sent without waiting for earlier answers: one round trip instead of four.
      pipeline: true,
      keepAlive: true,
      connectionTimeoutMillis: timeoutMs,
      statement_timeout: isPatient ? 0 : timeoutMs,
      lock_timeout: timeoutMs,
      idle_in_transaction_session_timeout: timeoutMs * 2,
      // If the server disappears without an answer, the client gives up, too: later than the server would.
      query_timeout: isPatient || isWatched ? 0 : answerTimeoutOf(timeoutMs),
      application_name: 'onboarding',
    },
    ignoreUndefinedInQuery: false,
    // What belongs to no single user has no entities: its tables and its trigger are made by migrations alone.
    schemaGenerator: { ignoreSchema: ['operations', 'jobs'], ignoreTriggers: true },
    ensureDatabase: false,
    debug: false,
    logger: () => undefined,
  });
}
