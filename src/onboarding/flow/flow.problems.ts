import { InvalidInput, Problem } from '../../ground/problems/problem.js';
import type { Demand } from './demands.js';
import type { Flow } from './flow.js';
import { MAX_EVENTS } from './replay.js';
import type { StepKey } from './steps.js';

/** The header that names the flow of an answer. */
export const FLOW_HEADER = 'onboarding-flow';

/** The headers of an answer that speaks of steps: whose numbers they are. None where they are the canonical ones. */
export function headersOf({ id, isCanonical }: Flow): Readonly<Record<string, string>> {
  return isCanonical ? {} : { [FLOW_HEADER]: id };
}

/** A refusal that speaks of steps, by the numbers of a flow. */
export abstract class StepProblem extends Problem {
  override readonly headers: Readonly<Record<string, string>>;

  constructor(detail: string, flow: Flow) {
    super(detail);
    this.headers = headersOf(flow);
  }
}

/** There is no step of that number. */
export class StepNotFound extends StepProblem {
  readonly status = 404;
  readonly title = 'Step not found';
  constructor(flow: Flow) {
    const numbers = flow.steps.map(({ number }) => number);
    super(`There is no such step: steps are numbered ${numbers.at(0)} to ${numbers.at(-1)}.`, flow);
  }
}

/** The final step, or the whole onboarding, was to be completed while required steps are unfinished. */
export class StepsMissing extends StepProblem {
  readonly status = 400;
  readonly title = 'Required steps are unfinished';
  constructor(
    readonly missing: readonly StepKey[],
    flow: Flow,
  ) {
    const names = missing.map((step) => flow.nameOf(step)).join(', ');
    super(`Cannot complete onboarding. The following steps must be completed first: ${names}`, flow);
  }
}

/** A step was to be completed with data that are not enough. */
export class DemandUnmet extends InvalidInput {
  constructor(
    readonly demand: Demand,
    /** The step as the user's wizard numbers it, such as `Step 2`. */
    name: string,
  ) {
    const detail = `${name} needs ${demand.needs}.`;
    super(detail, [{ pointer: demand.pointer, detail }]);
  }
}

/** @throws DemandUnmet unless there is nothing to demand */
export function refuseUnmet(demand: Demand | null, name: string): void {
  if (demand) throw new DemandUnmet(demand, name);
}

/** A required step was to be skipped. */
export class StepNotSkippable extends StepProblem {
  readonly status = 400;
  readonly title = 'Step is required';
  constructor(step: StepKey, flow: Flow) {
    super(`${flow.nameOf(step)} is required and cannot be skipped.`, flow);
  }
}

/** The user has as many events as one may have. Nothing was changed. */
export class TooManyChanges extends Problem {
  readonly status = 400;
  readonly title = 'Too many changes';
  constructor() {
    super(
      `Your onboarding has been changed ${MAX_EVENTS.toLocaleString('en')} times, and takes no further change. To go on, begin again: a hard reset deletes it with all of its data.`,
    );
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
