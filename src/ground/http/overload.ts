import type { FastifyInstance } from 'fastify';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { Unavailable } from '../problems/problem.js';

/** Milliseconds between two looks at the event loop. */
const INTERVAL = 500;

/** How many looks in a row make an overload: one long turn, such as a pause of the machine, is over when it is seen. */
const LOOKS = 2;

/** The share of the time that the loop must have been at work: one that had nothing to do is late because others were. */
const BUSY = 0.9;

/** There is more to do than one process can. */
export class Overloaded extends Unavailable {
  readonly away = 'overload';
  constructor() {
    super('There are more requests at the moment than can be answered. Please try again shortly.');
  }
}

/**
 * Refuses requests while the event loop does not keep up, so that those that are under way end in time.
 * @param longestTurn milliseconds that a turn of the loop may take on average; 0 refuses nothing
 */
export function refuseOverload(fastify: FastifyInstance, longestTurn: number): void {
  if (longestTurn === 0) return;
  const turns = monitorEventLoopDelay({ resolution: 10 });
  // One for all, since a stack is dear when there is no time.
  const overloaded = new Overloaded();
  let utilization = performance.eventLoopUtilization();
  let slowLooks = 0;
  const looking = setInterval(() => {
    const isBusy = performance.eventLoopUtilization(utilization).utilization > BUSY;
    // Not a number when no turn has begun and ended since the last look.
    const isFast = turns.mean <= longestTurn * 1e6;
    slowLooks = isBusy && !isFast ? slowLooks + 1 : 0;
    utilization = performance.eventLoopUtilization();
    turns.reset();
  }, INTERVAL).unref();
  turns.enable();
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (slowLooks < LOOKS || request.routeOptions.config.evenOverloaded) done();
    else done(overloaded);
  });
  fastify.addHook('onClose', (_instance, done) => {
    clearInterval(looking);
    turns.disable();
    done();
  });
}
