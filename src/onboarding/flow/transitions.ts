import { StepStatus } from './step-status.js';
import { PercentageOutOfRange, StepNotSkippable, StepsMissing } from './flow.problems.js';
import { Step, STEP_NUMBERS, type StepNumber } from './steps.js';
import {
  isFinished,
  isRequired,
  missingBefore,
  newProgress,
  nextStep,
  stepState,
  type FinishedByDeployment,
  type Progress,
  type StepState,
} from './progress.js';

export type EventType =
  | 'onboarding_started'
  | 'onboarding_completed'
  | 'onboarding_reset'
  | 'step_started'
  | 'step_completed'
  | 'step_skipped'
  | 'step_failed'
  | 'step_reset'
  | 'data_saved'
  | 'api_key_saved'
  | 'api_key_removed'
  | 'progress_updated';

/** What happened; never what a user entered. */
export interface ProgressFact {
  readonly type: EventType;
  readonly step: StepNumber | null;
  readonly data: Readonly<Record<string, string | number | null>>;
}

/** Progress after a change, and the facts to record of it; none when nothing changed. */
export interface Change {
  readonly progress: Progress;
  readonly facts: readonly ProgressFact[];
}

/** A rule of how progress moves on. Pure: it throws a `Problem`, or returns what follows. */
export type Transition = (progress: Progress, now: Date) => Change;

function withStep(progress: Progress, step: StepNumber, state: StepState): Progress {
  return { ...progress, steps: { ...progress.steps, [step]: state } };
}

function moved(type: EventType, step: StepNumber, from: StepState, to: StepStatus): ProgressFact {
  return { type, step, data: { from: from.status, to } };
}

/** Six finished steps complete the onboarding. */
function settle({ progress, facts }: Change, now: Date): Change {
  if (progress.completedAt || !STEP_NUMBERS.every((step) => isFinished(progress, step))) return { progress, facts };
  return {
    progress: { ...progress, currentStep: null, completedAt: now },
    facts: [...facts, { type: 'onboarding_completed', step: null, data: {} }],
  };
}

/**
 * Where the user stands after finishing a step: at the first unfinished one. Finishing an already finished step again,
 * as the browser's back button makes a user do, never moves anything backwards.
 */
function advance(before: Progress, after: Progress, step: StepNumber, byDeployment: FinishedByDeployment): Progress {
  const staysAhead =
    isFinished(before, step) && before.currentStep !== null && before.currentStep > nextStep(after, byDeployment);
  return staysAhead ? after : { ...after, currentStep: null };
}

export function completeStep(
  step: StepNumber,
  validationErrors: readonly string[],
  byDeployment: FinishedByDeployment,
): Transition {
  return (progress, now) => {
    const missing = step === Step.Complete ? missingBefore(progress, step, byDeployment) : [];
    if (missing.length > 0) throw new StepsMissing(missing);
    const before = stepState(progress, step);
    const after = withStep(progress, step, {
      status: StepStatus.Completed,
      completed_at: before.completed_at ?? now.toISOString(),
      validation_errors: validationErrors,
    });
    return settle(
      {
        progress: advance(progress, after, step, byDeployment),
        facts: [moved('step_completed', step, before, StepStatus.Completed)],
      },
      now,
    );
  };
}

/** A completed step stays completed: its work is not undone by skipping it, only the user moves on from it. */
export function skipStep(step: StepNumber, byDeployment: FinishedByDeployment): Transition {
  return (progress, now) => {
    if (isRequired(step)) throw new StepNotSkippable(step);
    const before = stepState(progress, step);
    if (isFinished(progress, step)) {
      const ahead = advance(progress, progress, step, byDeployment);
      if (ahead.currentStep === progress.currentStep) return { progress, facts: [] };
      return { progress: ahead, facts: [moved('step_skipped', step, before, before.status)] };
    }
    const after = withStep(progress, step, { status: StepStatus.Skipped, completed_at: null, validation_errors: [] });
    return settle(
      {
        progress: advance(progress, after, step, byDeployment),
        facts: [moved('step_skipped', step, before, StepStatus.Skipped)],
      },
      now,
    );
  };
}

/** Going to a step on purpose. A finished one keeps its status: the percentage only falls on a reset. */
export function goToStep(step: StepNumber): Transition {
  return (progress) => {
    const before = stepState(progress, step);
    const status = isFinished(progress, step) ? before.status : StepStatus.InProgress;
    const after = {
      ...withStep(progress, step, { ...before, status }),
      currentStep: progress.completedAt ? null : step,
    };
    if (status === before.status && after.currentStep === progress.currentStep) return { progress, facts: [] };
    return { progress: after, facts: [moved('step_started', step, before, status)] };
  };
}

export function failStep(step: StepNumber, error: string): Transition {
  return (progress) => {
    const before = stepState(progress, step);
    const status = isFinished(progress, step) ? before.status : StepStatus.Failed;
    return {
      progress: withStep(progress, step, { ...before, status, validation_errors: [error] }),
      facts: [moved('step_failed', step, before, status)],
    };
  };
}

/** One step back to pending; the onboarding is then no longer completed. What was saved for the step stays. */
export function resetStep(step: StepNumber): Transition {
  return (progress) => {
    const before = stepState(progress, step);
    if (before.status === StepStatus.Pending) return { progress, facts: [] };
    const steps = { ...progress.steps };
    delete steps[step];
    return {
      progress: { ...progress, steps, currentStep: null, completedAt: null },
      facts: [moved('step_reset', step, before, StepStatus.Pending)],
    };
  };
}

/** Everything back to the start; what was saved stays. */
export function reset(): Transition {
  return (_progress, now) => ({
    progress: newProgress(now),
    facts: [{ type: 'onboarding_reset', step: null, data: {} }],
  });
}

/** Sets a floor of 0 to 100 under the percentage. Never lowers it, never completes onboarding. */
export function raisePercentage(percentage: number): Transition {
  if (!Number.isFinite(percentage) || percentage < 0 || percentage > 100) throw new PercentageOutOfRange();
  const floor = Math.round(percentage * 100) / 100;
  return (progress) => {
    if (floor <= progress.percentageFloor) return { progress, facts: [] };
    return {
      progress: { ...progress, percentageFloor: floor },
      facts: [{ type: 'progress_updated', step: null, data: { from: progress.percentageFloor, to: floor } }],
    };
  };
}

/** Ends the onboarding: completes step 6 and marks optional steps that are left as skipped. Once done it stays done. */
export function completeOnboarding(byDeployment: FinishedByDeployment): Transition {
  return (progress, now) => {
    if (progress.completedAt) return { progress, facts: [] };
    const missing = missingBefore(progress, Step.Complete, byDeployment);
    if (missing.length > 0) throw new StepsMissing(missing);
    const optional = STEP_NUMBERS.filter((step) => !isRequired(step));
    const moves = [
      ...optional.map((step) => skipStep(step, byDeployment)),
      completeStep(Step.Complete, [], byDeployment),
    ];
    const change = moves.reduce<Change>(
      (sofar, move) => {
        const next = move(sofar.progress, now);
        return { progress: next.progress, facts: [...sofar.facts, ...next.facts] };
      },
      { progress, facts: [] },
    );
    // With step 1 finished by the deployment's keys not every status says so: completed all the same.
    if (change.progress.completedAt) return change;
    return {
      progress: { ...change.progress, currentStep: null, completedAt: now },
      facts: [...change.facts, { type: 'onboarding_completed', step: null, data: {} }],
    };
  };
}

/** What the user entered was saved without a step being finished. */
export function dataSaved(step: StepNumber | null): Transition {
  return (progress) => ({ progress, facts: [{ type: 'data_saved', step, data: {} }] });
}

/** Keys of these providers were saved or removed. */
export function keysChanged(type: 'api_key_saved' | 'api_key_removed', providers: readonly string[]): Transition {
  return (progress) => ({
    progress,
    facts: providers.map((provider) => ({ type, step: Step.ApiKeys, data: { provider } })),
  });
}

/** Changes nothing: a unit of work with it creates the session if there is none, and records that. */
export const unchanged: Transition = (progress) => ({ progress, facts: [] });
