import { describe, expect, it } from '@jest/globals';
import type { FunnelRow } from './analytics-reads.js';
import { funnelFigures, funnelGroups } from './funnel-view.js';

const ALL = { flow: null, minGroup: 1 };

function row(step: string, more: Partial<FunnelRow> = {}): FunnelRow {
  return {
    ...{ day: '2026-11-02', step, entered: 0, completed: 0, skipped: 0, failed: 0, in_progress: 0, n: 0, seconds: '0' },
    ...{ p50: null, p75: null, p90: null, p95: null, ...more },
  };
}

const WHOLE = row('', {
  entered: 7,
  completed: 2,
  in_progress: 3,
  n: 2,
  seconds: '301',
  p50: 100,
  p75: 200,
  p90: 200,
  p95: 200,
});
const TIMELESS = { mean: null, p50: null, p75: null, p90: null, p95: null };

describe('the funnel', () => {
  it('has the whole, with who is neither done nor in progress as dropped', () => {
    expect(funnelFigures([WHOLE], ALL)).toMatchObject({
      ...{ started: 7, completed: 2, in_progress: 3, dropped: 2, conversion: 0.2857 },
      time_seconds: { n: 2, mean: 150.5, p50: 100, p75: 200, p90: 200, p95: 200 },
    });
  });

  it('has steps, where who skips one gets on as who completes it', () => {
    const website = row('website', {
      entered: 6,
      completed: 3,
      skipped: 1,
      failed: 1,
      in_progress: 1,
      n: 3,
      seconds: '10',
    });
    const { steps } = funnelFigures([WHOLE, website], ALL);
    expect(steps[1]).toEqual({
      ...{
        step_key: 'website',
        step_number: 2,
        entered: 6,
        completed: 3,
        skipped: 1,
        failed: 1,
        in_progress: 1,
        dropped: 1,
      },
      ...{ conversion_overall: 0.5714, conversion_step: 0.6667 },
      time_seconds: { ...TIMELESS, n: 3, mean: 3.33 },
    });
  });

  it('of nobody has zeros, and no shares and times', () => {
    const { steps, ...whole } = funnelFigures([], ALL);
    const nothing = { completed: 0, in_progress: 0, dropped: 0, time_seconds: { ...TIMELESS, n: 0 } };
    expect(whole).toEqual({ ...nothing, started: 0, conversion: null });
    expect(steps.map(({ step_key, step_number }) => [step_key, step_number])).toEqual([
      ...[
        ['api_keys', 1],
        ['website', 2],
        ['research', 3],
        ['personalization', 4],
        ['integrations', 5],
        ['complete', 6],
      ],
    ]);
    expect(steps[0]).toMatchObject({ ...nothing, entered: 0, conversion_overall: null, conversion_step: null });
  });

  it('of a wizard has its own steps and numbers, without an introduction', () => {
    const stepsOf = (flow: 'six-intro' | 'four') =>
      funnelFigures([], { flow, minGroup: 1 }).steps.map(({ step_key, step_number }) => `${step_number} ${step_key}`);
    expect(stepsOf('four')).toEqual(['1 website', '2 research', '3 personalization', '4 complete']);
    expect(stepsOf('six-intro')).toEqual([
      '2 website',
      '3 research',
      '4 personalization',
      '5 integrations',
      '6 complete',
    ]);
  });

  it('hides a group that is too small, with all of its steps', () => {
    const { steps, ...whole } = funnelFigures([WHOLE, row('website', { entered: 6 })], { flow: null, minGroup: 8 });
    const nothing = { completed: null, in_progress: null, dropped: null, time_seconds: { ...TIMELESS, n: null } };
    expect(whole).toEqual({ ...nothing, started: null, conversion: null });
    for (const step of steps) {
      expect(step).toEqual({
        ...{
          step_key: step.step_key,
          step_number: step.step_number,
          ...nothing,
          entered: null,
          skipped: null,
          failed: null,
        },
        ...{ conversion_overall: null, conversion_step: null },
      });
    }
  });

  it('hides a step that too few have entered, and times of too few', () => {
    const rows = [
      WHOLE,
      row('website', { entered: 6, completed: 2, n: 2, seconds: '10', p50: 5, p75: 5, p90: 5, p95: 5 }),
      row('research', { entered: 2, completed: 2 }),
    ];
    const { started, steps, time_seconds } = funnelFigures(rows, { flow: null, minGroup: 3 });
    expect(started).toBe(7);
    expect(time_seconds).toEqual({ ...TIMELESS, n: 2 });
    expect(steps[1]).toMatchObject({ entered: 6, completed: 2, time_seconds: { ...TIMELESS, n: 2 } });
    expect(steps[2]).toMatchObject({ entered: null, completed: null, conversion_step: null });
    expect(steps[3]).toMatchObject({ entered: 0, completed: 0 });
  });
});

describe('the groups of a funnel', () => {
  const period = { from: '2026-11-03', to: '2026-11-11' };

  it('are each day of the period', () => {
    const rows = [row('', { day: '2026-11-04', entered: 2 }), row('', { day: '2026-11-10', entered: 1, completed: 1 })];
    const groups = funnelGroups(rows, { ...period, by: 'day' }, ALL) ?? [];
    expect(groups.map(({ from, started }) => `${from} ${started}`)).toEqual([
      ...[
        '2026-11-03 0',
        '2026-11-04 2',
        '2026-11-05 0',
        '2026-11-06 0',
        '2026-11-07 0',
        '2026-11-08 0',
        '2026-11-09 0',
      ],
      '2026-11-10 1',
    ]);
  });

  it('are each week, by its Monday', () => {
    const groups = funnelGroups([row('', { entered: 2 })], { ...period, by: 'week' }, ALL) ?? [];
    expect(groups.map(({ from, started }) => [from, started])).toEqual([
      ['2026-11-02', 2],
      ['2026-11-09', 0],
    ]);
  });

  it('are hidden each for itself', () => {
    const rows = [row('', { entered: 2 }), row('', { day: '2026-11-09', entered: 3 })];
    const groups = funnelGroups(rows, { ...period, by: 'week' }, { flow: null, minGroup: 3 }) ?? [];
    expect(groups.map(({ started }) => started)).toEqual([null, 3]);
  });

  it('are none where none were asked for', () => {
    expect(funnelGroups([], { ...period, by: 'none' }, ALL)).toBeUndefined();
  });
});
