import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import { FLOWS } from '../../../src/onboarding/flow/flows.js';

/** The canonical number of every step: a new one is posted and read wherever a test goes through all of them. */
export const STEP_NUMBERS: readonly number[] = FLOWS.six.steps.map(({ number }) => number);

/** Those of the steps that a user may skip. */
export const OPTIONAL_STEPS: readonly number[] = FLOWS.six.steps
  .filter(({ required }) => !required)
  .map(({ number }) => number);

export interface StepPayload {
  readonly data: JsonObject;
  readonly validation_errors: string[];
}

/** What the wizard of the main product posts for a step, in its real shape. A fresh copy each time. */
export function sample(step: number): StepPayload {
  return JSON.parse(readFileSync(join('test', 'samples', `step${step}.json`), 'utf8')) as StepPayload;
}
