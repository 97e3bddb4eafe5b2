import { median } from '../table.ts';

/** Milliseconds of some runs of the same. */
export interface Timing {
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/** @param prepare what each run needs, which does not count */
export async function timed(
  runs: number,
  work: () => Promise<unknown>,
  prepare: () => Promise<unknown> = () => Promise.resolve(),
): Promise<Timing> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    await prepare();
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return timingOf(times);
}

export function timingOf(times: readonly number[]): Timing {
  const p95 = times.toSorted((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1] ?? NaN;
  return { median: median(times), p95, max: Math.max(...times) };
}
