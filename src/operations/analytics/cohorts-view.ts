import type { CohortRow, Period } from './analytics-reads.js';
import type { CohortView } from './analytics.contract.js';
import { dayOf, endOf, unitsBetween, unitsOf } from './days.js';
import type { Unit } from './figures.sql.js';
import { isSmall } from './hidden.js';

/** Units after which completions are listed: of an old cohort not all since then. */
const MOST_UNITS = 400;

export interface CohortTerms extends Period {
  readonly unit: Unit;
  readonly as_of: Date;
  /** Users of whom figures are shown at least. */
  readonly minGroup: number;
}

/** Each unit of a period, also those in which nobody started. */
export function cohortViews(rows: readonly CohortRow[], terms: CohortTerms): CohortView[] {
  const byUnit = new Map(rows.map((row) => [row.from, row]));
  return unitsOf(terms.unit, terms).map((from) =>
    cohortView(byUnit.get(from) ?? { from, started: 0, completed: {} }, terms),
  );
}

function cohortView(
  { from, started, completed }: CohortRow,
  { unit, as_of, minGroup, ...period }: CohortTerms,
): CohortView {
  const isHidden = isSmall(started, minGroup);
  const begun = unitsBetween(unit, from, dayOf(as_of)) + 1;
  return {
    from,
    started: isHidden ? null : started,
    completed_after: isHidden ? null : runningTotals(completed, Math.min(Math.max(begun, 1), MOST_UNITS)),
    incomplete: endOf(unit, from) > as_of || isCut(unit, from, period),
  };
}

/** Whether a part of the unit lies outside the period. */
const isCut = (unit: Unit, first: string, { from, to }: Period): boolean =>
  first < from || endOf(unit, first) > new Date(to);

function runningTotals(completed: CohortRow['completed'], length: number): number[] {
  let total = 0;
  return Array.from({ length }, (_, units) => (total += completed[units] ?? 0));
}
