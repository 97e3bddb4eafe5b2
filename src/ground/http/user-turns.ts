import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ServerResponse } from 'node:http';
import { Unavailable } from '../problems/problem.js';

/** Requests of one user that run at the same time. */
const AT_ONCE = 16;

/** Requests of one user that wait for their turn; more are refused at once. */
const MOST_WAITING = 200;

/** Bytes from which on a body is large: at most two such requests of one user run at the same time. */
const LARGE_BODY = 1024 * 1024;
const WEIGHT_OF_LARGE = AT_ONCE / 2;

/** One user has more requests in flight than a process serves to a single user. */
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
  /** The sum of the weights of the running requests. */
  running: number;
  /** In the order in which they came. */
  readonly waiting: Waiting[];
}

/** Runs only a few requests of each user at a time, so that no user takes up the process, its memory or its connections. */
export class UserTurns {
  readonly #users = new Map<string, Turns>();

  /** @param timeoutMs milliseconds that a request waits for its turn */
  constructor(private readonly timeoutMs: number) {}

  /**
   * Calls `begin` when it is the request's turn, which ends when its response is closed.
   * Calls it with TooManyAtOnce when too many wait already, or for too long.
   */
  take(userId: string, weight: number, response: ServerResponse, begin: (error?: Error) => void): void {
    // The caller has gone, so nothing would end the turn.
    if (response.closed) return begin();
    const turns = this.#turnsOf(userId);
    if (turns.waiting.length === 0 && turns.running + weight <= AT_ONCE) {
      this.#begin(userId, turns, weight, response);
      begin();
    } else if (turns.waiting.length >= MOST_WAITING) begin(new TooManyAtOnce());
    else this.#wait(userId, turns, weight, response, begin);
  }

  #turnsOf(userId: string): Turns {
    const turns = this.#users.get(userId) ?? { running: 0, waiting: [] };
    this.#users.set(userId, turns);
    return turns;
  }

  #begin(userId: string, turns: Turns, weight: number, response: ServerResponse): void {
    turns.running += weight;
    response.once('close', () => {
      turns.running -= weight;
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
    // The caller has gone.
    response.once('close', leave);
    turns.waiting.push(waiting);
  }

  #next(userId: string, turns: Turns): void {
    for (let first = turns.waiting[0]; first && turns.running + first.weight <= AT_ONCE; first = turns.waiting[0]) {
      first.begin();
    }
    if (turns.running === 0 && turns.waiting.length === 0) this.#users.delete(userId);
  }
}

/** A hook that limits requests of authenticated users. Services, which call for many users, are not limited, and answers that last have limits of their own. */
export function limitEachUser(fastify: FastifyInstance, timeoutMs: number): void {
  const turns = new UserTurns(timeoutMs);
  fastify.addHook('onRequest', (request, reply, done) => {
    const { user } = request;
    const { scope, endless = false } = request.routeOptions.config;
    if (user && scope === undefined && !endless) turns.take(user.id, weightOf(request), reply.raw, done);
    else done();
  });
}

/** A chunked body counts as large: its length is unknown until it has arrived. */
function weightOf({ headers }: FastifyRequest): number {
  const { 'content-length': length, 'transfer-encoding': coding } = headers;
  return coding !== undefined || Number(length ?? 0) > LARGE_BODY ? WEIGHT_OF_LARGE : 1;
}
