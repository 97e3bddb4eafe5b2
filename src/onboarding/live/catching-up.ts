import type { Place, ProgressEvent, Since } from '../database/records/progress-events.record.js';
import type { SnapshotReason } from './live.contract.js';
import { BEGINNING, isBeginning } from './places.js';

/** Events that a client may be behind and still gets one by one. */
export const MOST_BEHIND = 1000;

/** What one client has been given. */
export interface Given {
  /** Null: nothing yet, and it has named no position. */
  readonly place: Place | null;
  /** Whether it knows that nothing is missed any more. */
  readonly isLive: boolean;
}

/** What is read for the clients of one user. */
export interface Reading {
  readonly place: Place;
  readonly most: number;
  readonly withSession: boolean;
}

/** What a client gets next. */
export type Due =
  | { readonly kind: 'nothing' }
  /** What was read does not reach back to its place. */
  | { readonly kind: 'another-read' }
  | { readonly kind: 'snapshot'; readonly reason: SnapshotReason }
  /** None: it is where the user is, and only has to be told so. */
  | { readonly kind: 'events'; readonly events: readonly ProgressEvent[] };

/**
 * What to read for these clients, from the earliest place among those of one session: that of the last read if one of them has it.
 * Clients of another session learn of it by any read.
 * @param last where the user was when they were last read
 */
export function readingFor(clients: Iterable<Given>, last: Place | null): Reading {
  let place: Place | null = null;
  let withSession = false;
  // No lists: for a client that is live this runs every 25 seconds, mostly to find nothing.
  for (const client of clients) {
    withSession ||= !client.isLive;
    if (client.place) place = earlier(place, inSessionOf(last, client.place), last);
  }
  return place ? { place, most: MOST_BEHIND, withSession } : { place: BEGINNING, most: 0, withSession };
}

/** The earlier of two places in one session. Of two sessions that of the last read wins, or else the first. */
function earlier(first: Place | null, other: Place, last: Place | null): Place {
  if (!first) return other;
  if (first.sessionId === other.sessionId) return other.revision < first.revision ? other : first;
  return other.sessionId === last?.sessionId ? other : first;
}

/** Who is at the beginning is so in the session that there is. */
function inSessionOf(last: Place | null, place: Place): Place {
  return last && isBeginning(place) ? { ...place, sessionId: last.sessionId } : place;
}

const NOTHING: Due = { kind: 'nothing' };

/** What a client gets of what was read: every event after its place, a snapshot, or nothing; never a part. */
export function dueTo({ place, isLive }: Given, since: Since, from: Place): Due {
  const isSessionRead = since.session !== undefined;
  const snapshot = (reason: SnapshotReason): Due =>
    isSessionRead ? { kind: 'snapshot', reason } : { kind: 'another-read' };
  if (place === null) return snapshot('first');
  if (place.sessionId !== since.place.sessionId && !isBeginning(place)) return snapshot('reset');
  const missed = since.place.revision - place.revision;
  if (missed < 0) return snapshot('unknown_position');
  if (missed > MOST_BEHIND) return snapshot('too_far_behind');
  if (missed > 0) return replay(place, missed, since, from) ?? snapshot('unknown_position');
  if (isLive) return NOTHING;
  return isSessionRead ? { kind: 'events', events: [] } : { kind: 'another-read' };
}

/** Null where some of the events are not there: a database of before events, or one that was mended by hand. */
function replay(place: Place, missed: number, { events }: Since, from: Place): Due | null {
  if (!events || from.revision > place.revision) return { kind: 'another-read' };
  const later = events.filter(({ revision }) => revision > place.revision);
  return later.length === missed ? { kind: 'events', events: later } : null;
}
