import type { FlowId } from '../../ground/config/wizard-flows.js';
import { Unavailable } from '../../ground/problems/problem.js';
import type { OperatorDatabase, Run } from '../database/operator-database.js';
import { dayOf } from './days.js';
import { spansOf } from './spans.js';
import { ACTIVITY, cohortsBy, funnelBy, STATE, STUCK, type Group, type Unit } from './figures.sql.js';

/** Days in UTC, as `YYYY-MM-DD`; `to` is not included. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

/** Until when the numbers are complete, and how many events have come since. */
export interface AsOf {
  readonly as_of: Date;
  readonly pending: number;
}

export interface AnalyticsState extends AsOf {
  /** Whether everybody is being counted anew. */
  readonly is_rebuilding: boolean;
}

export interface FunnelQuery extends Period {
  /** Null: all users. */
  readonly flow: FlowId | null;
  readonly by: Group;
  /** Null: there is no window. */
  readonly windowDays: number | null;
}

/** Sums of one group at one step. */
export interface FunnelRow {
  /** The first day of the group. */
  readonly day: string;
  /** The whole onboarding is the step ''. */
  readonly step: string;
  readonly entered: number;
  readonly completed: number;
  readonly skipped: number;
  readonly failed: number;
  readonly in_progress: number;
  /** Users who have finished it in a time of their own, and how long they took together, in seconds. */
  readonly n: number;
  readonly seconds: string;
  readonly p50: number | null;
  readonly p75: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
}

export interface CohortRow {
  readonly from: string;
  readonly started: number;
  /** Users by the number of units after which they had completed onboarding. */
  readonly completed: Readonly<Record<string, number>>;
}

export interface ActivityRow {
  readonly day: string;
  readonly started: number;
  readonly completed: number;
  readonly users: number;
  /** By type. */
  readonly events: Readonly<Record<string, number>>;
}

export interface StuckRow {
  readonly step: string;
  readonly users: number;
  readonly under_1h: number;
  readonly under_1d: number;
  readonly under_7d: number;
  readonly under_30d: number;
  readonly longer: number;
}

/** Nobody has been counted yet, or everybody is counted anew. */
export class NumbersNotReady extends Unavailable {
  readonly away = 'numbers';
  constructor() {
    super('The numbers are being counted anew, which may take some minutes. Please try again shortly.');
  }
}

/** Rows of one moment. */
export type Figures<R> = AsOf & { readonly rows: readonly R[] };

/** Reads the numbers as of one moment: sums and dates, never the id of a user. Each method throws DatabaseUnavailable, or NumbersNotReady. */
export class AnalyticsReads {
  /** @param database each `read` of it is one moment; a check has them all in the same one */
  constructor(private readonly database: Pick<OperatorDatabase, 'read'>) {}

  funnel(query: FunnelQuery): Promise<Figures<FunnelRow>> {
    return this.#read((run, { as_of }) => funnelRows(run, query, as_of));
  }

  /** The funnel of the whole period, and with `by` those of its groups, as of the same moment. */
  groupedFunnel(query: FunnelQuery): Promise<Figures<FunnelRow> & { readonly groups: readonly FunnelRow[] }> {
    return this.database.read(async (run) => {
      const state = await stateOf(run);
      const rows = await funnelRows(run, { ...query, by: 'none' }, state.as_of);
      return { ...state, rows, groups: query.by === 'none' ? [] : await funnelRows(run, query, state.as_of) };
    });
  }

  /** How far the numbers are; null: nothing was ever counted. */
  state(): Promise<AnalyticsState | null> {
    return this.database.read(async (run) => (await run<AnalyticsState>(STATE))[0] ?? null);
  }

  cohorts({ from, to }: Period, flow: FlowId | null, unit: Unit) {
    return this.#read((run) => run<CohortRow>(cohortsBy(unit), [from, to, flow]));
  }

  activity({ from, to }: Period) {
    return this.#read((run) => run<ActivityRow>(ACTIVITY, [from, to]));
  }

  stuck(flow: FlowId | null) {
    return this.#read((run, { as_of }) => run<StuckRow>(STUCK, [flow, as_of]));
  }

  #read<R>(rowsOf: (run: Run, state: AsOf) => Promise<readonly R[]>): Promise<Figures<R>> {
    return this.database.read(async (run) => {
      const state = await stateOf(run);
      return { ...state, rows: await rowsOf(run, state) };
    });
  }
}

/** Units that a group is made of. */
const UNITS: Readonly<Record<Group, readonly Unit[]>> = {
  none: ['month', 'week', 'day'],
  week: ['week', 'day'],
  day: ['day'],
};

function funnelRows(run: Run, { from, to, flow, by, windowDays }: FunnelQuery, asOf: Date) {
  const spans = spansOf(from, to, flow === null ? UNITS[by] : UNITS.day);
  const values = [from, to, flow, windowDays, dayOf(asOf), spans.map(({ unit }) => unit), spans.map(({ day }) => day)];
  return run<FunnelRow>(funnelBy(by), values);
}

async function stateOf(run: Run): Promise<AsOf> {
  const [state] = await run<AnalyticsState>(STATE);
  if (!state || state.is_rebuilding) throw new NumbersNotReady();
  return { as_of: state.as_of, pending: state.pending };
}
