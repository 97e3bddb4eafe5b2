import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newProgress, type Progress, type StepState } from '../flow/progress.js';
import { StepStatus } from '../flow/step-status.js';
import { STEP_KEYS } from '../flow/steps.js';
import { documentChanges, progressChanges } from './restored-changes.js';

const START = new Date('2026-01-01T00:00:00.000Z');
const LATER = new Date('2026-02-02T00:00:00.000Z');
const FRESH = newProgress(START);

const state = (status: StepStatus, completed_at: string | null, ...validation_errors: string[]): StepState => ({
  status,
  completed_at,
  validation_errors,
});
const withWebsite = (website: StepState): Progress => ({ ...FRESH, steps: { website } });
const COMPLETED = state(StepStatus.Completed, START.toISOString());

describe('the changes of the progress', () => {
  it('are none where it is the same', () => {
    expect(progressChanges(withWebsite(COMPLETED), withWebsite({ ...COMPLETED }))).toEqual([]);
  });

  it('are none where an untouched step is pending on the other side', () => {
    expect(progressChanges(FRESH, withWebsite(state(StepStatus.Pending, null)))).toEqual([]);
  });

  it('are each field of the whole, from what is there to what was there', () => {
    const other: Progress = {
      ...FRESH,
      currentStep: 'research',
      percentageFloor: 40,
      startedAt: LATER,
      completedAt: LATER,
      onboardingType: 'linkedin',
    };
    const at = LATER.toISOString();
    expect(progressChanges(FRESH, other)).toEqual([
      { step_key: null, field: 'current_step', from: null, to: 'research' },
      { step_key: null, field: 'percentage_floor', from: 0, to: 40 },
      { step_key: null, field: 'started_at', from: START.toISOString(), to: at },
      { step_key: null, field: 'completed_at', from: null, to: at },
      { step_key: null, field: 'onboarding_type', from: null, to: 'linkedin' },
    ]);
    expect(progressChanges(other, FRESH)).toHaveLength(5);
  });

  it('are each field of a step, and a step that one side never touched is pending there', () => {
    expect(progressChanges(FRESH, withWebsite(COMPLETED))).toEqual([
      { step_key: 'website', field: 'status', from: 'pending', to: 'completed' },
      { step_key: 'website', field: 'completed_at', from: null, to: START.toISOString() },
    ]);
    expect(progressChanges(withWebsite(COMPLETED), FRESH)).toEqual([
      { step_key: 'website', field: 'status', from: 'completed', to: 'pending' },
      { step_key: 'website', field: 'completed_at', from: START.toISOString(), to: null },
    ]);
  });

  it('say that validation errors differ, and never what they are', () => {
    const failed = (...errors: string[]) => withWebsite(state(StepStatus.Failed, null, ...errors));
    const only = [{ step_key: 'website', field: 'validation_errors' }];
    expect(progressChanges(failed('slow'), failed('old'))).toEqual(only);
    expect(progressChanges(failed('slow', 'old'), failed('old', 'slow'))).toEqual(only);
    expect(progressChanges(failed(), failed('slow'))).toEqual(only);
    expect(progressChanges(failed('slow'), failed('slow'))).toEqual([]);
  });

  it('never are the wizard: it is not restored', () => {
    const five: Progress = { ...FRESH, flow: { id: 'five', source: 'explicit' } };
    expect(progressChanges(FRESH, five)).toEqual([]);
    expect(progressChanges(five, { ...FRESH, flow: { id: 'four', source: 'learnt' } })).toEqual([]);
  });

  it('are the same in the other direction, with the sides exchanged', () => {
    const step = fc.record({
      status: fc.constantFrom(...Object.values(StepStatus)),
      completed_at: fc.constantFrom(null, START.toISOString(), LATER.toISOString()),
      validation_errors: fc.array(fc.constantFrom('slow', 'old'), { maxLength: 2 }),
    });
    const progress: fc.Arbitrary<Progress> = fc.record({
      steps: fc.dictionary(fc.constantFrom(...STEP_KEYS), step, { noNullPrototype: true }),
      currentStep: fc.constantFrom(null, ...STEP_KEYS),
      percentageFloor: fc.constantFrom(0, 40),
      startedAt: fc.constantFrom(START, LATER),
      completedAt: fc.constantFrom(null, LATER),
      flow: fc.constant(null),
      onboardingType: fc.constantFrom(null, 'linkedin'),
    });
    fc.assert(
      fc.property(progress, progress, (one, other) => {
        const back = progressChanges(other, one).map((change) =>
          'from' in change ? { ...change, from: change.to, to: change.from } : change,
        );
        expect(progressChanges(one, other)).toEqual(back);
      }),
    );
  });
});

describe('the changes of documents', () => {
  const short = { field: 'website_url', scalars: { from: 'https://two.example', to: 'https://one.example' } };
  const long = { field: 'crawl_result', scalars: null };

  it('are the fields, by the step that the data are of, with values where there are some', () => {
    const changes = {
      website_analyses: [short, long],
      business_info: [{ field: 'industry', scalars: { from: null, to: 'Food' } }],
    };
    expect(documentChanges(['website_analyses', 'business_info'], changes)).toEqual([
      { step_key: 'website', field: 'website_url', from: 'https://two.example', to: 'https://one.example' },
      { step_key: 'website', field: 'crawl_result' },
      { step_key: 'business_info', field: 'industry', from: null, to: 'Food' },
    ]);
  });

  it('are of these tables alone, and none where nothing differs', () => {
    const changes = { website_analyses: [short], competitor_analyses: [{ field: 'competitors', scalars: null }] };
    expect(documentChanges(['competitor_analyses', 'persona_data'], changes)).toEqual([
      { step_key: 'research', field: 'competitors' },
    ]);
    expect(documentChanges([], changes)).toEqual([]);
  });
});
