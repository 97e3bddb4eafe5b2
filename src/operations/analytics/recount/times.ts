/** Microseconds since 1970: what PostgreSQL keeps of a moment. */
export type Micros = number;

const MICROS = 1_000_000;
const DAY_SECONDS = 86_400;

/** @param text ISO 8601, as events and rows spell it. @throws RangeError if it is no time */
export function microsOf(text: string): Micros {
  const [, fraction = ''] = /\.(\d+)/.exec(text) ?? [];
  const whole = Date.parse(text.replace(/\.\d+/, ''));
  if (Number.isNaN(whole)) throw new RangeError('This is no time.');
  return whole * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

/** The longest duration, in seconds. */
const LONGEST = 2 ** 31 - 1;

/** Whole seconds, rounded down; 0 where it would be negative. */
export const secondsBetween = (start: Micros, end: Micros): number =>
  Math.min(Math.max(0, Math.floor((end - start) / MICROS)), LONGEST);

/** The day in UTC, counted from 1970-01-01. */
export const dayOf = (moment: Micros): number => Math.floor(moment / MICROS / DAY_SECONDS);

/** `YYYY-MM-DD` */
export const dayText = (day: number): string => new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10);

export const dayFrom = (text: string): number => dayOf(microsOf(`${text}T00:00:00Z`));

/** The Monday of a day's week: 1970-01-01 was a Thursday. */
export const mondayOf = (day: number): number => day - ((((day + 3) % 7) + 7) % 7);

/** Months since the year 0. */
export function monthOf(day: number): number {
  const date = new Date(day * DAY_SECONDS * 1000);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

export function firstOfMonth(day: number): number {
  return day - new Date(day * DAY_SECONDS * 1000).getUTCDate() + 1;
}
