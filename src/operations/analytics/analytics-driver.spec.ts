import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { AnalyticsDriver } from './analytics-driver.js';
import type { Refreshed } from './analytics-refresh.js';

const DONE: Refreshed = { users: 1, isBehind: false, rebuilds: null };
const BEHIND: Refreshed = { users: 5, isBehind: true, rebuilds: null };

describe('the driver of the numbers', () => {
  const lines: string[] = [];

  beforeEach(() => {
    lines.length = 0;
    jest.spyOn(Logger.prototype, 'log').mockImplementation((line: unknown) => void lines.push(String(line)));
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  /** Drives until the refreshes are used up. */
  async function drive(...refreshes: Refreshed[]): Promise<void> {
    const stop = new AbortController();
    const left = [...refreshes];
    const refresh = () => {
      const next = left.shift() ?? DONE;
      if (left.length === 0) stop.abort();
      return Promise.resolve(next);
    };
    await new AnalyticsDriver({ refresh }, 1).drive(stop.signal);
    expect(left).toEqual([]);
  }

  it('refreshes until it is stopped', async () => {
    await drive(DONE, BEHIND, DONE, DONE);
    expect(lines).toEqual([]);
  });

  it('goes on at once while it is behind, and waits when it is not', async () => {
    const stop = new AbortController();
    const refreshes = [BEHIND, BEHIND, DONE];
    let count = 0;
    const refresh = () => Promise.resolve(refreshes[count++] ?? DONE);
    const driven = new AnalyticsDriver({ refresh }, 60_000).drive(stop.signal);
    await new Promise(setImmediate);
    expect(count).toBe(3);
    stop.abort();
    await driven;
    expect(count).toBe(3);
  });

  it.each([
    ['first', 'they were never counted before'],
    ['basis', 'the wizard or the keys of the deployment have changed, or the way of counting'],
    ['restored', 'the database was restored from a copy'],
  ] as const)('says once that all are counted anew and why, and when they are: %s', async (rebuilds, why) => {
    await drive({ users: 0, isBehind: true, rebuilds }, BEHIND, BEHIND, DONE, BEHIND, DONE);
    expect(lines).toEqual([`All users are counted anew: ${why}`, 'All users are counted']);
  });

  it('ends with the error of a refresh', async () => {
    const failure = new Error('away');
    const driver = new AnalyticsDriver({ refresh: () => Promise.reject(failure) }, 1);
    await expect(driver.drive(new AbortController().signal)).rejects.toBe(failure);
  });

  it('does nothing once it is stopped', async () => {
    const refresh = jest.fn(() => Promise.resolve(DONE));
    await new AnalyticsDriver({ refresh }, 1).drive(AbortSignal.abort());
    expect(refresh).not.toHaveBeenCalled();
  });
});
