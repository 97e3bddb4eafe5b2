import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/ground/problems/json.js';

export interface StepPayload {
  readonly data: JsonObject;
  readonly validation_errors: string[];
}

/** What the wizard of the main product posts for a step, in its real shape. A fresh copy each time. */
export function sample(step: number): StepPayload {
  return JSON.parse(readFileSync(join('test', 'samples', `step${step}.json`), 'utf8')) as StepPayload;
}
