import type { FlowId } from '../../ground/config/wizard-flows.js';
import { Unavailable } from '../../ground/problems/problem.js';
import type { OperatorDatabase, Run } from '../database/operator-database.js';
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

/** Reads the numbers as of one moment: sums and dates, never the id of a user. Each method throws DatabaseUnavailable, or NumbersNotReady. */
export class AnalyticsReads {
  /** @param database each `read` of it is one moment; a check has them all in the same one */
  constructor(private readonly database: Pick<OperatorDatabase, 'read'>) {}

  funnel({ from, to, flow, by, windowDays }: FunnelQuery) {
    return this.#read<FunnelRow>(funnelBy(by), ({ as_of }) => [from, to, flow, windowDays, dayOf(as_of)]);
  }

  cohorts({ from, to }: Period, flow: FlowId | null, unit: Unit) {
    return this.#read<CohortRow>(cohortsBy(unit), () => [from, to, flow]);
  }

  activity({ from, to }: Period) {
    return this.#read<ActivityRow>(ACTIVITY, () => [from, to]);
  }

  stuck(flow: FlowId | null) {
    return this.#read<StuckRow>(STUCK, ({ as_of }) => [flow, as_of]);
  }

  #read<R>(sql: string, values: (state: AsOf) => readonly unknown[]): Promise<AsOf & { readonly rows: readonly R[] }> {
    return this.database.read(async (run) => {
      const state = await stateOf(run);
      return { ...state, rows: await run<R>(sql, values(state)) };
    });
  }
}

async function stateOf(run: Run): Promise<AsOf> {
  const [state] = await run<AsOf & { is_rebuilding: boolean }>(STATE);
  if (!state || state.is_rebuilding) throw new NumbersNotReady();
  return { as_of: state.as_of, pending: state.pending };
}

const dayOf = (moment: Date): string => moment.toISOString().slice(0, 10);
