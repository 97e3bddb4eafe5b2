import { setTimeout as pause } from 'node:timers/promises';
import type { LiveEventView, ServerMessage } from '../../../src/onboarding/live/live.contract.js';
import { TestSocket } from './test-socket.js';
import { TestStream } from './test-stream.js';

/** Milliseconds after which a client whose connection has ended comes back, at most. */
const COMES_BACK = 300;

/** What a client knows: a session, and how many of its events. */
interface Place {
  readonly session: string | null;
  readonly revision: number;
}

/** What the table has of a user in the end. */
export interface Truth {
  readonly position: string;
  readonly events: readonly StoredEvent[];
}

export interface StoredEvent {
  readonly revision: number;
  readonly type: string;
  readonly step: string | null;
  readonly actor: string;
  readonly cause: string;
  /** In milliseconds since 1970. */
  readonly at: number;
}

export interface FollowerOptions {
  readonly user: string;
  /** Of a process that may be there, another one each time. */
  readonly url: () => string;
  /** A number from 0 to 1. */
  readonly random: () => number;
  /** What it knows to begin with; undefined: nothing. */
  readonly after?: string;
}

/** A client that comes back with its position whenever its connection ends, to any process, by either door. It notes what it must never be told. */
export class Follower {
  readonly user: string;
  readonly violations: string[] = [];
  /** Why it was shown the state instead of the events, for each time. */
  readonly snapshots: string[] = [];
  connections = 0;
  eventCount = 0;
  /** The events of the session that it knows, since it was shown the state. */
  #events: LiveEventView[] = [];
  #position: string | null;
  #isLive = false;
  #isStopped = false;
  #cut: () => void = () => undefined;
  readonly #running: Promise<void>;

  constructor(private readonly options: FollowerOptions) {
    this.user = options.user;
    this.#position = options.after ?? null;
    this.#running = this.#run();
  }

  /** Null: nothing yet. */
  get position(): string | null {
    return this.#position;
  }

  /** Breaks its connection; it comes back. */
  cut(): void {
    this.#cut();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cut();
    await this.#running;
  }

  /** Whether it has been told everything, and is live. */
  isUpToDate({ position }: Truth): boolean {
    return this.#isLive && this.#position === position;
  }

  /** Holds what it was told against the table. */
  judge({ position, events }: Truth): void {
    if (this.#position !== position) this.#complain(`is at ${this.#position}, and the user at ${position}`);
    const first = this.#events[0];
    const known = first ? events.filter(({ revision }) => revision >= placeOf(first.position).revision) : [];
    const given = this.#events.map(asStored);
    if (JSON.stringify(given) !== JSON.stringify(known)) {
      this.#complain(`was told ${JSON.stringify(given)}, and the table has ${JSON.stringify(known)}`);
    }
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      await this.#connect().catch(() => undefined);
      this.#isLive = false;
      if (!this.#isStopped) await pause(this.options.random() * COMES_BACK);
    }
  }

  /** Until the connection ends. */
  async #connect(): Promise<void> {
    const { user, random, url } = this.options;
    const after = this.#position;
    this.connections += 1;
    if (random() < 0.5) {
      const query: Record<string, string> = after === null ? {} : { after };
      const socket = await TestSocket.open(url(), { user, query }, (message) => this.#take(message));
      this.#cut = () => socket.cut();
      if (this.#isStopped) socket.cut();
      await socket.closed;
      this.#check(socket.inbox);
    } else {
      const headers: Record<string, string> = after === null ? {} : { 'last-event-id': after };
      const stream = await TestStream.open(url(), { user, headers }, (message) => this.#take(message));
      this.#cut = () => void stream.close().catch(() => undefined);
      if (this.#isStopped) void stream.close().catch(() => undefined);
      await stream.ended;
      this.#check(stream.inbox);
    }
  }

  #check(inbox: { check(): void }): void {
    try {
      inbox.check();
    } catch (error) {
      this.#complain((error as Error).message);
    }
  }

  #take(message: ServerMessage): void {
    switch (message.type) {
      case 'snapshot':
        this.#takeSnapshot(message);
        break;
      case 'event':
        this.#takeEvent(message.event);
        break;
      case 'live':
        if (this.#isLive) this.#complain('is told twice that it is live');
        if (message.position !== this.#position) this.#complain(`is live at ${message.position}`);
        this.#isLive = true;
        break;
      default:
        // Of what it was given so far, and never ahead of it.
        if (message.position !== (this.#position ?? '0')) this.#complain(`${message.type} names ${message.position}`);
    }
  }

  #takeSnapshot({ reason, position }: Extract<ServerMessage, { type: 'snapshot' }>): void {
    this.snapshots.push(reason);
    const known = this.#position === null ? null : placeOf(this.#position);
    const shown = placeOf(position);
    if ((reason === 'first') !== (known === null)) this.#complain(`gets a snapshot: ${reason}`);
    if (reason === 'reset' && known?.session === shown.session) this.#complain('is reset to the session that it knows');
    if (reason === 'unknown_position' || reason === 'too_far_behind') this.#complain(`gets a snapshot: ${reason}`);
    this.#events = [];
    this.#position = position;
  }

  #takeEvent(event: LiveEventView): void {
    const { session, revision } = placeOf(event.position);
    const known = placeOf(this.#position ?? '0');
    if (revision !== known.revision + 1) this.#complain(`gets ${event.position}`);
    if (known.session !== null && session !== known.session)
      this.#complain(`gets ${event.position} of another session`);
    if (this.#position === null) this.#complain(`gets ${event.position} before anything else`);
    this.eventCount += 1;
    this.#events.push(event);
    this.#position = event.position;
  }

  #complain(what: string): void {
    this.violations.push(`${this.user}, which knows ${this.#position}: ${what}`);
  }
}

function placeOf(position: string): Place {
  if (position === '0') return { session: null, revision: 0 };
  const [revision = '', session = ''] = position.split('.');
  return { session, revision: Number(revision) };
}

const asStored = ({ position, type, step_key, actor, cause, occurred_at }: LiveEventView): StoredEvent => ({
  revision: placeOf(position).revision,
  type,
  step: step_key,
  actor,
  cause,
  at: Date.parse(occurred_at),
});

/** What the table has of these users. @param query runs SQL across users */
export async function truthOf(
  users: readonly string[],
  query: <T extends object>(text: string) => Promise<T[]>,
): Promise<ReadonlyMap<string, Truth>> {
  const sessions = await query<{ user_id: string; position: string }>(
    `select user_id, revision || '.' || id as position from onboarding_sessions`,
  );
  const events = await query<StoredEvent & { user_id: string }>(
    `select user_id, revision::int, type, step, actor, cause,
       floor(extract(epoch from occurred_at) * 1000)::float8 as at
     from progress_events order by user_id, revision`,
  );
  const positions = new Map(sessions.map(({ user_id, position }) => [user_id, position]));
  const byUser = Map.groupBy(events, ({ user_id }) => user_id);
  return new Map(
    users.map((user) => {
      const ofUser = (byUser.get(user) ?? []).map(({ user_id: _, ...event }) => event);
      return [user, { position: positions.get(user) ?? '0', events: ofUser }];
    }),
  );
}
