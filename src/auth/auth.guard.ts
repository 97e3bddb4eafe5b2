import { createParamDecorator, Injectable, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../http/problem.js';
import { JwtStrategy } from './jwt.strategy.js';
import type { User } from './user.js';

const PUBLIC = Symbol('public');

/** A route, or a controller's routes, that need no token. */
export const Public = () => SetMetadata(PUBLIC, true);

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

  constructor(reflector: Reflector, strategy: JwtStrategy) {
    super({ defaultStrategy: strategy.name });
    this.#reflector = reflector;
  }

  override canActivate(context: ExecutionContext): Promise<boolean> | boolean {
    const isPublic = this.#reflector.getAllAndOverride<boolean>(PUBLIC, [context.getHandler(), context.getClass()]);
    return isPublic || (super.canActivate(context) as Promise<boolean>);
  }

  override handleRequest<TUser = User>(error: unknown, user: TUser | false): TUser {
    if (error instanceof Error) throw error;
    if (!user) throw new Unauthenticated();
    return user;
  }
}
