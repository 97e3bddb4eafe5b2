import { StepStatus } from './step-status.js';
import type { Flow } from './flow.js';
import { PercentageOutOfRange, StepNotSkippable, StepsMissing } from './flow.problems.js';
import type { StepKey } from './steps.js';
import {
  isFinished,
  keptErrors,
  missingBefore,
  newProgress,
  nextStep,
  stepState,
  type FinishedByDeployment,
  type Progress,
  type StepState,
} from './progress.js';

export const EVENT_TYPES = [
  'onboarding_started',
  'onboarding_completed',
  'onboarding_reset',
  'onboarding_restored',
  'onboarding_imported',
  'step_started',
  'step_completed',
  'step_skipped',
  'step_failed',
  'step_reset',
  'data_saved',
  'api_key_saved',
  'api_key_removed',
  'progress_updated',
  'progress_repaired',
  'flow_changed',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** What happened; never what a user entered. */
interface Happening {
  readonly type: EventType;
  readonly step: StepKey | null;
  readonly data: Readonly<Record<string, string | number | null>>;
}

/** What happened, and the progress that it led to. */
export interface ProgressFact extends Happening {
  readonly progress: Progress;
}

/** Progress after a change, and the facts to record of it; none when nothing changed. The last one leads to this progress. */
export interface Change {
  readonly progress: Progress;
  readonly facts: readonly ProgressFact[];
}

/** A rule of how progress moves on in a flow. Pure: it throws a `Problem`, or returns what follows. */
export type Transition = (progress: Progress, now: Date, flow: Flow) => Change;

/** Facts that lead to the same progress. */
export function changeTo(progress: Progress, ...happenings: readonly Happening[]): Change {
  return { progress, facts: happenings.map((happening) => ({ ...happening, progress })) };
}

/** One change after the other. */
const together = (first: Change, next: Change): Change => ({ ...next, facts: [...first.facts, ...next.facts] });

function withStep(progress: Progress, step: StepKey, state: StepState): Progress {
  return { ...progress, steps: { ...progress.steps, [step]: state } };
}

function moved(type: EventType, step: StepKey, from: StepState, to: StepStatus): Happening {
  return { type, step, data: { from: from.status, to } };
}

/** Onboarding is completed once all steps of the flow are finished. */
function settle(change: Change, now: Date, flow: Flow): Change {
  const { progress } = change;
  const isOver = flow.steps.every(({ key, isIntroduction }) => isIntroduction || isFinished(progress, key));
  return progress.completedAt || !isOver ? change : completed(change, now);
}

function completed(change: Change, now: Date): Change {
  const progress = { ...change.progress, currentStep: null, completedAt: now };
  return together(change, changeTo(progress, { type: 'onboarding_completed', step: null, data: {} }));
}

/**
 * Where the user stands after finishing a step: at the first unfinished one. Finishing an already finished step again,
 * as the browser's back button makes a user do, never moves anything backwards; a step without a page moves nothing.
 */
function advance(
  before: Progress,
  after: Progress,
  step: StepKey,
  flow: Flow,
  byDeployment: FinishedByDeployment,
): Progress {
  if (!flow.has(step)) return after;
  const staysAhead =
    isFinished(before, step) &&
    before.currentStep !== null &&
    flow.isAfter(before.currentStep, nextStep(after, flow, byDeployment));
  return staysAhead ? after : { ...after, currentStep: null };
}

export function completeStep(
  step: StepKey,
  validationErrors: readonly string[],
  byDeployment: FinishedByDeployment,
): Transition {
  return (progress, now, flow) => {
    const missing = step === 'complete' ? missingBefore(progress, step, flow, byDeployment) : [];
    if (missing.length > 0) throw new StepsMissing(missing, flow);
    const before = stepState(progress, step);
    const after = withStep(progress, step, {
      status: StepStatus.Completed,
      completed_at: before.completed_at ?? now.toISOString(),
      validation_errors: keptErrors(validationErrors),
    });
    const ahead = advance(progress, after, step, flow, byDeployment);
    return settle(changeTo(ahead, moved('step_completed', step, before, StepStatus.Completed)), now, flow);
  };
}

/** A completed step stays completed: its work is not undone by skipping it, only the user moves on from it. */
export function skipStep(step: StepKey, byDeployment: FinishedByDeployment): Transition {
  return (progress, now, flow) => {
    const { required, isIntroduction } = flow.step(step) ?? {};
    if (required) throw new StepNotSkippable(step, flow);
    // There is nothing to skip, and another wizard may demand what stands there.
    if (isIntroduction) return { progress, facts: [] };
    const before = stepState(progress, step);
    if (isFinished(progress, step)) {
      const ahead = advance(progress, progress, step, flow, byDeployment);
      if (ahead.currentStep === progress.currentStep) return { progress, facts: [] };
      return changeTo(ahead, moved('step_skipped', step, before, before.status));
    }
    const after = withStep(progress, step, { status: StepStatus.Skipped, completed_at: null, validation_errors: [] });
    const ahead = advance(progress, after, step, flow, byDeployment);
    return settle(changeTo(ahead, moved('step_skipped', step, before, StepStatus.Skipped)), now, flow);
  };
}

/** Going to a step on purpose. A finished one keeps its status: the percentage only falls on a reset. */
export function goToStep(step: StepKey): Transition {
  return (progress) => {
    const before = stepState(progress, step);
    const status = isFinished(progress, step) ? before.status : StepStatus.InProgress;
    const after = {
      ...withStep(progress, step, { ...before, status }),
      currentStep: progress.completedAt ? null : step,
    };
    if (status === before.status && after.currentStep === progress.currentStep) return { progress, facts: [] };
    return changeTo(after, moved('step_started', step, before, status));
  };
}

export function failStep(step: StepKey, error: string): Transition {
  return (progress) => {
    const before = stepState(progress, step);
    const status = isFinished(progress, step) ? before.status : StepStatus.Failed;
    const after = withStep(progress, step, { ...before, status, validation_errors: keptErrors([error]) });
    return changeTo(after, moved('step_failed', step, before, status));
  };
}

/** One step back to pending; the onboarding is then no longer completed. What was saved for the step stays. */
export function resetStep(step: StepKey): Transition {
  return (progress) => {
    const before = stepState(progress, step);
    if (before.status === StepStatus.Pending) return { progress, facts: [] };
    const steps = { ...progress.steps };
    delete steps[step];
    const after = { ...progress, steps, currentStep: null, completedAt: null };
    return changeTo(after, moved('step_reset', step, before, StepStatus.Pending));
  };
}

/** Everything back to the start; what was saved stays. */
export function reset(): Transition {
  return (progress, now) => changeTo(newProgress(now, progress), { type: 'onboarding_reset', step: null, data: {} });
}

/** Sets a floor of 0 to 100 under the percentage. Never lowers it, never completes onboarding. */
export function raisePercentage(percentage: number): Transition {
  if (!Number.isFinite(percentage) || percentage < 0 || percentage > 100) throw new PercentageOutOfRange();
  const floor = Math.round(percentage * 100) / 100;
  return (progress) => {
    if (floor <= progress.percentageFloor) return { progress, facts: [] };
    const data = { from: progress.percentageFloor, to: floor };
    return changeTo({ ...progress, percentageFloor: floor }, { type: 'progress_updated', step: null, data });
  };
}

/** Ends the onboarding: completes the last step and marks optional steps that are left as skipped. Once done it stays done. */
export function completeOnboarding(byDeployment: FinishedByDeployment): Transition {
  return (progress, now, flow) => {
    if (progress.completedAt) return { progress, facts: [] };
    const missing = missingBefore(progress, 'complete', flow, byDeployment);
    if (missing.length > 0) throw new StepsMissing(missing, flow);
    const optional = flow.steps.filter(({ required, isIntroduction }) => !required && !isIntroduction);
    const moves = [
      ...optional.map(({ key }) => skipStep(key, byDeployment)),
      completeStep('complete', [], byDeployment),
    ];
    // The end may be done already, and the last optional step then completes it all.
    const change = moves.reduce<Change>(
      (sofar, move) => (sofar.progress.completedAt ? sofar : together(sofar, move(sofar.progress, now, flow))),
      { progress, facts: [] },
    );
    // With a step finished by the deployment not every status says so: completed all the same.
    return change.progress.completedAt ? change : completed(change, now);
  };
}

/** What the user entered was saved without a step being finished. */
export function dataSaved(step: StepKey | null): Transition {
  return (progress) => changeTo(progress, { type: 'data_saved', step, data: {} });
}

/** Keys of these providers were saved or removed. */
export function keysChanged(type: 'api_key_saved' | 'api_key_removed', providers: readonly string[]): Transition {
  return (progress) =>
    changeTo(progress, ...providers.map((provider): Happening => ({ type, step: 'api_keys', data: { provider } })));
}

export const RESTORABLE = ['progress', 'data', 'all'] as const;

/** What of an earlier revision comes back: the progress, what was saved, or both. */
export type Restorable = (typeof RESTORABLE)[number];

/** An earlier revision comes back. `earlier` is its progress, null where it stays as it is; the wizard that was last seen stays. */
export function restore(revision: number, what: Restorable, earlier: Progress | null): Transition {
  return (progress) =>
    changeTo(earlier ? { ...earlier, flow: progress.flow } : progress, {
      type: 'onboarding_restored',
      step: null,
      data: { revision, what },
    });
}

/**
 * What an older back end holds of the user comes in: the first event of a user who was not here. The wizard that was last seen stays.
 * @param source the kinds of the sources, such as `sqlite`
 */
export function importOnboarding(imported: Progress, source: string): Transition {
  return ({ flow }) => changeTo({ ...imported, flow }, { type: 'onboarding_imported', step: null, data: { source } });
}

/** The first event of every other user. */
export const start: Transition = (progress) => changeTo(progress, { type: 'onboarding_started', step: null, data: {} });

/** Changes nothing: a unit of work with it creates the session if there is none, and records that. */
export const unchanged: Transition = (progress) => ({ progress, facts: [] });
