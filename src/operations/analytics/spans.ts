import { daysAfter, endOf, dayOf, firstOf } from './days.js';
import type { Unit } from './figures.sql.js';

/** A unit of days, by its first. */
export interface Span {
  readonly unit: Unit;
  readonly day: string;
}

/**
 * The days from `from` to `to`, which is not included, in as few whole units of these as there are: durations are kept for each of
 * them. A week does not take days from a month that is whole.
 */
export function spansOf(from: string, to: string, units: readonly Unit[]): readonly Span[] {
  const spans: Span[] = [];
  for (let day = from; day < to;) {
    const unit =
      (['month', 'week'] as const).find((one) => units.includes(one) && isWhole(one, day, to, units)) ?? 'day';
    spans.push({ unit, day });
    day = unit === 'day' ? daysAfter(day, 1) : dayOf(endOf(unit, day));
  }
  return spans;
}

function isWhole(unit: Unit, day: string, to: string, units: readonly Unit[]): boolean {
  const end = dayOf(endOf(unit, day));
  if (firstOf(unit, day) !== day || end > to) return false;
  const month = dayOf(endOf('month', day));
  return unit === 'month' || !units.includes('month') || end <= month || dayOf(endOf('month', month)) > to;
}
