import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { tracingChannel } from 'node:diagnostics_channel';
import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { FlowId } from '../../ground/config/wizard-flows.js';
import { send, type Connections } from '../../storage/wire/connections.js';
import type { Bound, Row } from '../../storage/wire/statement.js';
import type { Terms } from '../flow/terms.js';
import { isTooLarge } from './document-sizes.js';
import type { ChangeHints } from './change-hints.js';
import type { Command, Query, Subject } from './record.js';
import {
  findSession,
  newSession,
  openedFromRow,
  openSession,
  type OpenedSession,
} from './records/onboarding-sessions.record.js';
import type { Origin } from './records/session-advance.record.js';
import { entityTagOf } from './session.js';
import { begin, beginReading, bind, commit, ping, readScope, scope } from './scope.js';
import { UnitOfWork, type NoReads, type Opened, type Reads, type Results, type WorkFlow } from './unit-of-work.js';

/** Publishes each piece of work to subscribers, such as tracing; costs nothing while there are none. */
const trace = tracingChannel<unknown, { readonly name: string }>('onboarding.database');

/** How a unit of work begins. */
export interface WorkOptions<R extends Reads = Reads> extends Partial<Origin>, Terms {
  /** What the work has to know before it decides. */
  readonly reads?: R;
  /** Decides, and writes nothing. Results of commands cannot be read then, and limits that only the database counts are not checked. */
  readonly dryRun?: boolean;
  /** The work itself records how a new user has begun. */
  readonly startsItself?: boolean;
}

/** A read of one user among those of others. */
export interface UserRead<T> {
  readonly userId: string;
  readonly query: Query<T>;
}

/** What the deployment decides for all users. */
export interface DatabaseSettings {
  /** The wizard that it serves. */
  readonly wizard: FlowId;
  /** Versions that are kept of each document. */
  readonly documentVersions: number;
}

/** A change that a user makes in the wizard. */
const USER: Origin = { actor: 'user', cause: 'wizard' };

/**
 * The one way to users' data. What runs here runs in a transaction that PostgreSQL's row-level security confines to one
 * user: another user's rows cannot be seen or written, whatever the statement says.
 */
@Injectable()
export class UserDatabase implements OnApplicationShutdown {
  constructor(
    private readonly connections: Connections,
    private readonly settings: DatabaseSettings,
    readonly hints: ChangeHints,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.hints.stop();
    await this.connections.end();
  }

  /** How busy the connections are. */
  get load(): Connections['load'] {
    return this.connections.load;
  }

  /**
   * Runs `work` in one transaction of the user's, behind the lock on the session: all of it is stored, or nothing. Two round
   * trips: one opens the session and reads what `work` needs to know, the other writes what it has decided and commits. A dry run
   * is one round trip in a read-only transaction, without the lock.
   * @throws DatabaseUnavailable while PostgreSQL is unreachable; PreconditionFailed; DocumentsTooLarge; whatever `work` throws
   */
  async forUser<T, R extends Reads = NoReads>(
    userId: string,
    options: WorkOptions<R>,
    work: (data: UnitOfWork<R>) => T,
  ): Promise<T> {
    const {
      reads,
      precondition,
      dryRun = false,
      startsItself = false,
      actor = USER.actor,
      cause = USER.cause,
    } = options;
    const { flow = null, numbers = 'canonical' } = options;
    const wizard: WorkFlow = { named: flow, deployment: this.settings.wizard, numbers };
    const { documentVersions } = this.settings;
    const now = new Date();
    const decide = (opened: Opened<R>) => {
      precondition?.check(entityTagOf(opened.isNew ? null : opened.session));
      const terms = { wizard, origin: { actor, cause }, documentVersions, startsItself };
      const unitOfWork = new UnitOfWork(userId, now, opened, terms);
      return { result: work(unitOfWork), unitOfWork };
    };
    if (dryRun) return decide(await this.#look(userId, now, reads)).result;
    return this.#onConnection('unit of work', async (client) => {
      const { result, unitOfWork } = decide(await open(client, userId, now, reads));
      await close(client, unitOfWork);
      if (unitOfWork.movesOn) this.hints.tell(userId);
      return result;
    });
  }

  /**
   * Reads with one statement in the user's scope, in one round trip. The transaction is read-only.
   * @throws DatabaseUnavailable while PostgreSQL is unreachable
   */
  async readForUser<T>(userId: string, { statement, values = [], parse }: Query<T>): Promise<T> {
    const batch = [bind(readScope, userId), bind(statement, userId, ...values)];
    const [, rows = []] = await trace.tracePromise(() => this.connections.read(batch), { name: statement.label });
    return parse(rows);
  }

  /**
   * The same for several users, in one round trip: each statement is confined to its own user.
   * @throws DatabaseUnavailable while PostgreSQL is unreachable
   */
  async readForEach<T>(reads: readonly UserRead<T>[]): Promise<T[]> {
    const batch = reads.flatMap(({ userId, query: { statement, values = [] } }) => [
      bind(readScope, userId),
      bind(statement, userId, ...values),
    ]);
    const rows = await trace.tracePromise(() => this.connections.read(batch), { name: 'read for several users' });
    return reads.map(({ query }, index) => query.parse(rows[2 * index + 1] ?? []));
  }

  /**
   * Writes with one statement in the user's scope, in one round trip, without the session and its lock.
   * @throws DatabaseUnavailable while PostgreSQL is unreachable
   */
  async writeForUser<T>(userId: string, { statement, values, parse }: Command<T, Subject>): Promise<T> {
    const batch = [bind(scope, userId), bind(statement, ...values({ userId, now: new Date() }))];
    const [, rows = []] = await this.#onConnection(statement.label, (client) => send(client, batch));
    return parse(rows);
  }

  /** @throws DatabaseUnavailable unless PostgreSQL answers */
  async ping(): Promise<void> {
    await this.connections.use((client) => send(client, [bind(ping)]));
  }

  /** What a unit of work would start from. */
  async #look<R extends Reads>(userId: string, now: Date, reads: R | undefined): Promise<Opened<R>> {
    const opening = [bind(beginReading), bind(readScope, userId), bind(findSession, userId)];
    const batch = [...opening, ...queriesOf(reads, userId), bind(commit)];
    const rows = await this.#onConnection('dry run', (client) => send(client, batch));
    const [session] = rows[opening.length - 1] ?? [];
    const opened = session ? openedFromRow(session) : newSession(userId, uuidv7(), now);
    return { ...opened, read: resultsOf(reads, rows.slice(opening.length)) };
  }

  #onConnection<T>(name: string, use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return trace.tracePromise(() => this.connections.use(use), { name });
  }
}

const queriesOf = (reads: Reads | undefined, userId: string): readonly Bound[] =>
  Object.values(reads ?? {}).map(({ statement, values = [] }) => bind(statement, userId, ...values));

/** What the reads have found, by their names; `rows` are in the same order. */
function resultsOf<R extends Reads>(reads: R | undefined, rows: readonly Row[][]): Results<R> {
  const results = Object.entries<Query<unknown>>(reads ?? {}).map(([name, { parse }], index) => [
    name,
    parse(rows[index] ?? []),
  ]);
  return Object.fromEntries(results) as Results<R>;
}

/** The first round trip. Once more in the same transaction if another one makes or deletes the session at the same moment. */
async function open<R extends Reads>(
  client: pg.PoolClient,
  userId: string,
  now: Date,
  reads: R | undefined,
): Promise<Opened<R>> {
  const queries = queriesOf(reads, userId);
  let opening = [bind(begin), bind(scope, userId)];
  for (;;) {
    const answers = await send(client, [...opening, bind(openSession, userId, uuidv7(), now), ...queries]);
    const [[session] = [], ...rows] = answers.slice(opening.length);
    opening = [];
    if (!session) continue;
    const opened: OpenedSession = openedFromRow(session);
    return { ...opened, read: resultsOf(reads, rows) };
  }
}

/** The second round trip. Results count once all of it is stored. @throws DocumentsTooLarge */
async function close<R extends Reads>(client: pg.PoolClient, work: UnitOfWork<R>) {
  const { planned } = work;
  const bound = planned.map(({ command, subject }) => bind(command.statement, ...command.values(subject)));
  const rows = await send(client, [...bound, bind(commit)]).catch((error: unknown) => {
    throw isTooLarge(error) ? work.tooLarge : error;
  });
  for (const [index, { command, settle }] of planned.entries()) settle(command.parse(rows[index] ?? []));
}
