import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FLOW_IDS } from '../../ground/config/wizard-flows.js';
import { newProgress, type Progress, type StepState } from './progress.js';
import { changedErrors, progressFrom, stateOf, validationErrorsOf, type ProgressState } from './progress-state.js';
import { StepStatus } from './step-status.js';
import { STEP_KEYS, type StepKey } from './steps.js';

const START = new Date('2026-01-02T03:04:05.678Z');

const time = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
const stepState: fc.Arbitrary<StepState> = fc.record({
  status: fc.constantFrom(...Object.values(StepStatus)),
  completed_at: fc.option(time.map((at) => at.toISOString())),
  validation_errors: fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 3 }),
});
const progress: fc.Arbitrary<Progress> = fc.record({
  steps: fc.dictionary(fc.constantFrom(...STEP_KEYS), stepState, { noNullPrototype: true }),
  currentStep: fc.option(fc.constantFrom(...STEP_KEYS)),
  percentageFloor: fc.integer({ min: 0, max: 10_000 }).map((hundredths) => hundredths / 100),
  startedAt: time,
  completedAt: fc.option(time),
  flow: fc.option(fc.record({ id: fc.constantFrom(...FLOW_IDS), source: fc.constantFrom('learnt', 'explicit') })),
  onboardingType: fc.option(fc.string()),
});

/** Through a column of type jsonb. */
const stored = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

describe('progress as a row states it', () => {
  it('is the same when it is read again, whatever it is', () => {
    fc.assert(
      fc.property(progress, (before) => {
        const [state, errors] = [stored(stateOf(before)), stored(validationErrorsOf(before))];
        expect(progressFrom(state, errors)).toEqual(before);
        expect(stateOf(progressFrom(state, errors))).toEqual(state);
        expect(validationErrorsOf(progressFrom(state, errors))).toEqual(errors);
      }),
    );
  });

  it('has the columns of the session, and times in ISO 8601', () => {
    expect(stateOf(newProgress(START))).toEqual({
      steps: {},
      current_step: null,
      percentage_floor: 0,
      started_at: '2026-01-02T03:04:05.678Z',
      completed_at: null,
      flow: null,
      flow_source: null,
      onboarding_type: null,
    });
  });

  it('has no validation errors: they are on their own, and only where there are some', () => {
    const state = (...validation_errors: string[]): StepState => ({
      status: StepStatus.Completed,
      completed_at: START.toISOString(),
      validation_errors,
    });
    const before = { ...newProgress(START), steps: { website: state('slow', 'old'), research: state() } };
    expect(JSON.stringify(stateOf(before))).not.toMatch(/slow|old|validation_errors/);
    expect(validationErrorsOf(before)).toEqual({ website: ['slow', 'old'] });
  });

  it('changes its errors by those that differ: on top of the others they are all that hold, and none differs twice', () => {
    fc.assert(
      fc.property(progress, progress, (before, after) => {
        const changed = changedErrors(before, after);
        const all = Object.entries({ ...validationErrorsOf(before), ...changed }).filter(
          ([, { length }]) => length > 0,
        );
        expect(Object.fromEntries(all)).toEqual(validationErrorsOf(after));
        for (const [step, errors] of Object.entries(changed)) {
          expect(errors).not.toEqual(validationErrorsOf(before)[step as StepKey] ?? []);
        }
        expect(changedErrors(after, after)).toEqual({});
      }),
    );
  });

  it('is read with the times and numbers that PostgreSQL writes', () => {
    const row = {
      ...stateOf(newProgress(START)),
      started_at: '2026-01-02T03:04:05.678+00:00',
      completed_at: '2026-01-02T05:04:05+02:00',
      percentage_floor: '33.30' as unknown as number,
    };
    expect(progressFrom(row, {})).toMatchObject({
      startedAt: START,
      completedAt: new Date('2026-01-02T03:04:05Z'),
      percentageFloor: 33.3,
    });
  });

  it('keeps steps that this version does not have', () => {
    const steps = {
      website: { status: 'skipped', completed_at: null },
      billing: { status: 'failed', completed_at: null },
    };
    const state = { ...stateOf(newProgress(START)), steps } as ProgressState;
    const errors = { billing: ['No card.'], tax: ['Of no step.'] } as Record<string, string[]>;
    const read = progressFrom(state, errors);
    expect(stateOf(read)).toEqual(state);
    expect(validationErrorsOf(read)).toEqual({ billing: ['No card.'] });
  });

  it('has no wizard where this version does not have it', () => {
    for (const flow of ['seven', '', 'toString', null]) {
      const state = { ...stateOf(newProgress(START)), flow, flow_source: 'learnt' };
      expect(progressFrom(state, {}).flow).toBeNull();
    }
  });
});
