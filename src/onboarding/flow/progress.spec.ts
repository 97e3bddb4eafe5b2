import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FLOW_IDS } from '../../ground/config/wizard-flows.js';
import { CANONICAL_FLOWS, FLOWS } from './flows.js';
import {
  canProceedToFinal,
  completionPercentage,
  isFinished,
  keptErrors,
  missingBefore,
  newProgress,
  nextStep,
  pageToShow,
  stepAccess,
  stepState,
  type FinishedByDeployment,
  type Progress,
  type StepStates,
} from './progress.js';
import { StepStatus } from './step-status.js';
import { STEP_KEYS, type StepKey } from './steps.js';

const NOW = new Date('2026-01-02T03:04:05.678Z');
const NOWHERE: FinishedByDeployment = new Set();
const DEPLOYMENT_KEY: FinishedByDeployment = new Set(['api_keys']);
const { six, five, four, 'six-intro': intro } = FLOWS;

/** Progress with these statuses, by step. */
function progress(statuses: Partial<Record<StepKey, StepStatus>> = {}, more: Partial<Progress> = {}): Progress {
  const steps: StepStates = Object.fromEntries(
    Object.entries(statuses).map(([step, status]) => [step, { status, completed_at: null, validation_errors: [] }]),
  );
  return { ...newProgress(NOW), steps, ...more };
}

const { Completed, Skipped, InProgress, Failed, Pending } = StepStatus;

describe('a user who has not started', () => {
  it('is at the first step, with nothing done', () => {
    const start = newProgress(NOW);
    expect(pageToShow(start, six, NOWHERE)).toBe('api_keys');
    expect(nextStep(start, six, NOWHERE)).toBe('api_keys');
    expect(completionPercentage(start, six)).toBe(0);
    expect(canProceedToFinal(start, six, NOWHERE)).toBe(false);
    expect(STEP_KEYS.map((step) => stepState(start, step).status)).toEqual(Array(6).fill(Pending));
  });
});

describe('what is known of the wizard', () => {
  it('is nothing before the first post, and stays where the progress starts again', () => {
    expect(newProgress(NOW)).toMatchObject({ flow: null, onboardingType: null });
    const known = { flow: { id: 'five', source: 'learnt' }, onboardingType: 'linkedin' } as const;
    const old = progress({ website: Completed }, { ...known, percentageFloor: 50, currentStep: 'website' });
    expect(newProgress(NOW, old)).toEqual({ ...newProgress(NOW), ...known });
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
    expect(isFinished(progress({ website: status }), 'website')).toBe(finished);
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
      STEP_KEYS.slice(0, count).map((step) => [
        step,
        step === 'personalization' || step === 'integrations' ? Skipped : Completed,
      ]),
    );
    expect(completionPercentage(progress(statuses), six)).toBe(percentage);
  });

  it('counts neither steps in progress nor failed ones', () => {
    expect(completionPercentage(progress({ api_keys: Completed, website: InProgress, research: Failed }), six)).toBe(
      16.67,
    );
  });

  it('is the floor where that is higher, and the steps where they are', () => {
    expect(completionPercentage(progress({ api_keys: Completed }, { percentageFloor: 42.5 }), six)).toBe(42.5);
    expect(completionPercentage(progress({ api_keys: Completed }, { percentageFloor: 10 }), six)).toBe(16.67);
  });

  it('is 100 once completed, whatever the statuses say', () => {
    expect(
      completionPercentage(progress({ website: Completed, personalization: InProgress }, { completedAt: NOW }), six),
    ).toBe(100);
  });
});

describe('the current and the next step', () => {
  it('are the first unfinished one, whatever comes after it', () => {
    const some = progress({ api_keys: Completed, research: Completed, personalization: Skipped });
    expect([pageToShow(some, six, NOWHERE), nextStep(some, six, NOWHERE)]).toEqual(['website', 'website']);
  });

  it('differ while the user is at a step on purpose', () => {
    const back = progress({ api_keys: Completed, website: Completed }, { currentStep: 'api_keys' });
    expect([pageToShow(back, six, NOWHERE), nextStep(back, six, NOWHERE)]).toEqual(['api_keys', 'research']);
  });

  it('are the last when none is left, and once completed', () => {
    const all = progress({
      api_keys: Completed,
      website: Completed,
      research: Completed,
      personalization: Skipped,
      integrations: Skipped,
      complete: Completed,
    });
    const completed = progress({ website: Completed }, { completedAt: NOW, currentStep: 'website' });
    for (const one of [all, completed])
      expect([pageToShow(one, six, NOWHERE), nextStep(one, six, NOWHERE)]).toEqual(['complete', 'complete']);
  });
});

describe('what is missing', () => {
  it('is the required steps before', () => {
    const some = progress({ website: Completed, research: Failed });
    expect(missingBefore(some, 'complete', six, NOWHERE)).toEqual(['api_keys', 'research']);
    expect(missingBefore(some, 'research', six, NOWHERE)).toEqual(['api_keys']);
    expect(missingBefore(some, 'api_keys', six, NOWHERE)).toEqual([]);
  });

  it('is never an optional step', () => {
    const required = progress({ api_keys: Completed, website: Completed, research: Completed });
    expect(missingBefore(required, 'complete', six, NOWHERE)).toEqual([]);
    expect(canProceedToFinal(required, six, NOWHERE)).toBe(true);
  });
});

describe('access to a step', () => {
  it('is locked behind an unfinished required one, available otherwise, completed when finished', () => {
    const some = progress({ api_keys: Completed, personalization: Skipped });
    expect(STEP_KEYS.map((step) => stepAccess(some, step, six, NOWHERE))).toEqual([
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

  it('that of keys counts as finished for where to go and what may be done', () => {
    expect(pageToShow(start, six, DEPLOYMENT_KEY)).toBe('website');
    expect(nextStep(start, six, DEPLOYMENT_KEY)).toBe('website');
    expect(missingBefore(start, 'complete', six, DEPLOYMENT_KEY)).toEqual(['website', 'research']);
    expect(canProceedToFinal(progress({ website: Completed, research: Completed }), six, DEPLOYMENT_KEY)).toBe(true);
    expect(stepAccess(start, 'api_keys', six, DEPLOYMENT_KEY)).toBe('completed');
    expect(stepAccess(start, 'website', six, DEPLOYMENT_KEY)).toBe('available');
  });

  it('neither its status nor the percentage changes', () => {
    expect(stepState(start, 'api_keys').status).toBe(Pending);
    expect(completionPercentage(progress({ website: Completed }), six)).toBe(16.67);
  });
});

describe('the page of an introduction', () => {
  const start = newProgress(NOW);

  it('counts as finished for where to go, is never missing, and may be shown', () => {
    expect([pageToShow(start, intro, NOWHERE), nextStep(start, intro, NOWHERE)]).toEqual(['website', 'website']);
    expect(missingBefore(start, 'complete', intro, NOWHERE)).toEqual(['website', 'research']);
    expect(canProceedToFinal(progress({ website: Completed, research: Completed }), intro, NOWHERE)).toBe(true);
    expect(stepAccess(start, 'api_keys', intro, NOWHERE)).toBe('available');
    expect(pageToShow(progress({}, { currentStep: 'api_keys' }), intro, NOWHERE)).toBe('api_keys');
  });

  it('is one of the six of which the percentage counts the finished ones', () => {
    expect(completionPercentage(progress({ website: Completed }), intro)).toBe(16.67);
    expect(completionPercentage(progress({ api_keys: Completed, website: Completed }), intro)).toBe(33.33);
  });
});

describe('a step without a page in the flow', () => {
  const keys = progress({ api_keys: Completed });
  const fourPages = progress({ website: Completed, research: Completed, personalization: Skipped });

  it('counts neither in the percentage nor in where to go', () => {
    expect(completionPercentage(keys, five)).toBe(0);
    expect(nextStep(keys, five, NOWHERE)).toBe('website');
    expect(nextStep(fourPages, four, NOWHERE)).toBe('complete');
    expect(nextStep(fourPages, five, NOWHERE)).toBe('integrations');
    expect([five, four].map((flow) => completionPercentage(fourPages, flow))).toEqual([60, 75]);
  });

  it('is never missing, and locks nothing', () => {
    for (const flow of [five, four]) {
      expect(missingBefore(newProgress(NOW), 'complete', flow, NOWHERE)).toEqual(['website', 'research']);
      expect(canProceedToFinal(fourPages, flow, NOWHERE)).toBe(true);
      expect(stepAccess(newProgress(NOW), 'website', flow, NOWHERE)).toBe('available');
    }
  });

  it('is not shown, even if the user went there in another wizard', () => {
    expect(pageToShow(progress({}, { currentStep: 'api_keys' }), five, NOWHERE)).toBe('website');
    expect(pageToShow({ ...fourPages, currentStep: 'integrations' }, four, NOWHERE)).toBe('complete');
    expect(pageToShow({ ...fourPages, currentStep: 'research' }, four, NOWHERE)).toBe('research');
  });

  it('is due again in a wizard that has its page', () => {
    expect(nextStep(fourPages, six, NOWHERE)).toBe('api_keys');
    expect(nextStep(fourPages, six, DEPLOYMENT_KEY)).toBe('integrations');
    expect(canProceedToFinal(fourPages, six, NOWHERE)).toBe(false);
  });
});

describe.each(FLOW_IDS)('the flow %s in canonical numbers', (id) => {
  const [own, canonical] = [FLOWS[id], CANONICAL_FLOWS[id]];

  it('demands and counts the same', () => {
    const statuses = [Completed, Pending, Skipped] as const;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...statuses), { minLength: 6, maxLength: 6 }), (all) => {
        const some = progress(Object.fromEntries(STEP_KEYS.map((step, index) => [step, all[index]])));
        for (const rule of [completionPercentage, canProceedToFinal, nextStep, pageToShow]) {
          expect(rule(some, canonical, NOWHERE)).toBe(rule(some, own, NOWHERE));
        }
        expect(missingBefore(some, 'complete', canonical, NOWHERE)).toEqual(
          missingBefore(some, 'complete', own, NOWHERE),
        );
      }),
    );
  });
});

describe('the validation errors of a step', () => {
  it('are kept up to 20, of 500 characters each', () => {
    const errors = Array.from({ length: 21 }, (_, n) => String(n).padEnd(501, '.'));
    const kept = keptErrors(errors);
    expect(kept.map((error) => error.length)).toEqual(Array(20).fill(500));
    expect(kept.every((error, n) => errors[n]?.startsWith(error))).toBe(true);
    expect(keptErrors(['', 'short'])).toEqual(['', 'short']);
  });

  it('are never cut inside a character', () => {
    expect(keptErrors([`${'x'.repeat(499)}\u{1F600}`])).toEqual(['x'.repeat(499)]);
    expect(keptErrors([`${'x'.repeat(498)}\u{1F600}y`])).toEqual([`${'x'.repeat(498)}\u{1F600}`]);
  });
});
