import { describe, expect, it } from '@jest/globals';
import { LocalTime } from './local-time.js';

const parsed = (timezone: string, text: unknown) => new LocalTime(timezone).parse(text)?.toISOString() ?? null;

describe('a local time', () => {
  it.each([
    ['UTC', '2025-10-21T09:51:00.000075', '2025-10-21T09:51:00.000Z'],
    ['UTC', '2025-10-21 09:51:00', '2025-10-21T09:51:00.000Z'],
    ['Europe/Berlin', '2025-10-21T09:51:00.5', '2025-10-21T07:51:00.500Z'],
    ['Europe/Berlin', '2025-12-21T09:51:00', '2025-12-21T08:51:00.000Z'],
    ['Asia/Kolkata', '2025-10-21T02:00:00', '2025-10-20T20:30:00.000Z'],
    ['America/Los_Angeles', '2025-12-31T20:00:00', '2026-01-01T04:00:00.000Z'],
    // Clocks go back: the hour comes twice, and the first is meant.
    ['Europe/Berlin', '2025-10-26T02:30:00', '2025-10-26T00:30:00.000Z'],
    // Clocks go forward: the hour is missing.
    ['Europe/Berlin', '2025-03-30T02:30:00', '2025-03-30T01:30:00.000Z'],
    ['Europe/Berlin', '2025-03-30T03:30:00', '2025-03-30T01:30:00.000Z'],
  ])('of %s, %s, is %s', (timezone, text, time) => {
    expect(parsed(timezone, text)).toBe(time);
  });

  it.each([
    ['2025-10-21T09:51:00Z', '2025-10-21T09:51:00.000Z'],
    ['2025-10-21T09:51:00.123456+05:30', '2025-10-21T04:21:00.123Z'],
    ['2025-10-21 09:51:00-08', '2025-10-21T17:51:00.000Z'],
  ])('with a zone of its own keeps it: %s', (text, time) => {
    expect(parsed('Europe/Berlin', text)).toBe(time);
  });

  it.each(['', 'yesterday', '2025-10-21', '2025-13-41T00:00:00', null, 1, {}])('is not %j', (text) => {
    expect(parsed('UTC', text)).toBeNull();
  });

  it('of a database without a fraction is UTC: the database’s own clock wrote it', () => {
    const time = new LocalTime('Europe/Berlin');
    expect(time.parseStored('2026-01-18 09:00:00')?.toISOString()).toBe('2026-01-18T09:00:00.000Z');
    expect(time.parseStored('2026-01-18 09:00:00.224541')?.toISOString()).toBe('2026-01-18T08:00:00.224Z');
    expect(time.parseStored(null)).toBeNull();
  });
});
