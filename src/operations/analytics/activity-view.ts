import type { ActivityRow } from './analytics-reads.js';
import type { ActiveDayView } from './analytics.contract.js';
import { isSmall, shownUnless } from './hidden.js';

/** A day is of as many users as its largest figure: an import starts attempts on days on which nobody was active. */
export function activeDayView(
  { day, started, completed, users, events }: ActivityRow,
  minGroup: number,
): ActiveDayView {
  const isHidden = isSmall(Math.max(started, completed, users), minGroup);
  return { day, ...shownUnless(isHidden, { started, completed, users, events }) };
}
