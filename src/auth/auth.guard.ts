import { createParamDecorator, Injectable, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { NotFound, Problem } from '../http/problem.js';
import { JwtStrategy, tokenOf } from './jwt.strategy.js';
import { TokenVerifier } from './token-verifier.js';
import type { User } from './user.js';

const PUBLIC = Symbol('public');

/** A route, or a controller's routes, that need no token. */
export const Public = () => SetMetadata(PUBLIC, true);

const SCOPE = Symbol('scope');

/** A route for services and operators whose tokens have the scope; for everybody else there is no such route. */
export const RequiresScope = (scope: string) => SetMetadata(SCOPE, scope);

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

/** The one guard of the service: every route needs a token unless it says `@Public()`. */
@Injectable()
export class JwtAuthGuard extends AuthGuard() {
  readonly #reflector: Reflector;
  readonly #verifier: TokenVerifier;

  constructor(reflector: Reflector, strategy: JwtStrategy, verifier: TokenVerifier) {
    super({ defaultStrategy: strategy.name });
    this.#reflector = reflector;
    this.#verifier = verifier;
  }

  override canActivate(context: ExecutionContext): true | Promise<true> {
    const places = [context.getHandler(), context.getClass()];
    if (this.#reflector.getAllAndOverride<boolean>(PUBLIC, places)) return true;
    const scope = this.#reflector.getAllAndOverride<string | undefined>(SCOPE, places);
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const token = tokenOf(request);
    const verified = token && this.#verifier.verified(token);
    if (!verified) return this.#verify(context, request, scope);
    request.user = verified;
    return admit(verified, scope);
  }

  async #verify(context: ExecutionContext, request: FastifyRequest, scope: string | undefined): Promise<true> {
    await super.canActivate(context);
    return admit(request.user as User, scope);
  }

  override handleRequest<TUser = User>(error: unknown, user: TUser | false): TUser {
    if (error instanceof Error) throw error;
    if (!user) throw new Unauthenticated();
    return user;
  }
}

function admit(user: User, scope: string | undefined): true {
  if (scope !== undefined && !user.scopes.has(scope)) throw new NotFound();
  return true;
}
