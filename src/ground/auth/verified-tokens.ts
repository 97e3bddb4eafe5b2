import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { User } from './user.js';

/** Bytes that remembered tokens may take in all, about; the ones that were not seen for longest make room. */
const MAX_SIZE = 8 * 1024 * 1024;

/** Bytes of an entry beside the token itself, about. */
const ENTRY_SIZE = 1024;

/** Milliseconds after which a token is verified anew even if it has not expired, since its key may have been withdrawn. */
const MAX_AGE = 600_000;

interface Verified {
  readonly user: User;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/**
 * Whom tokens speak for that were verified a moment ago. The key is the whole token, signature included, and nothing outlives the
 * token's own expiry: an answer from here is the one that verifying it again would give.
 */
@Injectable()
export class VerifiedTokens {
  readonly #tokens = new LRUCache<string, Verified>({
    maxSize: MAX_SIZE,
    sizeCalculation: (_verified, token) => token.length + ENTRY_SIZE,
  });

  /** @param expiresAt milliseconds since 1970 */
  add(token: string, user: User, expiresAt: number): void {
    this.#tokens.set(token, { user, until: Math.min(expiresAt, Date.now() + MAX_AGE) });
  }

  find(token: string): User | null {
    const verified = this.#tokens.get(token);
    return verified && Date.now() < verified.until ? verified.user : null;
  }
}
