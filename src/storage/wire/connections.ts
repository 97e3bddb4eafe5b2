import type pg from 'pg';
import { Batch } from './batch.js';
import { DatabaseBusy, DatabaseUnavailable, isOutage } from './wire.problems.js';
import type { Bound, Row } from './statement.js';

/** Requests that may wait for each connection of the pool, which serves some hundreds a second; more are turned away at once. */
const QUEUE_PER_CONNECTION = 100;

/** Reads that may go over one connection together. */
const READS_TOGETHER = 4;

/** The connections of the pool: who waits for one, who is turned away, and what becomes of one on which something failed. */
export class Connections {
  /** Reads that wait for a connection, the oldest first. */
  readonly #reads = new Set<Batch>();

  constructor(private readonly pool: pg.Pool) {}

  /** The ORM ends the pool only if it has asked something over it itself, which the service never lets it do. */
  async end(): Promise<void> {
    if (!this.pool.ending) await this.pool.end();
  }

  /** Connections, those of them that are idle, and requests that wait for one. */
  get load(): { readonly total: number; readonly idle: number; readonly waiting: number } {
    const { totalCount: total, idleCount: idle, waitingCount: waiting } = this.pool;
    return { total, idle, waiting };
  }

  /**
   * A connection for as long as `work` takes. What `work` has begun and not committed is undone when it throws.
   * @throws DatabaseUnavailable; DatabaseBusy; whatever `work` throws
   */
  async use<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    this.#turnAway();
    const client = await this.pool.connect().catch((error: unknown) => {
      throw new DatabaseUnavailable(error);
    });
    try {
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      await abandon(client);
      throw error;
    }
  }

  /**
   * Sends statements that only read, as a transaction of their own, and returns the rows of each. While no connection is free
   * such requests share the next one: they leave in one piece, and each is answered as soon as it has run.
   * @throws DatabaseUnavailable; DatabaseBusy
   */
  async read(statements: readonly Bound[]): Promise<Row[][]> {
    this.#turnAway();
    const read = new Batch(statements);
    this.#reads.add(read);
    void this.#send(read);
    return rowsOf(read);
  }

  /** Waits for a connection on behalf of a read, which may go with others' before that. Never fails itself: reads do. */
  async #send(read: Batch): Promise<void> {
    const client = await this.pool.connect().catch((error: unknown) => new DatabaseUnavailable(error));
    if (client instanceof DatabaseUnavailable) {
      if (this.#reads.delete(read)) read.callback(client);
      return;
    }
    const outcomes = await Promise.allSettled(submit(client, this.#take(read)).map(({ done }) => done));
    // One on which something failed is not used again.
    client.release(outcomes.some(({ status }) => status === 'rejected'));
  }

  /** The read, if it still waits, and others that go with it if no connection is free for them. */
  #take(read: Batch): readonly Batch[] {
    if (!this.#reads.delete(read)) return [];
    const together = [read];
    if (this.pool.waitingCount <= this.pool.idleCount) return together;
    for (const other of this.#reads) {
      if (together.length === READS_TOGETHER) break;
      this.#reads.delete(other);
      together.push(other);
    }
    return together;
  }

  #turnAway(): void {
    if (this.pool.waitingCount >= this.pool.options.max * QUEUE_PER_CONNECTION) throw new DatabaseBusy();
  }
}

/** Sends statements together, and returns the rows of each. @throws DatabaseUnavailable */
export function send(client: pg.PoolClient, statements: readonly Bound[]): Promise<Row[][]> {
  return rowsOf(client.query(new Batch(statements)));
}

async function rowsOf({ done }: Batch): Promise<Row[][]> {
  try {
    return await done;
  } catch (error) {
    throw error instanceof DatabaseUnavailable || !isOutage(error) ? error : new DatabaseUnavailable(error);
  }
}

/** Hands batches to the driver, which writes them at once. */
function submit(client: pg.PoolClient, batches: readonly Batch[]): readonly Batch[] {
  const { stream } = client.connection;
  stream.cork();
  for (const batch of batches) client.query(batch);
  stream.uncork();
  return batches;
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
