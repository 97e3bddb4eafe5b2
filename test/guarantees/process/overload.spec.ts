import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { Metrics } from '../../../src/ground/telemetry/metrics.js';
import { TestApp } from '../../support/service/app.js';
import type { Answer, Client } from '../../support/service/client.js';
import { eventually } from '../../support/process/deadline.js';
import { expectProblem } from '../../support/service/problems.js';
import { SessionLock } from '../../support/database/session-lock.js';

/** Milliseconds that each turn of the event loop is made to take; far more than the service bears. */
const BLOCK = 800;

describe('an overloaded process', () => {
  let app: TestApp;
  let alice: Client;

  beforeAll(async () => {
    app = await TestApp.start({ environment: { MAX_EVENT_LOOP_DELAY_MS: '500' } });
    alice = await app.as('alice');
  });
  afterAll(() => app.stop());

  function block(ms: number): void {
    const end = performance.now() + ms;
    while (performance.now() < end);
  }

  /** Keeps the event loop, which the service shares with this test, busy for as long as `work` takes. */
  async function underLoad<T>(work: () => Promise<T>): Promise<T> {
    let loaded = true;
    const load = (async () => {
      for (; loaded; await turn()) block(BLOCK);
    })();
    try {
      return await work();
    } finally {
      loaded = false;
      await load;
    }
  }

  /** The answer to a WebSocket that is not opened. */
  async function upgrade(): Promise<IncomingMessage> {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/api/onboarding/live`);
    const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    answer.resume();
    return answer;
  }

  it('refuses at once what it could not answer in time, lives on, and recovers by itself', async () => {
    let refusal: Answer | undefined;
    await underLoad(async () => {
      await eventually('requests are refused', async () => {
        refusal = await alice.get('/status');
        return refusal.status === 503;
      });
      for (const path of ['/init', '/config', '//health/ready']) expect((await alice.get(path)).status).toBe(503);
      expect(await upgrade()).toMatchObject({ statusCode: 503, headers: { 'retry-after': '5' } });
      // Busy is not dead: nobody restarts it for that.
      expect((await alice.get('//health/live')).status).toBe(200);
    });
    expect(refusal?.headers.get('content-type')).toBe('application/problem+json');
    expect(Number(refusal?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refusal?.headers.get('x-request-id')).toEqual(expect.any(String));
    expect(refusal?.body).toEqual({
      type: 'about:blank',
      title: 'Service unavailable',
      status: 503,
      detail: expect.any(String),
    });
    await eventually('it answers again', async () => (await alice.get('/status')).status === 200);
    expect((await alice.get('//health/ready')).status).toBe(200);
  });

  it('is none for a single pause, however long', async () => {
    block(3000);
    const until = performance.now() + 1500;
    while (performance.now() < until) expect((await alice.get('//health/ready')).status).toBe(200);
  });
});

describe('a pool whose connections are all at work', () => {
  /** What may wait for the one connection there is. */
  const QUEUE = 100;
  const TOO_MANY = 60;
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ environment: { DATABASE_POOL_SIZE: '1' } });
  });
  afterAll(() => app.stop());

  it('is waited for by so many, turns the others away at once, and loses none of those that wait', async () => {
    const alice = await app.as('alice');
    await alice.post('/start');
    const lock = await SessionLock.take(app.database.ownerUrl);
    const writing = alice.post('/step/5/skip');
    await eventually('the connection is at work', async () => (await lock.waiting()) === 1);
    const refused: Answer[] = [];
    // Of many users, since each has only so many at once.
    const users = await Promise.all(Array.from({ length: 20 }, (_, n) => app.as(`user ${n}`)));
    const requests = Array.from({ length: QUEUE + TOO_MANY }, async (_, n) => {
      const answer = await (users[n % users.length] ?? alice).get('/status');
      if (answer.status === 503) refused.push(answer);
      return answer;
    });
    try {
      await eventually('the others are refused, while nobody else is answered', () => refused.length === TOO_MANY);
    } finally {
      await lock.release();
    }
    for (const answer of refused) {
      expectProblem(answer, 503);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const answers = await Promise.all(requests);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(QUEUE);
    expect((await writing).status).toBe(200);
    expect((await alice.get('//health/ready')).status).toBe(200);
  });
});

describe('the requests of one user', () => {
  /** Those that work at the same time, those that wait for their turn, and those that are too many. */
  const AT_ONCE = 16;
  const WAITING = 200;
  const TOO_MANY = 10;
  let app: TestApp;
  let metrics: string;

  beforeAll(async () => {
    app = await TestApp.start({ environment: { METRICS_PORT: '0', DATABASE_POOL_SIZE: '20' } });
    metrics = `http://127.0.0.1:${app.nest.get(Metrics).port}/metrics`;
  });
  afterAll(() => app.stop());

  it('work a few at a time and wait in order; others are not disturbed, and no alarm says that the process is', async () => {
    const [alice, bob] = await Promise.all([app.as('alice'), app.as('bob')]);
    await alice.post('/start');
    const lock = await SessionLock.take(app.database.ownerUrl);
    const refused: Answer[] = [];
    const requests = Array.from({ length: AT_ONCE + WAITING + TOO_MANY }, async () => {
      const answer = await alice.post('/step/5/skip');
      if (answer.status === 503) refused.push(answer);
      return answer;
    });
    try {
      await eventually('some are refused', () => refused.length === TOO_MANY);
      await eventually('some are at work', async () => (await lock.waiting()) === AT_ONCE);
      expect((await bob.get('/init')).status).toBe(200);
      expect((await alice.get('//health/ready')).status).toBe(200);
      expect(await lock.waiting()).toBe(AT_ONCE);
    } finally {
      await lock.release();
    }
    for (const answer of refused) {
      expectProblem(answer, 503);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const answers = await Promise.all(requests);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(AT_ONCE + WAITING);
    const series = (await (await fetch(metrics)).text()).split('\n').filter((line) => line.startsWith('outages_total'));
    expect(series).toEqual([`outages_total{away="user_limit"} ${TOO_MANY}`]);
  });

  it('are no limit for a service, which asks for many users', async () => {
    const [alice, service] = await Promise.all([app.as('alice'), app.as('a service', { scope: 'onboarding:read' })]);
    await alice.post('/start');
    // Each read is recorded first, and the record waits for the session.
    const lock = await SessionLock.take(app.database.ownerUrl);
    const statuses: number[] = [];
    const reads = Array.from({ length: AT_ONCE + WAITING + TOO_MANY }, async () => {
      statuses.push((await service.get('/internal/users/alice/status')).status);
    });
    try {
      await eventually('more are at work than of one user', async () => (await lock.waiting()) > AT_ONCE);
      expect(statuses).toEqual([]);
    } finally {
      await lock.release();
    }
    await Promise.all(reads);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });
});
