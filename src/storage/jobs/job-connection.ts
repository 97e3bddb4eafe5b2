import { Logger } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { readUrl } from '../postgres/owner-connection.js';
import { DatabaseUnavailable, isOutage } from '../wire/wire.problems.js';

/** One looks for jobs while the other confirms the one in hand. */
const CONNECTIONS = 2;

/** Milliseconds for a connection, and for an answer; the server gives up first. No user waits for these. */
const CONNECT_TIMEOUT = 5000;
const STATEMENT_TIMEOUT = 10_000;

/** Milliseconds that connections have to end in order before they are cut. */
const FAREWELL = 500;

/** The connections of the queue, as pg-boss uses them. An outage is a line in the log when it begins, and one when it is over. */
export class JobConnection {
  readonly #logger = new Logger('jobs');
  readonly #pool: pg.Pool;
  readonly #clients = new Set<pg.PoolClient>();
  #isOut = false;
  #isEnding = false;

  constructor(url: string) {
    this.#pool = new pg.Pool({
      ...readUrl(url),
      max: CONNECTIONS,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT,
      statement_timeout: STATEMENT_TIMEOUT,
      query_timeout: STATEMENT_TIMEOUT + 500,
      application_name: 'onboarding-jobs',
    });
    // An idle connection is lost: the next statement finds out what that means.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => this.#clients.add(client));
    this.#pool.on('remove', (client) => this.#clients.delete(client));
  }

  /** Whether the last statement found PostgreSQL unreachable. */
  get isOut(): boolean {
    return this.#isOut;
  }

  /** @throws DatabaseUnavailable; the errors of the statement */
  async executeSql(text: string, values?: unknown[]): Promise<pg.QueryResult> {
    try {
      const result = await this.#pool.query(text, values);
      this.#noteAnswer();
      return result;
    } catch (error) {
      if (!isOutage(error)) throw error;
      this.#noteOutage(error);
      throw new DatabaseUnavailable(error);
    }
  }

  async end(): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    await Promise.race([this.#pool.end(), delay(FAREWELL, undefined, { ref: false })]);
    for (const client of this.#clients) client.connection.stream.destroy();
  }

  #noteAnswer(): void {
    if (this.#isOut) this.#logger.warn('PostgreSQL answers again: work on jobs goes on');
    this.#isOut = false;
  }

  #noteOutage(error: unknown): void {
    if (!this.#isOut && !this.#isEnding)
      this.#logger.warn({ err: error }, 'PostgreSQL does not answer: jobs wait until it does');
    this.#isOut = true;
  }
}
