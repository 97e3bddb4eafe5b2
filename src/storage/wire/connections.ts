import type pg from 'pg';
import { Batch } from './batch.js';
import { DatabaseBusy, DatabaseUnavailable, isOutage } from './wire.problems.js';
import type { Bound, Row } from './statement.js';

/** Requests that may wait for each connection of the pool, which serves some hundreds a second; further ones are refused. */
const QUEUE_PER_CONNECTION = 100;

/** Most reads that share one connection. */
const READS_TOGETHER = 4;

/** The pool's connections: queues requests, refuses those beyond the limit, and discards connections after a failure. */
export class Connections {
  /** Reads that wait for a connection, the oldest first. */
  readonly #reads = new Set<Batch>();

  constructor(private readonly pool: pg.Pool) {}

  /** The ORM ends the pool only if it has run a query over it, which the service never lets it do. */
  async end(): Promise<void> {
    if (!this.pool.ending) await this.pool.end();
  }

  /** Connections, those of them that are idle, and requests that wait for one. */
  get load(): { readonly total: number; readonly idle: number; readonly waiting: number } {
    const { totalCount: total, idleCount: idle, waitingCount: waiting } = this.pool;
    return { total, idle, waiting };
  }

  /**
   * Lends a connection for as long as `work` runs. Rolls back what `work` has not committed when it throws.
   * @throws DatabaseUnavailable; DatabaseBusy; the errors of `work`
   */
  async use<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    this.#refuseIfBusy();
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
   * Runs statements that only read as one transaction, and returns the rows of each. While no connection is free, such requests
   * share the next one: they are sent in one piece, and each is answered as soon as it has run.
   * @throws DatabaseUnavailable; DatabaseBusy
   */
  async read(statements: readonly Bound[]): Promise<Row[][]> {
    this.#refuseIfBusy();
    const read = new Batch(statements);
    this.#reads.add(read);
    void this.#send(read);
    return rowsOf(read);
  }

  /** Waits for a connection for a read, which an earlier connection may take along. Never rejects: the read does. */
  async #send(read: Batch): Promise<void> {
    const client = await this.pool.connect().catch((error: unknown) => new DatabaseUnavailable(error));
    if (client instanceof DatabaseUnavailable) {
      if (this.#reads.delete(read)) read.callback(client);
      return;
    }
    const outcomes = await Promise.allSettled(submit(client, this.#take(read)).map(({ done }) => done));
    // A connection on which a statement failed is not used again.
    client.release(outcomes.some(({ status }) => status === 'rejected'));
  }

  /** The read, if it still waits, and others that share its connection if none is free for them. */
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

  #refuseIfBusy(): void {
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

/** Hands batches to the driver, which writes them in one piece. */
function submit(client: pg.PoolClient, batches: readonly Batch[]): readonly Batch[] {
  const { stream } = client.connection;
  stream.cork();
  for (const batch of batches) client.query(batch);
  stream.uncork();
  return batches;
}

/** Rolls back. A connection on which that fails is not used again. */
async function abandon(client: pg.PoolClient): Promise<void> {
  try {
    await client.query('rollback');
    client.release();
  } catch (error) {
    client.release(error as Error);
  }
}
