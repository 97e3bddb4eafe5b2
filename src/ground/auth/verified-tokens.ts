import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Caller } from './user.js';

/** Bytes that the entries take together, roughly; the least recently used are dropped first. */
const MAX_SIZE = 8 * 1024 * 1024;

/** Bytes of an entry without its token, roughly. */
const ENTRY_SIZE = 1024;

/** Milliseconds after which a token is verified again even if it has not expired, since its key may have been withdrawn. */
const MAX_AGE = 600_000;

interface Entry {
  readonly caller: Caller;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/**
 * The users of recently verified tokens. The key is the whole token with its signature, and no entry outlives its token, so `find`
 * returns what verifying the token again would.
 */
@Injectable()
export class VerifiedTokens {
  readonly #tokens = new LRUCache<string, Entry>({
    maxSize: MAX_SIZE,
    sizeCalculation: (_entry, token) => token.length + ENTRY_SIZE,
  });

  add(token: string, caller: Caller): void {
    this.#tokens.set(token, { caller, until: Math.min(caller.expiresAt, Date.now() + MAX_AGE) });
  }

  find(token: string): Caller | null {
    const entry = this.#tokens.get(token);
    return entry && Date.now() < entry.until ? entry.caller : null;
  }
}
