import { postmasterOf, type Database } from '../cluster.ts';
import { familyCpuSeconds } from '../processes.ts';
import { median } from '../table.ts';

/** Milliseconds of some runs of the same. */
export interface Timing {
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/** With PostgreSQL's processor time for a run, which does not grow where others use the machine, too. */
export type Effort = Timing & { readonly cpu: number };

export interface Stopwatch {
  /** @param prepare what each run needs, which does not count */
  time(runs: number, work: () => Promise<unknown>, prepare?: () => Promise<unknown>): Promise<Effort>;
}

export async function stopwatchOf(database: Database): Promise<Stopwatch> {
  const postmaster = await postmasterOf(database);
  const cpuMs = () => (familyCpuSeconds(postmaster) ?? NaN) * 1000;
  return {
    time: async (runs, work, prepare) => {
      const times: number[] = [];
      let cpu = 0;
      for (let run = 0; run < runs; run++) {
        await prepare?.();
        const [cpuBefore, began] = [cpuMs(), performance.now()];
        await work();
        times.push(performance.now() - began);
        cpu += cpuMs() - cpuBefore;
      }
      return { ...timingOf(times), cpu: cpu / runs };
    },
  };
}

export function timingOf(times: readonly number[]): Timing {
  const p95 = times.toSorted((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1] ?? NaN;
  return { median: median(times), p95, max: Math.max(...times) };
}
