import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Job, LoadResult, Shape } from './load.ts';
import { nextMessage } from './messages.ts';
import type { Operation } from './operations.ts';
import { cpuSeconds, end, residentMb, type Stops } from './processes.ts';

/** A server under load. */
export interface Contestant {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  /** What says who asks, by user. */
  readonly users: Job['users'];
  /** What it has to say when its answers are not what they should be. */
  readonly complaints: () => string;
}

export interface Measurement {
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of the server's processor time for one request; null where it cannot be known. */
  readonly cpu: number | null;
  /** Megabytes that are resident afterwards; null where it cannot be known. */
  readonly memory: number | null;
}

/** One operation by all contestants, round by round. */
export interface Comparison {
  readonly operation: Operation;
  /** Of each round, what was measured of each contestant, in their order. */
  readonly rounds: readonly (readonly Measurement[])[];
}

export type Load = (job: Job) => Promise<LoadResult>;

export function startLoad(stops: Stops): Load {
  const child = fork(join(import.meta.dirname, 'load.ts'));
  stops.add(() => end(child));
  return (job) => {
    child.send(job);
    return nextMessage<LoadResult>(child);
  };
}

/** @throws when any answer is not a good one: what is fast but wrong is not measured */
export async function measure(
  load: Load,
  { name, url, pid, users, complaints }: Contestant,
  shapes: readonly Shape[],
  { until, connections }: Pick<Job, 'until' | 'connections'>,
): Promise<Measurement> {
  const before = cpuSeconds(pid);
  const { requests, seconds, p50, p99, statuses } = await load({ url, shapes, users, until, connections });
  const after = cpuSeconds(pid);
  if (requests === 0 || Object.keys(statuses).some((status) => !status.startsWith('2'))) {
    const [{ method, path } = { method: '', path: '' }] = shapes;
    throw new Error(
      `${name}: ${method} ${path} was answered with ${JSON.stringify(statuses)} (0: no answer)\n${complaints()}`,
    );
  }
  return {
    requests,
    requestsPerSecond: requests / seconds,
    p50,
    p99,
    cpu: before === null || after === null ? null : ((after - before) / requests) * 1e6,
    memory: residentMb(pid),
  };
}

export interface Plan {
  readonly operations: readonly Operation[];
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
}

/** Measures all contestants for each operation in each round; who is first changes from round to round. */
export async function compare(
  load: Load,
  contestants: readonly Contestant[],
  { operations, rounds, seconds, connections }: Plan,
  say: (line: string) => void,
): Promise<readonly Comparison[]> {
  const all = async ({ shapes }: Operation, length: number, first: number): Promise<readonly Measurement[]> => {
    const measurements: Measurement[] = [];
    for (let turn = 0; turn < contestants.length; turn++) {
      const place = (first + turn) % contestants.length;
      const until = { seconds: length };
      measurements[place] = await measure(load, contestants[place] as Contestant, shapes(), { until, connections });
    }
    return measurements;
  };
  say('Warming up…');
  for (const operation of operations) await all(operation, Math.min(seconds, 2), 0);
  const results = operations.map((operation) => ({ operation, rounds: [] as Comparison['rounds'][number][] }));
  for (let round = 1; round <= rounds; round++) {
    say(`Round ${round} of ${rounds}…`);
    for (const result of results) result.rounds.push(await all(result.operation, seconds, round));
  }
  return results;
}
