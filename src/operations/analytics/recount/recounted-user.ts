import { isFlowId, type FlowId } from '../../../ground/config/wizard-flows.js';
import { flowInUse } from '../../../onboarding/flow/flow-choice.js';
import { FLOWS } from '../../../onboarding/flow/flows.js';
import type { FinishedByDeployment } from '../../../onboarding/flow/progress.js';
import type { ProgressState } from '../../../onboarding/flow/progress-state.js';
import type { StepKey } from '../../../onboarding/flow/steps.js';
import { microsOf, secondsBetween, type Micros } from './times.js';

/** What the deployment decides for all users. */
export interface CountedDeployment {
  readonly wizard: FlowId;
  readonly finishedSteps: FinishedByDeployment;
}

/** What of a state counts. */
export type CountedState = Pick<ProgressState, 'steps' | 'started_at' | 'completed_at' | 'flow' | 'flow_source'>;

export interface CountedEvent {
  readonly type: string;
  /** Null: it is from before events stated anything. */
  readonly state: CountedState | null;
  readonly occurredAt: Micros;
}

/** All events of a user, in order, and at least one. */
export interface UserTrail {
  readonly events: readonly CountedEvent[];
  /** The session's own state, for a user whose latest event states nothing. */
  readonly session: CountedState | null;
}

/** A step that the user has finished, or only the deployment: then it took no time. Moments are in seconds from the start. */
export interface FinishedStep {
  readonly as: 'completed' | 'skipped';
  readonly at: number;
  readonly seconds: number | null;
}

/** A step that the user has entered. */
export interface EnteredStep {
  readonly step: StepKey;
  readonly at: number;
  readonly hasFailed: boolean;
  /** Null: it is not finished. */
  readonly finished: FinishedStep | null;
}

/** What the numbers say of one user. */
export interface RecountedUser {
  readonly flow: FlowId;
  readonly startedAt: Micros;
  readonly completedAt: Micros | null;
  /** The time of the latest event. */
  readonly lastAt: Micros;
  /** In the order of the flow; only the last one may be unfinished. */
  readonly entered: readonly EnteredStep[];
  /** The first unfinished step, or the last step where none is left. */
  readonly currentStep: StepKey | null;
}

/** Counts one user, by `docs/analytics.md` and from the events. Null: nothing states anything of the user. */
export function recountUser(trail: UserTrail, deployment: CountedDeployment): RecountedUser | null {
  const last = trail.events.at(-1);
  const state = last?.state ?? trail.session;
  if (!last || !state) return null;
  const flow = flowOf(state, deployment.wizard);
  const startedAt = microsOf(state.started_at);
  const entered = walk(flow, (step) => {
    const finishedAt = finishedSince({ ...trail, latest: { ...last, state } }, step);
    return {
      status: state.steps[step]?.status ?? 'pending',
      after: finishedAt === null ? null : secondsBetween(startedAt, finishedAt),
      byDeployment: deployment.finishedSteps.has(step),
    };
  });
  return {
    ...{ flow, startedAt, entered },
    completedAt: state.completed_at === null ? null : microsOf(state.completed_at),
    lastAt: last.occurredAt,
    currentStep: entered.at(-1)?.step ?? null,
  };
}

function flowOf({ flow: id, flow_source: source }: CountedState, wizard: FlowId): FlowId {
  return flowInUse(isFlowId(id) ? { id, source: source === 'explicit' ? 'explicit' : 'learnt' } : null, wizard);
}

/** Where one step of a user stands. */
interface Standing {
  readonly status: string;
  /** Seconds from the start after which the user had finished it; null: they have not. */
  readonly after: number | null;
  readonly byDeployment: boolean;
}

/** Goes from step to step, up to the first that is unfinished. */
function walk(flow: FlowId, standingOf: (step: StepKey) => Standing): EnteredStep[] {
  const entered: EnteredStep[] = [];
  let at = 0;
  for (const { key: step, isIntroduction } of FLOWS[flow].steps) {
    if (isIntroduction) continue;
    const standing = standingOf(step);
    const finished = finish(standing, at);
    entered.push({ step, at, hasFailed: !finished && standing.status === 'failed', finished });
    if (!finished) break;
    at = finished.at;
  }
  return entered;
}

function finish({ status, after, byDeployment }: Standing, enteredAt: number): FinishedStep | null {
  if (after === null) return byDeployment ? { as: 'completed', at: enteredAt, seconds: null } : null;
  const at = Math.max(enteredAt, after);
  return { as: status === 'skipped' ? 'skipped' : 'completed', at, seconds: at - enteredAt };
}

type Stated = CountedEvent & { readonly state: CountedState };

/** Since when the user has finished a step: goes back from the latest event as long as states say so. Null: it is not finished. */
function finishedSince({ events, latest }: UserTrail & { readonly latest: Stated }, step: StepKey): Micros | null {
  if (!isFinishedIn(latest.state, step)) return null;
  let first = latest;
  for (const { state, ...event } of events.slice(0, -1).reverse()) {
    if (!state || !isFinishedIn(state, step)) break;
    first = { ...event, state };
  }
  const at = first.state.steps[step]?.completed_at ?? null;
  return at === null ? first.occurredAt : microsOf(at);
}

function isFinishedIn({ steps }: CountedState, step: StepKey): boolean {
  const status = steps[step]?.status;
  return status === 'completed' || status === 'skipped';
}
