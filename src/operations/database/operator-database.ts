import type pg from 'pg';
import { DatabaseUnavailable, isOutage } from '../../storage/wire/wire.problems.js';

/** A row, by column. */
export type Row = Readonly<Record<string, unknown>>;

/** Runs a statement of a transaction, and returns its rows. */
export type Run = <R = Row>(sql: string, values?: readonly unknown[]) => Promise<readonly R[]>;

/**
 * The operators' connections, under a role that sees sessions and events of all users and no document. No request of a user's own
 * comes over them, and nothing that is done here waits for a user's requests.
 */
export class OperatorDatabase {
  /**
   * @param readers connections whose transactions only read
   * @param writers connections that write to the schemas `operations` and `jobs`
   */
  constructor(
    private readonly readers: pg.Pool,
    private readonly writers: pg.Pool,
  ) {}

  /** Reads as of one moment. @throws DatabaseUnavailable; the errors of `work` */
  read<T>(work: (run: Run) => Promise<T>): Promise<T> {
    return transaction(this.readers, 'begin isolation level repeatable read read only', work);
  }

  /** Does work that may write, each statement as of its own moment. @throws DatabaseUnavailable; the errors of `work` */
  write<T>(work: (run: Run) => Promise<T>): Promise<T> {
    return transaction(this.writers, 'begin', work);
  }

  async end(): Promise<void> {
    await Promise.all([this.readers.end(), this.writers.end()]);
  }
}

const runOn =
  (client: pg.PoolClient): Run =>
  async <R = Row>(sql: string, values: readonly unknown[] = []) => {
    try {
      return (await client.query(sql, [...values])).rows as readonly R[];
    } catch (error) {
      throw isOutage(error) ? new DatabaseUnavailable(error) : error;
    }
  };

async function transaction<T>(pool: pg.Pool, begin: string, work: (run: Run) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw new DatabaseUnavailable(error);
  });
  // A connection that is lost between two statements makes the next one fail.
  const onLoss = () => undefined;
  client.on('error', onLoss);
  try {
    const run = runOn(client);
    await run(begin);
    const result = await work(run);
    await run('commit');
    client.off('error', onLoss);
    client.release();
    return result;
  } catch (error) {
    client.off('error', onLoss);
    // The server rolls back what a connection leaves behind.
    client.release(true);
    throw error;
  }
}
