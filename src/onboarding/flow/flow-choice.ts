import type { FlowId } from '../../ground/config/wizard-flows.js';
import { completionPercentage, type Progress } from './progress.js';
import type { Flow } from './flow.js';
import { CANONICAL_FLOWS, FLOWS } from './flows.js';
import type { Terms } from './terms.js';
import { changeTo, type Transition } from './transitions.js';

/** The wizard that a user was last seen with, and how it is known: from what was posted, or because a request named it. */
export interface RememberedFlow {
  readonly id: FlowId;
  readonly source: 'learnt' | 'explicit';
}

/** Where the flow of a request comes from. */
export interface FlowSources {
  /** By the request itself. */
  readonly named: FlowId | null;
  /** From the data that the request posts. */
  readonly learnt: FlowId | null;
  /** The wizard that the deployment serves. */
  readonly deployment: FlowId;
}

/** What a write of this request remembers. */
export function rememberedAfter(
  remembered: RememberedFlow | null,
  { named, learnt }: Pick<FlowSources, 'named' | 'learnt'>,
): RememberedFlow | null {
  if (named) return { id: named, source: 'explicit' };
  // The two wizards of six pages post the same: nothing that is posted tells them apart.
  if (!learnt || learnt === remembered?.id || (learnt === 'six' && remembered?.id === 'six-intro')) return remembered;
  return { id: learnt, source: 'learnt' };
}

/** The flow in which a user is answered: the remembered one, or else the deployment's. */
export function flowInUse(remembered: RememberedFlow | null, deployment: FlowId): FlowId {
  if (!remembered) return deployment;
  const { id, source } = remembered;
  return id === 'six' && source === 'learnt' && deployment === 'six-intro' ? deployment : id;
}

/** The flow in which a request is answered that changes nothing, in the numbers of its terms. Null: the user has not started. */
export function flowOfRead(progress: Progress | null, terms: Terms, deployment: FlowId): Flow {
  const { flow = null, numbers = 'canonical' } = terms;
  const id = flow ?? flowInUse(progress?.flow ?? null, deployment);
  return numbers === 'wizard' ? FLOWS[id] : CANONICAL_FLOWS[id];
}

/**
 * Remembers the wizard of this request. The percentage that the user has seen does not fall by it. To replace a remembered wizard is
 * an event; to remember the first is none.
 */
export function rememberFlow(sources: FlowSources): Transition {
  return (progress) => {
    const before = progress.flow;
    const after = rememberedAfter(before, sources);
    if (!after || after === before) return { progress, facts: [] };
    const seen = FLOWS[flowInUse(before, sources.deployment)];
    const shows = FLOWS[flowInUse(after, sources.deployment)];
    // Once completed it is 100 in every flow; a floor of 100 would outlive a step that is reset.
    const isSame = seen === shows || progress.completedAt !== null;
    const percentageFloor = isSame ? progress.percentageFloor : completionPercentage(progress, seen);
    const known = { ...progress, flow: after, percentageFloor };
    if (!before || before.id === after.id) return { progress: known, facts: [] };
    return changeTo(known, { type: 'flow_changed', step: null, data: { from: before.id, to: after.id } });
  };
}
