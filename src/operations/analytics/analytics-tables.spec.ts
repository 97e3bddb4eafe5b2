import { describe, expect, it } from '@jest/globals';
import { EVENT_TYPES } from '../../onboarding/flow/transitions.js';
import { activityTable, cohortsTable, funnelTable, stuckTable } from './analytics-tables.js';
import { activeDayView } from './activity-view.js';
import { csvOf } from './csv.js';
import { funnelFigures, funnelGroups } from './funnel-view.js';
import { stuckViews } from './stuck-view.js';

const AS_OF = '2026-11-27T12:00:00.000Z';
const PERIOD = { from: '2026-11-01', to: '2026-12-01' };
const definitions = {};

describe('tables', () => {
  it('of a funnel have the whole, its steps, and the same of each group', () => {
    const terms = { flow: 'four', minGroup: 1 } as const;
    const period = { from: '2026-11-01', to: '2026-11-03' };
    const groups = funnelGroups([], { ...period, by: 'day' }, terms) ?? [];
    const times = { n: 2, seconds: '7', p50: 3, p75: 4, p90: 4, p95: 4 };
    const figures = { entered: 4, completed: 2, skipped: 0, failed: 0, in_progress: 1 };
    const view = { ...funnelFigures([{ day: '', step: '', ...figures, ...times }], terms), groups, definitions };
    const table = funnelTable({ ...period, flow: 'four', as_of: AS_OF, pending: 0, ...view });
    expect(table.name).toBe('funnel-2026-11-01-2026-11-03');
    const lines = csvOf(table).split('\r\n');
    expect(lines[0]).toBe(
      'from,to,flow,group,step_key,step_number,entered,completed,skipped,failed,in_progress,dropped,conversion_overall,conversion_step,' +
        'time_seconds_n,time_seconds_mean,time_seconds_p50,time_seconds_p75,time_seconds_p90,time_seconds_p95,as_of',
    );
    expect(lines[1]).toBe(`2026-11-01,2026-11-03,four,,,,4,2,,,1,1,0.5,,2,3.5,3,4,4,4,${AS_OF}`);
    expect(lines[2]).toBe(`2026-11-01,2026-11-03,four,,website,1,0,0,0,0,0,0,0,,0,,,,,,${AS_OF}`);
    expect(lines[6]).toBe(`2026-11-01,2026-11-03,four,2026-11-01,,,0,0,,,0,0,,,0,,,,,,${AS_OF}`);
    expect(lines).toHaveLength(1 + 3 * 5 + 1);
    for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
  });

  it('of cohorts have a row for each number of units later', () => {
    const cohorts = [
      { from: '2026-10-26', started: 3, completed_after: [1, 2], incomplete: true },
      { from: '2026-11-02', started: null, completed_after: null, incomplete: false },
    ];
    const table = cohortsTable({ as_of: AS_OF, unit: 'week', cohorts, definitions }, PERIOD);
    expect(table.name).toBe('cohorts-2026-11-01-2026-12-01');
    expect(csvOf(table).split('\r\n')).toEqual([
      'unit,from,started,units_later,completed,incomplete,as_of',
      `week,2026-10-26,3,0,1,true,${AS_OF}`,
      `week,2026-10-26,3,1,2,true,${AS_OF}`,
      `week,2026-11-02,,,,false,${AS_OF}`,
      '',
    ]);
  });

  it('of activity have a column for each type of event', () => {
    const busy = { day: '2026-11-01', started: 2, completed: 0, users: 2, events: { onboarding_started: 2 } };
    const views = [activeDayView(busy, 1), activeDayView(busy, 3)];
    const table = activityTable({ as_of: AS_OF, days: views, definitions }, PERIOD);
    expect(table.columns).toEqual(['day', 'started', 'completed', 'users', ...EVENT_TYPES, 'as_of']);
    expect(table.rows[0]).toEqual([
      ...['2026-11-01', 2, 0, 2, ...EVENT_TYPES.map((type) => (type === 'onboarding_started' ? 2 : 0)), AS_OF],
    ]);
    expect(table.rows[1]).toEqual(['2026-11-01', null, null, null, ...EVENT_TYPES.map(() => null), AS_OF]);
  });

  it('of who is stuck have a row a step', () => {
    const rows = [{ step: 'website', users: 3, under_1h: 1, under_1d: 0, under_7d: 2, under_30d: 0, longer: 0 }];
    const table = stuckTable({ as_of: AS_OF, steps: stuckViews(rows, 'four', 1), definitions });
    expect(table.name).toBe('stuck-2026-11-27');
    expect(table.rows.slice(0, 2)).toEqual([
      ['website', 1, 3, 1, 0, 2, 0, 0, AS_OF],
      ['research', 2, 0, 0, 0, 0, 0, 0, AS_OF],
    ]);
    const [hidden] = stuckTable({ as_of: AS_OF, steps: stuckViews(rows, 'four', 4), definitions }).rows;
    expect(hidden).toEqual(['website', 1, null, null, null, null, null, null, AS_OF]);
  });

  it('hide a day by its largest figure: an import starts and completes attempts without an active user', () => {
    const imported = { day: '2026-11-01', started: 2, completed: 1, users: 0, events: {} };
    expect(activeDayView(imported, 3)).toEqual({
      day: '2026-11-01',
      started: null,
      completed: null,
      users: null,
      events: null,
    });
    expect(activeDayView(imported, 2)).toEqual(imported);
  });
});
