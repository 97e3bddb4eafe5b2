import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Configuration } from '../../ground/config/configuration.js';
import { TooManyRequests } from './api-keys.problems.js';

const SECONDS = 60;

/** Limits a user's requests a minute; 0 sets no limit. Runs after the guard that identifies the user. */
abstract class RateLimit implements CanActivate {
  readonly #limiter: RateLimiterMemory | null;

  constructor(perMinute: number) {
    this.#limiter = perMinute > 0 ? new RateLimiterMemory({ points: perMinute, duration: SECONDS }) : null;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { user } = context.switchToHttp().getRequest<FastifyRequest>();
    if (!this.#limiter || !user) return true;
    try {
      await this.#limiter.consume(user.id);
      return true;
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) throw new TooManyRequests(Math.ceil(refusal.msBeforeNext / 1000) || 1);
      throw refusal;
    }
  }
}

@Injectable()
export class KeySavesLimit extends RateLimit {
  constructor({ RATE_LIMIT_KEY_SAVES }: Configuration) {
    super(RATE_LIMIT_KEY_SAVES);
  }
}

@Injectable()
export class KeyChecksLimit extends RateLimit {
  constructor({ RATE_LIMIT_KEY_CHECKS }: Configuration) {
    super(RATE_LIMIT_KEY_CHECKS);
  }
}
