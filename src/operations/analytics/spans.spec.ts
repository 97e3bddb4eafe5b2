import { describe, expect, it } from '@jest/globals';
import { spansOf, type Span } from './spans.js';
import type { Unit } from './figures.sql.js';

const written = (spans: readonly Span[]) => spans.map(({ unit, day }) => `${unit} ${day}`);
const ALL: readonly Unit[] = ['month', 'week', 'day'];

describe('the spans of a period', () => {
  it('are whole months, whole weeks between them, and the days that are left', () => {
    expect(written(spansOf('2026-08-30', '2026-10-14', ALL))).toEqual([
      'day 2026-08-30',
      'day 2026-08-31',
      'month 2026-09-01',
      'day 2026-10-01',
      'day 2026-10-02',
      'day 2026-10-03',
      'day 2026-10-04',
      'week 2026-10-05',
      'day 2026-10-12',
      'day 2026-10-13',
    ]);
  });

  it('have a week that begins in one month and ends in another where neither is whole', () => {
    expect(written(spansOf('2026-08-31', '2026-09-07', ALL))).toEqual(['week 2026-08-31']);
  });

  it('leave the days of a whole month to it', () => {
    expect(written(spansOf('2026-08-31', '2026-10-01', ALL))).toEqual(['day 2026-08-31', 'month 2026-09-01']);
  });

  it('are days alone, or no months, where nothing else is asked for', () => {
    expect(spansOf('2026-02-01', '2026-03-01', ['day'])).toHaveLength(28);
    expect(written(spansOf('2026-02-01', '2026-02-10', ['week', 'day']))).toEqual([
      'day 2026-02-01',
      'week 2026-02-02',
      'day 2026-02-09',
    ]);
  });

  it.each(['2024-02-28', '2026-01-01', '2026-11-27'])(
    'are each day from %s on once, for periods of any length',
    (from) => {
      for (let length = 0; length < 130; length++) {
        const to = new Date(Date.parse(from) + length * 86_400_000).toISOString().slice(0, 10);
        const days = spansOf(from, to, ALL).flatMap(({ unit, day }) => {
          const [year = 0, month = 0] = day.split('-').map(Number);
          const count = { day: 1, week: 7, month: new Date(Date.UTC(year, month, 0)).getUTCDate() }[unit];
          return Array.from({ length: count }, (_, index) => Date.parse(day) + index * 86_400_000);
        });
        expect(days).toEqual(Array.from({ length }, (_, index) => Date.parse(from) + index * 86_400_000));
      }
    },
  );
});
