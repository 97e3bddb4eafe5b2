import type { FlowId } from '../../ground/config/wizard-flows.js';
import type { Precondition } from '../../ground/problems/precondition.js';

/** On which terms a change is made: what a request says besides its data. Callers in the process may leave all of it out. */
export interface Terms {
  /** States of the onboarding in which the change may happen; left out or null: every state. */
  readonly precondition?: Precondition | null;
  /** The wizard that the request names; kept for later requests with the first event of the change. */
  readonly flow?: FlowId | null;
  /** Whose numbers refusals show; left out: the canonical ones. */
  readonly numbers?: 'wizard' | 'canonical';
}
