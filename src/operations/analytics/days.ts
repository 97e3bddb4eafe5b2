import type { Unit } from './figures.sql.js';

/** Milliseconds of a day in UTC, which has no hour of summer. */
const DAY = 86_400_000;

/** A day in UTC as `YYYY-MM-DD`. */
export const dayOf = (moment: Date): string => moment.toISOString().slice(0, 10);

const startOf = (day: string): Date => new Date(`${day}T00:00:00Z`);

/** Whether a text is a day that the calendar has, in the years 1000 to 9999. */
export function isDay(value: unknown): value is string {
  if (typeof value !== 'string' || !/^[1-9]\d{3}-\d\d-\d\d$/.test(value)) return false;
  const start = startOf(value);
  return !Number.isNaN(start.getTime()) && dayOf(start) === value;
}

export const daysAfter = (day: string, days: number): string => dayOf(new Date(startOf(day).getTime() + days * DAY));

export const daysBetween = (from: string, to: string): number =>
  (startOf(to).getTime() - startOf(from).getTime()) / DAY;

/** The first day of the unit that a day is in; weeks begin on Mondays. */
export function firstOf(unit: Unit, day: string): string {
  if (unit === 'day') return day;
  if (unit === 'month') return `${day.slice(0, 7)}-01`;
  return daysAfter(day, -((startOf(day).getUTCDay() + 6) % 7));
}

/** The moment at which the unit that begins with a day is over. */
export function endOf(unit: Unit, first: string): Date {
  const start = startOf(first);
  if (unit === 'month') return new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1));
  return new Date(start.getTime() + (unit === 'week' ? 7 : 1) * DAY);
}

/** The first days of the units that the days from `from` to `to`, which is not included, are in. */
export function unitsOf(unit: Unit, { from, to }: { readonly from: string; readonly to: string }): readonly string[] {
  const days = Array.from({ length: daysBetween(from, to) }, (_, index) => firstOf(unit, daysAfter(from, index)));
  return [...new Set(days)];
}

/** Units from the one that begins with `first` to the one that a day is in. */
export function unitsBetween(unit: Unit, first: string, day: string): number {
  const last = firstOf(unit, day);
  if (unit !== 'month') return daysBetween(first, last) / (unit === 'week' ? 7 : 1);
  return (yearOf(last) - yearOf(first)) * 12 + monthOf(last) - monthOf(first);
}

const yearOf = (day: string): number => Number(day.slice(0, 4));
const monthOf = (day: string): number => Number(day.slice(5, 7));
