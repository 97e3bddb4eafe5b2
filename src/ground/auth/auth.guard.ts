import { Injectable, type ExecutionContext } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NotFound, Problem } from '../problems/problem.js';
import { requestParameter } from '../http/direct.js';
import { routeConfig } from '../http/route.js';
import { JwtStrategy, tokenOf } from './jwt.strategy.js';
import { isFromLoopback } from './loopback.js';
import { TokenVerifier } from './token-verifier.js';
import type { Caller, User } from './user.js';

/** A route, or a controller's routes, that need no token. */
export const Public = () => routeConfig({ public: true });

/** A route for services and operators whose tokens have the scope; everybody else gets 404. */
export const RequiresScope = (scope: string) => routeConfig({ scope });

/** The user whose token came with the request. */
export const CurrentUser = requestParameter(({ user }): Caller => {
  if (!user) throw new Unauthenticated();
  return user as Caller;
});

/** The token is missing, invalid or expired. Clients sign the user out on a 401. */
export class Unauthenticated extends Problem {
  readonly status = 401;
  readonly title = 'Not signed in';
  override readonly headers = { 'www-authenticate': 'Bearer' };
  constructor() {
    super('Please sign in: the access token is missing, invalid or expired.');
  }
}

/**
 * The one guard of the service: every route needs a token unless it says `@Public()`. A hook calls it as soon as the headers of a
 * request are there, so that the service reads, parses and looks up nothing for a caller without a token; Nest calls it again
 * before the route's handler runs.
 */
@Injectable()
export class JwtAuthGuard extends AuthGuard() {
  readonly #verifier: TokenVerifier;

  constructor(strategy: JwtStrategy, verifier: TokenVerifier) {
    super({ defaultStrategy: strategy.name });
    this.#verifier = verifier;
  }

  override canActivate(context: ExecutionContext): true | Promise<true> {
    const http = context.switchToHttp();
    return this.admit(http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /**
   * Lets a request pass if its token is valid for its route, and sets `request.user`.
   * @throws Unauthenticated; SigningKeysUnavailable; NotFound where the route needs a scope that the token lacks, or a caller on this machine
   */
  admit(request: FastifyRequest, reply: FastifyReply): true | Promise<true> {
    const { public: isPublic, scope, loopback } = request.routeOptions.config;
    if (loopback && !isFromLoopback(request)) throw new NotFound();
    if (isPublic) return true;
    const user = (request.user as Caller | undefined) ?? this.#findVerified(request);
    if (!user) return this.#verify(request, reply, scope);
    request.user = user;
    return requireScope(user, scope);
  }

  /** The user of a token that was verified a moment ago. */
  #findVerified(request: FastifyRequest): Caller | null {
    const token = tokenOf(request);
    return token === null ? null : this.#verifier.findVerified(token);
  }

  async #verify(request: FastifyRequest, reply: FastifyReply, scope: string | undefined): Promise<true> {
    await super.canActivate(new ExecutionContextHost([request, reply]));
    return requireScope(request.user as User, scope);
  }

  override handleRequest<TUser = User>(error: unknown, user: TUser | false): TUser {
    if (error instanceof Error) throw error;
    if (!user) throw new Unauthenticated();
    return user;
  }
}

function requireScope(user: User, scope: string | undefined): true {
  if (scope !== undefined && !user.scopes.has(scope)) throw new NotFound();
  return true;
}
