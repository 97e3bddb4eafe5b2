import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Caller } from './user.js';
import { VerifiedTokens } from './verified-tokens.js';

const MINUTE = 60_000;

const aliceUntil = (expiresAt: number): Caller => ({
  ...{ id: 'alice', email: null, firstName: null, lastName: null },
  scopes: new Set(),
  expiresAt,
});

describe('a verified token', () => {
  const begun = Date.now();
  let tokens: VerifiedTokens;

  beforeEach(() => {
    jest.useFakeTimers({ now: begun, doNotFake: ['nextTick', 'queueMicrotask', 'performance'] });
    tokens = new VerifiedTokens();
  });
  afterEach(() => void jest.useRealTimers());

  const foundAfter = (ms: number) => {
    jest.setSystemTime(begun + ms);
    return tokens.find('token');
  };

  it('is remembered until it expires, and no longer', () => {
    const alice = aliceUntil(begun + MINUTE);
    tokens.add('token', alice);
    expect(foundAfter(MINUTE - 1)).toBe(alice);
    expect(foundAfter(MINUTE)).toBeNull();
  });

  it('is remembered for ten minutes at most, however often it is used and whenever it expires', () => {
    const alice = aliceUntil(begun + 1440 * MINUTE);
    tokens.add('token', alice);
    for (let minute = 0; minute < 10; minute++) expect(foundAfter(minute * MINUTE)).toBe(alice);
    expect(foundAfter(10 * MINUTE - 1)).toBe(alice);
    expect(foundAfter(10 * MINUTE)).toBeNull();
  });

  it('makes room for others: the least recently used are forgotten', () => {
    const alice = aliceUntil(begun + MINUTE);
    tokens.add('token', alice);
    tokens.add('never asked for', alice);
    // As large as the service accepts them, and more of them than the cache holds.
    for (let number = 0; number < 1000; number++) {
      tokens.add(`${number}`.padEnd(15_000, 'x'), alice);
      expect(tokens.find('token')).toBe(alice);
    }
    expect(tokens.find('never asked for')).toBeNull();
  });
});
