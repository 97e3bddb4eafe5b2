import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Flow } from './flow.js';
import { CANONICAL_FLOWS, FLOWS } from './flows.js';
import {
  completionPercentage,
  newProgress,
  nextStep,
  pageToShow,
  stepState,
  type FinishedByDeployment,
  type Progress,
} from './progress.js';
import { PercentageOutOfRange, StepNotSkippable, StepsMissing } from './flow.problems.js';
import { StepStatus } from './step-status.js';
import { STEP_KEYS, type StepKey } from './steps.js';
import {
  completeOnboarding,
  completeStep,
  dataSaved,
  failStep,
  goToStep,
  importOnboarding,
  keysChanged,
  raisePercentage,
  reset,
  resetStep,
  restore,
  skipStep,
  start,
  unchanged,
  type Transition,
} from './transitions.js';

const NOWHERE: FinishedByDeployment = new Set();
const DEPLOYMENT_KEY: FinishedByDeployment = new Set(['api_keys']);
const { six, five, four, 'six-intro': intro } = FLOWS;
const START = new Date('2026-01-01T00:00:00.000Z');
const LATER = new Date('2026-02-02T00:00:00.000Z');

const complete = (step: StepKey) => completeStep(step, [], NOWHERE);
const skip = (step: StepKey) => skipStep(step, NOWHERE);
const finish = completeOnboarding(NOWHERE);
/** The required steps before the last, in six pages. */
const REQUIRED = (['api_keys', 'website', 'research'] as const).map(complete);

/** Progress in six pages after these transitions, one minute apart. */
const after = (...transitions: Transition[]) => afterIn(six, ...transitions);

function afterIn(flow: Flow, ...transitions: Transition[]): Progress {
  return transitions.reduce<Progress>(
    (progress, transition, index) => transition(progress, new Date(START.getTime() + index * 60_000), flow).progress,
    newProgress(START),
  );
}

const statuses = (progress: Progress) => STEP_KEYS.map((step) => stepState(progress, step).status);
const types = (transition: Transition, progress: Progress) =>
  transition(progress, LATER, six).facts.map(({ type, step }) => [type, step]);

describe('completing a step', () => {
  it('marks it, says when, and moves on to the first unfinished one', () => {
    const progress = after(complete('api_keys'));
    expect(stepState(progress, 'api_keys')).toEqual({
      status: 'completed',
      completed_at: START.toISOString(),
      validation_errors: [],
    });
    expect(pageToShow(progress, six, NOWHERE)).toBe('website');
    expect(complete('api_keys')(newProgress(START), START, six).facts).toEqual([
      { type: 'step_completed', step: 'api_keys', data: { from: 'pending', to: 'completed' }, progress },
    ]);
  });

  it('may come in any order but for the last', () => {
    const progress = after(complete('research'), complete('integrations'));
    expect(pageToShow(progress, six, NOWHERE)).toBe('api_keys');
    expect(completionPercentage(progress, six)).toBe(33.33);
  });

  it('again keeps its time and everything behind it', () => {
    const before = after(...REQUIRED);
    const again = complete('api_keys')(before, LATER, six).progress;
    expect(again.steps).toEqual(before.steps);
    expect(pageToShow(again, six, NOWHERE)).toBe('personalization');
    expect(completionPercentage(again, six)).toBe(50);
  });

  it('again never moves a user back who has gone ahead on purpose', () => {
    const before = after(complete('api_keys'), goToStep('integrations'));
    expect(pageToShow(complete('api_keys')(before, LATER, six).progress, six, NOWHERE)).toBe('integrations');
  });

  it('again moves a user on who had gone back to it', () => {
    const before = after(complete('api_keys'), complete('website'), goToStep('api_keys'));
    expect(pageToShow(before, six, NOWHERE)).toBe('api_keys');
    expect(pageToShow(complete('api_keys')(before, LATER, six).progress, six, NOWHERE)).toBe('research');
  });

  it('keeps what is wrong with it', () => {
    const progress = after(completeStep('website', ['The site was slow.'], NOWHERE));
    expect(stepState(progress, 'website').validation_errors).toEqual(['The site was slow.']);
  });

  it('turns a skipped step into a completed one, with the time of that', () => {
    const progress = complete('personalization')(after(skip('personalization')), LATER, six).progress;
    expect(stepState(progress, 'personalization')).toMatchObject({
      status: 'completed',
      completed_at: LATER.toISOString(),
    });
  });

  it('insists on the required steps for the last', () => {
    expect(() => after(complete('website'), complete('complete'))).toThrow(StepsMissing);
    expect(() => after(complete('website'), complete('complete'))).toThrow(
      'Cannot complete onboarding. The following steps must be completed first: Step 1, Step 3',
    );
  });

  it('leaves the onboarding open while optional steps are', () => {
    expect(after(...REQUIRED, complete('complete')).completedAt).toBeNull();
  });

  it.each(['personalization', 'integrations', 'complete'] as const)(
    'of all six, with %s as the last one, completes the onboarding',
    (last) => {
      const others = STEP_KEYS.filter((step) => step !== last).map(complete);
      const before = after(...others);
      expect(before.completedAt).toBeNull();
      const { progress, facts } = complete(last)(before, LATER, six);
      expect(progress.completedAt).toEqual(LATER);
      expect(facts.map(({ type }) => type)).toEqual(['step_completed', 'onboarding_completed']);
    },
  );

  it('changes nothing of what it was given', () => {
    const before = Object.freeze({
      ...after(complete('api_keys')),
      steps: Object.freeze({ ...after(complete('api_keys')).steps }),
    });
    expect(complete('website')(before, LATER, six).progress).not.toBe(before);
    expect(statuses(before)).toEqual(['completed', ...Array<string>(5).fill('pending')]);
  });
});

describe('skipping a step', () => {
  it('changes nothing at an introduction: another wizard may demand what stands there', () => {
    const start = newProgress(START);
    expect(skip('api_keys')(start, START, FLOWS['six-intro'])).toEqual({ progress: start, facts: [] });
  });

  it('is refused where the wizard has no page for it, and another one demands it', () => {
    for (const flow of [CANONICAL_FLOWS.five, CANONICAL_FLOWS.four]) {
      expect(() => skip('api_keys')(newProgress(START), START, flow)).toThrow(
        'Step 1 is required and cannot be skipped.',
      );
    }
  });

  it('marks an optional one, without a time, and moves on', () => {
    const progress = after(...REQUIRED, skip('personalization'));
    expect(stepState(progress, 'personalization')).toEqual({
      status: 'skipped',
      completed_at: null,
      validation_errors: [],
    });
    expect(pageToShow(progress, six, NOWHERE)).toBe('integrations');
    expect(completionPercentage(progress, six)).toBe(66.67);
  });

  it.each(['api_keys', 'website', 'research', 'complete'] as const)('refuses the required step %s', (step) => {
    expect(() => after(skip(step))).toThrow(StepNotSkippable);
  });

  it('leaves a completed one completed', () => {
    const before = after(complete('personalization'));
    expect(stepState(skip('personalization')(before, LATER, six).progress, 'personalization')).toEqual(
      stepState(before, 'personalization'),
    );
  });

  it('again records nothing', () => {
    expect(types(skip('personalization'), after(skip('personalization')))).toEqual([]);
  });

  it.each([skip('personalization'), complete('personalization')])(
    'again moves a user on who had gone back to it',
    (finished) => {
      const before = after(...REQUIRED, finished, goToStep('personalization'));
      const { progress, facts } = skip('personalization')(before, LATER, six);
      expect(pageToShow(progress, six, NOWHERE)).toBe('integrations');
      expect(facts).toHaveLength(1);
      expect(progress.steps).toEqual(before.steps);
    },
  );

  it('completes the onboarding when it is the last one left', () => {
    const before = after(...(['api_keys', 'website', 'research', 'integrations', 'complete'] as const).map(complete));
    expect(skip('personalization')(before, LATER, six).progress.completedAt).toEqual(LATER);
  });
});

describe('going to a step', () => {
  it('makes it the current one, and in progress', () => {
    const progress = after(goToStep('personalization'));
    expect(pageToShow(progress, six, NOWHERE)).toBe('personalization');
    expect(nextStep(progress, six, NOWHERE)).toBe('api_keys');
    expect(statuses(progress)[3]).toBe(StepStatus.InProgress);
  });

  it('leaves a finished one as it is', () => {
    const before = after(complete('api_keys'), complete('website'));
    const progress = goToStep('api_keys')(before, LATER, six).progress;
    expect(progress.steps).toEqual(before.steps);
    expect(pageToShow(progress, six, NOWHERE)).toBe('api_keys');
    expect(completionPercentage(progress, six)).toBe(33.33);
  });

  it('again records nothing', () => {
    expect(types(goToStep('personalization'), after(goToStep('personalization')))).toEqual([]);
  });

  it('takes nobody away from the end', () => {
    const done = after(...REQUIRED, finish);
    expect(pageToShow(goToStep('website')(done, LATER, six).progress, six, NOWHERE)).toBe('complete');
  });
});

describe('failing a step', () => {
  it('keeps the error with it', () => {
    const progress = after(failStep('website', 'No answer.'));
    expect(stepState(progress, 'website')).toEqual({
      status: 'failed',
      completed_at: null,
      validation_errors: ['No answer.'],
    });
  });

  it('leaves a finished one finished, at its time', () => {
    const before = after(complete('website'));
    const progress = failStep('website', 'No answer.')(before, LATER, six).progress;
    expect(stepState(progress, 'website')).toEqual({
      ...stepState(before, 'website'),
      validation_errors: ['No answer.'],
    });
  });
});

describe('resetting', () => {
  it('one step puts it back to pending, and opens the onboarding again', () => {
    const progress = resetStep('website')(after(...REQUIRED, finish), LATER, six).progress;
    expect(statuses(progress)).toEqual(['completed', 'pending', 'completed', 'skipped', 'skipped', 'completed']);
    expect(progress.completedAt).toBeNull();
    expect(pageToShow(progress, six, NOWHERE)).toBe('website');
  });

  it('a pending step records nothing', () => {
    expect(types(resetStep('website'), after(complete('api_keys')))).toEqual([]);
  });

  it('everything starts again, at the time of the reset', () => {
    const before = after(complete('api_keys'), goToStep('integrations'), raisePercentage(90));
    expect(reset()(before, LATER, six)).toEqual({
      progress: newProgress(LATER),
      facts: [{ type: 'onboarding_reset', step: null, data: {}, progress: newProgress(LATER) }],
    });
  });
});

describe('starting again', () => {
  it('keeps what is known of the wizard, and of what is onboarded', () => {
    const known = { flow: { id: 'four', source: 'explicit' }, onboardingType: 'linkedin' } as const;
    const before = { ...after(...REQUIRED, raisePercentage(90), finish), ...known };
    expect(reset()(before, LATER, four).progress).toEqual({ ...newProgress(LATER), ...known });
  });
});

describe('an import', () => {
  const imported = after(complete('api_keys'), raisePercentage(40));

  it('is one fact, which says where the progress comes from', () => {
    const { progress, facts } = importOnboarding(imported, 'sqlite')(newProgress(LATER), LATER, six);
    expect(progress).toEqual(imported);
    expect(facts).toEqual([
      { type: 'onboarding_imported', step: null, data: { source: 'sqlite' }, progress: imported },
    ]);
  });

  it('never sets the wizard', () => {
    const flow = { id: 'five', source: 'learnt' } as const;
    const other = { ...imported, flow: { id: 'four', source: 'explicit' } as const };
    expect(importOnboarding(other, '')({ ...newProgress(LATER), flow }, LATER, six).progress.flow).toBe(flow);
    expect(importOnboarding(other, '')(newProgress(LATER), LATER, six).progress.flow).toBeNull();
  });
});

describe('a restore', () => {
  const earlier = after(complete('api_keys'), completeStep('website', ['slow'], NOWHERE), raisePercentage(40));
  const done = afterIn(six, ...REQUIRED, finish);

  it('brings back the progress of an earlier revision, in one fact that says which', () => {
    const { progress, facts } = restore(7, 'all', earlier)(done, LATER, six);
    expect(progress).toEqual(earlier);
    expect(facts).toEqual([
      { type: 'onboarding_restored', step: null, data: { revision: 7, what: 'all' }, progress: earlier },
    ]);
  });

  it('leaves the progress as it is where only data come back', () => {
    const { progress, facts } = restore(7, 'data', null)(done, LATER, six);
    expect(progress).toBe(done);
    expect(facts).toMatchObject([{ type: 'onboarding_restored', data: { revision: 7, what: 'data' }, progress: done }]);
  });

  it('keeps the wizard that was last seen, whichever there was before', () => {
    const five = { id: 'five', source: 'explicit' } as const;
    const intro = { id: 'six-intro', source: 'learnt' } as const;
    const of = (progress: Progress, before: Progress) => restore(7, 'progress', before)(progress, LATER, six).progress;
    expect(of({ ...done, flow: five }, { ...earlier, flow: intro })).toEqual({ ...earlier, flow: five });
    expect(of({ ...done, flow: five }, earlier)).toEqual({ ...earlier, flow: five });
    expect(of(done, { ...earlier, flow: intro })).toEqual({ ...earlier, flow: null });
  });

  it('is undone by another one', () => {
    const back = restore(7, 'all', earlier)(done, LATER, six).progress;
    expect(restore(9, 'all', done)(back, LATER, six).progress).toEqual(done);
  });
});

describe('raising the percentage', () => {
  it('sets a floor, to two decimals, and never lowers it', () => {
    const progress = after(raisePercentage(55.555));
    expect(completionPercentage(progress, six)).toBe(55.56);
    expect(raisePercentage(20)(progress, LATER, six)).toEqual({ progress, facts: [] });
    expect(raisePercentage(55.56)(progress, LATER, six).facts).toEqual([]);
  });

  it('to 100 completes nothing', () => {
    const progress = after(raisePercentage(100));
    expect(completionPercentage(progress, six)).toBe(100);
    expect(progress.completedAt).toBeNull();
    expect(pageToShow(progress, six, NOWHERE)).toBe('api_keys');
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
    expect(() => after(complete('website'), finish)).toThrow(
      'Cannot complete onboarding. The following steps must be completed first: Step 1, Step 3',
    );
  });

  it('completes the last step, skips the optional ones that are left, and records each', () => {
    const { progress, facts } = finish(after(...REQUIRED, complete('personalization')), LATER, six);
    expect(statuses(progress)).toEqual(['completed', 'completed', 'completed', 'completed', 'skipped', 'completed']);
    expect(progress.completedAt).toEqual(LATER);
    expect(facts.map(({ type, step }) => [type, step])).toEqual([
      ['step_skipped', 'integrations'],
      ['step_completed', 'complete'],
      ['onboarding_completed', null],
    ]);
  });

  it('is the last event also where the last step was completed before the optional ones', () => {
    const { facts } = finish(after(...REQUIRED, complete('complete'), complete('personalization')), LATER, six);
    expect(facts.map(({ type, step }) => [type, step])).toEqual([
      ['step_skipped', 'integrations'],
      ['onboarding_completed', null],
    ]);
  });

  it('again changes nothing', () => {
    const done = after(...REQUIRED, finish);
    expect(finish(done, LATER, six)).toEqual({ progress: done, facts: [] });
  });

  it('stays, whatever is edited afterwards', () => {
    const done = after(...REQUIRED, finish);
    const edits = [
      complete('website'),
      complete('complete'),
      skip('personalization'),
      goToStep('api_keys'),
      failStep('research', 'x'),
      raisePercentage(3),
      dataSaved('website'),
    ];
    const edited = edits.reduce((progress, edit) => edit(progress, LATER, six).progress, done);
    expect(edited.completedAt).toEqual(done.completedAt);
    expect([pageToShow(edited, six, NOWHERE), completionPercentage(edited, six)]).toEqual(['complete', 100]);
  });

  it("takes the deployment's own key for that of keys, and leaves its status", () => {
    const { progress, facts } = completeOnboarding(DEPLOYMENT_KEY)(
      after(complete('website'), complete('research')),
      LATER,
      six,
    );
    expect(statuses(progress)).toEqual(['pending', 'completed', 'completed', 'skipped', 'skipped', 'completed']);
    expect(progress.completedAt).toEqual(LATER);
    expect(completionPercentage(progress, six)).toBe(100);
    expect(facts.filter(({ type }) => type === 'onboarding_completed')).toHaveLength(1);
  });
});

describe('what moves nothing', () => {
  it('saving data is recorded all the same', () => {
    const before = after(complete('api_keys'));
    expect(dataSaved('personalization')(before, LATER, six)).toEqual({
      progress: before,
      facts: [{ type: 'data_saved', step: 'personalization', data: {}, progress: before }],
    });
  });

  it('wanting the session is not', () => {
    const before = after(complete('api_keys'));
    expect(unchanged(before, LATER, six)).toEqual({ progress: before, facts: [] });
  });
});

describe('in a wizard with an introduction', () => {
  it('neither the end nor the last page waits for it', () => {
    const done = afterIn(intro, ...REQUIRED.slice(1), skip('personalization'), complete('integrations'));
    expect(done.completedAt).toBeNull();
    const { progress, facts } = complete('complete')(done, LATER, intro);
    expect(progress.completedAt).toEqual(LATER);
    expect(facts.map(({ type }) => type)).toEqual(['step_completed', 'onboarding_completed']);
  });

  it('the end leaves its status as it is', () => {
    const { progress } = finish(afterIn(intro, ...REQUIRED.slice(1)), LATER, intro);
    expect(statuses(progress)).toEqual(['pending', 'completed', 'completed', 'skipped', 'skipped', 'completed']);
    expect(completionPercentage(progress, intro)).toBe(100);
  });

  it('the user may go back to it, and on from it', () => {
    const back = afterIn(intro, complete('website'), goToStep('api_keys'));
    expect(pageToShow(back, intro, NOWHERE)).toBe('api_keys');
    expect(pageToShow(complete('website')(back, LATER, intro).progress, intro, NOWHERE)).toBe('research');
  });
});

describe.each([five, four])('in a wizard without a page for keys: $id', (flow) => {
  const required = REQUIRED.slice(1);

  it('the end demands the required steps that it has, by its own numbers', () => {
    for (const end of [finish, complete('complete')]) {
      expect(() => afterIn(flow, end)).toThrow(
        'Cannot complete onboarding. The following steps must be completed first: Step 1, Step 2',
      );
      expect(() => afterIn(flow, complete('api_keys'), complete('website'), end)).toThrow('first: Step 2');
    }
    expect(() => afterIn(flow, skip('website'))).toThrow('Step 1 is required and cannot be skipped.');
  });

  it('the end touches the steps that it has, and no other', () => {
    const { progress, facts } = finish(afterIn(flow, ...required), LATER, flow);
    const touched = flow.steps.map(({ key }) => key);
    expect(progress.completedAt).toEqual(LATER);
    expect(Object.keys(progress.steps).toSorted()).toEqual(touched.toSorted());
    expect(facts.map(({ type, step }) => [type, step])).toEqual([
      ...touched.slice(2, -1).map((step) => ['step_skipped', step]),
      ['step_completed', 'complete'],
      ['onboarding_completed', null],
    ]);
  });

  it('the last of its steps completes the onboarding, whatever else is open', () => {
    const all = flow.steps.map(({ key }) => key);
    for (const last of all.slice(2)) {
      const before = afterIn(flow, ...all.filter((step) => step !== last).map(complete));
      expect(before.completedAt).toBeNull();
      expect(complete(last)(before, LATER, flow).progress.completedAt).toEqual(LATER);
    }
  });

  it('completed once is completed in every wizard', () => {
    const done = finish(afterIn(flow, ...required), LATER, flow).progress;
    for (const other of Object.values(FLOWS)) {
      expect(finish(done, LATER, other)).toEqual({ progress: done, facts: [] });
      expect([pageToShow(done, other, NOWHERE), completionPercentage(done, other)]).toEqual(['complete', 100]);
    }
  });

  it('a step without a page is saved, and moves the user nowhere', () => {
    const back = afterIn(flow, complete('website'), goToStep('website'));
    const { progress, facts } = complete('api_keys')(back, LATER, flow);
    expect(stepState(progress, 'api_keys').status).toBe('completed');
    expect(facts).toMatchObject([
      { type: 'step_completed', step: 'api_keys', data: { from: 'pending', to: 'completed' } },
    ]);
    expect(pageToShow(progress, flow, NOWHERE)).toBe('website');
    expect(completionPercentage(progress, flow)).toBe(completionPercentage(back, flow));
    // A step with a page moves the user on.
    expect(pageToShow(complete('website')(back, LATER, flow).progress, flow, NOWHERE)).toBe('research');
  });

  it('a step without a page stays what it is when the onboarding ends', () => {
    const withKeys = afterIn(six, complete('api_keys'), ...required);
    const done = finish(withKeys, LATER, flow).progress;
    expect(stepState(done, 'api_keys')).toEqual(stepState(withKeys, 'api_keys'));
  });
});

describe('every change', () => {
  const step = fc.constantFrom(...STEP_KEYS);
  const transition: fc.Arbitrary<Transition> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(step, fc.array(fc.string(), { maxLength: 2 }))
        .map(([key, errors]) => completeStep(key, errors, NOWHERE)),
    },
    { weight: 3, arbitrary: step.map(skip) },
    step.map(goToStep),
    step.map((key) => failStep(key, 'No answer.')),
    step.map(resetStep),
    step.map(dataSaved),
    fc.constantFrom(finish, completeOnboarding(DEPLOYMENT_KEY), reset(), start, unchanged),
    fc.integer({ min: 0, max: 100 }).map(raisePercentage),
    fc
      .array(fc.constantFrom('openai', 'exa'), { maxLength: 3 })
      .map((providers) => keysChanged('api_key_saved', providers)),
    fc
      .boolean()
      .map((isProgress) => restore(1, isProgress ? 'progress' : 'data', isProgress ? after(...REQUIRED) : null)),
  );

  /** The steps that a change of one event to the next touches. */
  const touched = (from: Progress, to: Progress) => STEP_KEYS.filter((key) => from.steps[key] !== to.steps[key]);

  it('has facts that each carry the progress they lead to; the last one carries that of the change', () => {
    let facts = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(FLOWS)),
        fc.array(transition, { maxLength: 12 }),
        (flow, sequence) => {
          sequence.reduce((progress, move) => {
            const change = attempt(() => move(progress, LATER, flow));
            if (!change) return progress;
            expect(change.facts.at(-1)?.progress ?? progress).toEqual(change.progress);
            change.facts.reduce((from, { type, step: key, progress: to }) => {
              facts++;
              // A fact of one step leads to a change of that step alone, and only the end to that of the end.
              if (key) expect(touched(from, to).filter((other) => other !== key)).toEqual([]);
              expect(to.completedAt !== null && from.completedAt === null).toBe(type === 'onboarding_completed');
              return to;
            }, progress);
            return change.progress;
          }, newProgress(START));
        },
      ),
    );
    expect(facts).toBeGreaterThan(100);
  });
});

/** Null where it is refused. */
function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof StepsMissing || error instanceof StepNotSkippable) return null;
    throw error;
  }
}

it('a user of four pages who returns to six meets the page for keys', () => {
  const before = afterIn(four, ...REQUIRED.slice(1), complete('personalization'));
  expect(pageToShow(before, six, NOWHERE)).toBe('api_keys');
  expect(() => finish(before, LATER, six)).toThrow('must be completed first: Step 1');
  expect(completeOnboarding(DEPLOYMENT_KEY)(before, LATER, six).progress.completedAt).toEqual(LATER);
});
