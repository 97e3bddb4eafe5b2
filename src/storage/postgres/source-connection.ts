import pg from 'pg';
import { StartupError } from '../../ground/config/startup-error.js';
import { causeOf, parseUrl, unreachable } from './owner-connection.js';

/** The server may end transactions that wait for their client: this one lasts as long as the import. */
const OPEN = [
  'begin isolation level repeatable read, read only',
  'set local datestyle to iso',
  'set local idle_in_transaction_session_timeout to 0',
];

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
  static async open(option: string, url: string): Promise<SourceConnection> {
    const client = new pg.Client({
      ...parseUrl(option, url),
      connectionTimeoutMillis: 5000,
      application_name: 'onboarding-import',
    });
    const connection = new SourceConnection(option, client);
    try {
      await client.connect();
    } catch (error) {
      throw unreachable(option, error);
    }
    try {
      for (const statement of OPEN) await connection.query(statement);
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
      if (this.#loss !== undefined || !(error instanceof pg.DatabaseError))
        throw unreachable(this.option, this.#loss ?? error);
      throw new StartupError(`${this.option}: PostgreSQL refuses (${await causeOf(error, this.client)}).`);
    }
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}
