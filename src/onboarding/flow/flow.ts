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
  /** Numbers of steps that have no page here; left out: they have none. */
  readonly withoutPage?: readonly Pick<FlowStep, 'number' | 'key'>[];
}

/** One generation of the wizard: its pages in order, and their numbers on the wire. */
export class Flow {
  readonly #byKey: ReadonlyMap<StepKey, FlowStep>;
  readonly #byNumber: ReadonlyMap<number, StepKey>;
  readonly #numbers: ReadonlyMap<StepKey, number>;

  constructor(
    readonly id: FlowId,
    readonly steps: readonly FlowStep[],
    private readonly numbers: FlowNumbers,
  ) {
    this.#byKey = new Map(steps.map((step) => [step.key, step]));
    const { withoutPage = [] } = numbers;
    this.#numbers = new Map([...withoutPage, ...steps].map(({ key, number }) => [key, number]));
    this.#byNumber = new Map([
      ...numbers.alsoComplete.map((number) => [number, 'complete'] as const),
      ...steps.map(({ number, key }) => [number, key] as const),
    ]);
  }

  /** Undefined for a step that this wizard lacks. */
  step(key: StepKey): FlowStep | undefined {
    return this.#byKey.get(key);
  }

  /** Null for a step that this wizard lacks. */
  numberOf(key: StepKey): number | null {
    return this.#numbers.get(key) ?? null;
  }

  /** Null for a number that names no step. */
  keyOf(number: number): StepKey | null {
    return this.#byNumber.get(number) ?? null;
  }

  /** The step as a person is told of it: by its number, or by its title where this wizard lacks it. */
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
