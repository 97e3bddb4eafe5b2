import { describe, expect, it } from '@jest/globals';
import { completionPercentage, currentStep, newProgress, nextStep, stepState, type Progress } from './progress.js';
import { PercentageOutOfRange, StepNotSkippable, StepsMissing } from './flow.problems.js';
import { StepStatus } from './step-status.js';
import { Step, STEP_NUMBERS, type StepNumber } from './steps.js';
import {
  completeOnboarding,
  completeStep,
  dataSaved,
  failStep,
  goToStep,
  raisePercentage,
  reset,
  resetStep,
  skipStep,
  unchanged,
  type Transition,
} from './transitions.js';

const NOWHERE: ReadonlySet<StepNumber> = new Set();
const DEPLOYMENT_KEY: ReadonlySet<StepNumber> = new Set([Step.ApiKeys]);
const START = new Date('2026-01-01T00:00:00.000Z');
const LATER = new Date('2026-02-02T00:00:00.000Z');

const complete = (step: StepNumber) => completeStep(step, [], NOWHERE);
const skip = (step: StepNumber) => skipStep(step, NOWHERE);
const finish = completeOnboarding(NOWHERE);

/** Progress after these transitions, one minute apart. */
function after(...transitions: Transition[]): Progress {
  return transitions.reduce<Progress>(
    (progress, transition, index) => transition(progress, new Date(START.getTime() + index * 60_000)).progress,
    newProgress(START),
  );
}

const statuses = (progress: Progress) => STEP_NUMBERS.map((step) => stepState(progress, step).status);
const types = (transition: Transition, progress: Progress) =>
  transition(progress, LATER).facts.map(({ type, step }) => [type, step]);

describe('completing a step', () => {
  it('marks it, says when, and moves on to the first unfinished one', () => {
    const progress = after(complete(1));
    expect(stepState(progress, 1)).toEqual({
      status: 'completed',
      completed_at: START.toISOString(),
      validation_errors: [],
    });
    expect(currentStep(progress, NOWHERE)).toBe(2);
    expect(complete(1)(newProgress(START), START).facts).toEqual([
      { type: 'step_completed', step: 1, data: { from: 'pending', to: 'completed' } },
    ]);
  });

  it('may come in any order but for the last', () => {
    const progress = after(complete(3), complete(5));
    expect(currentStep(progress, NOWHERE)).toBe(1);
    expect(completionPercentage(progress)).toBe(33.33);
  });

  it('again keeps its time and everything behind it', () => {
    const before = after(complete(1), complete(2), complete(3));
    const again = complete(1)(before, LATER).progress;
    expect(again.steps).toEqual(before.steps);
    expect(currentStep(again, NOWHERE)).toBe(4);
    expect(completionPercentage(again)).toBe(50);
  });

  it('again never moves a user back who has gone ahead on purpose', () => {
    const before = after(complete(1), goToStep(5));
    expect(currentStep(complete(1)(before, LATER).progress, NOWHERE)).toBe(5);
  });

  it('again moves a user on who had gone back to it', () => {
    const before = after(complete(1), complete(2), goToStep(1));
    expect(currentStep(before, NOWHERE)).toBe(1);
    expect(currentStep(complete(1)(before, LATER).progress, NOWHERE)).toBe(3);
  });

  it('keeps what is wrong with it', () => {
    const progress = after(completeStep(2, ['The site was slow.'], NOWHERE));
    expect(stepState(progress, 2).validation_errors).toEqual(['The site was slow.']);
  });

  it('turns a skipped step into a completed one, with the time of that', () => {
    const progress = complete(4)(after(skip(4)), LATER).progress;
    expect(stepState(progress, 4)).toMatchObject({ status: 'completed', completed_at: LATER.toISOString() });
  });

  it('insists on the required steps for the last', () => {
    expect(() => after(complete(2), complete(6))).toThrow(StepsMissing);
    expect(() => after(complete(2), complete(6))).toThrow(
      'Cannot complete onboarding. The following steps must be completed first: Step 1, Step 3',
    );
  });

  it('leaves the onboarding open while optional steps are', () => {
    expect(after(complete(1), complete(2), complete(3), complete(6)).completedAt).toBeNull();
  });

  it.each([4, 5, 6] as const)('of all six, with step %i as the last one, completes the onboarding', (last) => {
    const others = STEP_NUMBERS.filter((step) => step !== last).map(complete);
    const before = after(...others);
    expect(before.completedAt).toBeNull();
    const { progress, facts } = complete(last)(before, LATER);
    expect(progress.completedAt).toEqual(LATER);
    expect(facts.map(({ type }) => type)).toEqual(['step_completed', 'onboarding_completed']);
  });

  it('changes nothing of what it was given', () => {
    const before = Object.freeze({ ...after(complete(1)), steps: Object.freeze({ ...after(complete(1)).steps }) });
    expect(complete(2)(before, LATER).progress).not.toBe(before);
    expect(statuses(before)).toEqual(['completed', ...Array<string>(5).fill('pending')]);
  });
});

describe('skipping a step', () => {
  it('marks an optional one, without a time, and moves on', () => {
    const progress = after(complete(1), complete(2), complete(3), skip(4));
    expect(stepState(progress, 4)).toEqual({ status: 'skipped', completed_at: null, validation_errors: [] });
    expect(currentStep(progress, NOWHERE)).toBe(5);
    expect(completionPercentage(progress)).toBe(66.67);
  });

  it.each([1, 2, 3, 6] as const)('refuses the required step %i', (step) => {
    expect(() => after(skip(step))).toThrow(StepNotSkippable);
  });

  it('leaves a completed one completed', () => {
    const before = after(complete(4));
    expect(stepState(skip(4)(before, LATER).progress, 4)).toEqual(stepState(before, 4));
  });

  it('again records nothing', () => {
    expect(types(skip(4), after(skip(4)))).toEqual([]);
  });

  it.each([skip(4), complete(4)])('again moves a user on who had gone back to it', (finished) => {
    const before = after(complete(1), complete(2), complete(3), finished, goToStep(4));
    const { progress, facts } = skip(4)(before, LATER);
    expect(currentStep(progress, NOWHERE)).toBe(5);
    expect(facts).toHaveLength(1);
    expect(progress.steps).toEqual(before.steps);
  });

  it('completes the onboarding when it is the last one left', () => {
    const before = after(...([1, 2, 3, 5, 6] as const).map(complete));
    expect(skip(4)(before, LATER).progress.completedAt).toEqual(LATER);
  });
});

describe('going to a step', () => {
  it('makes it the current one, and in progress', () => {
    const progress = after(goToStep(4));
    expect(currentStep(progress, NOWHERE)).toBe(4);
    expect(nextStep(progress, NOWHERE)).toBe(1);
    expect(statuses(progress)[3]).toBe(StepStatus.InProgress);
  });

  it('leaves a finished one as it is', () => {
    const before = after(complete(1), complete(2));
    const progress = goToStep(1)(before, LATER).progress;
    expect(progress.steps).toEqual(before.steps);
    expect(currentStep(progress, NOWHERE)).toBe(1);
    expect(completionPercentage(progress)).toBe(33.33);
  });

  it('again records nothing', () => {
    expect(types(goToStep(4), after(goToStep(4)))).toEqual([]);
  });

  it('takes nobody away from the end', () => {
    const done = after(complete(1), complete(2), complete(3), finish);
    expect(currentStep(goToStep(2)(done, LATER).progress, NOWHERE)).toBe(6);
  });
});

describe('failing a step', () => {
  it('keeps the error with it', () => {
    const progress = after(failStep(2, 'No answer.'));
    expect(stepState(progress, 2)).toEqual({
      status: 'failed',
      completed_at: null,
      validation_errors: ['No answer.'],
    });
  });

  it('leaves a finished one finished, at its time', () => {
    const before = after(complete(2));
    const progress = failStep(2, 'No answer.')(before, LATER).progress;
    expect(stepState(progress, 2)).toEqual({ ...stepState(before, 2), validation_errors: ['No answer.'] });
  });
});

describe('resetting', () => {
  it('one step puts it back to pending, and opens the onboarding again', () => {
    const progress = resetStep(2)(after(complete(1), complete(2), complete(3), finish), LATER).progress;
    expect(statuses(progress)).toEqual(['completed', 'pending', 'completed', 'skipped', 'skipped', 'completed']);
    expect(progress.completedAt).toBeNull();
    expect(currentStep(progress, NOWHERE)).toBe(2);
  });

  it('a pending step records nothing', () => {
    expect(types(resetStep(2), after(complete(1)))).toEqual([]);
  });

  it('everything starts again, at the time of the reset', () => {
    const before = after(complete(1), goToStep(5), raisePercentage(90));
    expect(reset()(before, LATER)).toEqual({
      progress: newProgress(LATER),
      facts: [{ type: 'onboarding_reset', step: null, data: {} }],
    });
  });
});

describe('raising the percentage', () => {
  it('sets a floor, to two decimals, and never lowers it', () => {
    const progress = after(raisePercentage(55.555));
    expect(completionPercentage(progress)).toBe(55.56);
    expect(raisePercentage(20)(progress, LATER)).toEqual({ progress, facts: [] });
    expect(raisePercentage(55.56)(progress, LATER).facts).toEqual([]);
  });

  it('to 100 completes nothing', () => {
    const progress = after(raisePercentage(100));
    expect(completionPercentage(progress)).toBe(100);
    expect(progress.completedAt).toBeNull();
    expect(currentStep(progress, NOWHERE)).toBe(1);
  });

  it.each([-1, -0.01, 100.01, 1000, NaN, Infinity, -Infinity])('refuses %p', (percentage) => {
    expect(() => raisePercentage(percentage)).toThrow(PercentageOutOfRange);
  });

  it.each(['50', null, undefined, true, [50], {}])('refuses %p, which is no number', (percentage) => {
    expect(() => raisePercentage(percentage as number)).toThrow(PercentageOutOfRange);
  });
});

describe('completing the onboarding', () => {
  it('insists on the required steps', () => {
    expect(() => after(complete(2), finish)).toThrow(
      'Cannot complete onboarding. The following steps must be completed first: Step 1, Step 3',
    );
  });

  it('completes step 6, skips the optional ones that are left, and records each', () => {
    const { progress, facts } = finish(after(complete(1), complete(2), complete(3), complete(4)), LATER);
    expect(statuses(progress)).toEqual(['completed', 'completed', 'completed', 'completed', 'skipped', 'completed']);
    expect(progress.completedAt).toEqual(LATER);
    expect(facts.map(({ type, step }) => [type, step])).toEqual([
      ['step_skipped', 5],
      ['step_completed', 6],
      ['onboarding_completed', null],
    ]);
  });

  it('again changes nothing', () => {
    const done = after(complete(1), complete(2), complete(3), finish);
    expect(finish(done, LATER)).toEqual({ progress: done, facts: [] });
  });

  it('stays, whatever is edited afterwards', () => {
    const done = after(complete(1), complete(2), complete(3), finish);
    const edits = [complete(2), complete(6), skip(4), goToStep(1), failStep(3, 'x'), raisePercentage(3), dataSaved(2)];
    const edited = edits.reduce((progress, edit) => edit(progress, LATER).progress, done);
    expect(edited.completedAt).toEqual(done.completedAt);
    expect([currentStep(edited, NOWHERE), completionPercentage(edited)]).toEqual([6, 100]);
  });

  it("takes the deployment's own key for step 1, and leaves its status", () => {
    const { progress, facts } = completeOnboarding(DEPLOYMENT_KEY)(after(complete(2), complete(3)), LATER);
    expect(statuses(progress)).toEqual(['pending', 'completed', 'completed', 'skipped', 'skipped', 'completed']);
    expect(progress.completedAt).toEqual(LATER);
    expect(completionPercentage(progress)).toBe(100);
    expect(facts.filter(({ type }) => type === 'onboarding_completed')).toHaveLength(1);
  });
});

describe('what moves nothing', () => {
  it('saving data is recorded all the same', () => {
    const before = after(complete(1));
    expect(dataSaved(4)(before, LATER)).toEqual({
      progress: before,
      facts: [{ type: 'data_saved', step: 4, data: {} }],
    });
  });

  it('wanting the session is not', () => {
    const before = after(complete(1));
    expect(unchanged(before, LATER)).toEqual({ progress: before, facts: [] });
  });
});
