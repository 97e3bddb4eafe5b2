import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { testEnvironment } from '../../support/service/app.js';
import { Client, type Answer } from '../../support/service/client.js';
import { eventually } from '../../support/process/deadline.js';
import { OwnCluster } from '../../support/database/own-cluster.js';
import { countEverybodyOf } from '../../support/data/counted-users.js';
import { sample } from '../../support/data/samples.js';
import { usualStatus } from '../../support/service/routes.js';
import { ServiceProcess } from '../../support/process/service-process.js';
import { SessionLock } from '../../support/database/session-lock.js';

const TIMEOUT_MS = 1500;
/** What a busy machine may add to it; less than to wait twice would take. */
const A_LITTLE_MS = 2000;
/** What one statement of an operator's read may take, and the wire; nobody else waits for their connections. */
const OPERATORS_TIMEOUT_MS = 16_000;
const POOL_SIZE = 6;
const SERPER_KEY = '0123456789abcdef0123456789abcdef01234567';

const BUSINESS = { business_description: 'Repairs bicycles' };

/** A user who has saved what all requests below ask for. */
interface Caller {
  readonly client: Client;
  readonly userId: string;
  readonly businessId: string;
  readonly analysisId: string;
}

type Send = (client: Client, caller: Caller) => Promise<Answer>;

/** Business information, at one of its two addresses. */
function businessInfo(prefix: string): Readonly<Record<string, Send>> {
  const address = `/${prefix}/business-info`;
  return {
    [`POST ${prefix}/business-info`]: (client) => client.post(address, BUSINESS),
    [`PUT ${prefix}/business-info/{id}`]: (client, { businessId }) =>
      client.send('PUT', `${address}/${businessId}`, JSON.stringify(BUSINESS)),
    [`GET ${prefix}/business-info/{id}`]: (client, { businessId }) => client.get(`${address}/${businessId}`),
    [`GET ${prefix}/business-info/user/{userId}`]: (client, { userId }) => client.get(`${address}/user/${userId}`),
  };
}

/** A request to each route that needs the database; valid, so that nothing but the outage keeps it from a 200. */
const NEEDS_DATABASE: Readonly<Record<string, Send>> = {
  'GET /health/ready': (client) => client.get('//health/ready'),
  'GET /api/onboarding/init': (client) => client.get('/init'),
  'GET /api/onboarding/status': (client) => client.get('/status'),
  'GET /api/onboarding/progress': (client) => client.get('/progress'),
  'GET /api/onboarding/step/{n}': (client) => client.get('/step/2'),
  'POST /api/onboarding/step/{n}/complete': (client) => client.post('/step/2/complete', sample(2)),
  'POST /api/onboarding/step/{n}/skip': (client) => client.post('/step/5/skip'),
  'GET /api/onboarding/step/{n}/validate': (client) => client.get('/step/2/validate'),
  'POST /api/onboarding/step/{n}/validate': (client) => client.post('/step/2/validate', sample(2)),
  'GET /api/onboarding/requirements': (client) => client.get('/requirements'),
  'POST /api/onboarding/start': (client) => client.post('/start'),
  'GET /api/onboarding/resume': (client) => client.get('/resume'),
  'POST /api/onboarding/reset': (client) => client.post('/reset'),
  'POST /api/onboarding/complete': (client) => client.post('/complete'),
  'GET /api/onboarding/history': (client) => client.get('/history'),
  'GET /api/onboarding/history/{revision}': (client) => client.get('/history/1'),
  'POST /api/onboarding/restore': (client) => client.post('/restore', { revision: 2, what: 'progress' }),
  'GET /api/onboarding/events': (client) => client.get('/events?after=0'),
  'GET /api/onboarding/website-analysis': (client) => client.get('/website-analysis'),
  'GET /api/onboarding/research-preferences': (client) => client.get('/research-preferences'),
  'GET /api/onboarding/competitor-analysis': (client) => client.get('/competitor-analysis'),
  'GET /api/onboarding/style-detection/session-analyses': (client) => client.get('/style-detection/session-analyses'),
  'GET /api/onboarding/style-detection/check-existing/{url}': (client) =>
    client.get('/style-detection/check-existing/example.com'),
  'GET /api/onboarding/style-detection/analysis/{id}': (client, { analysisId }) =>
    client.get(`/style-detection/analysis/${analysisId}`),
  'PUT /api/onboarding/style-detection/analysis/{id}': (client, { analysisId }) =>
    client.send('PUT', `/style-detection/analysis/${analysisId}`, JSON.stringify({ seo_audit: { a: 1 } })),
  'DELETE /api/onboarding/style-detection/analysis/{id}': (client, { analysisId }) =>
    client.send('DELETE', `/style-detection/analysis/${analysisId}`),
  'GET /api/onboarding/step4/persona-latest': (client) => client.get('/step4/persona-latest'),
  'POST /api/onboarding/step4/persona-save': (client) =>
    client.post('/step4/persona-save', { core_persona: { identity: {} } }),
  'GET /api/onboarding/api-keys': (client) => client.get('/api-keys'),
  'GET /api/onboarding/api-keys/onboarding': (client) => client.get('/api-keys/onboarding'),
  'GET /api/onboarding/api-keys/validate': (client) => client.get('/api-keys/validate'),
  'POST /api/onboarding/api-keys/validate': (client) => client.post('/api-keys/validate'),
  'GET /api/onboarding/validation/enhanced': (client) => client.get('/validation/enhanced'),
  'GET /api/onboarding/internal/users/{userId}/api-keys/{provider}': (client) =>
    client.get('/internal/users/alice/api-keys/exa'),
  'POST /api/onboarding/api-keys': (client) => client.post('/api-keys', { provider: 'serper', api_key: SERPER_KEY }),
  'DELETE /api/onboarding/api-keys/{provider}': (client) => client.send('DELETE', '/api-keys/exa'),
  'GET /api/onboarding/ai-inputs': (client) => client.get('/ai-inputs'),
  'GET /api/onboarding/summary': (client) => client.get('/summary'),
  'GET /api/onboarding/internal/users/{userId}/ai-inputs': (client) => client.get('/internal/users/alice/ai-inputs'),
  'GET /api/onboarding/internal/users/{userId}/status': (client) => client.get('/internal/users/alice/status'),
  'GET /api/onboarding/internal/users/{userId}/profile': (client) => client.get('/internal/users/alice/profile'),
  'GET /api/onboarding/analytics/funnel': (client) => client.get('/analytics/funnel?by=day'),
  'GET /api/onboarding/analytics/cohorts': (client) => client.get('/analytics/cohorts'),
  'GET /api/onboarding/analytics/activity': (client) => client.get('/analytics/activity'),
  'GET /api/onboarding/analytics/stuck': (client) => client.get('/analytics/stuck'),
  ...businessInfo('/api/onboarding'),
  ...businessInfo('/onboarding'),
};

const GOES_ON: Readonly<Record<string, (client: Client) => Promise<Answer>>> = {
  'GET /health/live': (client) => client.get('//health/live'),
  'GET /api/onboarding/config': (client) => client.get('/config'),
  // It says that it speaks WebSocket.
  'GET /api/onboarding/live': (client) => client.get('/live'),
  'GET /api/onboarding/providers': (client) => client.get('/providers'),
  'GET /api/onboarding/providers/{provider}/setup': (client) => client.get('/providers/exa/setup'),
  // Of a provider without a free request: nobody is asked.
  'POST /api/onboarding/providers/{provider}/validate': (client) =>
    client.post('/providers/exa/validate', { api_key: 'a-key-to-be-checked' }),
};
/** The pages that describe the API, which are not in what they describe. */
const PAGES = ['//docs', '//openapi.json'];

async function timed(request: Promise<Answer>): Promise<{ answer: Answer; ms: number }> {
  const begun = performance.now();
  const answer = await request;
  return { answer, ms: performance.now() - begun };
}

describe('while PostgreSQL is away', () => {
  let cluster: OwnCluster;
  let service: ServiceProcess;
  let alice: Client;
  let caller: Caller;
  let users = 0;

  beforeAll(async () => {
    cluster = await OwnCluster.create();
    service = await ServiceProcess.start(
      testEnvironment(cluster.appUrl, {
        DATABASE_TIMEOUT_MS: String(TIMEOUT_MS),
        DATABASE_POOL_SIZE: String(POOL_SIZE),
        DATABASE_OPERATOR_URL: cluster.operatorUrl,
        JOBS: 'false',
        LOG_LEVEL: 'silent',
        // Nobody listens there: keys stay unverified.
        PROVIDER_BASE_URLS: JSON.stringify({ gemini: 'http://127.0.0.1:9', serper: 'http://127.0.0.1:9' }),
      }),
    );
    await countEverybodyOf(cluster.operatorUrl);
    caller = await signIn('alice');
    alice = caller.client;
  });
  afterAll(async () => {
    await service.stop();
    await cluster.remove();
  });
  afterEach(() => {
    expect(service.isRunning).toBe(true);
    expect(service.stderr).toBe('');
  });

  /** With the scopes of the routes that are for services, the required steps and the business information. */
  async function signIn(userId: string): Promise<Caller> {
    const client = await Client.as(service.url, userId, { scope: 'keys:use onboarding:read onboarding:analytics' });
    for (const step of [1, 2, 3]) expect((await client.post(`/step/${step}/complete`, sample(step))).status).toBe(200);
    const { status, body } = await client.post('/business-info', BUSINESS);
    expect(status).toBe(200);
    const { analyses } = (await client.get('/style-detection/session-analyses')).body;
    return { client, userId, businessId: body.id, analysisId: analyses[0].id };
  }

  /** As many connections as the pool takes, idle. */
  async function fillPool(): Promise<void> {
    const answers = await Promise.all(Array.from({ length: 5 * POOL_SIZE }, () => alice.post('/start')));
    expect([...new Set(answers.map(({ status }) => status))]).toEqual([200]);
  }

  /** The network is whole again; connections from before are broken. */
  async function reconnect(): Promise<void> {
    await cluster.proxy.close();
    await cluster.proxy.open();
  }

  /** Route after route, as many at once as there are connections. */
  async function expectOutage(prepare: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    const routes = Object.entries(NEEDS_DATABASE);
    while (routes.length > 0) {
      await prepare();
      const answers = await Promise.all(
        routes.splice(0, POOL_SIZE).map(async ([route, send]) => ({ route, ...(await timed(send(alice, caller))) })),
      );
      for (const { route, answer, ms } of answers) {
        expect([route, answer.status]).toEqual([route, 503]);
        expect(answer.headers.get('content-type')).toBe('application/problem+json');
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(answer.body).toEqual({
          type: 'about:blank',
          title: 'Service unavailable',
          status: 503,
          detail: expect.any(String),
        });
        const timeout = route.includes('/analytics/') ? OPERATORS_TIMEOUT_MS : TIMEOUT_MS;
        expect(ms).toBeLessThan(timeout + A_LITTLE_MS);
      }
    }
    await expectTheRestGoesOn();
  }

  async function expectTheRestGoesOn(): Promise<void> {
    for (const [route, send] of Object.entries(GOES_ON)) {
      expect([route, (await send(alice)).status]).toEqual([route, usualStatus(route)]);
    }
    for (const page of PAGES) expect([page, (await service.anonymous().get(page)).status]).toEqual([page, 200]);
    expect((await service.anonymous().get('/status')).status).toBe(401);
  }

  /** All that a fresh user asks is answered again, without anybody having to do anything. */
  async function expectRecovery(): Promise<void> {
    await eventually('it is ready again', async () => (await alice.get('//health/ready')).status === 200);
    const bobs = await signIn(`bob-${++users}`);
    const bob = bobs.client;
    for (const [route, send] of Object.entries(NEEDS_DATABASE)) {
      expect([route, (await send(bob, bobs)).status]).toEqual([route, 200]);
      if (route.endsWith('reset')) {
        for (const step of [1, 2, 3]) await bob.post(`/step/${step}/complete`, sample(step));
      }
    }
  }

  it('covers every route there is', async () => {
    const { body } = await service.anonymous().get('//openapi.json');
    const routes = Object.entries<object>(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.sort()).toEqual([...Object.keys(NEEDS_DATABASE), ...Object.keys(GOES_ON)].sort());
    await expectRecovery();
  });

  it('a stopped server is a 503 everywhere, and comes back by itself', async () => {
    await fillPool();
    const before = await alice.get('/init');
    await cluster.stop();
    await expectOutage();
    await cluster.restart();
    await expectRecovery();
    expect((await alice.get('/init')).body).toEqual(before.body);
  });

  it('a server that does not answer on open connections is a 503 everywhere, in time', async () => {
    await expectOutage(async () => {
      await reconnect();
      await eventually('it is ready again', async () => (await alice.get('//health/ready')).status === 200);
      await fillPool();
      cluster.proxy.stall();
    });
    await reconnect();
    await expectRecovery();
  });

  it('a server that accepts connections and says nothing is a 503 everywhere, in time', async () => {
    await reconnect();
    cluster.proxy.stall();
    await expectOutage();
    await reconnect();
    await expectRecovery();
  });

  it('requests that queue for a silent server are answered in time too', async () => {
    await fillPool();
    cluster.proxy.stall();
    // Of several users, since each has only so many at once.
    const users = await Promise.all(Array.from({ length: POOL_SIZE }, (_, n) => service.as(`user ${n}`)));
    const queue = users.flatMap((user) =>
      Array.from({ length: 10 }, (_, turn) =>
        timed(turn % 2 === 0 ? user.get('/init') : user.post('/step/2/complete', sample(2))),
      ),
    );
    const waiting = Promise.all(queue);
    await expectTheRestGoesOn();
    for (const { answer, ms } of await waiting) {
      expect(answer.status).toBe(503);
      expect(ms).toBeLessThan(TIMEOUT_MS + A_LITTLE_MS);
    }
    await reconnect();
    await expectRecovery();
  });

  it('a lock that is not to be had is a 503 in time, and nothing is stored', async () => {
    await alice.post('/start');
    const before = await alice.get('/init');
    const lock = await SessionLock.take(cluster.ownerUrl);
    const { answer, ms } = await timed(alice.post('/step/5/complete', sample(5)));
    expect(answer.status).toBe(503);
    expect(ms).toBeLessThan(TIMEOUT_MS + A_LITTLE_MS);
    // Readers do not wait for it.
    expect((await alice.get('/init')).body).toEqual(before.body);
    await lock.release();
    expect((await alice.get('/init')).body).toEqual(before.body);
  });

  it('connections that PostgreSQL ends, idle or at work, are replaced', async () => {
    const terminate = () =>
      cluster.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app'`);
    await fillPool();
    expect((await terminate()).length).toBeGreaterThanOrEqual(1);
    await expectRecovery();
    const { acknowledged, attempted, end } = writeUntilToldToStop(3);
    for (let round = 0; round < 5; round++) {
      const before = acknowledged();
      await terminate();
      await eventually('writes go on', () => acknowledged() > before + 10);
    }
    await end();
    expect(attempted()).toBeGreaterThanOrEqual(acknowledged());
    await expectRecovery();
  });

  /** Writers, each its own user, which saves one number after the other: what was acknowledged, and what was tried. */
  function writeUntilToldToStop(writers: number) {
    const logs = Array.from({ length: writers }, () => ({
      userId: `writer-${++users}`,
      acknowledged: [] as number[],
      attempted: 0,
      failed: 0,
    }));
    let stopping = false;
    const work = Promise.all(
      logs.map(async (log) => {
        const client = await service.as(log.userId);
        while (!stopping) {
          const number = ++log.attempted;
          const { status } = await client.post('/step/5/complete', { data: { notes: String(number) } });
          expect([200, 503]).toContain(status);
          if (status === 200) log.acknowledged.push(number);
          else log.failed++;
        }
      }),
    );
    work.catch(() => undefined);
    return {
      acknowledged: () => logs.reduce((sum, log) => sum + log.acknowledged.length, 0),
      attempted: () => logs.reduce((sum, log) => sum + log.attempted, 0),
      failed: () => logs.reduce((sum, log) => sum + log.failed, 0),
      end: async () => {
        stopping = true;
        await work;
        return logs;
      },
    };
  }

  it('a crash in a burst of writes loses nothing that was acknowledged', async () => {
    for (let crash = 0; crash < 2; crash++) {
      const burst = writeUntilToldToStop(8);
      await eventually('writes are under way', () => burst.acknowledged() > 100);
      await cluster.crash();
      const failed = burst.failed();
      await eventually('writers notice', () => burst.failed() > failed);
      const logs = await burst.end();
      await cluster.restart();
      await expectRecovery();
      for (const { userId, acknowledged, attempted } of logs) {
        const { body } = await (await service.as(userId)).get('/step/5');
        // A write that was not acknowledged may be stored all the same: its answer was lost, not its data.
        const last = acknowledged.at(-1) ?? 0;
        expect(Number(body.data.notes)).toBeGreaterThanOrEqual(last);
        expect(Number(body.data.notes)).toBeLessThanOrEqual(attempted);
        const events = await cluster.query<{ revision: number; type: string }>(
          'select revision::int, type from progress_events where user_id = $1 order by revision',
          [userId],
        );
        const [session] = await cluster.query<{ revision: number }>(
          'select revision::int from onboarding_sessions where user_id = $1',
          [userId],
        );
        const completions = events.filter(({ type }) => type === 'step_completed').length;
        expect(completions).toBeGreaterThanOrEqual(acknowledged.length);
        expect(completions).toBeLessThanOrEqual(attempted);
        expect(events.map(({ revision }) => revision)).toEqual(events.map((_, index) => index + 1));
        expect(session?.revision).toBe(events.length);
      }
    }
  });
});
