import type { AnalyticsReads, FunnelQuery } from '../../src/operations/analytics/analytics-reads.ts';
import type { Effort, Stopwatch } from './timing.ts';

const RUNS = 20;
const DAY_MS = 86_400_000;

export interface ReadTiming extends Effort {
  readonly name: string;
  /** Milliseconds that the median may take; null: nothing is wanted. */
  readonly wanted: number | null;
  readonly rows: number;
}

/** Days up to and with today. */
function lastDays(days: number) {
  const day = (back: number) => new Date(Date.now() - back * DAY_MS).toISOString().slice(0, 10);
  return { from: day(days - 1), to: day(-1) };
}

/** Every figure, as the routes read it. */
export async function readTimings(reads: AnalyticsReads, stopwatch: Stopwatch): Promise<readonly ReadTiming[]> {
  const funnel = (days: number, other: Partial<FunnelQuery> = {}) =>
    reads.funnel({ ...lastDays(days), flow: null, by: 'none', windowDays: null, ...other });
  const timings: ReadTiming[] = [];
  const time = async (
    name: string,
    wanted: number | null,
    read: () => Promise<{ readonly rows: readonly unknown[] }>,
  ) => {
    // The first one reads the pages and plans.
    const { rows } = await read();
    timings.push({ name, wanted, rows: rows.length, ...(await stopwatch.time(RUNS, read)) });
  };
  for (const [days, wanted] of [
    [30, 50],
    [180, 200],
  ] as const) {
    await time(`funnel, ${days} days`, wanted, () => funnel(days));
    await time(`funnel, ${days} days, within 7 days`, wanted, () => funnel(days, { windowDays: 7 }));
    await time(`funnel, ${days} days, of one flow`, wanted, () => funnel(days, { flow: 'five' }));
    await time(`funnel, ${days} days, by week`, wanted, () => funnel(days, { by: 'week' }));
    await time(`funnel, ${days} days, by day`, wanted, () => funnel(days, { by: 'day' }));
  }
  for (const unit of ['day', 'week', 'month'] as const)
    await time(`cohorts, 180 days, by ${unit}`, null, () => reads.cohorts(lastDays(180), null, unit));
  await time('activity, 180 days', null, () => reads.activity(lastDays(180)));
  await time('stuck', null, () => reads.stuck(null));
  return timings;
}
