import { RawConnection, type Door, type Message } from './raw-connection.ts';

/** A user who watches, and what says so. */
export interface MemberOptions {
  readonly authorization: string;
}

/** What was seen of all members together. */
export interface Tally {
  beats: number;
  /** Events that a member never got, and those that it got again. */
  missing: number;
  doubled: number;
  /** Members that were shown the state although they had named a position. */
  snapshots: number;
  /** Connections that were not opened, by status; 0: without an answer. */
  refusals: Record<number, number>;
  /** Connections that were open, and ended without the crowd's doing. */
  losses: number;
}

export const emptyTally = (): Tally => ({ beats: 0, missing: 0, doubled: 0, snapshots: 0, refusals: {}, losses: 0 });

/** Milliseconds; each twice as long as the one before, up to the longest. The client of `client/` has the same. */
const FIRST_WAIT = 5000;
const LONGEST_WAIT = 30_000;

/** One user's client: it watches, checks that nothing is missing or comes twice, and comes back by its position. */
export class Member {
  readonly authorization: string;
  /** When it was live and when it lost its connection, the latest of each, and when it last tried to connect. */
  liveAt = NaN;
  lostAt = NaN;
  triedAt = NaN;
  isLive = false;
  /** Told when it is live, of each event, and when a connection has ended. */
  onLive: () => void = () => undefined;
  onEvent: (revision: number) => void = () => undefined;
  onEnd: () => void = () => undefined;
  readonly #tally: Tally;
  #connection: RawConnection | null = null;
  #position: string | null = null;
  #retryMs = 0;
  #wait = FIRST_WAIT;

  constructor({ authorization }: MemberOptions, tally: Tally) {
    this.authorization = authorization;
    this.#tally = tally;
  }

  /** The revision of its position. */
  get revision(): number {
    return Number((this.#position ?? '0').split('.', 1)[0]);
  }

  connect(url: string, door: Door): void {
    const hadPosition = this.#position !== null;
    this.triedAt = performance.now();
    this.#retryMs = 0;
    const connection = new RawConnection(
      { url, door, authorization: this.authorization, after: this.#position },
      {
        onMessage: (message) => this.#take(message, hadPosition),
        onEnd: (refusal) => {
          if (connection === this.#connection) this.#lose(refusal);
        },
      },
    );
    this.#connection = connection;
  }

  /** Milliseconds before it tries again, longer each time: what the service has asked for, and any time up to a limit. */
  nextWait(): number {
    const wait = Math.max(this.#retryMs, Math.random() * this.#wait);
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT);
    return wait;
  }

  /** Goes. It is not told of the end. */
  leave(): void {
    const connection = this.#connection;
    this.#connection = null;
    this.isLive = false;
    connection?.end();
  }

  #take({ type, position, retry_ms }: Message, hadPosition: boolean): void {
    switch (type) {
      case 'beat':
        this.#tally.beats += 1;
        break;
      case 'error':
        this.#retryMs = retry_ms ?? 0;
        break;
      case 'snapshot':
        if (hadPosition) this.#tally.snapshots += 1;
        this.#position = position;
        break;
      case 'event':
        this.#event(position);
        break;
      case 'live':
        this.#position = position;
        this.isLive = true;
        this.#wait = FIRST_WAIT;
        this.liveAt = performance.now();
        this.onLive();
        break;
      case 'status':
    }
  }

  #event(position: string): void {
    const before = this.revision;
    const revision = Number(position.split('.', 1)[0]);
    if (revision <= before) this.#tally.doubled += 1;
    else this.#tally.missing += revision - before - 1;
    this.#position = position;
    this.onEvent(revision);
  }

  #lose(refusal: number | null): void {
    this.#connection = null;
    if (refusal === null) {
      this.#tally.losses += 1;
      if (this.isLive) this.lostAt = performance.now();
    } else this.#tally.refusals[refusal] = (this.#tally.refusals[refusal] ?? 0) + 1;
    this.isLive = false;
    this.onEnd();
  }
}
