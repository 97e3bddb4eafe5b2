import type { FlowId } from '../../ground/config/wizard-flows.js';
import type { StuckRow } from './analytics-reads.js';
import type { StuckStepView } from './analytics.contract.js';
import { countedSteps } from './counted-steps.js';
import { isSmall, shownUnless } from './hidden.js';

/** Each step, also those that nobody is stuck at. */
export function stuckViews(rows: readonly StuckRow[], flow: FlowId | null, minGroup: number): StuckStepView[] {
  const byStep = new Map(rows.map((row) => [row.step, row]));
  return countedSteps(flow).map((step) => {
    const { users, under_1h, under_1d, under_7d, under_30d, longer } = byStep.get(step.step_key) ?? NOBODY;
    const isHidden = isSmall(users, minGroup);
    const since = { under_1h, under_1d, under_7d, under_30d, longer };
    return { ...step, ...shownUnless(isHidden, { users }), since: shownUnless(isHidden, since) };
  });
}

const NOBODY: StuckRow = { step: '', users: 0, under_1h: 0, under_1d: 0, under_7d: 0, under_30d: 0, longer: 0 };
