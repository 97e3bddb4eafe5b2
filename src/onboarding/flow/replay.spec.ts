import { describe, expect, it } from '@jest/globals';
import { newProgress, type Progress } from './progress.js';
import { stateOf, validationErrorsOf } from './progress-state.js';
import { MAX_EVENTS, replay, type StatedEvent } from './replay.js';
import { StepStatus } from './step-status.js';

const failed = { status: StepStatus.Failed, completed_at: null, validation_errors: ['No answer.'] };
const PROGRESS: Progress = { ...newProgress(new Date('2026-01-02T03:04:05.678Z')), steps: { website: failed } };

const event = (revision: number): StatedEvent => ({
  revision,
  state: stateOf(PROGRESS),
  validation_errors: validationErrorsOf(PROGRESS),
});

describe('a replay', () => {
  it.each([1, 2, MAX_EVENTS])('of %p events is what the last one states, with its validation errors', (count) => {
    expect(replay({ count, last: event(count) })).toEqual(PROGRESS);
  });

  it('says nothing where there are no events', () => {
    expect(replay({ count: 0, last: null })).toBeNull();
  });

  it.each([
    ['an event is missing', 2, 3],
    ['all but the last are missing', 1, 3],
    ['a revision is there twice', 4, 3],
  ])('says nothing where %s', (_, count, revision) => {
    expect(replay({ count, last: event(revision) })).toBeNull();
  });

  it('says nothing where the last event is older than statements of the state', () => {
    expect(replay({ count: 3, last: { ...event(3), state: null } })).toBeNull();
  });
});
