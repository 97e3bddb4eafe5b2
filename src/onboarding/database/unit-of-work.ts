import { v7 as uuidv7 } from 'uuid';
import type { FlowId } from '../../ground/config/wizard-flows.js';
import type { Flow } from '../flow/flow.js';
import { flowInUse, rememberedAfter, rememberFlow, type FlowSources } from '../flow/flow-choice.js';
import { TooManyChanges } from '../flow/flow.problems.js';
import { CANONICAL_FLOWS, FLOWS } from '../flow/flows.js';
import type { Progress } from '../flow/progress.js';
import { MAX_EVENTS } from '../flow/replay.js';
import type { Terms } from '../flow/terms.js';
import { start, type Change, type ProgressFact, type Transition } from '../flow/transitions.js';
import { areTooLarge, DocumentsTooLarge } from './document-sizes.js';
import type { DocumentTable } from './document-tables.js';
import { Later } from './later.js';
import type { Command, Query, SessionSubject } from './record.js';
import { beginSession, deleteUser, newSession, type OpenedSession } from './records/onboarding-sessions.record.js';
import { advanceSession, type Origin } from './records/session-advance.record.js';
import type { Session } from './session.js';
import type { Snapshot } from './snapshot.js';

/** What a unit of work reads before it decides; it chooses the names. */
export type Reads = Readonly<Record<string, Query<unknown>>>;

/** The reads of work that names none: the compiler then refuses `data.read` of any name. */
export type NoReads = Readonly<Record<never, never>>;

/** What each of these reads has found. */
export type Results<R extends Reads> = { readonly [Name in keyof R]: R[Name] extends Query<infer T> ? T : never };

/** What a unit of work starts from: the session, and what it has read behind the session's lock. */
export interface Opened<R extends Reads> extends OpenedSession {
  readonly read: Results<R>;
}

/** Which wizard a unit of work is for. */
export interface WorkFlow extends Pick<FlowSources, 'named' | 'deployment'> {
  /** Whose numbers refusals show: the wizard's, or the canonical ones. */
  readonly numbers: NonNullable<Terms['numbers']>;
}

/** The terms on which one unit of work is done. */
export interface WorkTerms {
  readonly wizard: WorkFlow;
  readonly origin: Origin;
  /** Versions that are kept of each document. */
  readonly documentVersions: number;
  /** Whether the work itself records how a new user has begun; left out: the first event is `onboarding_started`. */
  readonly startsItself?: boolean;
}

/** A command or a read that waits to be sent, and what settles its result. */
export interface Planned {
  readonly command: Command<unknown>;
  /** Whose rows it changes, and with which event. */
  readonly subject: SessionSubject;
  readonly settle: (value: unknown) => void;
}

/** What is planned while it is not known which event it belongs to. */
type Pending = Omit<Planned, 'subject'>;

/**
 * One transaction on behalf of one user, as a decision: it knows what there is, behind the lock on the user's session, and says
 * what is to be written. It waits for nothing: `UserDatabase` reads before it and writes after it, one round trip each.
 */
export class UnitOfWork<R extends Reads = Reads> {
  readonly #commands: Planned[] = [];
  /** Commands that belong to the next event. */
  readonly #pending: Pending[] = [];
  /** What runs after the session has moved on. */
  readonly #last: Pending[] = [];
  readonly #facts: ProgressFact[] = [];
  /** The tables whose documents are saved here. */
  readonly #saved = new Set<DocumentTable>();
  /** A bound of the keys and values that all of the user's documents have then. */
  #documentItems: number;
  #progress: Progress;
  /** What this work has learnt of the user's wizard. */
  #learnt: FlowId | null = null;
  #onboardingType: string | null = null;

  constructor(
    readonly userId: string,
    /** The moment of every change that is made here. */
    readonly now: Date,
    private opened: Opened<R>,
    private readonly terms: WorkTerms,
  ) {
    this.#progress = opened.session.progress;
    this.#documentItems = opened.documentItems;
    // Every session that is committed begins with an event. Where the work deletes the user, there is no session to write it for.
    if (opened.isNew && !terms.startsItself) this.change(start);
  }

  /** The results of `reads`, from before any change: they stay true until the transaction ends. */
  get read(): Results<R> {
    return this.opened.read;
  }

  /** Whether the user was not here before this work. */
  get isNew(): boolean {
    return this.opened.isNew;
  }

  /** The user's session, with the changes that were made here; a new one with its start. */
  get session(): Session {
    const { session } = this.opened;
    if (this.#facts.length === 0) return session;
    return {
      ...session,
      revision: session.revision + this.#facts.length,
      updatedAt: this.now,
      progress: this.#progress,
    };
  }

  /** The flow by whose rules the progress changes: the request's, or that of the wizard the user was last seen with. */
  get flow(): Flow {
    const { named, deployment, numbers } = this.terms.wizard;
    const remembered = rememberedAfter(this.#progress.flow, { named, learnt: this.#learnt });
    return (numbers === 'wizard' ? FLOWS : CANONICAL_FLOWS)[flowInUse(remembered, deployment)];
  }

  /** Whether the user's position is another one after it. */
  get movesOn(): boolean {
    return this.#facts.length > 0 || this.#pending.some(({ command }) => command === deleteUser);
  }

  /** What a post tells about the user's wizard; kept with the next change. */
  learn({ flow, onboardingType }: { readonly flow: FlowId | null; readonly onboardingType: string | null }): void {
    this.#learnt = flow;
    this.#onboardingType = onboardingType;
  }

  /**
   * Changes the progress by a rule of `flow`; each fact becomes an event with the next revision. What is known of the wizard is kept
   * together with a fact, and never alone. The commands that have run since the last change belong to the first fact of this one.
   * @throws TooManyChanges
   */
  change(transition: Transition): Session {
    const known = this.#remember();
    const { progress, facts } = transition(known.progress, this.now, this.flow);
    if (facts.length === 0) return this.session;
    const revision = this.session.revision + known.facts.length + 1;
    if (revision + facts.length - 1 > MAX_EVENTS) throw new TooManyChanges();
    this.#facts.push(...known.facts, ...facts);
    this.#progress = progress;
    this.#commands.push(...this.#bind(this.#pending.splice(0), revision));
    return this.session;
  }

  #remember(): Change {
    const onboardingType = this.#onboardingType ?? this.#progress.onboardingType;
    const progress = { ...this.#progress, onboardingType };
    return rememberFlow({ ...this.terms.wizard, learnt: this.#learnt })(progress, this.now, this.flow);
  }

  #bind(pending: readonly Pending[], revision: number): readonly Planned[] {
    const subject = { userId: this.userId, sessionId: this.opened.session.id, now: this.now, revision };
    return pending.map((planned) => ({ ...planned, subject }));
  }

  /** Deletes all that is kept of the user, as a hard reset does, and begins another session; before any other change of this work. */
  startOver(): void {
    const begun = newSession(this.userId, uuidv7(), this.now);
    this.opened = { ...begun, read: this.opened.read };
    this.#progress = begun.session.progress;
    this.#documentItems = begun.documentItems;
    const commands = [deleteUser, beginSession].map((command) => ({ command, settle: () => undefined }));
    this.#commands.push(...this.#bind(commands, begun.session.revision));
  }

  /** Runs a command of a record, in the order of the calls; after one that saves a document, a change follows. @throws DocumentsTooLarge */
  run<T>(command: Command<T>): Later<T> {
    if (command.writes) {
      if (command.writes.isTooLarge) throw new DocumentsTooLarge([command.writes.table], this.flow);
      this.#saved.add(command.writes.table);
      this.#documentItems += command.writes.items;
    }
    return plan(this.#pending, command);
  }

  /** Runs a command once the session has moved on. */
  runLast(command: Command): void {
    plan(this.#last, command);
  }

  /** Reads the user's rows after all changes of this transaction. */
  readAfter<T>({ statement, values = [], parse }: Query<T>): Later<T> {
    return plan(this.#last, { statement, values: ({ userId }) => [userId, ...values], parse });
  }

  /**
   * What is read would be after the changes made here: for dry runs.
   * @param before with all tables of documents, from before any change
   * @throws DocumentsTooLarge
   */
  preview(before: Snapshot): Snapshot {
    const commands = [...this.#commands, ...this.#pending].map(({ command }) => command);
    const previews = commands.flatMap(({ preview }) => preview ?? []);
    const after = before.after(previews, this.now).withSession(this.session);
    if (this.#saved.size > 0 && areTooLarge(after.documents)) throw this.tooLarge;
    return after;
  }

  /** The complaint for when the database finds the user's documents too large. */
  get tooLarge(): DocumentsTooLarge {
    return new DocumentsTooLarge(this.#saved, this.flow);
  }

  /** All that is to be sent, in order; for `UserDatabase`. @throws Error for a document or a new session without an event */
  get planned(): readonly Planned[] {
    if (this.isNew && !this.movesOn) {
      throw new Error('A session begins without an event: change the progress.');
    }
    if (this.#pending.some(({ command }) => command.writes)) {
      throw new Error('A document is saved without an event: change the progress after it, such as with dataSaved.');
    }
    const advance = this.#facts.length > 0 ? [this.#advance()] : [];
    const rest = this.#bind([...this.#pending, ...advance, ...this.#last], this.session.revision);
    return [...this.#commands, ...rest];
  }

  #advance(): Pending {
    const command = advanceSession({
      session: this.session,
      before: this.opened.session.progress,
      facts: this.#facts,
      origin: this.terms.origin,
      saved: this.#saved,
      documentItems: this.#documentItems,
      documentVersions: this.terms.documentVersions,
    });
    return { command, settle: () => undefined };
  }
}

function plan<T>(pending: Pending[], command: Command<T>): Later<T> {
  const later = new Later<T>();
  pending.push({ command, settle: (value) => later.settle(value as T) });
  return later;
}
