import type { FastifyInstance } from 'fastify';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { Unavailable } from '../problems/problem.js';

/** Milliseconds between two checks of the event loop. */
const INTERVAL = 500;

/** Slow checks in a row that make an overload: a single long turn, such as a pause of the machine, is over when a check sees it. */
const CHECKS = 2;

/** Share of the time that the loop must have been busy: a loop that is late without work waits for other processes. */
const BUSY = 0.9;

/** The process has more requests than it can answer in time. */
export class Overloaded extends Unavailable {
  readonly away = 'overload';
  constructor() {
    super('There are more requests at the moment than can be answered. Please try again shortly.');
  }
}

/**
 * Refuses requests while the event loop does not keep up, so that requests in flight end in time.
 * @param longestTurn milliseconds that a turn of the loop may take on average; 0 refuses nothing
 * @returns whether it is so, for what no hook sees
 */
export function refuseOverload(fastify: FastifyInstance, longestTurn: number): () => boolean {
  if (longestTurn === 0) return () => false;
  const turns = monitorEventLoopDelay({ resolution: 10 });
  // One for all requests, since a stack trace is expensive during an overload.
  const overloaded = new Overloaded();
  let utilization = performance.eventLoopUtilization();
  let slowChecks = 0;
  const checks = setInterval(() => {
    const isBusy = performance.eventLoopUtilization(utilization).utilization > BUSY;
    // NaN when no turn has ended since the last check.
    const isFast = turns.mean <= longestTurn * 1e6;
    slowChecks = isBusy && !isFast ? slowChecks + 1 : 0;
    utilization = performance.eventLoopUtilization();
    turns.reset();
  }, INTERVAL).unref();
  turns.enable();
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (slowChecks < CHECKS || request.routeOptions.config.evenOverloaded) done();
    else done(overloaded);
  });
  fastify.addHook('onClose', (_instance, done) => {
    clearInterval(checks);
    turns.disable();
    done();
  });
  return () => slowChecks >= CHECKS;
}
