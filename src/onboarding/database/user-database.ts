import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { tracingChannel } from 'node:diagnostics_channel';
import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Precondition } from '../../ground/problems/precondition.js';
import { send, type Connections } from '../../storage/wire/connections.js';
import { DocumentsTooLarge, isTooLarge } from './document-sizes.js';
import { keysFromRows, readKeys } from './records/sealed-keys.record.js';
import { entityTagOf, openSession, sessionFromRow } from './session.js';
import { snapshotFromRow, snapshotStatement, type Snapshot } from './snapshot.js';
import type { Bound, Row, Statement } from '../../storage/wire/statement.js';
import { UnitOfWork, type Opened, type Reads } from './unit-of-work.js';

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
 * user: another user's rows cannot be seen or written, whatever the statement says.
 */
@Injectable()
export class UserDatabase implements OnApplicationShutdown {
  constructor(private readonly connections: Connections) {}

  async onApplicationShutdown(): Promise<void> {
    await this.connections.end();
  }

  /** How busy the connections are. */
  get load(): Connections['load'] {
    return this.connections.load;
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
    const [, rows] = await told.tracePromise(() => this.connections.read(batch), { name: statement.name });
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
    await this.connections.use((client) => send(client, [bind(ping)]));
  }

  #onConnection<T>(name: string, use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return told.tracePromise(() => this.connections.use(use), { name });
  }
}

const begin: Statement = { name: 'begin', text: 'begin' };
const commit: Statement = { name: 'commit', text: 'commit' };
const ping: Statement = { name: 'ping', text: 'select' };

/** Says on whose behalf the statements of this transaction run; every row-level policy reads it. No row. Value: the user. */
const scope: Statement = { name: 'scope', text: `select where set_config('app.user_id', $1, true) is null` };

const readScope: Statement = {
  name: 'read-scope',
  text: `select where set_config('app.user_id', $1, true) is null
         or set_config('transaction_read_only', 'on', true) is null`,
};

const bind = (statement: Statement, ...values: readonly unknown[]): Bound => ({ statement, values });

/** The first round trip. Once more in the same transaction if another one makes or deletes the session this very moment. */
async function open(client: pg.PoolClient, userId: string, now: Date, { tables, keys }: Reads): Promise<Opened> {
  let opening = [bind(begin), bind(scope, userId)];
  for (;;) {
    const reads = [
      ...(tables ? [bind(snapshotStatement(tables, { evenLarge: true }), userId)] : []),
      ...(keys ? [bind(readKeys, userId)] : []),
    ];
    const answers = await send(client, [...opening, bind(openSession, userId, uuidv7(), now), ...reads]);
    const [[session], ...read] = answers.slice(opening.length) as [Row[], ...Row[][]];
    opening = [];
    if (!session) continue;
    const row = session['session'] as Row;
    return {
      session: sessionFromRow(row),
      documentItems: row['document_items'] as number,
      isNew: session['is_new'] === true,
      snapshot: tables ? (snapshotFromRow(read.shift()?.[0] as Row) as Snapshot) : null,
      keys: keys ? keysFromRows(read.shift() ?? []) : null,
    };
  }
}

/** The second round trip. What the statements answer counts once all of it is stored. @throws DocumentsTooLarge */
async function close(client: pg.PoolClient, { commands, saved }: UnitOfWork): Promise<void> {
  const answers = await send(client, [...commands, bind(commit)]).catch((error: unknown) => {
    throw isTooLarge(error) ? new DocumentsTooLarge(saved) : error;
  });
  for (const [index, { answer }] of commands.entries()) answer.settle(answers[index] ?? []);
}
