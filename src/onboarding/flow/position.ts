import type { Flow } from './flow.js';
import {
  canProceedToFinal,
  completionPercentage,
  newProgress,
  nextStep,
  pageToShow,
  type FinishedByDeployment,
  type Progress,
} from './progress.js';

/** Where a user is in a flow, in the numbers of that flow. Times are ISO 8601 in UTC. */
export interface Position {
  readonly is_completed: boolean;
  readonly current_step: number;
  readonly completion_percentage: number;
  readonly next_step: number;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly can_proceed_to_final: boolean;
}

/** The progress of a user who has not started. */
export const NOT_STARTED: Progress = newProgress(new Date(0));

/** `progress` is null for a user who has not started. */
export function positionIn(flow: Flow, progress: Progress | null, byDeployment: FinishedByDeployment): Position {
  const facts = progress ?? NOT_STARTED;
  return {
    is_completed: facts.completedAt !== null,
    current_step: currentStep(flow, progress, byDeployment),
    completion_percentage: completionPercentage(facts, flow),
    next_step: flow.numberOf(nextStep(facts, flow, byDeployment)) as number,
    started_at: progress?.startedAt.toISOString() ?? null,
    completed_at: facts.completedAt?.toISOString() ?? null,
    can_proceed_to_final: canProceedToFinal(facts, flow, byDeployment),
  };
}

function currentStep(flow: Flow, progress: Progress | null, byDeployment: FinishedByDeployment): number {
  // A user who has not started is at the first page, even if the deployment's keys finish it.
  if (!progress) return flow.currentStep(flow.firstStep);
  if (progress.completedAt) return flow.completedStep;
  return flow.currentStep(pageToShow(progress, flow, byDeployment));
}
