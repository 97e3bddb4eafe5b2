import { describe, expect, it } from '@jest/globals';
import { Unauthenticated } from '../../ground/auth/auth.guard.js';
import { Overloaded } from '../../ground/http/overload.js';
import { InvalidInput, type Problem } from '../../ground/problems/problem.js';
import { DatabaseBusy, DatabaseUnavailable } from '../../storage/wire/wire.problems.js';
import {
  closeCodeOf,
  ForeignOrigin,
  NoMessage,
  NotAuthenticatedInTime,
  OtherUser,
  ProgressUnreadable,
  retryAfter,
  Stopping,
  TooManyConnections,
  TooManyOfOneUser,
  UpgradeRequired,
} from './live.problems.js';

/** The problem, its status, the close code, and when coming back helps: at the earliest and at the latest; null: it does not. */
const PROBLEMS: readonly (readonly [Problem, number, number, readonly [number, number] | null])[] = [
  [new NoMessage('no message'), 400, 4400, null],
  [new Unauthenticated(), 401, 4401, null],
  [new OtherUser(), 403, 4403, null],
  [new ForeignOrigin(), 403, 4403, null],
  [new NotAuthenticatedInTime(), 408, 4408, null],
  [new TooManyOfOneUser(), 503, 4429, [30_000, 35_000]],
  [new Stopping(), 503, 1012, [0, 5000]],
  [new TooManyConnections(), 503, 1013, [1000, 6000]],
  [new Overloaded(), 503, 1013, [1000, 6000]],
  [new DatabaseBusy(), 503, 1013, [1000, 6000]],
  [new DatabaseUnavailable(null), 503, 1013, [1000, 6000]],
  [new ProgressUnreadable(), 500, 1011, [1000, 6000]],
  [new InvalidInput('another defect'), 400, 1011, null],
  [new UpgradeRequired(), 426, 1011, null],
];

describe.each(PROBLEMS.map((row) => [row[0].constructor.name, ...row] as const))(
  '%s',
  (_name, problem, status, code, wait) => {
    it('has its status and close code, and a title that fits into a close frame', () => {
      expect([problem.status, closeCodeOf(problem)]).toEqual([status, code]);
      expect(Buffer.byteLength(problem.title)).toBeLessThanOrEqual(123);
    });

    it('says when coming back helps, by chance, so that clients are spread', () => {
      const times = Array.from({ length: 200 }, () => retryAfter(problem));
      if (wait === null) return expect(new Set(times)).toEqual(new Set([null]));
      const [least, most] = wait;
      for (const time of times) {
        expect(time).toBeGreaterThanOrEqual(least);
        expect(time).toBeLessThanOrEqual(most);
      }
      expect(new Set(times).size).toBeGreaterThan(100);
    });
  },
);
