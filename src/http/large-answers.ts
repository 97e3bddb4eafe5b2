import type { FastifyInstance } from 'fastify';
import { Readable } from 'node:stream';
import { Unavailable } from './problem.js';

/** Bytes from which on an answer is large. */
const LARGE = 1024 * 1024;

/** Large answers that are made at the same time: each takes memory and a long turn of the event loop. */
const AT_ONCE = 2;

/** Bytes of large answers that may be on their way; while there are more, because readers are slow, no further one is made. */
const MOST_UNSENT = 64 * 1024 * 1024;

/** Large answers that wait to be made; more are refused at once. */
const MOST_WAITING = 200;

/** Other large answers are in the way of this one. */
export class LargeAnswersBusy extends Unavailable {
  readonly away = 'large_answers';
  constructor() {
    super('Too many large answers are under way. Nothing is lost; please try again shortly.');
  }
}

/** Bounds what large answers take of a process, so that those who have stored much cost nobody else. */
export class LargeAnswers {
  readonly #waiting: (() => void)[] = [];
  #making = 0;
  #unsent = 0;

  /** @param timeoutMs milliseconds that one waits until it is made */
  constructor(private readonly timeoutMs: number) {}

  /** Runs `read` when it is its turn. @throws LargeAnswersBusy; whatever `read` throws */
  async make<T>(read: () => Promise<T>): Promise<T> {
    await this.#begin();
    try {
      return await read();
    } finally {
      this.#making -= 1;
      this.#next();
    }
  }

  /** Counts bytes that are to be sent; call what it returns once they are, or never will be. */
  sending(bytes: number): () => void {
    this.#unsent += bytes;
    return () => {
      this.#unsent -= bytes;
      this.#next();
    };
  }

  get #isFree(): boolean {
    return this.#making < AT_ONCE && this.#unsent < MOST_UNSENT;
  }

  #begin(): Promise<void> {
    if (this.#waiting.length >= MOST_WAITING) throw new LargeAnswersBusy();
    return new Promise((begin, fail) => {
      const first = () => {
        clearTimeout(late);
        this.#making += 1;
        begin();
      };
      const late = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(first), 1);
        fail(new LargeAnswersBusy());
      }, this.timeoutMs);
      this.#waiting.push(first);
      this.#next();
    });
  }

  #next(): void {
    while (this.#isFree && this.#waiting.length > 0) this.#waiting.shift()?.();
  }
}

/** Bytes of a large answer that are written in one turn of the event loop. */
const PIECE = 256 * 1024;

/** A hook that writes large answers in pieces, so that others have their turns between, and knows how much is on its way. */
export function sendLargeAnswers(fastify: FastifyInstance, answers: LargeAnswers): void {
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (typeof payload !== 'string' || payload.length <= LARGE) return done();
    const bytes = Buffer.from(payload);
    reply.raw.once('close', answers.sending(bytes.length));
    void reply.header('content-length', bytes.length);
    done(null, Readable.from(piecesOf(bytes)));
  });
}

function* piecesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}
