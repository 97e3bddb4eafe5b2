import { Unauthenticated } from '../../ground/auth/auth.guard.js';
import { HttpProblem, InvalidInput, Problem, Unavailable } from '../../ground/problems/problem.js';

/** Milliseconds after which a user may have closed some connections. */
const LONG_WAIT = 30_000;

/** The process stops. */
export class Stopping extends Unavailable {
  readonly away = 'stop';
  constructor() {
    super('The service restarts. Please come back shortly; nothing is missed.');
  }
}

/** The process keeps no further connection open. */
export class TooManyConnections extends Unavailable {
  readonly away = 'overload';
  constructor() {
    super('There are more connections at the moment than the service can keep. Please try again shortly.');
  }
}

/** One user has more connections open than a process keeps for a single user. */
export class TooManyOfOneUser extends Unavailable {
  readonly away = 'user_limit';
  override readonly headers = { 'retry-after': String(LONG_WAIT / 1000) };
  constructor() {
    super('You have too many connections open. Please close some of them.');
  }
}

/** The address speaks WebSocket, and the request does not. */
export class UpgradeRequired extends Problem {
  readonly status = 426;
  readonly title = 'Upgrade required';
  override readonly headers = { upgrade: 'websocket' };
  constructor() {
    super('This address speaks WebSocket. The same is told as server-sent events at /api/onboarding/events.');
  }
}

/** What came through a socket is no message. */
export class NoMessage extends InvalidInput {}

/** A socket cannot change hands. */
export class OtherUser extends HttpProblem {
  constructor() {
    super(403, 'Another user', 'The access token is another user’s. Please open another connection for it.');
  }
}

/** A page of another site has opened the socket. */
export class ForeignOrigin extends HttpProblem {
  constructor() {
    super(403, 'Foreign origin', 'Pages of this origin may not connect.');
  }
}

/** No token has come in time. */
export class NotAuthenticatedInTime extends HttpProblem {
  constructor() {
    super(408, 'Not signed in', 'No access token has come in time.');
  }
}

/** A defect: the user's progress cannot be shown. */
export class ProgressUnreadable extends HttpProblem {
  constructor() {
    super(500, 'Internal server error', 'Something went wrong on our side. Please try again.');
  }
}

/** The class of a problem, and the code with which a socket is closed for it. Those from 4400 on are the service's own. */
const CLOSE_CODES: readonly (readonly [abstract new (...values: never[]) => Problem, number])[] = [
  [NoMessage, 4400],
  [Unauthenticated, 4401],
  [OtherUser, 4403],
  [ForeignOrigin, 4403],
  [NotAuthenticatedInTime, 4408],
  [TooManyOfOneUser, 4429],
  [Stopping, 1012],
  [Unavailable, 1013],
];

/** 1011: the service has failed. */
export const closeCodeOf = (problem: Problem): number =>
  CLOSE_CODES.find(([kind]) => problem instanceof kind)?.[1] ?? 1011;

/** Milliseconds over which clients are spread who come back, at random. */
const SPREAD = 5000;

/** Milliseconds after which coming back helps; null where it does not. */
export function retryAfter(problem: Problem): number | null {
  if (!(problem instanceof Unavailable) && !(problem instanceof ProgressUnreadable)) return null;
  const least = problem instanceof TooManyOfOneUser ? LONG_WAIT : problem instanceof Stopping ? 0 : 1000;
  return Math.round(least + Math.random() * SPREAD);
}
