import { isFlowId } from '../../ground/config/wizard-flows.js';
import type { RememberedFlow } from './flow-choice.js';
import type { Progress, StepState } from './progress.js';
import type { StepKey } from './steps.js';

/**
 * Progress as a row states it, the session's and that of each event: JSON, times in ISO 8601. Validation errors are not in it: they are
 * a client's texts, and have a column of their own.
 */
export interface ProgressState {
  readonly steps: { readonly [step in StepKey]?: Omit<StepState, 'validation_errors'> };
  readonly current_step: StepKey | null;
  readonly percentage_floor: number;
  readonly started_at: string;
  readonly completed_at: string | null;
  readonly flow: string | null;
  readonly flow_source: string | null;
  readonly onboarding_type: string | null;
}

/** By step; one without errors is absent. */
export type ValidationErrors = { readonly [step in StepKey]?: readonly string[] };

export function stateOf(progress: Progress): ProgressState {
  const { currentStep, percentageFloor, startedAt, completedAt, flow, onboardingType } = progress;
  const steps = touched(progress.steps).map(([step, { status, completed_at }]) => [step, { status, completed_at }]);
  return {
    steps: Object.fromEntries(steps) as ProgressState['steps'],
    current_step: currentStep,
    percentage_floor: percentageFloor,
    started_at: startedAt.toISOString(),
    completed_at: completedAt?.toISOString() ?? null,
    flow: flow?.id ?? null,
    flow_source: flow?.source ?? null,
    onboarding_type: onboardingType,
  };
}

export function validationErrorsOf({ steps }: Progress): ValidationErrors {
  const withErrors = touched(steps).filter(([, { validation_errors }]) => validation_errors.length > 0);
  return Object.fromEntries(withErrors.map(([step, { validation_errors }]) => [step, validation_errors]));
}

/** Those of `after` that differ from before; an empty list: there are none any more. */
export function changedErrors(before: Progress, after: Progress): ValidationErrors {
  const [earlier, later] = [validationErrorsOf(before), validationErrorsOf(after)];
  const steps = touched({ ...earlier, ...later }).map(([step]) => step);
  const changed = steps.filter((step) => !areSame(earlier[step], later[step]));
  return Object.fromEntries(changed.map((step) => [step, later[step] ?? []]));
}

function areSame(some: readonly string[] = [], others: readonly string[] = []): boolean {
  return some.length === others.length && some.every((text, index) => text === others[index]);
}

export function progressFrom(state: ProgressState, errors: ValidationErrors): Progress {
  const steps = touched(state.steps).map(([step, { status, completed_at }]) => {
    const stepState: StepState = { status, completed_at, validation_errors: errors[step] ?? [] };
    return [step, stepState] as const;
  });
  return {
    steps: Object.fromEntries(steps),
    currentStep: state.current_step,
    percentageFloor: Number(state.percentage_floor),
    startedAt: new Date(state.started_at),
    completedAt: state.completed_at === null ? null : new Date(state.completed_at),
    flow: flowFrom(state),
    onboardingType: state.onboarding_type,
  };
}

/** Every step of a row, also one that this version does not have: a write must not drop it. */
const touched = <T>(steps: { readonly [step in StepKey]?: T }) => Object.entries(steps) as [StepKey, T][];

/** Null also for the name of a flow that this version does not have. */
function flowFrom({ flow, flow_source: source }: ProgressState): RememberedFlow | null {
  return isFlowId(flow) ? { id: flow, source: source as RememberedFlow['source'] } : null;
}
