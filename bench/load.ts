// The load: its own process, which runs one measurement after the other as it is told to.
import autocannon, { type Request } from 'autocannon';
import { answer } from './messages.ts';

/** A request, for any user. */
export interface Shape {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
}

/** One measurement: every user in turn asks for one of the shapes, and for the next one in the next turn. */
export interface Job {
  readonly url: string;
  readonly shapes: readonly Shape[];
  /** What says who asks, by user. */
  readonly users: readonly Readonly<Record<string, string>>[];
  readonly connections: number;
  /** How long, or how often. */
  readonly until: { readonly seconds: number } | { readonly requests: number };
}

export interface LoadResult {
  readonly seconds: number;
  readonly requests: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Answers by status; connections that broke are status 0. */
  readonly statuses: Readonly<Record<number, number>>;
}

async function run({ url, shapes, users, until, ...job }: Job): Promise<LoadResult> {
  const connections = Math.min(job.connections, users.length);
  // Requests are written out before the first is sent: no more of them than are sent.
  const turns = 'requests' in until ? Math.ceil(until.requests / users.length) : shapes.length;
  const prepared = Array.from({ length: connections }, (_, connection) => {
    const own = users.filter((_, index) => index % connections === connection);
    return requestsOf(own, shapes, Math.min(turns, shapes.length));
  });
  const load = autocannon({
    url,
    connections,
    sampleInt: 50,
    bailout: 1,
    ...('seconds' in until ? { duration: until.seconds } : { amount: until.requests }),
    // Each connection has its own users, so that nobody asks for two things at once.
    setupClient: (client) => client.setRequests(prepared.shift() ?? []),
  });
  const times: number[] = [];
  const statuses: Record<number, number> = {};
  let began = performance.now();
  load.on('start', () => (began = performance.now()));
  load.on('response', (_client: unknown, status: number, _bytes: number, milliseconds: number) => {
    times.push(milliseconds);
    statuses[status] = (statuses[status] ?? 0) + 1;
  });
  const { errors } = await load;
  const seconds = (performance.now() - began) / 1000;
  if (errors > 0) statuses[0] = errors;
  times.sort((a, b) => a - b);
  const percentile = (share: number) => times[Math.floor(times.length * share)] ?? NaN;
  return { seconds, requests: times.length, p50: percentile(0.5), p99: percentile(0.99), statuses };
}

function requestsOf(users: Job['users'], shapes: readonly Shape[], turns: number): Request[] {
  return Array.from({ length: turns }, (_, turn) =>
    users.map((who, index): Request => {
      const shape = shapes[(index + turn) % shapes.length] as Shape;
      return { ...shape, headers: shape.body === undefined ? who : { ...who, 'content-type': 'application/json' } };
    }),
  ).flat();
}

answer(run);
