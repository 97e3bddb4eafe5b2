import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { channel } from 'node:diagnostics_channel';
import { setTimeout as delay } from 'node:timers/promises';
import { Unauthenticated } from '../../ground/auth/auth.guard.js';
import { Configuration } from '../../ground/config/configuration.js';
import type { Problem } from '../../ground/problems/problem.js';
import { Stopping, TooManyConnections, TooManyOfOneUser } from './live.problems.js';

/** Connections that one user may have open to a process. */
const MOST_OF_ONE_USER = 20;

/** Sockets that may be open without having shown a token. */
const MOST_STRANGERS = 1000;

/** Milliseconds between two looks for tokens that have expired. */
const EXPIRY_CHECK = 1000;

/** Bytes that may wait for a reader before it is cut: it comes back with its position, and misses nothing. */
export const MOST_BUFFERED = 256 * 1024;

/** At a stop: milliseconds between two groups of connections that are ended, the groups, and milliseconds that the last ones have. */
const PACE = 50;
const GROUPS = 40;
const SMALLEST_GROUP = 250;
const FAREWELL = 3000;

/** The channel of Node on which connections are counted. */
const counts = channel('onboarding.live.connections');

export type Door = 'websocket' | 'events';

/** An open socket or stream. */
export interface LiveConnection {
  readonly door: Door;
  readonly requestId: string;
  /** On the process's clock, in milliseconds. */
  readonly openedAt: number;
  /** The end of its token's validity, in milliseconds since 1970; null while it has shown none. */
  readonly expiresAt: number | null;
  /** Whose it is; null while it has shown no token. */
  readonly userId: string | null;
  /** Says why, and ends it. */
  end(problem: Problem): void;
  cut(cause: Ending): void;
}

/**
 * How a connection has ended without a close code of the service's: the reader was too slow, gave no sign of life, had left, left with a
 * code of its own, or did not leave at a stop.
 */
export type Ending = 'slow' | 'silent' | 'gone' | 'other' | 'stop';

/** A connection that has ended. */
export interface Ended {
  readonly connection: LiveConnection;
  /** A socket's close code, or the status of the problem for which a stream ended. */
  readonly code: number | Ending;
}

/** All open sockets and streams of the process: how many there may be, how long their tokens hold, and their end when the process stops. */
@Injectable()
export class LiveConnections implements OnModuleInit, BeforeApplicationShutdown {
  /** With the user for whom each counts; null: it has shown no token. */
  readonly #open = new Map<LiveConnection, string | null>();
  readonly #ofUsers = new Map<string, number>();
  readonly #most: number;
  #strangers = 0;
  #isStopping = false;
  #expiry: NodeJS.Timeout | undefined;
  /** Called for each connection that has ended. */
  onEnd: (ended: Ended) => void = () => undefined;

  constructor({ LIVE_MAX_CONNECTIONS }: Configuration) {
    this.#most = LIVE_MAX_CONNECTIONS;
  }

  onModuleInit(): void {
    this.#expiry = setInterval(() => this.#endExpired(), EXPIRY_CHECK).unref();
  }

  /** Why no further connection can be opened; null: it can. @param isStranger whether it is to show its token later */
  refusal(isStranger: boolean): Problem | null {
    if (this.#isStopping) return new Stopping();
    const isFull = this.#open.size >= this.#most || (isStranger && this.#strangers >= MOST_STRANGERS);
    return isFull ? new TooManyConnections() : null;
  }

  /** Whether more sockets are open without a good token than may be, as those whose header had a bad one: none is waited for. */
  get isCrowded(): boolean {
    return this.#strangers > MOST_STRANGERS;
  }

  /** Counts a connection, until `remove`. */
  add(connection: LiveConnection): void {
    this.#open.set(connection, null);
    this.#strangers += 1;
    counts.publish({ door: connection.door, opened: 1 });
  }

  /** Counts it for a user. @throws TooManyOfOneUser */
  admit(connection: LiveConnection, userId: string): void {
    const ofUser = this.#ofUsers.get(userId) ?? 0;
    if (ofUser >= MOST_OF_ONE_USER) throw new TooManyOfOneUser();
    this.#ofUsers.set(userId, ofUser + 1);
    this.#open.set(connection, userId);
    this.#strangers -= 1;
  }

  remove(connection: LiveConnection, code: Ended['code']): void {
    const userId = this.#open.get(connection);
    if (userId === undefined) return;
    this.#open.delete(connection);
    const { door } = connection;
    if (userId === null) this.#strangers -= 1;
    else this.#leave(userId);
    counts.publish({ door, ended: 1, code });
    this.onEnd({ connection, code });
  }

  /** Ends all connections a few at a time, so that neither this process nor those that take over do all of it in one moment. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#expiry);
    const group = Math.max(SMALLEST_GROUP, Math.ceil(this.#open.size / GROUPS));
    const left = [...this.#open.keys()];
    while (left.length > 0) {
      for (const connection of left.splice(0, group)) connection.end(new Stopping());
      if (left.length > 0) await delay(PACE);
    }
    const deadline = performance.now() + FAREWELL;
    while (this.#open.size > 0 && performance.now() < deadline) await delay(PACE);
    for (const connection of [...this.#open.keys()]) connection.cut('stop');
  }

  #leave(userId: string): void {
    const ofUser = (this.#ofUsers.get(userId) ?? 1) - 1;
    if (ofUser === 0) this.#ofUsers.delete(userId);
    else this.#ofUsers.set(userId, ofUser);
  }

  #endExpired(): void {
    const now = Date.now();
    for (const connection of this.#open.keys()) {
      if (connection.expiresAt !== null && connection.expiresAt <= now) connection.end(new Unauthenticated());
    }
  }
}
