import { progressFrom, type ProgressState, type ValidationErrors } from './progress-state.js';
import type { Progress } from './progress.js';

/** Events that one user may have; then only a hard reset goes on. Most take a kilobyte, and more with validation errors. */
export const MAX_EVENTS = 10_000;

/** An event, as far as it states progress. */
export interface StatedEvent {
  /** Counts the user's events, from 1. */
  readonly revision: number;
  /** Null: the event is older than statements of the state. */
  readonly state: ProgressState | null;
  /** All that hold then. The event has those alone that changed with it: others would be stored again and again. */
  readonly validation_errors: ValidationErrors;
}

/** An event that does state it. */
type Statement = StatedEvent & { readonly state: ProgressState };

/** All events of one user, summed up: each states where it leads, so the last one is enough if none is missing. */
export interface EventTrail {
  readonly count: number;
  /** The event of the highest revision. */
  readonly last: StatedEvent | null;
}

/** The last event, which states where all events lead; null where events are missing, or do not state it. */
export function lastStatement({ count, last }: EventTrail): Statement | null {
  if (!last?.state || last.revision !== count) return null;
  return { ...last, state: last.state };
}

/** The progress that all events lead to, whatever the deployment was that day; null where events are missing, or do not state it. */
export function replay(trail: EventTrail): Progress | null {
  const statement = lastStatement(trail);
  return statement && progressFrom(statement.state, statement.validation_errors);
}
