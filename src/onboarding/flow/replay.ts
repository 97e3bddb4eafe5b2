import { progressFrom, type ProgressState, type ValidationErrors } from './progress-state.js';
import type { Progress } from './progress.js';

/** Events that one user may have: each takes a kilobyte. Then only a hard reset goes on. */
export const MAX_EVENTS = 10_000;

/** An event, as far as it states progress. */
export interface StatedEvent {
  /** Counts the user's events, from 1. */
  readonly revision: number;
  /** Null: the event is older than statements of the state. */
  readonly state: ProgressState | null;
  readonly validation_errors: ValidationErrors;
}

/** All events of one user, summed up: each states where it leads, so the last one is enough if none is missing. */
export interface EventTrail {
  readonly count: number;
  /** The event of the highest revision. */
  readonly last: StatedEvent | null;
}

/** The progress that all events lead to, whatever the deployment was that day; null where events are missing, or do not state it. */
export function replay({ count, last }: EventTrail): Progress | null {
  if (!last?.state || last.revision !== count) return null;
  return progressFrom(last.state, last.validation_errors);
}
