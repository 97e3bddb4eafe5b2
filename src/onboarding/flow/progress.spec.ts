import { describe, expect, it } from '@jest/globals';
import {
  canProceedToFinal,
  completionPercentage,
  currentStep,
  isFinished,
  isRequired,
  missingBefore,
  newProgress,
  nextStep,
  stepAccess,
  stepState,
  type Progress,
  type StepStates,
} from './progress.js';
import { StepStatus } from './step-status.js';
import { isStepNumber, Step, STEP_NUMBERS, STEPS, stepDefinition, type StepNumber } from './steps.js';

const NOW = new Date('2026-01-02T03:04:05.678Z');
const NOWHERE: ReadonlySet<StepNumber> = new Set();
const DEPLOYMENT_KEY: ReadonlySet<StepNumber> = new Set([Step.ApiKeys]);

/** Progress with these statuses, by step. */
function progress(statuses: Partial<Record<StepNumber, StepStatus>> = {}, more: Partial<Progress> = {}): Progress {
  const steps: StepStates = Object.fromEntries(
    Object.entries(statuses).map(([step, status]) => [step, { status, completed_at: null, validation_errors: [] }]),
  );
  return { ...newProgress(NOW), steps, ...more };
}

const { Completed, Skipped, InProgress, Failed, Pending } = StepStatus;

describe('the table of steps', () => {
  it('is that of the main product', () => {
    expect(STEPS.map(({ number, key, title, required }) => [number, key, title, required])).toEqual([
      [1, 'api_keys', 'AI LLM Providers', true],
      [2, 'website', 'Website Analysis', true],
      [3, 'research', 'AI Research', true],
      [4, 'personalization', 'Personalization', false],
      [5, 'integrations', 'Integrations', false],
      [6, 'complete', 'Complete Setup', true],
    ]);
    expect(STEP_NUMBERS.map((step) => stepDefinition(step).number)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(STEP_NUMBERS.filter(isRequired)).toEqual([1, 2, 3, 6]);
  });

  it.each([0, 7, -1, 1.5, NaN, Infinity, '1', 'x', '', null, undefined, [1], true, 1n])('has no step %p', (value) => {
    expect(isStepNumber(value)).toBe(false);
  });
});

describe('a user who has not started', () => {
  it('is at the first step, with nothing done', () => {
    const start = newProgress(NOW);
    expect(currentStep(start, NOWHERE)).toBe(1);
    expect(nextStep(start, NOWHERE)).toBe(1);
    expect(completionPercentage(start)).toBe(0);
    expect(canProceedToFinal(start, NOWHERE)).toBe(false);
    expect(STEP_NUMBERS.map((step) => stepState(start, step).status)).toEqual(Array(6).fill(Pending));
  });
});

describe('finished', () => {
  it.each([
    [Completed, true],
    [Skipped, true],
    [Pending, false],
    [InProgress, false],
    [Failed, false],
  ])('%s: %p', (status, finished) => {
    expect(isFinished(progress({ 2: status }), 2)).toBe(finished);
  });
});

describe('the percentage', () => {
  it.each([
    [0, 0],
    [1, 16.67],
    [2, 33.33],
    [3, 50],
    [4, 66.67],
    [5, 83.33],
    [6, 100],
  ])('of %i finished steps is %f', (count, percentage) => {
    const statuses = Object.fromEntries(
      STEP_NUMBERS.slice(0, count).map((step) => [step, step === 4 || step === 5 ? Skipped : Completed]),
    );
    expect(completionPercentage(progress(statuses))).toBe(percentage);
  });

  it('counts neither steps in progress nor failed ones', () => {
    expect(completionPercentage(progress({ 1: Completed, 2: InProgress, 3: Failed }))).toBe(16.67);
  });

  it('is the floor where that is higher, and the steps where they are', () => {
    expect(completionPercentage(progress({ 1: Completed }, { percentageFloor: 42.5 }))).toBe(42.5);
    expect(completionPercentage(progress({ 1: Completed }, { percentageFloor: 10 }))).toBe(16.67);
  });

  it('is 100 once completed, whatever the statuses say', () => {
    expect(completionPercentage(progress({ 2: Completed, 4: InProgress }, { completedAt: NOW }))).toBe(100);
  });
});

describe('the current and the next step', () => {
  it('are the first unfinished one, whatever comes after it', () => {
    const some = progress({ 1: Completed, 3: Completed, 4: Skipped });
    expect([currentStep(some, NOWHERE), nextStep(some, NOWHERE)]).toEqual([2, 2]);
  });

  it('differ while the user is at a step on purpose', () => {
    const back = progress({ 1: Completed, 2: Completed }, { currentStep: 1 });
    expect([currentStep(back, NOWHERE), nextStep(back, NOWHERE)]).toEqual([1, 3]);
  });

  it('are 6 when none is left, and 6 once completed', () => {
    const all = progress({ 1: Completed, 2: Completed, 3: Completed, 4: Skipped, 5: Skipped, 6: Completed });
    const completed = progress({ 2: Completed }, { completedAt: NOW, currentStep: 2 });
    for (const one of [all, completed]) expect([currentStep(one, NOWHERE), nextStep(one, NOWHERE)]).toEqual([6, 6]);
  });
});

describe('what is missing', () => {
  it('is the required steps before', () => {
    const some = progress({ 2: Completed, 3: Failed });
    expect(missingBefore(some, 6, NOWHERE)).toEqual([1, 3]);
    expect(missingBefore(some, 3, NOWHERE)).toEqual([1]);
    expect(missingBefore(some, 1, NOWHERE)).toEqual([]);
  });

  it('is never an optional step', () => {
    const required = progress({ 1: Completed, 2: Completed, 3: Completed });
    expect(missingBefore(required, 6, NOWHERE)).toEqual([]);
    expect(canProceedToFinal(required, NOWHERE)).toBe(true);
  });
});

describe('access to a step', () => {
  it('is locked behind an unfinished required one, available otherwise, completed when finished', () => {
    const some = progress({ 1: Completed, 4: Skipped });
    expect(STEP_NUMBERS.map((step) => stepAccess(some, step, NOWHERE))).toEqual([
      'completed',
      'available',
      'locked',
      'completed',
      'locked',
      'locked',
    ]);
  });
});

describe("with the deployment's own key", () => {
  const start = newProgress(NOW);

  it('step 1 counts as finished for where to go and what may be done', () => {
    expect(currentStep(start, DEPLOYMENT_KEY)).toBe(2);
    expect(nextStep(start, DEPLOYMENT_KEY)).toBe(2);
    expect(missingBefore(start, 6, DEPLOYMENT_KEY)).toEqual([2, 3]);
    expect(canProceedToFinal(progress({ 2: Completed, 3: Completed }), DEPLOYMENT_KEY)).toBe(true);
    expect(stepAccess(start, 1, DEPLOYMENT_KEY)).toBe('completed');
    expect(stepAccess(start, 2, DEPLOYMENT_KEY)).toBe('available');
  });

  it('neither its status nor the percentage changes', () => {
    expect(stepState(start, 1).status).toBe(Pending);
    expect(completionPercentage(progress({ 2: Completed }))).toBe(16.67);
  });
});
