import type { FlowId } from '../../ground/config/wizard-flows.js';
import { FLOWS } from '../../onboarding/flow/flows.js';
import type { StepKey } from '../../onboarding/flow/steps.js';

export interface CountedStep {
  readonly step_key: StepKey;
  readonly step_number: number;
}

/** The steps of a wizard that are counted, in its own numbers; without one the canonical six. */
export function countedSteps(flow: FlowId | null): readonly CountedStep[] {
  return FLOWS[flow ?? 'six'].steps
    .filter(({ isIntroduction }) => !isIntroduction)
    .map(({ key, number }) => ({ step_key: key, step_number: number }));
}
