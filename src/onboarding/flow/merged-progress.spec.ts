import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FLOWS } from './flows.js';
import { mergedProgress } from './merged-progress.js';
import { completionPercentage, isFinished, newProgress, stepState, type Progress, type StepState } from './progress.js';
import { StepStatus } from './step-status.js';
import { STEP_KEYS } from './steps.js';

const HERE = new Date('2026-01-01T00:00:00.000Z');
const THERE = new Date('2025-10-01T00:00:00.000Z');

const state = (status: StepStatus, time: Date | null = null): StepState => ({
  status,
  completed_at: time?.toISOString() ?? null,
  validation_errors: [],
});

const here: Progress = {
  ...newProgress(HERE, { flow: { id: 'four', source: 'learnt' }, onboardingType: null }),
  steps: { website: state('completed', HERE), research: state('in_progress') },
  currentStep: 'research',
  percentageFloor: 25,
};
const there: Progress = {
  ...newProgress(THERE, { flow: null, onboardingType: 'website' }),
  steps: { website: state('completed', THERE), research: state('completed', THERE), integrations: state('failed') },
};

describe('progress whose gaps another back end fills', () => {
  it('gets the steps that are finished there, and those that nobody has touched here', () => {
    expect(mergedProgress(here, there)).toEqual({
      ...here,
      steps: { ...here.steps, research: there.steps.research, integrations: there.steps.integrations },
      currentStep: null,
      onboardingType: 'website',
    });
  });

  it('keeps a step that is under way here and not finished there', () => {
    const theirs = { ...there, steps: { research: state('failed') } };
    expect(mergedProgress(here, theirs)).toEqual({ ...here, onboardingType: 'website' });
  });

  it('is finished if it is finished on either side, since the time of this one', () => {
    const done = { ...there, completedAt: THERE };
    expect(mergedProgress(here, done)).toMatchObject({ completedAt: THERE, currentStep: null });
    expect(mergedProgress({ ...here, completedAt: HERE }, done).completedAt).toBe(HERE);
    expect(mergedProgress({ ...here, completedAt: HERE }, there).completedAt).toBe(HERE);
  });

  it('starts no later than it is finished', () => {
    const early = { ...there, completedAt: new Date('2025-12-01T00:00:00.000Z') };
    expect(mergedProgress(here, early).startedAt).toEqual(THERE);
    expect(mergedProgress(here, { ...early, completedAt: HERE }).startedAt).toEqual(HERE);
    expect(mergedProgress(here, there).startedAt).toEqual(HERE);
    expect(mergedProgress({ ...here, startedAt: THERE }, { ...early, startedAt: HERE }).startedAt).toEqual(THERE);
  });

  const status = fc.constantFrom(...Object.values(StepStatus));
  const anyProgress = (time: Date): fc.Arbitrary<Progress> =>
    fc
      .record({
        steps: fc.dictionary(
          fc.constantFrom(...STEP_KEYS),
          status.map((one) => state(one, time)),
        ),
        completedAt: fc.constantFrom(null, time),
        currentStep: fc.constantFrom(null, ...STEP_KEYS),
      })
      .map((progress) => ({
        ...newProgress(time),
        ...progress,
        currentStep: progress.completedAt ? null : progress.currentStep,
      }));

  it('loses nothing that is finished on either side, never falls, and gains nothing from a second time', () => {
    fc.assert(
      fc.property(anyProgress(HERE), anyProgress(THERE), (one, other) => {
        const merged = mergedProgress(one, other);
        for (const step of STEP_KEYS) {
          expect(isFinished(merged, step)).toBe(isFinished(one, step) || isFinished(other, step));
          if (isFinished(one, step)) expect(stepState(merged, step)).toBe(stepState(one, step));
        }
        for (const flow of Object.values(FLOWS)) {
          expect(completionPercentage(merged, flow)).toBeGreaterThanOrEqual(completionPercentage(one, flow));
        }
        expect(mergedProgress(merged, other)).toEqual(merged);
      }),
    );
  });
});
