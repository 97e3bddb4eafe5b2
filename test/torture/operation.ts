import type { Document, Provider, Register } from './marks.js';
import type { User } from './users.js';

export interface Request {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below `/api/onboarding`. */
  readonly path: string;
  readonly body?: unknown;
}

/** What an answer shows of the registers: a document as it is read, a key as its last four characters. */
export interface Shown {
  readonly documents?: Readonly<Partial<Record<Document, unknown>>>;
  readonly keys?: Readonly<Partial<Record<Provider, string>>>;
  readonly percentage?: number;
  /** Of each step of the wizard. */
  readonly statuses?: readonly string[];
}

/** What an answer says of states that may be over. */
interface ShownPast {
  readonly earlier?: EarlierState;
  readonly items?: readonly ListedEvent[];
  readonly restored?: RestoredState;
}

/** A revision as the history shows it. */
export interface EarlierState {
  readonly revision: number;
  readonly percentage: number;
  readonly statuses: readonly string[];
  /** Whether all of its documents are still kept. */
  readonly isWhole: boolean;
  /** The operations whose data are in each document. */
  readonly numbers: ReadonlyMap<Document, ReadonlySet<string>>;
  /** A hash of all that is in the documents. */
  readonly digest: string;
}

/** An event as the history lists it. */
export interface ListedEvent {
  readonly revision: number;
  readonly type: string;
  readonly percentage: number;
}

/** What a restore says of itself. */
export interface RestoredState {
  /** Otherwise all was as it was then, and there is no event. */
  readonly isChange: boolean;
  /** The operations whose data were in each document before, and are in it afterwards. */
  readonly from: ReadonlyMap<Document, ReadonlySet<string>>;
  readonly to: ReadonlyMap<Document, ReadonlySet<string>>;
}

/** A kind of request, and what may be expected of it. */
export interface Operation {
  readonly name: string;
  /** How often it comes, in proportion to the others. */
  readonly weight: number;
  /** Statuses that it may be answered with when the database is well. */
  readonly expects: readonly number[];
  /** Whether the user knows enough for it; left out: always. */
  isPossible?(user: User): boolean;
  request(user: User, number: number): Request;
  /** Left out: it only reads. */
  readonly writes?: {
    /** What registers hold afterwards; others stay. */
    values?(user: User, number: number): Readonly<Partial<Record<Register, string>>>;
    /** The event that it leaves, each time; as in `nameOfEvent`. */
    event?(user: User): string;
    /** It may lower the percentage. */
    readonly lowers?: true;
  };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the body of an answer, whose shape other tests hold
  shows?(body: any): Shown;
  /** Instead of `shows`: what it says is not what is stored now. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  showsPast?(body: any): ShownPast;
}

/** What is certain of an operation before it is answered: what registers hold once it is done, and the event that it then leaves. */
export function effectsOf({ writes }: Operation, user: User, number: number) {
  const values = Object.entries(writes?.values?.(user, number) ?? {}) as [Register, string][];
  return { wrote: new Map(values), event: writes?.event?.(user) ?? null };
}
