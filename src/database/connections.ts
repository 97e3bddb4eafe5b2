import type pg from 'pg';
import { Batch } from './batch.js';
import { DatabaseBusy, DatabaseUnavailable, isOutage } from './outage.js';
import type { Bound, Row } from './statement.js';

/** Requests that may wait for each connection of the pool, which serves some hundreds a second; more are turned away at once. */
const QUEUE_PER_CONNECTION = 100;

/** Reads that may go over one connection together. */
const READS_TOGETHER = 4;

/** The connections of the pool: who waits for one, who is turned away, and what becomes of one on which something failed. */
export class Connections {
  /** Reads that wait for a connection, the oldest first. */
  readonly #reads: Batch[] = [];
  /** Connections that were asked for on behalf of reads: never fewer than there are reads. */
  #askedFor = 0;

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
    // One that others' reads have no more use for comes sooner than another would.
    if (this.#reads.push(read) > this.#askedFor) void this.#sendReads();
    return rowsOf(read);
  }

  /** Never fails itself: the reads do. */
  async #sendReads(): Promise<void> {
    this.#askedFor += 1;
    const client = await this.pool.connect().catch((error: unknown) => new DatabaseUnavailable(error));
    this.#askedFor -= 1;
    if (client instanceof DatabaseUnavailable) {
      // Its read may have gone with others', and the ones that wait now have connections to come.
      if (this.#reads.length > this.#askedFor) this.#reads.shift()?.callback(client);
      return;
    }
    const together = this.#reads.splice(0, this.pool.waitingCount > 0 ? READS_TOGETHER : 1);
    const outcomes = await Promise.allSettled(submit(client, together).map(({ done }) => done));
    if (outcomes.every(({ status }) => status === 'fulfilled')) client.release();
    else await abandon(client);
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
