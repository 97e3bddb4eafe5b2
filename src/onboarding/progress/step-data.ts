import type { JsonObject } from '../../ground/problems/json.js';
import type { StepState } from '../flow/progress.js';
import { StepStatus } from '../flow/step-status.js';
import type { StepDefinition } from '../flow/steps.js';

export { StepStatus };

/** One step of one user: its definition, its state, and what was saved for it (never key material). */
export class StepData {
  readonly stepNumber: number;
  readonly title: string;
  readonly description: string;
  readonly status: StepStatus;
  readonly completedAt: Date | null;
  readonly data: JsonObject | null;
  readonly validationErrors: readonly string[];

  constructor(definition: StepDefinition, state: StepState, data: JsonObject | null) {
    this.stepNumber = definition.number;
    this.title = definition.title;
    this.description = definition.description;
    this.status = state.status;
    this.completedAt = state.completed_at === null ? null : new Date(state.completed_at);
    this.data = data;
    this.validationErrors = state.validation_errors;
  }
}
