import pg from 'pg';
import { StartupError } from '../../ground/config/startup-error.js';
import { LOCK_TIMEOUT_MS } from './advisory-locks.js';
import { causeOf, parseUrl, unreachable } from './owner-connection.js';

/** The server may end transactions that wait for their client: this one lasts as long as the import. */
const opening = (lockTimeoutMs: number) => [
  'begin isolation level repeatable read, read only',
  'set local datestyle to iso',
  'set local idle_in_transaction_session_timeout to 0',
  `set local lock_timeout to ${lockTimeoutMs}`,
];

/** SQLSTATE of a server that ends connections, or is about to. */
const ENDED = /^(08|57P0[1-5])/;

/** SQLSTATE of a login that the server refuses. */
const LOGIN_REFUSED = /^28/;

/** A connection to another program's database, which it reads as of one moment and never changes. */
export class SourceConnection {
  #loss: unknown;

  private constructor(
    private readonly option: string,
    private readonly client: pg.Client,
  ) {
    client.on('error', (error) => (this.#loss = error));
  }

  /** @param option what the person who starts the command calls the address, for errors: they never show the address @throws StartupError */
  static async open(option: string, url: string, { lockTimeoutMs = LOCK_TIMEOUT_MS } = {}): Promise<SourceConnection> {
    const client = new pg.Client({
      ...parseUrl(option, url),
      connectionTimeoutMillis: 5000,
      application_name: 'onboarding-import',
    });
    const connection = new SourceConnection(option, client);
    try {
      await client.connect();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (!LOGIN_REFUSED.test(code ?? '')) throw unreachable(option, error);
      throw new StartupError(
        `${option}: PostgreSQL refuses the login (${code}): look at the user and the password in the address.`,
      );
    }
    try {
      for (const statement of opening(lockTimeoutMs)) await connection.query(statement);
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** @throws StartupError when the server is lost or refuses the statement */
  async query<T extends pg.QueryResultRow>(sql: string, values: readonly string[] = []): Promise<T[]> {
    try {
      return (await this.client.query<T>(sql, [...values])).rows;
    } catch (error) {
      const isEnded = !(error instanceof pg.DatabaseError) || ENDED.test(error.code ?? '');
      if (this.#loss !== undefined || isEnded) throw this.#lost(this.#loss ?? error);
      throw new StartupError(`${this.option}: PostgreSQL refuses (${await causeOf(error, this.client)}).`);
    }
  }

  #lost(error: unknown): StartupError {
    const { code, message } = error as NodeJS.ErrnoException;
    return new StartupError(
      `${this.option}: the connection to PostgreSQL was lost (${code ?? message}). Start it again: it goes on where it ended.`,
    );
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}
