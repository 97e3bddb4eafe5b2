import type { EarlierState, ListedEvent, Operation, RestoredState } from './operation.js';
import type { Register } from './marks.js';
import type { User } from './users.js';

/**
 * Acknowledged: a 200. Refused: certainly not done, for the service said so, or could not be reached to begin with. Unknown: a
 * 503 or no answer, after which it may be done or not.
 */
export type Outcome = 'acknowledged' | 'refused' | 'unknown';

/** One operation, and what came of it. Times are milliseconds of one clock. */
export interface Entry {
  readonly user: User;
  /** Counts the user's operations: a write carries it in its data. */
  readonly number: number;
  readonly operation: Operation;
  readonly sent: number;
  readonly ended: number;
  readonly outcome: Outcome;
  /** Of the answer, if there was one. */
  readonly status: number | null;
  /** What registers hold after it, if it is done. */
  readonly wrote: ReadonlyMap<Register, string>;
  /** The event that it leaves, if it is done; null: none. */
  readonly event: string | null;
  /** What the answer showed, by register. */
  readonly saw: ReadonlyMap<Register, string>;
  /** Whose state it showed; null: it did not say. */
  readonly revision: number | null;
  readonly percentage: number | null;
  readonly statuses: readonly string[] | null;
  /** What it said of states that may be over. */
  readonly earlier: EarlierState | null;
  readonly items: readonly ListedEvent[];
  readonly restored: RestoredState | null;
}

/** Of an entry of an operation that shows and writes nothing. */
export const BLANK = {
  wrote: new Map<Register, string>(),
  event: null,
  saw: new Map<Register, string>(),
  revision: null,
  percentage: null,
  statuses: null,
  earlier: null,
  items: [],
  restored: null,
} satisfies Partial<Entry>;

/** What must never happen, and did. */
export interface Violation {
  readonly promise: string;
  readonly detail: string;
}

/** Everything that was asked and answered, which is what the service is judged by. */
export class History {
  readonly entries: Entry[] = [];
  readonly violations: Violation[] = [];
  /** How many things each promise was held against. */
  readonly checks = new Map<string, number>();

  /** Notes that a promise was looked at, and what is wrong if it does not hold. */
  check(promise: string, holds: boolean, detail: () => string): void {
    this.checks.set(promise, (this.checks.get(promise) ?? 0) + 1);
    if (!holds) this.violations.push({ promise, detail: detail() });
  }
}

/** For the person who has to find out what happened. */
export function describe({ user, number, operation, sent, ended, outcome, status, saw, percentage }: Entry): string {
  const time = `${sent.toFixed(0)}–${ended.toFixed(0)} ms`;
  const seen = [...saw].map(([register, value]) => `${register}=${value}`).join(' ');
  return `${user.id} #${number} ${operation.name} ${time} ${outcome} ${status ?? 'no answer'} ${percentage ?? ''} ${seen}`;
}
