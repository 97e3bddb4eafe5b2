import { isFinished, stepState, type Progress } from './progress.js';
import { StepStatus } from './step-status.js';
import type { StepKey } from './steps.js';

/**
 * The user's progress, its gaps filled from progress that another back end holds: steps that are finished there and not here, those
 * that are pending here, the completion; one from before the start here brings the start along. What is finished here stays as it is.
 */
export function mergedProgress(here: Progress, there: Progress): Progress {
  const filled = (Object.keys(there.steps) as StepKey[]).filter(
    (step) =>
      !isFinished(here, step) && (isFinished(there, step) || stepState(here, step).status === StepStatus.Pending),
  );
  const steps = { ...here.steps, ...Object.fromEntries(filled.map((step) => [step, stepState(there, step)])) };
  const completedAt = here.completedAt ?? there.completedAt;
  const isAtFinishedStep = here.currentStep !== null && filled.includes(here.currentStep);
  return {
    ...here,
    steps,
    startedAt:
      completedAt && completedAt < here.startedAt ? earlierOf(here.startedAt, there.startedAt) : here.startedAt,
    completedAt,
    currentStep: completedAt || isAtFinishedStep ? null : here.currentStep,
    onboardingType: here.onboardingType ?? there.onboardingType,
  };
}

const earlierOf = (one: Date, other: Date) => (one < other ? one : other);
