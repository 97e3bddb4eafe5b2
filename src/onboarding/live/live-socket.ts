import { Logger } from '@nestjs/common';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { Unauthenticated } from '../../ground/auth/auth.guard.js';
import type { TokenVerifier } from '../../ground/auth/token-verifier.js';
import type { Caller } from '../../ground/auth/user.js';
import { Problem } from '../../ground/problems/problem.js';
import type { Place } from '../database/records/progress-events.record.js';
import type { Terms } from '../flow/terms.js';
import { readMessage } from './client-messages.js';
import { errorFrame, type Frame } from './frames.js';
import { MOST_BUFFERED, type Ended, type LiveConnection, type LiveConnections } from './live-connections.js';
import { closeCodeOf, ForeignOrigin, NotAuthenticatedInTime, OtherUser, ProgressUnreadable } from './live.problems.js';
import { positionAt } from './places.js';
import type { ProgressFeed } from './progress-feed.js';
import type { Client, Watch } from './watched-user.js';

/** Milliseconds in which the first message must bring a token. */
const TIME_TO_AUTHENTICATE = 5000;

/** Milliseconds that a client has to answer the closing, before it is cut: until then it has its place. Longer than at a stop. */
const FAREWELL = 6000;

/**
 * Codes with which clients leave, and those of the broken frames of some: 1005 and 1006 say that there was none. Clients can make up
 * others, and each would be one more series of the metrics.
 */
const OF_CLIENTS: ReadonlySet<number> = new Set([1000, 1001, 1002, 1005, 1006, 1007, 1008, 1009]);

/** Beats between two pings. A peer that has not answered one when the next is due has gone without a word. */
const BEATS_OF_PING = 4;

/** What the request of a socket has asked for. */
export interface SocketRequest {
  readonly id: string;
  /** That of the header; null: the header has none; undefined: there is no header. */
  readonly token: string | null | undefined;
  /** Whether a page of another site has opened it. */
  readonly isForeign: boolean;
  readonly place: Place | null;
  readonly terms: Terms;
}

export interface SocketServices {
  readonly connections: LiveConnections;
  readonly feed: ProgressFeed;
  readonly tokens: TokenVerifier;
}

/** One WebSocket: whose it is, what it asks for, what it is told, and its end. */
export class LiveSocket implements LiveConnection, Client {
  readonly door = 'websocket';
  readonly openedAt = performance.now();
  readonly #logger = new Logger('live');
  #caller: Caller | null = null;
  #watch: Watch | null = null;
  #isEnding = false;
  #cause: Ended['code'] | null = null;
  #beats = 0;
  #isAnswered = true;
  #firstMessage: NodeJS.Timeout | undefined;
  #farewell: NodeJS.Timeout | undefined;
  /** Messages are handled one after the other. */
  #turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly socket: WebSocket,
    private readonly stream: Duplex,
    private readonly request: SocketRequest,
    private readonly services: SocketServices,
  ) {
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      this.#next(() => this.#receive(isBinary ? null : data.toString('utf8')));
    });
    socket.on('pong', () => (this.#isAnswered = true));
    // Of what is no frame, or too large: the socket closes itself then, with a code that says so.
    socket.on('error', () => undefined);
    socket.once('close', (code: number) => this.#closed(code));
    services.connections.add(this);
    this.#begin();
  }

  get requestId(): string {
    return this.request.id;
  }

  get userId(): string | null {
    return this.#caller?.id ?? null;
  }

  get expiresAt(): number | null {
    return this.#caller?.expiresAt ?? null;
  }

  send(frames: readonly Frame[]): void {
    // The client may have begun to close it: nothing follows then.
    if (this.#isEnding || this.socket.readyState !== WebSocket.OPEN) return;
    if (this.socket.bufferedAmount > MOST_BUFFERED) return this.cut('slow');
    const [first, ...others] = frames;
    if (first && others.length === 0) this.stream.write(first.bytes);
    else this.stream.write(Buffer.concat(frames.map(({ bytes }) => bytes)));
  }

  beat(frame: Frame): void {
    if (this.#isEnding) return;
    this.send([frame]);
    this.#beats += 1;
    if (this.#beats % BEATS_OF_PING !== 0) return;
    if (!this.#isAnswered) return this.cut('silent');
    this.#isAnswered = false;
    this.socket.ping();
  }

  end(problem: Problem): void {
    if (this.#isEnding) return;
    this.send([errorFrame(problem, this.#position)]);
    this.#isEnding = true;
    this.#stopWatching();
    const code = closeCodeOf(problem);
    this.#cause = code;
    this.socket.close(code, problem.title);
    if (!this.#caller && this.services.connections.isCrowded) return this.cut(code);
    this.#farewell = setTimeout(() => this.cut('silent'), FAREWELL).unref();
  }

  cut(cause: Ended['code']): void {
    this.#isEnding = true;
    this.#cause = cause;
    this.#stopWatching();
    this.socket.terminate();
  }

  get #position(): string {
    const place = this.#watch ? this.#watch.place : this.request.place;
    return place ? positionAt(place) : '0';
  }

  #begin(): void {
    const { isForeign, token } = this.request;
    if (isForeign) this.end(new ForeignOrigin());
    else if (token === null) this.end(new Unauthenticated());
    else if (token !== undefined) this.#next(() => this.#authenticate(token));
    else this.#firstMessage = setTimeout(() => this.end(new NotAuthenticatedInTime()), TIME_TO_AUTHENTICATE).unref();
  }

  /** A problem ends the socket, and so does a defect. */
  #next(work: () => Promise<void> | void): void {
    this.#turn = this.#turn
      .then(() => (this.#isEnding ? undefined : work()))
      .catch((error: unknown) => {
        if (error instanceof Problem) return this.end(error);
        this.#logger.error({ err: error, requestId: this.requestId }, 'Unexpected failure');
        this.end(new ProgressUnreadable());
      });
  }

  /** @throws NoMessage; the errors of `#authenticate` */
  async #receive(data: string | null): Promise<void> {
    const message = readMessage(data);
    if (message.type === 'authenticate') return this.#authenticate(message.token);
    if (!this.#watch) throw new Unauthenticated();
    this.services.feed.resume(this.#watch, message.after);
  }

  /** The first token says whose socket it is; a later one, that it may stay open for longer. @throws Unauthenticated; OtherUser; TooManyOfOneUser */
  async #authenticate(token: string): Promise<void> {
    const { tokens, connections, feed } = this.services;
    // The token has come in time, however long its verification takes.
    clearTimeout(this.#firstMessage);
    const caller = tokens.findVerified(token) ?? (await this.#verify(token));
    if (!caller) throw new Unauthenticated();
    // The client may have gone meanwhile.
    if (this.#isEnding) return;
    if (this.#caller && this.#caller.id !== caller.id) throw new OtherUser();
    if (!this.#caller) connections.admit(this, caller.id);
    this.#caller = caller;
    this.#watch ??= feed.watch(caller.id, this, this.request.place, this.request.terms);
  }

  /** A key set may take seconds: what the client sends meanwhile waits in its connection, not in the process. */
  async #verify(token: string): Promise<Caller | null> {
    this.socket.pause();
    try {
      return await this.services.tokens.verify(token);
    } finally {
      this.socket.resume();
    }
  }

  #closed(code: number): void {
    this.#isEnding = true;
    clearTimeout(this.#firstMessage);
    clearTimeout(this.#farewell);
    this.#stopWatching();
    this.services.connections.remove(this, this.#cause ?? (OF_CLIENTS.has(code) ? code : 'other'));
  }

  #stopWatching(): void {
    if (this.#watch) this.services.feed.leave(this.#watch);
  }
}
