import type { FastifyReply } from 'fastify';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Caller } from '../../ground/auth/user.js';
import type { Problem } from '../../ground/problems/problem.js';
import type { Place } from '../database/records/progress-events.record.js';
import type { Flow } from '../flow/flow.js';
import { headersOf } from '../flow/flow.problems.js';
import type { Terms } from '../flow/terms.js';
import { errorFrame, type Frame } from './frames.js';
import {
  MOST_BUFFERED,
  type Ended,
  type Ending,
  type LiveConnection,
  type LiveConnections,
} from './live-connections.js';
import { retryAfter } from './live.problems.js';
import { positionAt } from './places.js';
import type { ProgressFeed } from './progress-feed.js';
import type { Client, Watch } from './watched-user.js';

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // Nginx would keep the events until its buffer is full.
  'x-accel-buffering': 'no',
};

/** Milliseconds after which a client whose connection breaks comes back, and over which clients are spread. */
const RETRY = 2000;
const RETRY_SPREAD = 5000;

/** Beats in a row that a reader may leave unread. */
const MOST_UNREAD = 2;

/** Takes the answer over from the framework, and writes its head with the headers that hooks have set. */
export function writeStreamHead(reply: FastifyReply): ServerResponse {
  reply.hijack();
  return reply.raw.writeHead(200, { ...(reply.getHeaders() as OutgoingHttpHeaders), ...HEADERS });
}

/** What a stream is asked for. */
export interface StreamRequest {
  readonly id: string;
  readonly caller: Caller;
  readonly place: Place | null;
  readonly terms: Terms;
}

/** What waits for the answer to begin. */
interface Beginning {
  readonly begin: () => void;
  /** The answer is this problem. */
  readonly refuse: (problem: Problem) => void;
}

/** One stream of server-sent events. Until there is something to tell, its answer may still be a problem. */
export class EventStream implements LiveConnection, Client {
  readonly door = 'events';
  readonly openedAt = performance.now();
  /** Null once the answer has begun. */
  #begun: Beginning | null = null;
  #watch: Watch | null = null;
  #isEnded = false;
  #code: Ended['code'] = 'gone';
  #unread = 0;

  constructor(
    private readonly reply: FastifyReply,
    private readonly request: StreamRequest,
    private readonly connections: LiveConnections,
    private readonly feed: ProgressFeed,
  ) {}

  get requestId(): string {
    return this.request.id;
  }

  get userId(): string {
    return this.request.caller.id;
  }

  get expiresAt(): number {
    return this.request.caller.expiresAt;
  }

  /** Watches, and waits for the answer to begin. @throws TooManyOfOneUser; the problem for which there is nothing to tell */
  async open(): Promise<void> {
    // The client has left while its token was verified: nothing would say so any more.
    if (this.reply.raw.destroyed) return;
    this.connections.add(this);
    this.reply.raw.once('close', () => this.#closed());
    this.connections.admit(this, this.userId);
    const { place, terms } = this.request;
    await new Promise<void>((begin, refuse) => {
      this.#begun = { begin, refuse };
      this.#watch = this.feed.watch(this.userId, this, place, terms);
    });
  }

  send(frames: readonly Frame[], flow: Flow): void {
    if (this.#isEnded) return;
    if (this.#begun) this.#begin(this.#begun, flow);
    this.#write(frames);
  }

  beat(frame: Frame): void {
    if (this.#isEnded || this.#begun) return;
    this.#unread = this.reply.raw.writableLength > 0 ? this.#unread + 1 : 0;
    if (this.#unread > MOST_UNREAD) this.cut('silent');
    else this.#write([frame]);
  }

  end(problem: Problem): void {
    if (this.#isEnded) return;
    this.#code = problem.status;
    if (this.#begun) this.#begun.refuse(problem);
    else {
      const retry = retryAfter(problem);
      this.#write([errorFrame(problem, this.#position, retry)]);
      this.reply.raw.end(retry === null ? '' : `retry: ${retry}\n\n`);
    }
    this.#stopWatching();
  }

  cut(cause: Ending): void {
    this.#code = cause;
    this.#stopWatching();
    this.reply.raw.destroy();
  }

  get #position(): string {
    const place = this.#watch?.place;
    return place ? positionAt(place) : '0';
  }

  #begin({ begin }: Beginning, flow: Flow): void {
    this.#begun = null;
    const raw = writeStreamHead(this.reply.headers(headersOf(flow)));
    raw.write(`retry: ${Math.round(RETRY + Math.random() * RETRY_SPREAD)}\n\n`);
    begin();
  }

  #write(frames: readonly Frame[]): void {
    const { raw } = this.reply;
    if (raw.writableLength > MOST_BUFFERED) return this.cut('slow');
    raw.write(frames.map(({ type, position, text }) => `id: ${position}\nevent: ${type}\ndata: ${text}\n\n`).join(''));
  }

  #closed(): void {
    this.#stopWatching();
    this.#begun?.begin();
    this.connections.remove(this, this.#code);
  }

  #stopWatching(): void {
    this.#isEnded = true;
    if (this.#watch) this.feed.leave(this.#watch);
  }
}
