import { createParamDecorator, Injectable, type ExecutionContext } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NotFound, Problem } from '../problems/problem.js';
import { routeConfig } from '../http/route.js';
import { JwtStrategy, tokenOf } from './jwt.strategy.js';
import { TokenVerifier } from './token-verifier.js';
import type { User } from './user.js';

/** A route, or a controller's routes, that need no token. */
export const Public = () => routeConfig({ public: true });

/** A route for services and operators whose tokens have the scope; for everybody else there is no such route. */
export const RequiresScope = (scope: string) => routeConfig({ scope });

/** The user whose token came with the request. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): User => {
  const { user } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!user) throw new Unauthenticated();
  return user as User;
});

/** No token, or one that is bad or expired. The client signs the user out on it. */
export class Unauthenticated extends Problem {
  readonly status = 401;
  readonly title = 'Not signed in';
  override readonly headers = { 'www-authenticate': 'Bearer' };
  constructor() {
    super('Please sign in: the access token is missing, invalid or expired.');
  }
}

/**
 * The one guard of the service: every route needs a token unless it says `@Public()`. A hook asks it as soon as the head of a request
 * is there, so that nothing is read, parsed or looked up for a stranger; Nest asks it again before the route's handler runs.
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
   * Lets a request through whose token is good for its route, and notes the user.
   * @throws Unauthenticated; SigningKeysUnavailable; NotFound where the route needs a scope that the token lacks
   */
  admit(request: FastifyRequest, reply: FastifyReply): true | Promise<true> {
    const { public: isPublic, scope } = request.routeOptions.config;
    if (isPublic) return true;
    const user = (request.user as User | undefined) ?? this.#verified(request);
    if (!user) return this.#verify(request, reply, scope);
    request.user = user;
    return requireScope(user, scope);
  }

  /** The user of a token that was verified a moment ago. */
  #verified(request: FastifyRequest): User | null {
    const token = tokenOf(request);
    return token === null ? null : this.#verifier.verified(token);
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
