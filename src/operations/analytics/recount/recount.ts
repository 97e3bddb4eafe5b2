import { FLOW_IDS, type FlowId } from '../../../ground/config/wizard-flows.js';
import type { ActivityRow, CohortRow, FunnelQuery, FunnelRow, Period, StuckRow } from '../analytics-reads.js';
import {
  recountUser,
  type CountedDeployment,
  type EnteredStep,
  type RecountedUser,
  type UserTrail,
} from './recounted-user.js';
import { ByDay, Cell } from './sums.js';
import { dayFrom, dayOf, dayText, firstOfMonth, mondayOf, monthOf, secondsBetween, type Micros } from './times.js';

/** Days of a window; null: there is none. */
export const WINDOWS = [null, 1, 7, 14, 30] as const;

const DAY_SECONDS = 86_400;

/** Days without an event after which a user has dropped out, where no window says it. */
const DROPPED_AFTER = 30;

/** The step that stands for the whole onboarding. */
const WHOLE = '';

/** A step that the user has entered, or the whole onboarding. */
type CountedStep = Omit<EnteredStep, 'step'> & { readonly step: string };

interface Day {
  started: number;
  completed: number;
  users: number;
  readonly events: Map<string, number>;
}

type StuckSince = Exclude<keyof StuckRow, 'step' | 'users'>;

const STUCK_SINCE: readonly (readonly [StuckSince, seconds: number])[] = [
  ['under_1h', 3600],
  ['under_1d', DAY_SECONDS],
  ['under_7d', 7 * DAY_SECONDS],
  ['under_30d', 30 * DAY_SECONDS],
  ['longer', Infinity],
];

/**
 * All figures once more, by brute force: each user is counted from all of their events, by what `docs/analytics.md` says, and by nothing
 * that the refresh of the numbers is made of. What it keeps grows with days and flows, and not with users.
 */
export class Recount {
  #users = 0;
  /** Cells by window and step. */
  readonly #funnels = new ByDay(() => new Map<string, Cell>());
  /** Completions by their day, by the day of the start. */
  readonly #completions = new ByDay(() => new Map<number, number>());
  readonly #activity = new Map<number, Day>();
  readonly #stuck = new Map<FlowId, Map<string, StuckRow>>();

  /** @param asOf until when the numbers are complete that are to be compared */
  constructor(
    private readonly deployment: CountedDeployment,
    private readonly asOf: Micros,
  ) {}

  /** Users who were counted. */
  get users(): number {
    return this.#users;
  }

  /** The first and the last day of which there is something; null: there is nobody. */
  get days(): readonly [first: number, last: number] | null {
    const days = [...this.#funnels.days, ...this.#activity.keys()].sort((one, other) => one - other);
    const [first, last] = [days[0], days.at(-1)];
    return first === undefined || last === undefined ? null : [first, last];
  }

  add(trail: UserTrail): void {
    const user = recountUser(trail, this.deployment);
    if (!user) return;
    this.#users += 1;
    this.#addToFunnels(user);
    this.#addCompletion(user);
    this.#addActivity(user, trail);
    this.#addStuck(user);
  }

  #addToFunnels(user: RecountedUser): void {
    const { flow, startedAt, completedAt } = user;
    const cells = this.#funnels.at({ flow, day: dayOf(startedAt) });
    const took = completedAt === null ? null : secondsBetween(startedAt, completedAt);
    const finished = took === null ? null : { as: 'completed' as const, at: took, seconds: took };
    const steps: readonly CountedStep[] = [{ step: WHOLE, at: 0, hasFailed: false, finished }, ...user.entered];
    for (const window of WINDOWS) {
      const mayGoOn = this.#mayGoOn(user, window);
      for (const step of steps) count(cells, step, window, mayGoOn);
    }
  }

  /** Whether the user still is in progress wherever they have not finished in time. */
  #mayGoOn({ startedAt, lastAt }: RecountedUser, window: number | null): boolean {
    const today = dayOf(this.asOf);
    return window === null ? dayOf(lastAt) >= today - DROPPED_AFTER : dayOf(startedAt) + 1 + window > today;
  }

  #addCompletion({ flow, startedAt, completedAt }: RecountedUser): void {
    if (completedAt !== null) increase(this.#completions.at({ flow, day: dayOf(startedAt) }), dayOf(completedAt));
  }

  #addActivity({ startedAt, completedAt }: RecountedUser, { events }: UserTrail): void {
    this.#dayAt(dayOf(startedAt)).started += 1;
    if (completedAt !== null) this.#dayAt(dayOf(completedAt)).completed += 1;
    for (const { type, occurredAt } of events) increase(this.#dayAt(dayOf(occurredAt)).events, type);
    for (const day of new Set(events.map(({ occurredAt }) => dayOf(occurredAt)))) this.#dayAt(day).users += 1;
  }

  #dayAt(day: number): Day {
    const found = this.#activity.get(day) ?? { started: 0, completed: 0, users: 0, events: new Map<string, number>() };
    this.#activity.set(day, found);
    return found;
  }

  #addStuck({ flow, currentStep, completedAt, lastAt }: RecountedUser): void {
    if (currentStep === null || completedAt !== null) return;
    const steps = this.#stuck.get(flow) ?? new Map<string, StuckRow>();
    this.#stuck.set(flow, steps);
    const idle = secondsBetween(lastAt, this.asOf);
    const [since] = STUCK_SINCE.find(([, seconds]) => idle < seconds) ?? (['longer'] as const);
    const row = steps.get(currentStep) ?? nobodyStuck(currentStep);
    steps.set(currentStep, { ...row, users: row.users + 1, [since]: row[since] + 1 });
  }

  funnel(query: FunnelQuery): FunnelRow[] {
    const groups = new Map<string, { day: number; step: string; cell: Cell }>();
    for (const [day, cells] of this.#funnels.within(query, query.flow)) {
      const first = { none: dayFrom(query.from), day, week: mondayOf(day) }[query.by];
      for (const [key, cell] of cells) {
        const [window, step = WHOLE] = key.split(' ');
        if (window !== String(query.windowDays)) continue;
        const group = groups.get(`${first} ${step}`) ?? { day: first, step, cell: new Cell() };
        group.cell.addAll(cell);
        groups.set(`${first} ${step}`, group);
      }
    }
    return [...groups.values()].filter(({ cell }) => cell.entered > 0).map(funnelRow);
  }

  cohorts(period: Period, flow: FlowId | null, unit: Unit): CohortRow[] {
    const { firstOf, unitsBetween } = UNITS[unit];
    const cohorts = new Map<number, { started: number; completed: Map<string, number> }>();
    const cohortOf = (day: number) => {
      const found = cohorts.get(firstOf(day)) ?? { started: 0, completed: new Map<string, number>() };
      cohorts.set(firstOf(day), found);
      return found;
    };
    for (const [day, cells] of this.#funnels.within(period, flow)) {
      cohortOf(day).started += cells.get(keyOf(null, WHOLE))?.entered ?? 0;
    }
    for (const [day, completions] of this.#completions.within(period, flow)) {
      for (const [completedDay, users] of completions) {
        const after = String(Math.max(0, unitsBetween(firstOf(day), firstOf(completedDay))));
        increase(cohortOf(day).completed, after, users);
      }
    }
    return [...cohorts].map(([first, { started, completed }]) => ({
      from: dayText(first),
      started,
      completed: Object.fromEntries(completed),
    }));
  }

  activity({ from, to }: Period): ActivityRow[] {
    const [first, end] = [dayFrom(from), dayFrom(to)];
    const days = [...this.#activity].filter(([day]) => day >= first && day < end);
    return days.map(([day, { events, ...counts }]) => ({
      day: dayText(day),
      ...counts,
      events: Object.fromEntries(events),
    }));
  }

  stuck(flow: FlowId | null): StuckRow[] {
    const sums = new Map<string, StuckRow>();
    for (const id of flow ? [flow] : FLOW_IDS) {
      for (const [step, row] of this.#stuck.get(id) ?? []) sums.set(step, sumOf(sums.get(step), row));
    }
    return [...sums.values()];
  }
}

type Unit = 'day' | 'week' | 'month';

/** The first day of a unit, and how many units later another one is. */
const UNITS: Readonly<
  Record<Unit, { firstOf: (day: number) => number; unitsBetween: (first: number, other: number) => number }>
> = {
  day: { firstOf: (day) => day, unitsBetween: (first, other) => other - first },
  week: { firstOf: mondayOf, unitsBetween: (first, other) => (other - first) / 7 },
  month: { firstOf: firstOfMonth, unitsBetween: (first, other) => monthOf(other) - monthOf(first) },
};

const keyOf = (window: number | null, step: string): string => `${window} ${step}`;

function count(cells: Map<string, Cell>, step: CountedStep, window: number | null, mayGoOn: boolean): void {
  const end = window === null ? Infinity : window * DAY_SECONDS;
  if (step.at > end) return;
  const key = keyOf(window, step.step);
  const cell = cells.get(key) ?? new Cell();
  cells.set(key, cell);
  cell.entered += 1;
  if (step.hasFailed) cell.failed += 1;
  const { finished } = step;
  if (!finished || finished.at > end) {
    if (mayGoOn) cell.inProgress += 1;
    return;
  }
  cell[finished.as] += 1;
  if (finished.seconds !== null) cell.durations.add(finished.seconds);
}

function funnelRow({ day, step, cell }: { day: number; step: string; cell: Cell }): FunnelRow {
  const { entered, completed, skipped, failed, inProgress: in_progress, durations } = cell;
  return {
    ...{ day: dayText(day), step, entered, completed, skipped, failed, in_progress },
    n: durations.users,
    seconds: String(durations.seconds),
    p50: durations.percentile(50),
    p75: durations.percentile(75),
    p90: durations.percentile(90),
    p95: durations.percentile(95),
  };
}

const nobodyStuck = (step: string): StuckRow => ({
  ...{ step, users: 0, under_1h: 0, under_1d: 0, under_7d: 0, under_30d: 0, longer: 0 },
});

function sumOf(one: StuckRow | undefined, other: StuckRow): StuckRow {
  if (!one) return other;
  const sums = (['users', ...STUCK_SINCE.map(([since]) => since)] as const).map((key) => [key, one[key] + other[key]]);
  return { ...one, ...(Object.fromEntries(sums) as Omit<StuckRow, 'step'>) };
}

function increase<K>(counts: Map<K, number>, key: K, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
