import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FLOW_IDS, type FlowId } from '../../ground/config/wizard-flows.js';
import { CANONICAL_FLOWS, canonicalStep, FLOWS } from './flows.js';
import { NOT_STARTED, positionIn } from './position.js';
import { completionPercentage, newProgress, type FinishedByDeployment, type Progress } from './progress.js';
import { STEP_KEYS, STEPS, type StepKey } from './steps.js';
import { StepStatus } from './step-status.js';

const NOWHERE: FinishedByDeployment = new Set();
const START = newProgress(new Date('2026-01-02T03:04:05.678Z'));

/** Progress in which these steps are finished. */
const finished = (...steps: readonly StepKey[]): Progress => ({
  ...START,
  steps: Object.fromEntries(
    steps.map((step) => [step, { status: StepStatus.Completed, completed_at: null, validation_errors: [] }]),
  ),
});

/** What the wizards in the field expect: `null` for a step without a page. */
interface Expected {
  readonly numbers: Readonly<Record<StepKey, number | null>>;
  /** Every number, and the step that it names. */
  readonly named: Readonly<Record<number, StepKey>>;
  /** `current_step` while the page is shown. */
  readonly currentStep: Readonly<Partial<Record<StepKey, number>>>;
  readonly beforeAnything: number;
  readonly completed: number;
  /** The percentage of one finished step, and of two. */
  readonly percentages: readonly [number, number];
  readonly demanded: readonly StepKey[];
}

const SIX_NUMBERS = { api_keys: 1, website: 2, research: 3, personalization: 4, integrations: 5, complete: 6 } as const;
const SIX_NAMED: Expected['named'] = {
  1: 'api_keys',
  2: 'website',
  3: 'research',
  4: 'personalization',
  5: 'integrations',
  6: 'complete',
};

const EXPECTED: Readonly<Record<FlowId, Expected>> = {
  six: {
    numbers: SIX_NUMBERS,
    named: SIX_NAMED,
    currentStep: SIX_NUMBERS,
    beforeAnything: 1,
    completed: 6,
    percentages: [16.67, 33.33],
    demanded: ['api_keys', 'website', 'research'],
  },
  'six-intro': {
    numbers: SIX_NUMBERS,
    named: SIX_NAMED,
    currentStep: { api_keys: 0, website: 1, research: 2, personalization: 3, integrations: 4, complete: 5 },
    beforeAnything: 0,
    completed: 6,
    percentages: [16.67, 33.33],
    demanded: ['website', 'research'],
  },
  five: {
    numbers: { api_keys: null, website: 1, research: 2, personalization: 3, integrations: 4, complete: 5 },
    named: { 1: 'website', 2: 'research', 3: 'personalization', 4: 'integrations', 5: 'complete', 6: 'complete' },
    currentStep: { website: 0, research: 1, personalization: 2, integrations: 3, complete: 4 },
    beforeAnything: 0,
    completed: 5,
    percentages: [20, 40],
    demanded: ['website', 'research'],
  },
  four: {
    numbers: { api_keys: null, website: 1, research: 2, personalization: 3, integrations: null, complete: 4 },
    named: { 1: 'website', 2: 'research', 3: 'personalization', 4: 'complete', 5: 'complete', 6: 'complete' },
    currentStep: { website: 1, research: 2, personalization: 3, complete: 4 },
    beforeAnything: 1,
    completed: 5,
    percentages: [25, 50],
    demanded: ['website', 'research'],
  },
};

/** More numbers than any wizard has, and some that are none. */
const NUMBERS = [-1, 0, 0.5, ...Array.from({ length: 12 }, (_, index) => index + 1), NaN, Infinity];

it('the steps are those of the main product', () => {
  expect(Object.entries(STEPS).map(([key, { title }]) => [key, title])).toEqual([
    ['api_keys', 'AI LLM Providers'],
    ['website', 'Website Analysis'],
    ['research', 'AI Research'],
    ['personalization', 'Personalization'],
    ['integrations', 'Integrations'],
    ['complete', 'Complete Setup'],
  ]);
  expect(STEP_KEYS).toEqual(Object.keys(STEPS));
});

it('the wizards are these four, each under its own name', () => {
  expect(FLOW_IDS).toEqual(['six', 'six-intro', 'five', 'four']);
  for (const flows of [FLOWS, CANONICAL_FLOWS]) {
    expect(Object.keys(flows)).toEqual([...FLOW_IDS]);
    expect(Object.values(flows).map(({ id }) => id)).toEqual([...FLOW_IDS]);
  }
});

describe.each(FLOW_IDS)('the wizard %s', (id) => {
  const flow = FLOWS[id];
  const expected = EXPECTED[id];
  const pages = STEP_KEYS.filter((step) => expected.numbers[step] !== null);

  it('has these pages, in this order, with the words of their steps', () => {
    expect(flow.steps.map(({ key }) => key)).toEqual(pages);
    expect(flow.steps.map(({ number }) => number)).toEqual(pages.map((_, index) => index + 1));
    for (const step of flow.steps) {
      expect(step).toMatchObject(STEPS[step.key]);
      expect(flow.step(step.key)).toBe(step);
    }
    expect(flow.firstStep).toBe(pages[0]);
  });

  it('has these numbers, and none for a step without a page', () => {
    expect(Object.fromEntries(STEP_KEYS.map((step) => [step, flow.numberOf(step)]))).toEqual(expected.numbers);
    const lacking = STEP_KEYS.filter((step) => !pages.includes(step));
    expect(lacking.map((step) => flow.step(step))).toEqual(lacking.map(() => undefined));
  });

  it('takes these numbers, with those under which it posts the last step, and no other', () => {
    const named = NUMBERS.map((number) => [number, flow.keyOf(number)]);
    expect(named).toEqual(NUMBERS.map((number) => [number, expected.named[number] ?? null]));
  });

  it('calls a step by its number, or by its title where it lacks the step', () => {
    for (const step of STEP_KEYS) {
      const number = expected.numbers[step];
      expect(flow.nameOf(step)).toBe(number === null ? STEPS[step].title : `Step ${number}`);
    }
  });

  it('expects this `current_step` while each of its pages is shown', () => {
    expect(Object.fromEntries(pages.map((page) => [page, flow.currentStep(page)]))).toEqual(expected.currentStep);
    // Each is reached by a user, too.
    for (const page of pages.filter((step) => step !== 'complete')) {
      const { current_step } = positionIn(flow, { ...START, currentStep: page }, NOWHERE);
      expect([page, current_step]).toEqual([page, expected.currentStep[page]]);
    }
  });

  it('expects this `current_step` before anything, and once completed', () => {
    expect(positionIn(flow, null, NOWHERE).current_step).toBe(expected.beforeAnything);
    expect(flow.completedStep).toBe(expected.completed);
    const completed = { ...START, completedAt: START.startedAt };
    expect(positionIn(flow, completed, NOWHERE)).toMatchObject({
      is_completed: true,
      current_step: expected.completed,
      next_step: expected.numbers.complete,
      completion_percentage: 100,
    });
  });

  it('counts its own steps in the percentage, and no other', () => {
    const [first, second] = expected.percentages;
    expect(completionPercentage(finished('website'), flow)).toBe(first);
    expect(completionPercentage(finished('website', 'personalization'), flow)).toBe(second);
    const others = STEP_KEYS.filter((step) => !pages.includes(step));
    expect(completionPercentage(finished('website', ...others), flow)).toBe(first);
    expect(completionPercentage(finished(...pages), flow)).toBe(100);
  });

  it('demands these before the end, and the end itself', () => {
    const required = flow.steps.filter((step) => step.required).map(({ key }) => key);
    expect(required).toEqual([...expected.demanded, 'complete']);
    expect(positionIn(flow, finished(...expected.demanded), NOWHERE).can_proceed_to_final).toBe(true);
    for (const missing of expected.demanded) {
      const others = STEP_KEYS.filter((step) => step !== missing);
      expect(positionIn(flow, finished(...others), NOWHERE).can_proceed_to_final).toBe(false);
    }
  });

  it('puts its steps in the order of their numbers, and a step without a page nowhere', () => {
    for (const step of STEP_KEYS) {
      for (const other of STEP_KEYS) {
        const [number, before] = [expected.numbers[step], expected.numbers[other]];
        const isAfter = number !== null && before !== null && number > before;
        expect([step, other, flow.isAfter(step, other)]).toEqual([step, other, isAfter]);
      }
    }
  });

  describe('in the canonical numbers', () => {
    const canonical = CANONICAL_FLOWS[id];

    it('has the same pages, each with the number that it has in six pages', () => {
      expect(canonical.steps).toEqual(flow.steps.map((step) => ({ ...step, number: SIX_NUMBERS[step.key] })));
      expect(canonical.firstStep).toBe(flow.firstStep);
    });

    it('has a number and a name for every step', () => {
      expect(STEP_KEYS.map((step) => canonical.numberOf(step))).toEqual([1, 2, 3, 4, 5, 6]);
      expect(STEP_KEYS.map((step) => canonical.nameOf(step))).toEqual([1, 2, 3, 4, 5, 6].map((n) => `Step ${n}`));
    });

    it('has the number of the page in `current_step`, and that of the last once completed', () => {
      expect(pages.map((page) => canonical.currentStep(page))).toEqual(pages.map((page) => SIX_NUMBERS[page]));
      expect(canonical.completedStep).toBe(6);
    });
  });
});

it('the introduction is the first of six pages, and no other page is one', () => {
  const introductions = FLOW_IDS.flatMap((id) =>
    FLOWS[id].steps.filter(({ isIntroduction }) => isIntroduction).map(({ key }) => [id, key]),
  );
  expect(introductions).toEqual([['six-intro', 'api_keys']]);
  // A user who has started is past it; one who has not is shown it.
  expect(positionIn(FLOWS['six-intro'], START, NOWHERE)).toMatchObject({ current_step: 1, next_step: 2 });
  expect(positionIn(FLOWS['six-intro'], null, NOWHERE)).toMatchObject({ current_step: 0, next_step: 2 });
});

it('a step without a page has its canonical number all the same', () => {
  const { four } = CANONICAL_FLOWS;
  expect([four.has('integrations'), four.numberOf('integrations'), four.keyOf(5)]).toEqual([false, 5, 'integrations']);
  expect([FLOWS.four.numberOf('integrations'), FLOWS.four.keyOf(5)]).toEqual([null, 'complete']);
});

it('the canonical numbers are those of six pages', () => {
  expect(NUMBERS.map(canonicalStep)).toEqual(NUMBERS.map((number) => SIX_NAMED[number] ?? null));
});

it('whatever is finished, where a user is shown is a page of the wizard', () => {
  const some = fc.record({ steps: fc.subarray([...STEP_KEYS]), at: fc.option(fc.constantFrom(...STEP_KEYS)) });
  fc.assert(
    fc.property(some, fc.constantFrom(...FLOW_IDS), fc.boolean(), ({ steps, at }, id, hasKeys) => {
      const progress = { ...finished(...steps), currentStep: at };
      const byDeployment: FinishedByDeployment = new Set(hasKeys ? ['api_keys'] : []);
      const { current_step, next_step, completion_percentage } = positionIn(FLOWS[id], progress, byDeployment);
      expect(Object.values(EXPECTED[id].currentStep)).toContain(current_step);
      expect(Object.values(EXPECTED[id].numbers)).toContain(next_step);
      expect(completion_percentage).toBeGreaterThanOrEqual(0);
      expect(completion_percentage).toBeLessThanOrEqual(100);
    }),
  );
  expect(NOT_STARTED).toEqual(newProgress(new Date(0)));
});
