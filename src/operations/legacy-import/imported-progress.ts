import { keptErrors, type Progress, type StepState } from '../../onboarding/flow/progress.js';
import { StepStatus } from '../../onboarding/flow/step-status.js';
import { STEP_KEYS } from '../../onboarding/flow/steps.js';
import type { LegacyProgress, LegacyStep } from './legacy-user.js';

/** The progress of a user of the older back end as we store it. The wizard is never set: the user's next post shows it. */
export function importedProgress(legacy: LegacyProgress): Progress {
  const { steps, currentStep, startedAt, completedAt, onboardingType } = legacy;
  const touched = STEP_KEYS.map((step) => [step, stepStateOf(steps[step])] as const).filter(([, state]) => state);
  return {
    steps: Object.fromEntries(touched),
    currentStep: completedAt ? null : currentStep,
    percentageFloor: 0,
    startedAt,
    completedAt,
    flow: null,
    onboardingType,
  };
}

/** Null for a step that the user has not touched. */
function stepStateOf({ status, completedAt, validationErrors }: LegacyStep): StepState | null {
  if (status === StepStatus.Pending && !completedAt && validationErrors.length === 0) return null;
  return {
    status,
    completed_at: completedAt?.toISOString() ?? null,
    validation_errors: keptErrors(validationErrors),
  };
}
