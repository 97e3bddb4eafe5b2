import { Agent, request } from 'node:http';

/** Connections that are kept. */
const CONNECTIONS = 64;

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

/** Times on the process's clock. */
export interface Answer {
  /** 0: there was none. */
  readonly status: number;
  /** The revision of its entity tag. */
  readonly revision: number;
  readonly sentAt: number;
  /** When its head was read. */
  readonly answeredAt: number;
}

/** Asks the service. Never fails: an answer that is missing is one, too. */
export function ask(url: string, authorization: string, body?: string): Promise<Answer> {
  const sentAt = performance.now();
  const method = body === undefined ? 'GET' : 'POST';
  const headers = { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) };
  return new Promise((done) => {
    const asking = request(url, { agent, method, headers }, (response) => {
      const revision = Number(/^(?:W\/)?"(\d+)/.exec(response.headers.etag ?? '')?.[1]);
      done({ status: response.statusCode ?? 0, revision, sentAt, answeredAt: performance.now() });
      response.resume();
    });
    asking.on('error', () => done({ status: 0, revision: NaN, sentAt, answeredAt: performance.now() }));
    asking.end(body);
  });
}

/** Does something so many times a second, however long it takes, until it is stopped. */
export function pace(timesASecond: number, act: () => void): () => void {
  const began = performance.now();
  let done = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) * timesASecond) / 1000);
    for (; done < due; done++) act();
  }, 2);
  return () => clearInterval(timer);
}

export function countBy(values: readonly number[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
