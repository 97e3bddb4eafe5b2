import type { FastifyInstance, FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { jsonPieces } from './json-pieces.js';
import { Unavailable } from '../problems/problem.js';

/** Large answers that are read at the same time: each takes memory, and long turns of the event loop. */
const AT_ONCE = 2;

/** Bytes read for answers that are not sent yet, because clients are slow: from here on, no further large answer is read. */
const MOST_UNSENT = 64 * 1024 * 1024;

/** Large answers that wait to be read; more are refused at once. */
const MOST_WAITING = 200;

/** Too many other large answers are waiting or in progress. */
export class LargeAnswersBusy extends Unavailable {
  readonly away = 'large_answers';
  constructor() {
    super('Too many large answers are under way. Nothing is lost; please try again shortly.');
  }
}

/** What was read for an answer to a user, until the answer is sent. */
interface Reading {
  readonly userId: string;
  readonly bytes: number;
}

/** Limits the memory and time that large answers take, so that users with much data do not slow down others. */
export class LargeAnswers {
  readonly #waiting: (() => void)[] = [];
  /** Readings of this turn of the event loop. */
  readonly #offered: Reading[] = [];
  #working = 0;
  #unsent = 0;

  /** @param timeoutMs milliseconds that an answer waits to be read; a slow client delays others for a third of them */
  constructor(private readonly timeoutMs: number) {}

  /**
   * Runs `read` when it is its turn. The turn lasts until the answer is sent if `claim` takes the reading, otherwise until the data
   * are in memory.
   * @param bytes of the data that `read` returns
   * @throws LargeAnswersBusy; the errors of `read`
   */
  async read<T>(userId: string, bytes: number, read: () => Promise<T>): Promise<T> {
    await this.#begin();
    try {
      const result = await read();
      const reading = { userId, bytes };
      this.#offered.push(reading);
      // A reading that becomes an answer is claimed before this.
      setImmediate(() => {
        if (this.#take(reading)) this.#end();
      });
      return result;
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  /** Keeps the turn of what was just read for the user. Returns a function that ends it; null if nothing was read. */
  claim(userId: string): (() => void) | null {
    const reading = this.#offered.find((offered) => offered.userId === userId);
    if (!reading || !this.#take(reading)) return null;
    this.#unsent += reading.bytes;
    let works = true;
    const endWork = () => {
      if (works) this.#end();
      works = false;
    };
    const late = setTimeout(endWork, this.timeoutMs / 3);
    return () => {
      clearTimeout(late);
      this.#unsent -= reading.bytes;
      endWork();
      this.#next();
    };
  }

  #begin(): Promise<void> {
    if (this.#waiting.length >= MOST_WAITING) throw new LargeAnswersBusy();
    return new Promise((begin, fail) => {
      const first = () => {
        clearTimeout(late);
        this.#working += 1;
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

  #take(reading: Reading): boolean {
    const at = this.#offered.indexOf(reading);
    if (at !== -1) this.#offered.splice(at, 1);
    return at !== -1;
  }

  #end(): void {
    this.#working -= 1;
    this.#next();
  }

  #next(): void {
    while (this.#working < AT_ONCE && this.#unsent < MOST_UNSENT && this.#waiting.length > 0) this.#waiting.shift()?.();
  }
}

/** Hooks that serialize a large answer piece by piece while it is sent, so that other requests run in between. */
export function sendLargeAnswers(fastify: FastifyInstance, answers: LargeAnswers): void {
  const large = new WeakMap<FastifyReply, unknown>();
  fastify.addHook('preSerialization', (request, reply, payload, done) => {
    const end = request.user && answers.claim(request.user.id);
    if (end) {
      reply.raw.once('close', end);
      large.set(reply, payload);
      // `onSend` replaces this with the pieces.
      reply.serializer(() => '');
    }
    done(null, payload);
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (!large.has(reply)) return done();
    done(null, Readable.from(inTurns(jsonPieces(large.get(reply)))));
  });
}

/** One piece per turn of the event loop, however fast the client reads. */
async function* inTurns<T>(pieces: Iterable<T>): AsyncGenerator<T> {
  for (const piece of pieces) {
    yield piece;
    await turn();
  }
}
