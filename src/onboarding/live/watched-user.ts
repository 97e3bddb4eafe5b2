import { channel } from 'node:diagnostics_channel';
import type { Problem } from '../../ground/problems/problem.js';
import type { Place, Since } from '../database/records/progress-events.record.js';
import type { UserRead } from '../database/user-database.js';
import { eventsSince } from '../database/records/progress-events.record.js';
import type { Flow } from '../flow/flow.js';
import type { Terms } from '../flow/terms.js';
import type { Deployment } from '../progress/deployment.js';
import { dueTo, readingFor, type Due, type Given, type Reading } from './catching-up.js';
import { FrameWriter, type Frame } from './frames.js';
import { positionAt } from './places.js';

/** The channel of Node on which what clients are told is counted: snapshots by their reason, replays, and events. */
const counts = channel('onboarding.live.messages');

/** What a door does with what a client is told. */
export interface Client {
  /** Messages of one moment, in their order. @param flow whose numbers they have */
  send(frames: readonly Frame[], flow: Flow): void;
  /** A sign of life, in intervals. */
  beat(frame: Frame): void;
  /** Ends the connection, since the client's progress cannot be had. */
  end(problem: Problem): void;
}

/** One client that watches, and what it was given. */
export interface Watch extends Given {
  readonly user: WatchedUser;
  readonly client: Client;
  readonly terms: Terms;
  place: Place | null;
  isLive: boolean;
  /** Whether the read under way is for it, too: what was read before a client came may be older than what it has. */
  isInRead: boolean;
}

/** One user's clients. They are read for together, one read after the other. */
export class WatchedUser {
  readonly watches = new Set<Watch>();
  /** Whether a read is under way, and whether another one has to follow. */
  isReading = false;
  isStale = false;
  /** Where the user was when they were last read. */
  #last: Place | null = null;
  #reading: Reading | null = null;

  constructor(
    readonly id: string,
    private readonly deployment: Deployment,
  ) {}

  /** The read that its clients need. */
  get read(): UserRead<Since> {
    for (const watch of this.watches) watch.isInRead = true;
    const { place, most, withSession } = (this.#reading = readingFor(this.watches, this.#last));
    return { userId: this.id, query: eventsSince(place, most, withSession) };
  }

  /** Hands out what was read. Clients that it does not reach make the user stale. */
  deliver(since: Since): void {
    const from = this.#reading?.place;
    if (!from) return;
    this.#reading = null;
    this.#note(since.place);
    let writer: FrameWriter | null = null;
    for (const watch of this.watches) {
      if (!watch.isInRead) continue;
      const due = dueTo(watch, since, from);
      if (due.kind === 'another-read') this.isStale = true;
      if (due.kind === 'another-read' || due.kind === 'nothing') continue;
      if (counts.hasSubscribers) count(due, watch.isLive);
      writer ??= new FrameWriter(since, this.deployment);
      const flow = writer.flowOf(watch.terms);
      const frames = writer.write(due, flow, watch.isLive);
      watch.place = since.place;
      watch.isLive = true;
      watch.client.send(frames, flow);
    }
  }

  /** Keeps what it has of the same place: what replaces it for thousands of users every 25 seconds is cleared away late. */
  #note(place: Place): void {
    if (place.sessionId === null) this.#last = null;
    else if (place.sessionId !== this.#last?.sessionId || place.revision !== this.#last.revision) this.#last = place;
  }
}

function count(due: Extract<Due, { kind: 'snapshot' | 'events' }>, isLive: boolean): void {
  if (due.kind === 'snapshot') counts.publish({ snapshot: due.reason });
  else counts.publish({ events: due.events.length, isReplay: !isLive && due.events.length > 0 });
}

/** What a client was given so far, as its messages say. */
export const positionOfWatch = ({ place }: Watch): string => (place ? positionAt(place) : '0');
