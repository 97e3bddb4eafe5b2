import { Injectable } from '@nestjs/common';
import type { JsonObject } from '../../ground/problems/json.js';
import type { FieldError } from '../../ground/problems/problem.js';
import { Step } from '../flow/steps.js';
import { StepHandlers, type StepHandler } from './step-handler.js';

/** Step 6: it takes no data, and demands only that the required steps are finished, which is a rule of progress. */
@Injectable()
export class CompleteStep implements StepHandler {
  readonly step = Step.Complete;
  readonly tables = [];

  constructor(handlers: StepHandlers) {
    handlers.register(this);
  }

  check(): readonly FieldError[] {
    return [];
  }

  save(): void {}

  view(): JsonObject | null {
    return null;
  }
}
