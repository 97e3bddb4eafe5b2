import { stepState, type Progress } from '../../onboarding/flow/progress.js';
import type { StepStatus } from '../../onboarding/flow/step-status.js';
import { STEP_KEYS, type StepKey } from '../../onboarding/flow/steps.js';
import type { LegacyProgress, LegacyUser, Leftover, Warning } from './legacy-user.js';

export const OUTCOMES = ['imported', 'merged', 'replaced', 'unchanged', 'skipped', 'failed'] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** What has become of one user, or of what belongs to nobody: a line of the report, as JSON. No key material. */
export interface ReportLine {
  /** Null: it belongs to nobody, or to nobody who could be found. */
  readonly user_id: string | null;
  /** Kinds of sources. */
  readonly source: string;
  readonly outcome: Outcome;
  /** As they are in the service afterwards, or in the source where nothing was written. */
  readonly steps: { readonly [step in StepKey]?: StepStatus };
  readonly warnings: readonly Warning[];
  /** The state of the onboarding that this run has written; null: none. An undo removes a user who is still in it. */
  readonly position: string | null;
}

export function lineOf(
  { userId, source }: LegacyUser,
  { outcome, steps, warnings, position }: Omit<ReportLine, 'user_id' | 'source'>,
): ReportLine {
  return { user_id: userId, source, outcome, steps, warnings, position };
}

export function stepsOf(progress: Progress): ReportLine['steps'] {
  return Object.fromEntries(STEP_KEYS.map((step) => [step, stepState(progress, step).status]));
}

/** Of a user as the sources have them. */
export function legacyStepsOf({ steps }: LegacyProgress): ReportLine['steps'] {
  return Object.fromEntries(STEP_KEYS.map((step) => [step, steps[step].status]));
}

export function lineOfLeftover({ userId, source, warnings, isFailure }: Leftover): ReportLine {
  return { user_id: userId, source, outcome: isFailure ? 'failed' : 'skipped', steps: {}, warnings, position: null };
}
