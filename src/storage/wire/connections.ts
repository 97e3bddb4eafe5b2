import type pg from 'pg';
import { AnswerWatch } from './answer-watch.js';
import { Batch } from './batch.js';
import { DatabaseBusy, DatabaseUnavailable, isOutage } from './wire.problems.js';
import { Statement, type Bound, type Row } from './statement.js';
import { WaitingReads, type WaitingRead } from './waiting-reads.js';

/** Requests that may wait for each connection of the pool, which serves some hundreds a second; further ones are refused. */
const QUEUE_PER_CONNECTION = 100;

/** Most reads that share one connection. */
const READS_TOGETHER = 4;

/** The pool's connections: queues requests, refuses those beyond the limit, and discards connections after a failure. */
export class Connections {
  readonly #reads = new WaitingReads();
  readonly #watch: AnswerWatch;

  /** @param answerTimeoutMs milliseconds after which a connection without an answer counts as broken */
  constructor(
    private readonly pool: pg.Pool,
    answerTimeoutMs: number,
  ) {
    this.#watch = new AnswerWatch(pool, answerTimeoutMs);
  }

  /** The ORM ends the pool only if it has run a query over it, which the service never lets it do. */
  async end(): Promise<void> {
    this.#watch.stop();
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
  read(statements: readonly Bound[]): Promise<Row[][]> {
    this.#refuseIfBusy();
    const read = this.#reads.add(new Batch(statements));
    this.pool.connect((error, client) => {
      if (client) this.#serve(read, client);
      else if (this.#reads.take(read)) read.batch.callback(new DatabaseUnavailable(error));
    });
    return rowsOf(read.batch);
  }

  /** Sends the read, if it still waits, and others that share its connection if none is free for them. */
  #serve(read: WaitingRead, client: pg.PoolClient): void {
    if (!this.#reads.take(read)) {
      // Not at once: from within, the pool would give it to the next of these, as deep as the stack goes.
      process.nextTick(() => client.release());
      return;
    }
    const together = [read.batch];
    while (together.length < READS_TOGETHER && this.pool.waitingCount > this.pool.idleCount) {
      const other = this.#reads.takeFirst();
      if (!other) break;
      together.push(other.batch);
    }
    releaseAfter(together, client);
    submit(client, together);
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

/** Gives the connection back once all of these have their answers. One on which a statement failed is not used again. */
function releaseAfter(batches: readonly Batch[], client: pg.PoolClient): void {
  let unanswered = batches.length;
  let hasFailed = false;
  for (const batch of batches) {
    const settle = batch.callback;
    batch.callback = (error) => {
      hasFailed ||= error !== null;
      unanswered -= 1;
      if (unanswered === 0) client.release(hasFailed);
      settle(error);
    };
  }
}

/** Hands batches to the driver, which writes them in one piece. */
function submit(client: pg.PoolClient, batches: readonly Batch[]): void {
  const { stream } = client.connection;
  stream.cork();
  for (const batch of batches) client.query(batch);
  stream.uncork();
}

const rollback = new Statement('rollback', 'rollback');

/** Rolls back. A connection on which that fails is not used again. */
async function abandon(client: pg.PoolClient): Promise<void> {
  try {
    await send(client, [{ statement: rollback, values: [] }]);
    client.release();
  } catch (error) {
    client.release(error as Error);
  }
}
