import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { tracingChannel } from 'node:diagnostics_channel';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Precondition } from '../http/entity-tag.js';
import { Batch } from './batch.js';
import { DatabaseBusy, DatabaseUnavailable, isOutage } from './outage.js';
import { keysFromRows, readKeys } from './sealed-keys.js';
import { entityTagOf, openSession, sessionFromRow } from './session.js';
import { snapshotFromRow, snapshotStatement } from './snapshot.js';
import type { Bound, Row, Statement } from './statement.js';
import { UnitOfWork, type Opened, type Reads } from './unit-of-work.js';

/** Requests that may wait for each connection of the pool, which serves some hundreds a second; more are turned away at once. */
const QUEUE_PER_CONNECTION = 100;

/** Tells of each piece of work to whoever traces; nothing is told, and nothing spent, while nobody does. */
const told = tracingChannel<unknown, { readonly name: string }>('onboarding.database');

/** What a unit of work starts from. */
export interface Opening {
  readonly reads?: Reads;
  /** What the caller insists on. */
  readonly precondition?: Precondition | null;
}

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
   * Runs `work` in one transaction of the user's, behind the lock on the session: all of it is stored, or nothing. Two round
   * trips: one opens the session and reads what `work` needs to know, the other writes what it has decided and commits.
   * @throws DatabaseUnavailable when PostgreSQL is away; PreconditionFailed; whatever `work` throws
   */
  forUser<T>(userId: string, work: (data: UnitOfWork) => T, { reads = {}, precondition }: Opening = {}): Promise<T> {
    const now = new Date();
    return this.#onConnection('unit of work', async (client) => {
      const opened = await open(client, userId, now, reads);
      precondition?.check(entityTagOf(opened.isNew ? null : opened.session));
      const unitOfWork = new UnitOfWork(userId, now, opened);
      const result = work(unitOfWork);
      await close(client, unitOfWork);
      return result;
    });
  }

  /**
   * Reads with one statement in the user's scope, in one round trip. The transaction is read-only.
   * @throws DatabaseUnavailable when PostgreSQL is away
   */
  async readForUser(userId: string, statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    const batch = [bind(readScope, userId), { statement, values }];
    const [, rows] = await this.#onConnection(statement.name, (client) => send(client, batch));
    return rows ?? [];
  }

  /**
   * Writes with one statement in the user's scope, in one round trip, without the session and its lock.
   * @throws DatabaseUnavailable when PostgreSQL is away
   */
  async writeForUser(userId: string, statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    const batch = [bind(scope, userId), { statement, values }];
    const [, rows] = await this.#onConnection(statement.name, (client) => send(client, batch));
    return rows ?? [];
  }

  /** @throws DatabaseUnavailable unless PostgreSQL answers */
  async ping(): Promise<void> {
    await this.#use((client) => send(client, [bind(ping)]));
  }

  #onConnection<T>(name: string, use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return told.tracePromise(() => this.#use(use), { name });
  }

  async #use<T>(use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    if (this.pool.waitingCount >= this.pool.options.max * QUEUE_PER_CONNECTION) throw new DatabaseBusy();
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

const begin: Statement = { name: 'begin', text: 'begin' };
const commit: Statement = { name: 'commit', text: 'commit' };
const ping: Statement = { name: 'ping', text: 'select' };

/** Says on whose behalf the statements of this transaction run; every row-level policy reads it. Value: the user. */
const scope: Statement = { name: 'scope', text: `select set_config('app.user_id', $1, true)` };

const readScope: Statement = {
  name: 'read-scope',
  text: `select set_config('app.user_id', $1, true), set_config('transaction_read_only', 'on', true)`,
};

const bind = (statement: Statement, ...values: readonly unknown[]): Bound => ({ statement, values });

/** The first round trip. Once more in the same transaction if another one makes or deletes the session this very moment. */
async function open(client: pg.PoolClient, userId: string, now: Date, { tables, keys }: Reads): Promise<Opened> {
  let opening = [bind(begin), bind(scope, userId)];
  for (;;) {
    const reads = [
      ...(tables ? [bind(snapshotStatement(tables), userId)] : []),
      ...(keys ? [bind(readKeys, userId)] : []),
    ];
    const answers = await send(client, [...opening, bind(openSession, userId, uuidv7(), now), ...reads]);
    const [[session], ...read] = answers.slice(opening.length) as [Row[], ...Row[][]];
    opening = [];
    if (!session) continue;
    return {
      session: sessionFromRow(session['session'] as Row),
      isNew: session['is_new'] === true,
      snapshot: tables ? snapshotFromRow(read.shift()?.[0] as Row) : null,
      keys: keys ? keysFromRows(read.shift() ?? []) : null,
    };
  }
}

/** The second round trip. What the statements answer counts once all of it is stored. */
async function close(client: pg.PoolClient, { commands }: UnitOfWork): Promise<void> {
  const answers = await send(client, [...commands, bind(commit)]);
  for (const [index, { answer }] of commands.entries()) answer.settle(answers[index] ?? []);
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

/** Sends statements together, and returns the rows of each. */
async function send(client: pg.PoolClient, statements: readonly Bound[]): Promise<Row[][]> {
  const batch = new Batch(statements);
  try {
    return await client.query(batch).done;
  } catch (error) {
    throw new DriverFailure(error);
  }
}
