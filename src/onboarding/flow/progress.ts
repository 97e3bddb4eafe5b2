import { StepStatus } from './step-status.js';
import { Step, STEP_NUMBERS, STEPS, stepDefinition, type StepNumber } from './steps.js';

/** The state of one step, as it is stored: dates are ISO 8601 in UTC. */
export interface StepState {
  readonly status: StepStatus;
  readonly completed_at: string | null;
  readonly validation_errors: readonly string[];
}

/** The steps that the user has touched; an absent one is pending. */
export type StepStates = { readonly [step in StepNumber]?: StepState };

/** The facts of one user's progress; everything else here is derived from them. */
export interface Progress {
  readonly steps: StepStates;
  /** The step that the user went to on purpose; null: the first unfinished one. */
  readonly currentStep: StepNumber | null;
  /** A percentage set from outside, below which the shown one does not fall. */
  readonly percentageFloor: number;
  readonly startedAt: Date;
  readonly completedAt: Date | null;
}

/** Steps that count as finished whatever their status: step 1 while the deployment has its own keys. */
export type FinishedByDeployment = ReadonlySet<StepNumber>;

const PENDING: StepState = { status: StepStatus.Pending, completed_at: null, validation_errors: [] };

export function newProgress(now: Date): Progress {
  return { steps: {}, currentStep: null, percentageFloor: 0, startedAt: now, completedAt: null };
}

export function stepState(progress: Progress, step: StepNumber): StepState {
  return progress.steps[step] ?? PENDING;
}

export function isFinished(progress: Progress, step: StepNumber): boolean {
  const { status } = stepState(progress, step);
  return status === StepStatus.Completed || status === StepStatus.Skipped;
}

/** The first unfinished step; 6 when none is left or onboarding is completed. */
export function nextStep(progress: Progress, byDeployment: FinishedByDeployment): StepNumber {
  if (progress.completedAt) return Step.Complete;
  return STEP_NUMBERS.find((step) => !isFinished(progress, step) && !byDeployment.has(step)) ?? Step.Complete;
}

/** The step to show on return. */
export function currentStep(progress: Progress, byDeployment: FinishedByDeployment): StepNumber {
  if (progress.completedAt) return Step.Complete;
  return progress.currentStep ?? nextStep(progress, byDeployment);
}

/** 0 to 100 with two decimals: finished steps of six, or the floor if that is higher; 100 once completed. */
export function completionPercentage(progress: Progress): number {
  if (progress.completedAt) return 100;
  const finished = STEP_NUMBERS.filter((step) => isFinished(progress, step)).length;
  return Math.max(Math.round((finished / STEPS.length) * 10_000) / 100, progress.percentageFloor);
}

/** Required steps before `step` that are unfinished. */
export function missingBefore(progress: Progress, step: StepNumber, byDeployment: FinishedByDeployment): StepNumber[] {
  return STEPS.filter(
    (s) => s.number < step && s.required && !isFinished(progress, s.number) && !byDeployment.has(s.number),
  ).map((s) => s.number);
}

export function canProceedToFinal(progress: Progress, byDeployment: FinishedByDeployment): boolean {
  return missingBefore(progress, Step.Complete, byDeployment).length === 0;
}

export const STEP_ACCESSES = ['available', 'locked', 'completed'] as const;

export type StepAccess = (typeof STEP_ACCESSES)[number];

/** Whether a step may be worked on: `locked` while a required step before it is unfinished. */
export function stepAccess(progress: Progress, step: StepNumber, byDeployment: FinishedByDeployment): StepAccess {
  if (isFinished(progress, step) || byDeployment.has(step)) return 'completed';
  return missingBefore(progress, step, byDeployment).length > 0 ? 'locked' : 'available';
}

export function isRequired(step: StepNumber): boolean {
  return stepDefinition(step).required;
}
