import type { FlowId } from '../../ground/config/wizard-flows.js';
import type { FunnelQuery, FunnelRow } from './analytics-reads.js';
import type { FunnelFiguresView, FunnelGroupView, FunnelStepView, TimesView } from './analytics.contract.js';
import { countedSteps, type CountedStep } from './counted-steps.js';
import { unitsOf } from './days.js';
import { isSmall, shownUnless } from './hidden.js';

/** What decides how rows are shown. */
export interface FunnelTerms {
  readonly flow: FlowId | null;
  /** Users of whom figures are shown at least. */
  readonly minGroup: number;
}

/** The figures of one group. @param rows those of the group */
export function funnelFigures(rows: readonly FunnelRow[], { flow, minGroup }: FunnelTerms): FunnelFiguresView {
  const byStep = new Map(rows.map((row) => [row.step, row]));
  const whole = byStep.get('') ?? NOBODY;
  const { entered: started, completed, in_progress } = whole;
  const isHidden = isSmall(started, minGroup);
  const dropped = started - completed - in_progress;
  const figures = { started, completed, in_progress, dropped, conversion: shareOf(completed, started) };
  const view = (step: CountedStep) =>
    stepView(step, byStep.get(step.step_key) ?? NOBODY, { started, isHidden, minGroup });
  return {
    ...shownUnless(isHidden, figures),
    time_seconds: timesOf(whole, isHidden, minGroup),
    steps: countedSteps(flow).map(view),
  };
}

/** The figures of each day or week of a period, also of those in which nobody started. @param rows those of all groups */
export function funnelGroups(
  rows: readonly FunnelRow[],
  { from, to, by }: Pick<FunnelQuery, 'from' | 'to' | 'by'>,
  terms: FunnelTerms,
): FunnelGroupView[] | undefined {
  if (by === 'none') return undefined;
  const byDay = Map.groupBy(rows, ({ day }) => day);
  return unitsOf(by, { from, to }).map((first) => ({ from: first, ...funnelFigures(byDay.get(first) ?? [], terms) }));
}

interface Surroundings {
  readonly started: number;
  /** Whether the whole group is too small to be shown. */
  readonly isHidden: boolean;
  readonly minGroup: number;
}

function stepView(step: CountedStep, row: FunnelRow, { started, minGroup, ...group }: Surroundings): FunnelStepView {
  const { entered, completed, skipped, failed, in_progress } = row;
  const isHidden = group.isHidden || isSmall(entered, minGroup);
  const finished = completed + skipped;
  const figures = {
    ...{ entered, completed, skipped, failed, in_progress },
    dropped: entered - finished - in_progress,
    conversion_overall: shareOf(finished, started),
    conversion_step: shareOf(finished, entered),
  };
  return { ...step, ...shownUnless(isHidden, figures), time_seconds: timesOf(row, isHidden, minGroup) };
}

/** How long a few users took is hidden, too; how many they are is not. */
function timesOf({ n, seconds, p50, p75, p90, p95 }: FunnelRow, isHidden: boolean, minGroup: number): TimesView {
  const times = { mean: n === 0 ? null : Math.round((Number(seconds) * 100) / n) / 100, p50, p75, p90, p95 };
  return { ...shownUnless(isHidden, { n }), ...shownUnless(isHidden || isSmall(n, minGroup), times) };
}

/** Rounded to four decimals; null: of nobody. */
const shareOf = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.round((part * 10_000) / whole) / 10_000;

const NOBODY: FunnelRow = {
  ...{ day: '', step: '', entered: 0, completed: 0, skipped: 0, failed: 0, in_progress: 0, n: 0, seconds: '0' },
  ...{ p50: null, p75: null, p90: null, p95: null },
};
