import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ServerResponse } from 'node:http';
import { Unavailable } from '../problems/problem.js';

/** Requests of one user that work at the same time. */
const AT_ONCE = 16;

/** Requests of one user that wait for their turn; more are refused at once. */
const MOST_WAITING = 200;

/** Bytes from which on a body is large: of one user two such requests work at the same time. */
const LARGE_BODY = 1024 * 1024;
const WEIGHT_OF_LARGE = AT_ONCE / 2;

/** One user has more requests under way than one process serves to anybody. */
export class TooManyAtOnce extends Unavailable {
  readonly away = 'user_limit';
  constructor() {
    super('You have too many requests under way. Nothing was changed; please try again shortly.');
  }
}

interface Waiting {
  readonly weight: number;
  readonly begin: (error?: Error) => void;
}

interface Turns {
  /** The weights of the requests that work. */
  taken: number;
  /** In the order in which they came. */
  readonly waiting: Waiting[];
}

/** Lets each user's requests work a few at a time, so that no user takes the process, its memory or its connections for themselves. */
export class UserTurns {
  readonly #users = new Map<string, Turns>();

  /** @param timeoutMs milliseconds that a request waits for its turn */
  constructor(private readonly timeoutMs: number) {}

  /**
   * Calls `begin` when it is the request's turn, which ends when its response is closed.
   * Calls it with TooManyAtOnce when too many wait already, or for too long.
   */
  take(userId: string, weight: number, response: ServerResponse, begin: (error?: Error) => void): void {
    // Its caller has gone: there is nothing to wait for, and nothing that would end its turn.
    if (response.closed) return begin();
    const turns = this.#turnsOf(userId);
    if (turns.waiting.length === 0 && turns.taken + weight <= AT_ONCE) {
      this.#begin(userId, turns, weight, response);
      begin();
    } else if (turns.waiting.length >= MOST_WAITING) begin(new TooManyAtOnce());
    else this.#wait(userId, turns, weight, response, begin);
  }

  #turnsOf(userId: string): Turns {
    const found = this.#users.get(userId);
    if (found) return found;
    const turns = { taken: 0, waiting: [] };
    this.#users.set(userId, turns);
    return turns;
  }

  #begin(userId: string, turns: Turns, weight: number, response: ServerResponse): void {
    turns.taken += weight;
    response.once('close', () => {
      turns.taken -= weight;
      this.#next(userId, turns);
    });
  }

  #wait(userId: string, turns: Turns, weight: number, response: ServerResponse, begin: (error?: Error) => void): void {
    const leave = () => {
      turns.waiting.splice(turns.waiting.indexOf(waiting), 1);
      clearTimeout(late);
      response.off('close', leave);
    };
    const waiting: Waiting = {
      weight,
      begin: () => {
        leave();
        this.#begin(userId, turns, weight, response);
        begin();
      },
    };
    const late = setTimeout(() => {
      leave();
      begin(new TooManyAtOnce());
    }, this.timeoutMs);
    // Its caller has gone.
    response.once('close', leave);
    turns.waiting.push(waiting);
  }

  #next(userId: string, turns: Turns): void {
    for (let first = turns.waiting[0]; first && turns.taken + first.weight <= AT_ONCE; first = turns.waiting[0]) {
      first.begin();
    }
    if (turns.taken === 0 && turns.waiting.length === 0) this.#users.delete(userId);
  }
}

/** A hook for requests whose user is known already. Services, which ask for many users, are not held up. */
export function limitEachUser(fastify: FastifyInstance, timeoutMs: number): void {
  const turns = new UserTurns(timeoutMs);
  fastify.addHook('onRequest', (request, reply, done) => {
    const { user, routeOptions } = request;
    if (user && routeOptions.config.scope === undefined) turns.take(user.id, weightOf(request), reply.raw, done);
    else done();
  });
}

/** How long a body is that comes in chunks is not known before it is there. */
function weightOf({ headers }: FastifyRequest): number {
  const { 'content-length': length, 'transfer-encoding': coding } = headers;
  return coding !== undefined || Number(length ?? 0) > LARGE_BODY ? WEIGHT_OF_LARGE : 1;
}
