import fc from 'fast-check';
import { OPTIONAL_STEPS, STEP_NUMBERS } from './step-numbers.js';

const LAST = STEP_NUMBERS.length;

/** What can be done to a user's progress, over HTTP or from inside the process. */
export type Operation =
  | { readonly do: 'complete' | 'skip' | 'goTo' | 'markInProgress' | 'fail' | 'resetStep'; readonly step: number }
  | { readonly do: 'raise'; readonly percentage: number }
  | { readonly do: 'start' | 'finish' | 'savePersona' | 'softReset' | 'resetAll' | 'hardReset' };

const step = fc.integer({ min: 1, max: LAST });

/** Operations in the proportions of a user who gets on: resets are rare, so that sequences reach the end. */
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('complete' as const), step }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('skip' as const), step: fc.integer({ min: 3, max: LAST - 1 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom('goTo' as const, 'markInProgress' as const, 'fail' as const), step }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('raise' as const), percentage: fc.integer({ min: 0, max: 100 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom('start' as const, 'finish' as const, 'savePersona' as const) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resetStep' as const), step }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('softReset' as const, 'resetAll' as const, 'hardReset' as const) }),
  },
);

/** Sequences of them, from the very start, or from where most of it is done already. */
export const operations: fc.Arbitrary<Operation[]> = fc
  .tuple(
    fc.constantFrom([], [1, 2, 3], [3, 2, 1, 5], [2, 3, 4, 5]),
    fc.array(operation, { minLength: 5, maxLength: 16, size: 'max' }),
  )
  .map(([finished, more]) => [...finished.map((n) => ({ do: 'complete' as const, step: n })), ...more]);

type Status = 'pending' | 'in_progress' | 'completed' | 'skipped' | 'failed';

/** What a user should see: the contract's rules told once more, in the plainest way. */
export class ProgressModel {
  started = false;
  completed = false;
  statuses: Status[] = Array<Status>(LAST).fill('pending');
  /** Steps whose data were saved. */
  saved = new Set<number>();
  #at: number | null = null;
  #floor = 0;

  constructor(private readonly deploymentKey: boolean) {}

  get nextStep(): number {
    if (this.completed) return LAST;
    const first = this.statuses.findIndex((_, index) => !this.#counts(index + 1));
    return first === -1 ? LAST : first + 1;
  }

  get currentStep(): number {
    if (!this.started) return 1;
    return this.completed ? LAST : (this.#at ?? this.nextStep);
  }

  get percentage(): number {
    if (this.completed) return 100;
    const finished = this.statuses.filter((_, index) => this.#finished(index + 1)).length;
    return Math.max(Number(((finished / LAST) * 100).toFixed(2)), this.#floor);
  }

  get canProceedToFinal(): boolean {
    return [1, 2, 3].every((required) => this.#counts(required));
  }

  /** Whether the operation is accepted; a refused one changes nothing. */
  apply(operation: Operation): boolean {
    if (!this.#accepts(operation)) return false;
    this.started = true;
    switch (operation.do) {
      case 'complete':
        if (operation.step >= 2 && operation.step <= 5) this.saved.add(operation.step);
        this.#finish(operation.step, 'completed');
        break;
      case 'skip':
        this.#finish(operation.step, this.#finished(operation.step) ? this.#status(operation.step) : 'skipped');
        break;
      case 'goTo':
      case 'markInProgress':
        if (!this.#finished(operation.step)) this.statuses[operation.step - 1] = 'in_progress';
        if (!this.completed) this.#at = operation.step;
        break;
      case 'fail':
        if (!this.#finished(operation.step)) this.statuses[operation.step - 1] = 'failed';
        break;
      case 'raise':
        this.#floor = Math.max(this.#floor, operation.percentage);
        break;
      case 'savePersona':
        this.saved.add(4);
        break;
      case 'finish':
        for (const optional of OPTIONAL_STEPS) if (!this.#finished(optional)) this.statuses[optional - 1] = 'skipped';
        this.statuses[LAST - 1] = 'completed';
        this.#complete();
        break;
      case 'resetStep':
        if (this.#status(operation.step) === 'pending') break;
        this.statuses[operation.step - 1] = 'pending';
        this.completed = false;
        this.#at = null;
        break;
      case 'hardReset':
        this.saved.clear();
        this.started = false;
        this.#startAgain();
        break;
      case 'softReset':
      case 'resetAll':
        this.#startAgain();
        break;
      case 'start':
        break;
    }
    return true;
  }

  #accepts(operation: Operation): boolean {
    if (operation.do === 'skip') return OPTIONAL_STEPS.includes(operation.step);
    if (operation.do === 'finish') return this.completed || this.canProceedToFinal;
    return operation.do !== 'complete' || operation.step !== LAST || this.canProceedToFinal;
  }

  #finish(step: number, status: Status): void {
    const again = this.#finished(step);
    this.statuses[step - 1] = status;
    const ahead = again && this.#at !== null && this.#at > this.nextStep;
    if (!ahead) this.#at = null;
    if (this.statuses.every((_, index) => this.#finished(index + 1))) this.#complete();
  }

  #complete(): void {
    this.completed = true;
    this.#at = null;
  }

  #startAgain(): void {
    this.statuses = Array<Status>(LAST).fill('pending');
    this.completed = false;
    this.#at = null;
    this.#floor = 0;
  }

  #status(step: number): Status {
    return this.statuses[step - 1] ?? 'pending';
  }

  #finished(step: number): boolean {
    return ['completed', 'skipped'].includes(this.#status(step));
  }

  #counts(step: number): boolean {
    return this.#finished(step) || (step === 1 && this.deploymentKey);
  }
}
