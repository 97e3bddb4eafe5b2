import { setTimeout as delay } from 'node:timers/promises';
import { FLOW_IDS } from '../../../ground/config/wizard-flows.js';
import type { Run } from '../../database/operator-database.js';
import { AnalyticsReads, NumbersNotReady, type Period } from '../analytics-reads.js';
import { Differences } from './differences.js';
import { Recount, WINDOWS } from './recount.js';
import type { CountedDeployment } from './recounted-user.js';
import { dayFrom, dayText, mondayOf } from './times.js';
import { userTrails } from './user-trails.js';

/** How often it looks for a moment in which the numbers are complete, and the milliseconds between two looks. */
const LOOKS = 60;
const BETWEEN_LOOKS_MS = 1000;

/** Days of a period: whole weeks, and not more than a query of the API may have. */
const PERIOD = 57 * 7;

const FLOWS = [null, ...FLOW_IDS];

export interface AnalyticsCheckOptions {
  /** Stops it. */
  readonly signal?: AbortSignal;
  readonly looks?: number;
}

export interface AnalyticsChecked {
  /** Users who were counted. */
  readonly users: number;
  readonly differences: Differences;
}

/** There was no moment in which the numbers had everything. */
export class NumbersIncomplete extends Error {
  /** @param pending changes that are not in the numbers; null: they are being counted anew, or never were */
  constructor(readonly pending: number | null) {
    super('There was no moment in which the numbers were complete.');
  }
}

/** It was told to stop. */
export class AnalyticsCheckStopped extends Error {}

/**
 * Recounts all figures from the events, and compares each with the numbers. Numbers and events are read as of the same moment, one in
 * which nothing is missing in the numbers, while the service goes on serving.
 */
export class AnalyticsCheck {
  readonly #reads = new AnalyticsReads({ read: (work) => work(this.run) });

  /** @param run of a connection that sees all users, and is in no transaction */
  constructor(
    private readonly run: Run,
    private readonly deployment: CountedDeployment,
    private readonly options: AnalyticsCheckOptions = {},
  ) {}

  /** @throws NumbersIncomplete, AnalyticsCheckStopped */
  async check(onProgress: (done: number, total: number) => void): Promise<AnalyticsChecked> {
    const asOf = await this.#openSnapshot();
    try {
      const recount = await this.#recount(asOf, onProgress);
      const differences = new Differences();
      await this.#compareAll(recount, differences);
      return { users: recount.users, differences };
    } finally {
      await this.run('rollback');
    }
  }

  /** Begins a transaction that sees a moment in which the numbers are complete. @returns until when they are */
  async #openSnapshot(): Promise<Date> {
    let pending: number | null = null;
    for (let looks = this.options.looks ?? LOOKS; looks > 0; looks--) {
      this.#stopIfTold();
      await this.run('begin isolation level repeatable read read only');
      const state = await this.#state();
      if (state?.pending === 0) return state.as_of;
      await this.run('rollback');
      pending = state?.pending ?? null;
      if (looks > 1) await delay(BETWEEN_LOOKS_MS);
    }
    throw new NumbersIncomplete(pending);
  }

  /** Null: there are no numbers yet. A user who was erased is a change, too. */
  async #state(): Promise<{ readonly as_of: Date; readonly pending: number } | null> {
    try {
      const { as_of, pending } = await this.#reads.stuck(null);
      const [erased] = await this.run<{ count: number }>('select count(*)::int as count from operations.tombstones');
      return { as_of, pending: pending + (erased?.count ?? 0) };
    } catch (error) {
      if (error instanceof NumbersNotReady) return null;
      throw error;
    }
  }

  async #recount(asOf: Date, onProgress: (done: number, total: number) => void): Promise<Recount> {
    const [all] = await this.run<{ users: number }>('select count(*)::int as users from onboarding_sessions');
    const recount = new Recount(this.deployment, asOf.getTime() * 1000);
    for await (const trail of userTrails(this.run)) {
      this.#stopIfTold();
      recount.add(trail);
      if (recount.users % 100 === 0) onProgress(recount.users, all?.users ?? 0);
    }
    onProgress(recount.users, all?.users ?? 0);
    return recount;
  }

  async #compareAll(recount: Recount, differences: Differences): Promise<void> {
    for (const period of periodsOf(await this.#days(recount))) {
      await this.#compareFunnels(period, recount, differences);
      await this.#compareCohorts(period, recount, differences);
      const { rows } = await this.#reads.activity(period);
      differences.compare(`activity${wordsOf(period)}`, rows, recount.activity(period));
    }
    for (const flow of FLOWS) {
      const { rows } = await this.#reads.stuck(flow);
      differences.compare(`stuck${wordsOf({ flow })}`, rows, recount.stuck(flow));
    }
  }

  async #compareFunnels(period: Period, recount: Recount, differences: Differences): Promise<void> {
    for (const flow of FLOWS) {
      for (const by of ['none', 'day', 'week'] as const) {
        for (const windowDays of WINDOWS) {
          this.#stopIfTold();
          const query = { ...period, flow, by, windowDays };
          const { rows } = await this.#reads.funnel(query);
          differences.compare(`funnel${wordsOf(query)}`, rows, recount.funnel(query));
        }
      }
    }
  }

  async #compareCohorts(period: Period, recount: Recount, differences: Differences): Promise<void> {
    for (const flow of FLOWS) {
      for (const unit of ['day', 'week', 'month'] as const) {
        const { rows } = await this.#reads.cohorts(period, flow, unit);
        differences.compare(`cohorts${wordsOf({ ...period, flow, unit })}`, rows, recount.cohorts(period, flow, unit));
      }
    }
  }

  /** The first and the last day of which the numbers or the events have something. */
  async #days(recount: Recount): Promise<readonly number[]> {
    const [numbers] = await this.run<{ first: string | null; last: string | null }>(DAYS);
    const days = [numbers?.first, numbers?.last].flatMap((day) => (day ? [dayFrom(day)] : []));
    return [...days, ...(recount.days ?? [])].sort((one, other) => one - other);
  }

  #stopIfTold(): void {
    if (this.options.signal?.aborted) throw new AnalyticsCheckStopped();
  }
}

function* periodsOf(days: readonly number[]): Iterable<Period> {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return;
  for (let from = mondayOf(first); from <= last; from += PERIOD) {
    yield { from: dayText(from), to: dayText(from + PERIOD) };
  }
}

const wordsOf = (query: object): string =>
  Object.entries(query)
    .map(([name, value]) => `, ${name} ${value === null ? 'all' : String(value)}`)
    .join('');

const DAYS = `
  select min(day)::text as first, max(day)::text as last
  from (
    select day from operations.funnel_counts
    union all select day from operations.completions
    union all select day from operations.activity
  ) days`;
