import type { Flow, FlowStep } from './flow.js';
import type { RememberedFlow } from './flow-choice.js';
import { StepStatus } from './step-status.js';
import type { StepKey } from './steps.js';

/** The state of one step, as it is stored: dates are ISO 8601 in UTC. */
export interface StepState {
  readonly status: StepStatus;
  readonly completed_at: string | null;
  readonly validation_errors: readonly string[];
}

/** The steps that the user has touched; an absent one is pending. */
export type StepStates = { readonly [step in StepKey]?: StepState };

/** The facts of one user's progress; everything else here is derived from them and a flow. */
export interface Progress {
  readonly steps: StepStates;
  /** The step that the user went to on purpose; null: the first unfinished one. */
  readonly currentStep: StepKey | null;
  /** A percentage below which the shown one does not fall. */
  readonly percentageFloor: number;
  readonly startedAt: Date;
  readonly completedAt: Date | null;
  /** The wizard that the user was last seen with; null: none was seen yet. */
  readonly flow: RememberedFlow | null;
  /** What is onboarded, as it was posted, such as `linkedin`; null: it was never posted. */
  readonly onboardingType: string | null;
}

/** Steps that count as finished whatever their status: that of API keys while the deployment has its own. */
export type FinishedByDeployment = ReadonlySet<StepKey>;

/** Validation errors that are kept of a step, and characters of each: they are a client's texts. */
export const MAX_ERRORS = 20;
export const MAX_ERROR_LENGTH = 500;

/** As many validation errors as are kept, cut off where they are too long, and never inside a character. */
export function keptErrors(errors: readonly string[]): readonly string[] {
  return errors.slice(0, MAX_ERRORS).map((error) => {
    const cut = error.slice(0, MAX_ERROR_LENGTH);
    return cut.isWellFormed() ? cut : cut.slice(0, -1);
  });
}

const PENDING: StepState = { status: StepStatus.Pending, completed_at: null, validation_errors: [] };

/** The start. What is known of the user's wizard stays. */
export function newProgress(
  now: Date,
  { flow, onboardingType }: Pick<Progress, 'flow' | 'onboardingType'> = { flow: null, onboardingType: null },
): Progress {
  return { steps: {}, currentStep: null, percentageFloor: 0, startedAt: now, completedAt: null, flow, onboardingType };
}

export function stepState(progress: Progress, step: StepKey): StepState {
  return progress.steps[step] ?? PENDING;
}

export function isFinished(progress: Progress, step: StepKey): boolean {
  const { status } = stepState(progress, step);
  return status === StepStatus.Completed || status === StepStatus.Skipped;
}

/** The first unfinished step of the flow; the last when none is left or onboarding is completed. */
export function nextStep(progress: Progress, flow: Flow, byDeployment: FinishedByDeployment): StepKey {
  if (progress.completedAt) return 'complete';
  const next = flow.steps.find((step) => !step.isIntroduction && isOpen(progress, step, byDeployment));
  return next?.key ?? 'complete';
}

function isOpen(progress: Progress, { key }: FlowStep, byDeployment: FinishedByDeployment): boolean {
  return !isFinished(progress, key) && !byDeployment.has(key);
}

/** The step to show on return. */
export function pageToShow(progress: Progress, flow: Flow, byDeployment: FinishedByDeployment): StepKey {
  if (progress.completedAt) return 'complete';
  const { currentStep } = progress;
  return currentStep && flow.has(currentStep) ? currentStep : nextStep(progress, flow, byDeployment);
}

/** 0 to 100 with two decimals: finished steps of the flow's, or the floor if that is higher; 100 once completed. */
export function completionPercentage(progress: Progress, { steps }: Flow): number {
  if (progress.completedAt) return 100;
  const finished = steps.filter(({ key }) => isFinished(progress, key)).length;
  return Math.max(Math.round((finished / steps.length) * 10_000) / 100, progress.percentageFloor);
}

/** Required steps of the flow before `step` that are unfinished. */
export function missingBefore(
  progress: Progress,
  step: StepKey,
  flow: Flow,
  byDeployment: FinishedByDeployment,
): StepKey[] {
  return flow.steps
    .filter((other) => other.required && flow.isAfter(step, other.key) && isOpen(progress, other, byDeployment))
    .map(({ key }) => key);
}

export function canProceedToFinal(progress: Progress, flow: Flow, byDeployment: FinishedByDeployment): boolean {
  return missingBefore(progress, 'complete', flow, byDeployment).length === 0;
}

export const STEP_ACCESSES = ['available', 'locked', 'completed'] as const;

export type StepAccess = (typeof STEP_ACCESSES)[number];

/** Whether a step may be worked on: `locked` while a required step before it is unfinished. */
export function stepAccess(
  progress: Progress,
  step: StepKey,
  flow: Flow,
  byDeployment: FinishedByDeployment,
): StepAccess {
  if (isFinished(progress, step) || byDeployment.has(step)) return 'completed';
  return missingBefore(progress, step, flow, byDeployment).length > 0 ? 'locked' : 'available';
}
