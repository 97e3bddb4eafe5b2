import { Injectable } from '@nestjs/common';
import type { JsonObject } from '../../ground/problems/json.js';
import { Step } from '../flow/steps.js';
import { StepHandlers, type Parsed, type StepHandler } from './step-handler.js';

/** Step 6: it takes no data, and demands only that the required steps are finished, which is a rule of `flow`. */
@Injectable()
export class CompleteStep implements StepHandler {
  readonly step = Step.Complete;
  readonly parts = [];

  constructor(handlers: StepHandlers) {
    handlers.register(this);
  }

  parse(): Parsed {
    return { warnings: [] };
  }

  save(): void {}

  view(): JsonObject | null {
    return null;
  }
}
