import { InvalidInput } from '../../ground/problems/problem.js';
import type { Period } from './analytics-reads.js';
import { dayOf, daysAfter, daysBetween } from './days.js';

export const MOST_DAYS = 400;

/** Days of a period that the query leaves open. */
const USUAL_DAYS = 30;

/** The period of a query, by default the last 30 days with today. @throws InvalidInput for one that is empty or too long */
export function periodOf({ from, to }: Partial<Period>, now = new Date()): Period {
  const end = to ?? daysAfter(dayOf(now), 1);
  const period = { from: from ?? daysAfter(end, -USUAL_DAYS), to: end };
  const days = daysBetween(period.from, period.to);
  if (days <= 0) throw refusal(`from must be before to, which is ${period.to} and not included.`);
  if (days > MOST_DAYS) throw refusal(`from must be at most ${MOST_DAYS} days before to, which is ${period.to}.`);
  return period;
}

const refusal = (detail: string) => InvalidInput.of([{ pointer: '/from', detail }]);
