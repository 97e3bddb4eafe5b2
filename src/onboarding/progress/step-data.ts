import type { JsonObject } from '../../ground/problems/json.js';
import type { StepState } from '../flow/progress.js';
import { StepStatus } from '../flow/step-status.js';
import { STEPS, type StepKey } from '../flow/steps.js';

export { StepStatus };

/** One step of one user: its definition, its state, and what was saved for it (never key material). */
export class StepData {
  readonly title: string;
  readonly description: string;
  readonly status: StepStatus;
  readonly completedAt: Date | null;
  readonly validationErrors: readonly string[];

  constructor(
    readonly key: StepKey,
    /** The canonical number. */
    readonly stepNumber: number,
    state: StepState,
    readonly data: JsonObject | null,
  ) {
    const { title, description } = STEPS[key];
    this.title = title;
    this.description = description;
    this.status = state.status;
    this.completedAt = state.completed_at === null ? null : new Date(state.completed_at);
    this.validationErrors = state.validation_errors;
  }
}
