import { FLOW_IDS, type FlowId } from '../../ground/config/wizard-flows.js';
import type { FinishedByDeployment } from '../../onboarding/flow/progress.js';
import { flowInUse } from '../../onboarding/flow/flow-choice.js';
import { FLOWS } from '../../onboarding/flow/flows.js';
import { STEP_KEYS, type StepKey } from '../../onboarding/flow/steps.js';

/** Grows when a figure is counted in another way than before: all are counted anew then. */
const VERSION = 1;

/** The steps of a wizard that users go through one after the other. */
export interface Chain {
  readonly flow: FlowId;
  readonly steps: readonly StepKey[];
}

/** All that figures depend on besides events. It is kept with them: they are counted anew when it changes. */
export interface Basis {
  readonly version: number;
  /** All steps: the places of a step in the compact rows. */
  readonly steps: readonly StepKey[];
  readonly chains: readonly Chain[];
  /** Steps that count as finished whatever their status. */
  readonly finished: readonly StepKey[];
  /** The wizard in use, by what is remembered: `<flow>|<source>`; any other: the deployment's. */
  readonly flows: Readonly<Record<string, FlowId>>;
  /** The wizard that the deployment serves. */
  readonly wizard: FlowId;
}

export function basisOf(wizard: FlowId, finished: FinishedByDeployment): Basis {
  const chains = FLOW_IDS.map((flow) => ({
    flow,
    steps: FLOWS[flow].steps.filter(({ isIntroduction }) => !isIntroduction).map(({ key }) => key),
  }));
  const flows = FLOW_IDS.flatMap((id) =>
    (['learnt', 'explicit'] as const).map((source) => [`${id}|${source}`, flowInUse({ id, source }, wizard)] as const),
  );
  return {
    ...{ version: VERSION, steps: STEP_KEYS, chains, wizard },
    finished: STEP_KEYS.filter((step) => finished.has(step)),
    flows: Object.fromEntries(flows),
  };
}
