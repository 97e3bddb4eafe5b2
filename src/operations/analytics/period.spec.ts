import { describe, expect, it } from '@jest/globals';
import { InvalidInput } from '../../ground/problems/problem.js';
import { periodOf } from './period.js';

const NOW = new Date('2026-11-27T23:30:00Z');

describe('a period', () => {
  it('is the last 30 days with today, unless the query says otherwise', () => {
    expect(periodOf({}, NOW)).toEqual({ from: '2026-10-29', to: '2026-11-28' });
    expect(periodOf({ to: '2026-03-01' }, NOW)).toEqual({ from: '2026-01-30', to: '2026-03-01' });
    expect(periodOf({ from: '2026-11-01' }, NOW)).toEqual({ from: '2026-11-01', to: '2026-11-28' });
  });

  it('has 1 to 400 days', () => {
    expect(periodOf({ from: '2026-01-01', to: '2026-01-02' })).toEqual({ from: '2026-01-01', to: '2026-01-02' });
    expect(periodOf({ from: '2025-01-01', to: '2026-02-05' })).toEqual({ from: '2025-01-01', to: '2026-02-05' });
  });

  it.each([
    ['is empty', { from: '2026-01-01', to: '2026-01-01' }],
    ['ends before it begins', { from: '2026-01-02', to: '2026-01-01' }],
    ['has yet to begin', { from: '2026-11-28' }],
    ['is a day too long', { from: '2025-01-01', to: '2026-02-06' }],
    ['goes back too far', { from: '1000-01-01' }],
  ])('that %s is refused', (_, query) => {
    const find = () => periodOf(query, NOW);
    expect(find).toThrow(InvalidInput);
    expect(find).toThrow(/^from .*\bto\b/);
  });
});
