import { FLOWS } from '../../../src/onboarding/flow/flows.js';

/** The canonical number of every step: a new one is posted and read wherever a test goes through all of them. */
export const STEP_NUMBERS: readonly number[] = FLOWS.six.steps.map(({ number }) => number);

/** Those of the steps that a user may skip. */
export const OPTIONAL_STEPS: readonly number[] = FLOWS.six.steps
  .filter(({ required }) => !required)
  .map(({ number }) => number);
