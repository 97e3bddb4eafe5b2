import { Problem } from '../../ground/problems/problem.js';
import type { StepNumber } from './steps.js';

const names = (steps: readonly StepNumber[]) => steps.map((n) => `Step ${n}`).join(', ');

/** There is no step of that number. */
export class StepNotFound extends Problem {
  readonly status = 404;
  readonly title = 'Step not found';
  constructor() {
    super('There is no such step: steps are numbered 1 to 6.');
  }
}

/** The final step, or the whole onboarding, was to be completed while required steps are unfinished. */
export class StepsMissing extends Problem {
  readonly status = 400;
  readonly title = 'Required steps are unfinished';
  constructor(missing: readonly StepNumber[]) {
    super(`Cannot complete onboarding. The following steps must be completed first: ${names(missing)}`);
  }
}

/** A required step was to be skipped. */
export class StepNotSkippable extends Problem {
  readonly status = 400;
  readonly title = 'Step is required';
  constructor(step: StepNumber) {
    super(`Step ${step} is required and cannot be skipped.`);
  }
}

/** A percentage outside 0 to 100, or none at all. */
export class PercentageOutOfRange extends Problem {
  readonly status = 400;
  readonly title = 'Invalid percentage';
  constructor() {
    super('The percentage must be a number from 0 to 100.');
  }
}
