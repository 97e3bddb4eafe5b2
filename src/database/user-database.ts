import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { DatabaseUnavailable, isOutage } from './outage.js';
import { UnitOfWork } from './unit-of-work.js';
import type { Row, Statement } from './statement.js';

/** Says on whose behalf the statements of this transaction run; every row-level policy reads it. */
const scope = (userId: string) => ({
  name: 'scope',
  text: `select set_config('app.user_id', $1, true)`,
  values: [userId],
});

/**
 * The one way to users' data. Whatever runs here runs in a transaction that PostgreSQL's row-level security confines to one
 * user: another user's rows cannot be seen or written, whatever the statement says. The pool is the ORM's.
 */
@Injectable()
export class UserDatabase implements OnApplicationShutdown {
  constructor(private readonly pool: pg.Pool) {}

  /** The ORM ends the pool only if it has asked something over it itself, which the service never lets it do. */
  async onApplicationShutdown(): Promise<void> {
    if (!this.pool.ending) await this.pool.end();
  }

  /** How busy the pool is: connections, those of them that are idle, and requests that wait for one. */
  get load(): { readonly total: number; readonly idle: number; readonly waiting: number } {
    const { totalCount: total, idleCount: idle, waitingCount: waiting } = this.pool;
    return { total, idle, waiting };
  }

  /**
   * Runs `work` in one transaction of the user's: all of it is stored, or nothing.
   * @throws DatabaseUnavailable when PostgreSQL is away; whatever `work` throws
   */
  forUser<T>(userId: string, work: (data: UnitOfWork) => Promise<T>): Promise<T> {
    return this.#onConnection(async (client) => {
      // Both are written without waiting: the first statement of `work` travels with them.
      const opened = Promise.all([query(client, { text: 'begin' }), query(client, scope(userId))]);
      opened.catch(() => undefined);
      const data = new UnitOfWork(userId, new Date(), async (statement, values) => {
        const [{ rows }] = await Promise.all([query(client, { ...statement, values: [...values] }), opened]);
        return rows;
      });
      const result = await work(data);
      await opened;
      const { command } = await query(client, { text: 'commit' });
      // A transaction that has failed answers COMMIT with a rollback, and without an error.
      if (command !== 'COMMIT') throw new Error('The transaction was rolled back by an earlier failure');
      return result;
    });
  }

  /**
   * Reads with one statement in the user's scope, in one round trip. The transaction is read-only.
   * @throws DatabaseUnavailable when PostgreSQL is away
   */
  readForUser(userId: string, statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    return this.#onConnection(async (client) => {
      const [, , { rows }] = await Promise.all([
        query(client, { text: 'begin transaction read only' }),
        query(client, scope(userId)),
        query(client, { ...statement, values: [...values] }),
        query(client, { text: 'commit' }),
      ]);
      return rows;
    });
  }

  /** @throws DatabaseUnavailable unless PostgreSQL answers */
  async ping(): Promise<void> {
    await this.#onConnection((client) => query(client, { text: 'select 1' }));
  }

  async #onConnection<T>(use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect().catch((error: unknown) => {
      throw new DatabaseUnavailable(error);
    });
    try {
      const result = await use(client);
      client.release();
      return result;
    } catch (error) {
      await abandon(client);
      throw error instanceof DriverFailure ? error.toProblem() : error;
    }
  }
}

/** Leaves the transaction; a connection on which that fails is not used again. */
async function abandon(client: pg.PoolClient): Promise<void> {
  try {
    await client.query('rollback');
    client.release();
  } catch (error) {
    client.release(error as Error);
  }
}

/** Sets errors of the driver apart from whatever else a unit of work may throw. */
class DriverFailure extends Error {
  constructor(private readonly failure: unknown) {
    super('The database failed', { cause: failure });
  }

  toProblem(): unknown {
    return isOutage(this.failure) ? new DatabaseUnavailable(this.failure) : this.failure;
  }
}

function query(client: pg.PoolClient, config: pg.QueryConfig): Promise<pg.QueryResult<Row>> {
  return client.query<Row>(config).catch((error: unknown) => {
    throw new DriverFailure(error);
  });
}
