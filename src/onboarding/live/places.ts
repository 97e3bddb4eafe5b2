import { InvalidInput } from '../../ground/problems/problem.js';
import type { Place } from '../database/records/progress-events.record.js';
import { positionOf } from '../database/session.js';

/** Before the first event, of whichever session there is. */
export const BEGINNING: Place = { sessionId: null, revision: 0 };

export const isBeginning = ({ sessionId, revision }: Place): boolean => sessionId === null && revision === 0;

const POSITION = /^(\d{1,15})\.([\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12})$/;

/** The place that a position names; null for a text that is none. */
export function placeFrom(position: string): Place | null {
  if (position === '0') return BEGINNING;
  const [, revision, sessionId] = POSITION.exec(position) ?? [];
  return revision !== undefined && sessionId !== undefined ? { sessionId, revision: Number(revision) } : null;
}

/** The place that a request names with `after`; null: none. @throws InvalidInput */
export function placeOf({ after }: Readonly<Record<string, unknown>>): Place | null {
  if (after === undefined) return null;
  const place = typeof after === 'string' ? placeFrom(after) : null;
  if (place) return place;
  throw InvalidInput.of([{ pointer: '/after', detail: 'after must be a position: 0, or the text inside an ETag.' }]);
}

export const positionAt = ({ sessionId, revision }: Place): string =>
  positionOf(sessionId === null ? null : { id: sessionId, revision });
