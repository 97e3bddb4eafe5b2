import type { FlowId } from '../../ground/config/wizard-flows.js';
import type { Flow } from '../flow/flow.js';
import { flowInUse, rememberedAfter, rememberFlow, type FlowSources } from '../flow/flow-choice.js';
import { CANONICAL_FLOWS, FLOWS } from '../flow/flows.js';
import type { Progress } from '../flow/progress.js';
import type { Terms } from '../flow/terms.js';
import type { Change, ProgressFact, Transition } from '../flow/transitions.js';
import { DocumentsTooLarge, type SizedTable } from './document-sizes.js';
import { Later } from './later.js';
import type { Command, Query, SessionSubject } from './record.js';
import { advanceSession, type OpenedSession, type Origin } from './records/onboarding-sessions.record.js';
import type { Session } from './session.js';

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

/** A command or a read that waits to be sent, and what settles its result. */
export interface Planned {
  readonly command: Command<unknown>;
  readonly settle: (value: unknown) => void;
}

const START: ProgressFact = { type: 'onboarding_started', step: null, data: {} };

/**
 * One transaction on behalf of one user, as a decision: it knows what there is, behind the lock on the user's session, and says
 * what is to be written. It waits for nothing: `UserDatabase` reads before it and writes after it, one round trip each.
 */
export class UnitOfWork<R extends Reads = Reads> {
  readonly #commands: Planned[] = [];
  readonly #readsAfter: Planned[] = [];
  readonly #facts: ProgressFact[] = [];
  /** The tables whose documents are saved here. */
  readonly #saved = new Set<SizedTable>();
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
    private readonly opened: Opened<R>,
    private readonly origin: Origin,
    private readonly wizard: WorkFlow,
  ) {
    this.#progress = opened.session.progress;
    this.#documentItems = opened.documentItems;
    // Every session that is committed begins with this event. Where the work deletes the user, there is no session to write it for.
    if (opened.isNew) this.change((progress) => ({ progress, facts: [START] }));
  }

  /** The results of `reads`, from before any change: they stay true until the transaction ends. */
  get read(): Results<R> {
    return this.opened.read;
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
    const { named, deployment, numbers } = this.wizard;
    const remembered = rememberedAfter(this.#progress.flow, { named, learnt: this.#learnt });
    return (numbers === 'wizard' ? FLOWS : CANONICAL_FLOWS)[flowInUse(remembered, deployment)];
  }

  /** What a post tells about the user's wizard; kept with the next change. */
  learn({ flow, onboardingType }: { readonly flow: FlowId | null; readonly onboardingType: string | null }): void {
    this.#learnt = flow;
    this.#onboardingType = onboardingType;
  }

  /**
   * Changes the progress by a rule of `flow`; each fact becomes an event with the next revision. What is known of the wizard is kept
   * together with a fact, and never alone.
   */
  change(transition: Transition): Session {
    const known = this.#remember();
    const { progress, facts } = transition(known.progress, this.now, this.flow);
    if (facts.length > 0) {
      this.#facts.push(...known.facts, ...facts);
      this.#progress = progress;
    }
    return this.session;
  }

  #remember(): Change {
    const change = rememberFlow({ ...this.wizard, learnt: this.#learnt })(this.#progress, this.now, this.flow);
    if (!this.#onboardingType) return change;
    return { ...change, progress: { ...change.progress, onboardingType: this.#onboardingType } };
  }

  /** Runs a command of a record, in the order of the calls. @throws DocumentsTooLarge */
  run<T>(command: Command<T>): Later<T> {
    if (command.writes) {
      if (command.writes.isTooLarge) throw new DocumentsTooLarge([command.writes.table], this.flow);
      this.#saved.add(command.writes.table);
      this.#documentItems += command.writes.items;
    }
    return plan(this.#commands, command);
  }

  /** Reads the user's rows after all changes of this transaction. */
  readAfter<T>({ statement, parse }: Query<T>): Later<T> {
    return plan(this.#readsAfter, { statement, values: ({ userId }) => [userId], parse });
  }

  /** The complaint for when the database finds the user's documents too large. */
  get tooLarge(): DocumentsTooLarge {
    return new DocumentsTooLarge(this.#saved, this.flow);
  }

  /** Whose rows the commands change. */
  get subject(): SessionSubject {
    return { userId: this.userId, sessionId: this.opened.session.id, now: this.now };
  }

  /** All that is to be sent, in order; for `UserDatabase`. */
  get planned(): readonly Planned[] {
    const advances = this.#facts.length > 0 || this.#saved.size > 0;
    return [...this.#commands, ...(advances ? [this.#advance()] : []), ...this.#readsAfter];
  }

  #advance(): Planned {
    const command = advanceSession({
      session: this.session,
      facts: this.#facts,
      origin: this.origin,
      saved: this.#saved,
      documentItems: this.#documentItems,
    });
    return { command, settle: () => undefined };
  }
}

function plan<T>(planned: Planned[], command: Command<T>): Later<T> {
  const later = new Later<T>();
  planned.push({ command, settle: (value) => later.settle(value as T) });
  return later;
}
