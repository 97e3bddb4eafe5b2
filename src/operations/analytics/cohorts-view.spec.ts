import { describe, expect, it } from '@jest/globals';
import { cohortViews, type CohortTerms } from './cohorts-view.js';

const TERMS: CohortTerms = {
  ...{ from: '2026-11-02', to: '2026-11-23', unit: 'week', as_of: new Date('2026-11-18T12:00:00Z'), minGroup: 1 },
};

describe('cohorts', () => {
  it('add up who had completed by the end of each unit, up to that of now', () => {
    const rows = [{ from: '2026-11-02', started: 9, completed: { 0: 2, 2: 3 } }];
    expect(cohortViews(rows, TERMS)).toEqual([
      { from: '2026-11-02', started: 9, completed_after: [2, 2, 5], incomplete: false },
      { from: '2026-11-09', started: 0, completed_after: [0, 0], incomplete: false },
      { from: '2026-11-16', started: 0, completed_after: [0], incomplete: true },
    ]);
  });

  it('are incomplete where a part of the unit lies outside the period', () => {
    const views = cohortViews([], { ...TERMS, from: '2026-10-29', to: '2026-11-10', as_of: new Date('2027-01-01') });
    expect(views.map(({ from, incomplete }) => [from, incomplete])).toEqual([
      ...[
        ['2026-10-26', true],
        ['2026-11-02', false],
        ['2026-11-09', true],
      ],
    ]);
  });

  it('have days and months, too', () => {
    const days = cohortViews([], { ...TERMS, unit: 'day', from: '2026-11-16', to: '2026-11-20' });
    expect(days.map(({ completed_after }) => completed_after?.length)).toEqual([3, 2, 1, 1]);
    expect(days.map(({ incomplete }) => incomplete)).toEqual([false, false, true, true]);
    const months = cohortViews([], { ...TERMS, unit: 'month', from: '2026-01-01', to: '2026-12-01' });
    expect(months.map(({ completed_after }) => completed_after?.length)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it('of long ago list 400 units', () => {
    const [first] = cohortViews([], { ...TERMS, unit: 'day', from: '1000-01-01', to: '1000-01-02' });
    expect(first?.completed_after).toHaveLength(400);
  });

  it('that are too small are hidden', () => {
    const rows = [{ from: '2026-11-02', started: 2, completed: { 0: 2 } }];
    expect(cohortViews(rows, { ...TERMS, minGroup: 3 }).slice(0, 2)).toEqual([
      { from: '2026-11-02', started: null, completed_after: null, incomplete: false },
      { from: '2026-11-09', started: 0, completed_after: [0, 0], incomplete: false },
    ]);
  });
});
