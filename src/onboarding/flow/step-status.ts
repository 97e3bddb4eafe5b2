/** The five statuses of a step. `completed` and `skipped` count as finished. */
export const StepStatus = {
  Pending: 'pending',
  InProgress: 'in_progress',
  Completed: 'completed',
  Skipped: 'skipped',
  Failed: 'failed',
} as const;

export type StepStatus = (typeof StepStatus)[keyof typeof StepStatus];
