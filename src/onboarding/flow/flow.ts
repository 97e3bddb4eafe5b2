import type { FlowId } from '../../ground/config/wizard-flows.js';
import { STEPS, type StepKey } from './steps.js';

/** A page of a wizard. */
export interface FlowStep {
  readonly number: number;
  readonly key: StepKey;
  readonly title: string;
  readonly description: string;
  /** Whether onboarding cannot end without it. */
  readonly required: boolean;
  /** Whether the page has nothing to finish: the user is sent past it, and the end does not wait for it. */
  readonly isIntroduction: boolean;
}

/** How a wizard numbers its pages, and what it expects in `current_step`. */
export interface FlowNumbers {
  /** Numbers under which it posts the last step, besides that step's own. */
  readonly alsoComplete: readonly number[];
  /** What `current_step` holds: the page to show, or the page before it. */
  readonly currentStep: 'page' | 'page before';
  /** `current_step` once onboarding is completed. */
  readonly completed: number;
  /** Steps that have a number and no page: only canonical numbers have any. Left out: these are a wizard's own. */
  readonly withoutPage?: readonly FlowStep[];
}

/** One generation of the wizard: its pages in order, and their numbers on the wire. */
export class Flow {
  readonly #pages: ReadonlyMap<StepKey, FlowStep>;
  readonly #byKey: ReadonlyMap<StepKey, FlowStep>;
  readonly #byNumber: ReadonlyMap<number, StepKey>;

  constructor(
    readonly id: FlowId,
    readonly steps: readonly FlowStep[],
    private readonly numbers: FlowNumbers,
  ) {
    const { withoutPage = [], alsoComplete } = numbers;
    const numbered = [...withoutPage, ...steps];
    this.#pages = new Map(steps.map((step) => [step.key, step]));
    this.#byKey = new Map(numbered.map((step) => [step.key, step]));
    this.#byNumber = new Map([
      ...alsoComplete.map((number) => [number, 'complete'] as const),
      ...numbered.map(({ number, key }) => [number, key] as const),
    ]);
  }

  /** Whether these are the canonical numbers, and not those of a wizard's pages. */
  get isCanonical(): boolean {
    return this.numbers.withoutPage !== undefined;
  }

  /** Whether this wizard has a page for the step. */
  has(key: StepKey): boolean {
    return this.#pages.has(key);
  }

  /** Undefined for a step that has no number here. */
  step(key: StepKey): FlowStep | undefined {
    return this.#byKey.get(key);
  }

  /** Null for a step that has no number here. */
  numberOf(key: StepKey): number | null {
    return this.step(key)?.number ?? null;
  }

  /** Null for a number that names no step. */
  keyOf(number: number): StepKey | null {
    return this.#byNumber.get(number) ?? null;
  }

  /** What messages call the step: its number, or its title where it has none. */
  nameOf(key: StepKey): string {
    const number = this.numberOf(key);
    return number === null ? STEPS[key].title : `Step ${number}`;
  }

  get firstStep(): StepKey {
    return (this.steps[0] as FlowStep).key;
  }

  /** `current_step` while `page` is the page to show. */
  currentStep(page: StepKey): number {
    const number = this.numberOf(page) ?? 0;
    return this.numbers.currentStep === 'page' ? number : number - 1;
  }

  /** `current_step` once onboarding is completed. */
  get completedStep(): number {
    return this.numbers.completed;
  }

  /** Whether `step` comes after `other`; false for a step without a number. */
  isAfter(step: StepKey, other: StepKey): boolean {
    return (this.numberOf(step) ?? 0) > (this.numberOf(other) ?? Infinity);
  }
}
