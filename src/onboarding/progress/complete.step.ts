import { Injectable } from '@nestjs/common';
import type { JsonObject } from '../../ground/problems/json.js';
import { StepHandlers, type Parsed, type StepHandler } from './step-handler.js';

/** The last step: it takes no data, and demands only that the required steps are finished, which is a rule of `flow`. */
@Injectable()
export class CompleteStep implements StepHandler {
  readonly step = 'complete';
  readonly keys = new Set<string>();
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
