import type pg from 'pg';
import { AnswerWatch } from './answer-watch.js';
import { Batch } from './batch.js';
import { DatabaseBusy, DatabaseUnavailable, isOutage } from './wire.problems.js';
import { Statement, type Bound, type Row } from './statement.js';

/** Requests that may wait for each connection of the pool, which serves some hundreds a second; further ones are refused. */
const QUEUE_PER_CONNECTION = 100;

/** Most reads that share one connection. */
const READS_TOGETHER = 4;

/** Milliseconds for which others may join a read that waits: they share its time-out, too. */
const JOINING_MS = 50;

/** Reads that wait for a connection together. */
interface Group {
  readonly batches: Batch[];
  /** On the process's clock, in milliseconds. */
  readonly since: number;
}

/** The pool's connections: queues requests, refuses those beyond the limit, and discards connections after a failure. */
export class Connections {
  readonly #watch: AnswerWatch;
  /** The latest reads that wait, which others may join; null: the next read waits by itself. */
  #group: Group | null = null;
  /** Reads that wait with another one, and are not in the pool's own queue. */
  #joined = 0;

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
    return { total, idle, waiting: waiting + this.#joined };
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
    const batch = new Batch(statements);
    if (!this.#join(batch)) this.#wait(batch);
    return rowsOf(batch);
  }

  /** Lets a read wait with others, if some wait, and no connection is free for it. */
  #join(batch: Batch): boolean {
    const group = this.#group;
    if (!group || group.batches.length === READS_TOGETHER || this.#hasFree()) return false;
    if (performance.now() - group.since > JOINING_MS) return false;
    group.batches.push(batch);
    this.#joined += 1;
    return true;
  }

  #wait(batch: Batch): void {
    const group: Group = { batches: [batch], since: performance.now() };
    this.#group = group;
    this.pool.connect((error, client) => {
      if (this.#group === group) this.#group = null;
      this.#joined -= group.batches.length - 1;
      if (client) submit(client, group.batches);
      else for (const waiting of group.batches) waiting.callback(new DatabaseUnavailable(error));
    });
  }

  /** Whether a connection is free, or may still be opened, for one more than wait already. */
  #hasFree(): boolean {
    const { totalCount, idleCount, waitingCount, options } = this.pool;
    return totalCount < options.max || idleCount > waitingCount;
  }

  #refuseIfBusy(): void {
    if (this.load.waiting >= this.pool.options.max * QUEUE_PER_CONNECTION) throw new DatabaseBusy();
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

/** Hands batches to the driver, which writes them in one piece. The connection goes back once all have their answers. */
function submit(client: pg.PoolClient, batches: readonly Batch[]): void {
  releaseAfter(batches, client);
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
