import { defineConfig, type Options } from '@mikro-orm/postgresql';
import { Migrator } from '@mikro-orm/migrations';
import { readUrl } from './owner-connection.js';
import { entities } from './entities/entities.js';
import { migrations } from './migrations/migrations.js';

export interface ConnectionSettings {
  readonly url: string;
  readonly poolSize: number;
  /** Milliseconds that one waits for a connection, for a lock, or for the answer to a statement. */
  readonly timeoutMs: number;
}

/** The one description of the ORM: the service, its migrations, the command line and the tests all start from it. */
export function ormOptions({ url, poolSize, timeoutMs }: ConnectionSettings): Options {
  return defineConfig({
    clientUrl: url,
    entities,
    extensions: [Migrator],
    migrations: {
      migrationsList: migrations,
      path: 'src/storage/postgres/migrations',
      transactional: true,
      // Each by itself: one that consists of several transactions sees what those before it have made.
      allOrNothing: false,
      // Written by whoever makes a migration, whatever the database is called: a service never writes into its sources.
      snapshotName: '.snapshot-onboarding',
      snapshotOnMigrate: false,
    },
    driverOptions: {
      // The ORM itself reads nothing but host, database and login in the URL: without this the pool would not use TLS.
      ...readUrl(url),
      max: poolSize,
      // Statements of a unit of work are written without waiting for the answers before them: one round trip instead of four.
      pipeline: true,
      keepAlive: true,
      connectionTimeoutMillis: timeoutMs,
      statement_timeout: timeoutMs,
      lock_timeout: timeoutMs,
      idle_in_transaction_session_timeout: timeoutMs * 2,
      // Should the server be gone without a word, the client gives up on its own, after the server would have.
      query_timeout: timeoutMs + 500,
      application_name: 'onboarding',
    },
    ignoreUndefinedInQuery: false,
    ensureDatabase: false,
    debug: false,
    logger: () => undefined,
  });
}
