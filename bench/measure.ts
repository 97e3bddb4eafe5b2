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
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of the server's processor time for one request; null where it cannot be known. */
  readonly cpu: number | null;
  /** Megabytes that are resident afterwards; null where it cannot be known. */
  readonly memory: number | null;
}

/** One operation by two contestants, round by round. */
export interface Comparison {
  readonly operation: Operation;
  readonly rounds: readonly { readonly measured: Measurement; readonly reference: Measurement }[];
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
  until: Job['until'],
): Promise<Measurement> {
  const before = cpuSeconds(pid);
  const { requests, seconds, p50, p99, statuses } = await load({ url, shapes, users, until });
  const after = cpuSeconds(pid);
  if (requests === 0 || Object.keys(statuses).some((status) => !status.startsWith('2'))) {
    const [{ method, path } = { method: '', path: '' }] = shapes;
    throw new Error(
      `${name}: ${method} ${path} was answered with ${JSON.stringify(statuses)} (0: no answer)\n${complaints()}`,
    );
  }
  return {
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
}

/** Measures both contestants for each operation in each round; who is first changes from round to round. */
export async function compare(
  load: Load,
  measured: Contestant,
  reference: Contestant,
  { operations, rounds, seconds }: Plan,
  say: (line: string) => void,
): Promise<readonly Comparison[]> {
  const both = async ({ shapes }: Operation, length: number, measuredFirst: boolean) => {
    const one = (contestant: Contestant) => measure(load, contestant, shapes(), { seconds: length });
    if (measuredFirst) {
      const first = await one(measured);
      return { measured: first, reference: await one(reference) };
    }
    const first = await one(reference);
    return { measured: await one(measured), reference: first };
  };
  say('Warming up…');
  for (const operation of operations) await both(operation, Math.min(seconds, 2), true);
  const results = operations.map((operation) => ({ operation, rounds: [] as Comparison['rounds'][number][] }));
  for (let round = 1; round <= rounds; round++) {
    say(`Round ${round} of ${rounds}…`);
    for (const result of results) result.rounds.push(await both(result.operation, seconds, round % 2 === 0));
  }
  return results;
}
