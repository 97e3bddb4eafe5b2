import type { Row } from '../../storage/wire/statement.js';
import { isFlowId } from '../../ground/config/wizard-flows.js';
import type { RememberedFlow } from '../flow/flow-choice.js';
import type { Progress, StepStates } from '../flow/progress.js';
import type { StepKey } from '../flow/steps.js';

/** One user's session: whose, since when, how many changes, and the facts of the progress. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  /** Counts the changes: one event each, without gaps. */
  readonly revision: number;
  readonly updatedAt: Date;
  readonly progress: Progress;
}

/**
 * Names the state of a user's onboarding: the revision, and the session that it counts, since a hard reset begins another session
 * that counts from the start. Shown as the ETag of what is read.
 */
export function entityTagOf(session: Session | null): string {
  return session ? `"${session.revision}.${session.id}"` : '"0"';
}

/** A session from its row as JSON. */
export function sessionFromRow(row: Row): Session {
  return {
    id: row['id'] as string,
    userId: row['user_id'] as string,
    revision: Number(row['revision']),
    updatedAt: new Date(row['updated_at'] as string),
    progress: {
      steps: row['steps'] as StepStates,
      currentStep: row['current_step'] as StepKey | null,
      percentageFloor: Number(row['percentage_floor']),
      startedAt: new Date(row['started_at'] as string),
      completedAt: row['completed_at'] === null ? null : new Date(row['completed_at'] as string),
      flow: flowFromRow(row),
      onboardingType: row['onboarding_type'] as string | null,
    },
  };
}

/** Null also for the name of a flow that this version does not have. */
function flowFromRow({ flow, flow_source: source }: Row): RememberedFlow | null {
  return isFlowId(flow) ? { id: flow, source: source as RememberedFlow['source'] } : null;
}
