import { EVENT_TYPES } from '../../onboarding/flow/transitions.js';
import type { Period } from './analytics-reads.js';
import type {
  ActivityView,
  CohortsView,
  FunnelFiguresView,
  FunnelView,
  StuckView,
  TimesView,
} from './analytics.contract.js';
import type { Cell, Table } from './csv.js';

const TIMES = ['n', 'mean', 'p50', 'p75', 'p90', 'p95'] as const;
const FUNNEL_FIGURES = ['entered', 'completed', 'skipped', 'failed', 'in_progress', 'dropped'] as const;
const SHARES = ['conversion_overall', 'conversion_step'] as const;
const SINCE = ['under_1h', 'under_1d', 'under_7d', 'under_30d', 'longer'] as const;

/** A row a step, after one of the whole, whose step is empty. Where there are groups, they follow, each likewise. */
export function funnelTable(view: FunnelView): Table {
  const { from, to, flow, as_of, groups = [] } = view;
  const rowsOf = (group: string | null, figures: FunnelFiguresView) =>
    funnelRows(figures).map((row) => [from, to, flow, group, ...row, as_of]);
  return {
    name: `funnel-${from}-${to}`,
    columns: [
      ...['from', 'to', 'flow', 'group', 'step_key', 'step_number', ...FUNNEL_FIGURES, ...SHARES],
      ...[...TIMES.map((name) => `time_seconds_${name}`), 'as_of'],
    ],
    rows: [...rowsOf(null, view), ...groups.flatMap((group) => rowsOf(group.from, group))],
  };
}

function funnelRows({ started, completed, in_progress, dropped, conversion, ...rest }: FunnelFiguresView): Cell[][] {
  const whole = [null, null, started, completed, null, null, in_progress, dropped, conversion, null];
  return [
    [...whole, ...timeCells(rest.time_seconds)],
    ...rest.steps.map((step) => [
      ...[step.step_key, step.step_number, ...cellsOf(step, FUNNEL_FIGURES), ...cellsOf(step, SHARES)],
      ...timeCells(step.time_seconds),
    ]),
  ];
}

/** A row for each cohort and number of units later; one without them for a cohort that is hidden. */
export function cohortsTable({ as_of, unit, cohorts }: CohortsView, { from, to }: Period): Table {
  return {
    name: `cohorts-${from}-${to}`,
    columns: ['unit', 'from', 'started', 'units_later', 'completed', 'incomplete', 'as_of'],
    rows: cohorts.flatMap((cohort) =>
      (cohort.completed_after ?? [null]).map((completed, later): Cell[] => [
        ...[unit, cohort.from, cohort.started, completed === null ? null : later, completed, cohort.incomplete, as_of],
      ]),
    ),
  };
}

/** A row a day, with a column for each type of event. */
export function activityTable({ as_of, days }: ActivityView, { from, to }: Period): Table {
  return {
    name: `activity-${from}-${to}`,
    columns: ['day', 'started', 'completed', 'users', ...EVENT_TYPES, 'as_of'],
    rows: days.map(({ day, started, completed, users, events }) => [
      ...[day, started, completed, users],
      ...[...EVENT_TYPES.map((type) => (events === null ? null : (events[type] ?? 0))), as_of],
    ]),
  };
}

/** A row a step. */
export function stuckTable({ as_of, steps }: StuckView): Table {
  return {
    name: `stuck-${as_of.slice(0, 10)}`,
    columns: ['step_key', 'step_number', 'users', ...SINCE, 'as_of'],
    rows: steps.map(({ step_key, step_number, users, since }) => [
      ...[step_key, step_number, users, ...cellsOf(since, SINCE), as_of],
    ]),
  };
}

const timeCells = (times: TimesView): Cell[] => cellsOf(times, TIMES);

const cellsOf = <K extends string>(figures: Readonly<Record<K, Cell>>, names: readonly K[]): Cell[] =>
  names.map((name) => figures[name]);
