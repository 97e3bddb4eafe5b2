import { describe, expect, it } from '@jest/globals';
import { dayOf, daysAfter, daysBetween, endOf, firstOf, isDay, unitsBetween, unitsOf } from './days.js';

describe('days', () => {
  it.each(['2026-11-27', '2024-02-29', '2000-02-29', '1000-01-01', '9999-12-31'])('%s is one', (text) => {
    expect(isDay(text)).toBe(true);
  });

  it.each([
    ...['2026-02-29', '2026-02-30', '1900-02-29', '2026-13-01', '2026-00-10', '2026-04-31', '2026-11-00'],
    ...['2026-1-1', '26-11-27', ' 2026-11-27', '2026-11-27T00:00:00Z', '0000-01-01', '0999-12-31', '10000-01-01', ''],
    ...[20_261_127, null, ['2026-11-27']],
  ])('%j is none', (value) => {
    expect(isDay(value)).toBe(false);
  });

  it('are those of UTC', () => {
    expect(dayOf(new Date('2026-11-27T23:59:59.999Z'))).toBe('2026-11-27');
    expect(daysAfter('2026-02-28', 1)).toBe('2026-03-01');
    expect(daysAfter('2026-01-01', -1)).toBe('2025-12-31');
    expect(daysBetween('2026-03-01', '2026-04-01')).toBe(31);
  });
});

describe('units', () => {
  it('begin with a day, a Monday, or the first of a month', () => {
    expect(firstOf('day', '2026-11-27')).toBe('2026-11-27');
    expect(['2026-11-23', '2026-11-27', '2026-11-29', '2026-11-30'].map((day) => firstOf('week', day))).toEqual([
      ...['2026-11-23', '2026-11-23', '2026-11-23', '2026-11-30'],
    ]);
    expect(firstOf('month', '2026-11-27')).toBe('2026-11-01');
  });

  it('of a period are all that it touches', () => {
    const period = { from: '2026-11-29', to: '2026-12-08' };
    expect(unitsOf('day', period)).toHaveLength(9);
    expect(unitsOf('week', period)).toEqual(['2026-11-23', '2026-11-30', '2026-12-07']);
    expect(unitsOf('month', period)).toEqual(['2026-11-01', '2026-12-01']);
  });

  it('are over when the next one begins', () => {
    const ends = (['day', 'week', 'month'] as const).map((unit) => endOf(unit, '2026-12-28').toISOString());
    expect(ends).toEqual(['2026-12-29T00:00:00.000Z', '2027-01-04T00:00:00.000Z', '2027-01-01T00:00:00.000Z']);
    expect(endOf('month', '2026-11-01').toISOString()).toBe('2026-12-01T00:00:00.000Z');
  });

  it('are counted from one to another', () => {
    expect(unitsBetween('day', '2026-11-27', '2026-12-01')).toBe(4);
    expect(unitsBetween('week', '2026-11-23', '2026-11-29')).toBe(0);
    expect(unitsBetween('week', '2026-11-23', '2026-12-07')).toBe(2);
    expect(unitsBetween('month', '2025-11-01', '2026-12-31')).toBe(13);
    expect(unitsBetween('day', '2026-11-27', '2026-11-26')).toBe(-1);
  });
});
