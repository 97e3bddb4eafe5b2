import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createServer, type AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import { Metrics } from '../../../src/ground/telemetry/metrics.js';
import { OnboardingRequirements } from '../../../src/onboarding/progress/onboarding-requirements.js';
import { DatabaseUnavailable } from '../../../src/storage/wire/wire.problems.js';
import { TestApp, testEnvironment } from '../../support/service/app.js';
import { countEverybody } from '../../support/data/counted-users.js';
import { Canaries } from '../../support/data/canaries.js';
import type { Client } from '../../support/service/client.js';
import { TestDatabase } from '../../support/database/database.js';
import { eventually } from '../../support/process/deadline.js';
import { sample } from '../../support/data/samples.js';
import { ServiceProcess } from '../../support/process/service-process.js';
import { SessionLock } from '../../support/database/session-lock.js';
import { token } from '../../support/service/tokens.js';

const secrets = new Canaries();
const USER = secrets.make('user-');

describe('the metrics', () => {
  let app: TestApp;
  let url: string;
  let client: Client;
  let authorization: string;

  beforeAll(async () => {
    app = await TestApp.start({ environment: { METRICS_PORT: '0', DATABASE_POOL_SIZE: '2' } });
    url = `http://127.0.0.1:${app.nest.get(Metrics).port}/metrics`;
    client = await app.as(USER, { scope: 'keys:use onboarding:read' });
    authorization = `Bearer ${await token(USER)}`;
  });
  afterAll(() => app.stop());

  // Each on a connection of its own: an idle one may be closed just as it is used again.
  const scrape = async (): Promise<string> => (await fetch(url, { headers: { connection: 'close' } })).text();

  /** The value of a series, and undefined where there is none. */
  async function value(series: string): Promise<number | undefined> {
    const line = (await scrape()).split('\n').find((each) => each.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length));
  }
  const requests = (method: string, route: string, status: number) =>
    value(`http_requests_total{method="${method}",route="${route}",status="${status}"}`);

  it('count requests by method, route and status, and say nothing of who asked what', async () => {
    const step = '/api/onboarding/step/:n';
    const key = secrets.make('sk-');
    for (let n = 1; n <= 3; n++) expect((await client.get('/step/2')).status).toBe(200);
    for (const path of ['/step/7', '/step/99']) expect((await client.get(path)).status).toBe(404);
    expect((await app.anonymous().get('/step/2')).status).toBe(401);
    expect((await client.post('/step/2/complete', sample(2))).status).toBe(200);
    expect((await client.post('/step/2/complete', { data: 7 })).status).toBe(400);
    expect((await client.post('/api-keys', { provider: 'openai', api_key: key })).status).toBe(200);
    expect((await client.get(`/internal/users/${USER}/status`)).status).toBe(200);
    expect((await client.get(`/${USER}?key=${key}`)).status).toBe(404);
    expect((await client.get(`//nowhere/${key}`, { 'user-agent': key, 'x-request-id': USER })).status).toBe(404);

    // An answer is counted after it is sent.
    await eventually('all are counted', async () => (await requests('GET', 'none', 404)) === 2);
    expect(await requests('GET', step, 200)).toBe(3);
    expect(await requests('GET', step, 404)).toBe(2);
    expect(await requests('GET', step, 401)).toBe(1);
    expect(await requests('POST', `${step}/complete`, 200)).toBe(1);
    expect(await requests('POST', `${step}/complete`, 400)).toBe(1);
    expect(await requests('POST', '/api/onboarding/api-keys', 200)).toBe(1);
    expect(await requests('GET', '/api/onboarding/internal/users/:userId/status', 200)).toBe(1);
    expect(await value(`http_request_duration_seconds_count{method="GET",route="${step}"}`)).toBe(6);
    expect(await value(`http_request_duration_seconds_bucket{le="+Inf",method="GET",route="${step}"}`)).toBe(6);
    const seconds = await value(`http_request_duration_seconds_sum{method="GET",route="${step}"}`);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(60);

    const text = await scrape();
    expect(secrets.formsIn(text)).toEqual([]);
    for (const secret of [authorization, authorization.split('.')[1] ?? '', 'sk-', '/step/2', '/step/99'])
      expect(text).not.toContain(secret);
    const routes = new Set([...text.matchAll(/route="([^"]*)"/g)].map(([, route]) => route));
    expect(routes.size).toBe(5);
  });

  it('count why steps are not completed, by step and code, and say nothing of what was posted', async () => {
    const [user, word] = [await app.as(secrets.make('refused-')), secrets.make('word-')];
    const refusals = async () =>
      Object.fromEntries(
        [...(await scrape()).matchAll(/^onboarding_refusals_total\{step="(\w+)",code="(\w+)"\} (\d+)$/gm)].map(
          ([, step, code, count]) => [`${step} ${code}`, Number(count)],
        ),
      );
    expect(await refusals()).toEqual({});
    const post = async (path: string, data: object, status: number) =>
      expect([path, (await user.post(path, { data })).status]).toEqual([path, status]);
    await post('/step/2/complete', { slogan: word }, 400);
    expect(await refusals()).toEqual({ 'website website_missing': 1 });
    // Neither malformed data, nor a skip that is refused, nor a dry run.
    await post('/step/2/complete', { website: 'http://localhost' }, 400);
    await post('/step/2/skip', {}, 400);
    await post('/step/2/validate', { slogan: word }, 200);
    expect(await refusals()).toEqual({ 'website website_missing': 1 });
    await post('/complete', {}, 400);
    await post('/step/6/complete', {}, 400);
    expect(await refusals()).toEqual({
      'api_keys api_key_missing': 2,
      'website website_missing': 3,
      'research research_missing': 2,
    });
    expect(secrets.formsIn(await scrape())).toEqual([]);
  });

  it('change no answer where the reasons of a refusal cannot be read', async () => {
    const user = await app.as(secrets.make('refused-'));
    const lost = jest.spyOn(app.nest.get(OnboardingRequirements), 'find');
    lost.mockRejectedValue(new DatabaseUnavailable('cut'));
    const { status, body } = await user.post('/complete');
    expect([status, lost.mock.calls.length]).toEqual([400, 1]);
    expect(body.detail).toContain('Step 1, Step 2, Step 3');
    lost.mockRestore();
  });

  it('say how far the numbers are behind', async () => {
    await eventually('nobody was counted', async () => (await value('onboarding_analytics_rebuilding')) === 1);
    expect(await value('onboarding_analytics_lag_seconds')).toBeUndefined();
    await countEverybody(app);
    // Its first look is at its start.
    const another = await TestApp.start({ database: app.database, environment: { METRICS_PORT: '0' } });
    try {
      await eventually('all are counted', async () => (await value('onboarding_analytics_rebuilding')) === 0);
      expect(await value('onboarding_analytics_lag_seconds')).toBeGreaterThanOrEqual(0);
      expect(await value('onboarding_analytics_lag_seconds')).toBeLessThan(60);
      expect(await value('onboarding_analytics_pending_events')).toBe(0);
    } finally {
      await another.stop();
    }
  });

  it('count clients that watch, what they are told, and the hints between processes', async () => {
    const watcherId = secrets.make('watching-');
    const watcher = await app.as(watcherId);
    expect((await watcher.post('/step/2/complete', sample(2))).status).toBe(200);
    const address = `${app.url.replace('http', 'ws')}/api/onboarding/live?after=0`;
    const socket = new WebSocket(address, { headers: { authorization: `Bearer ${await token(watcherId)}` } });
    const messages: string[] = [];
    socket.on('message', (data: Buffer) => messages.push((JSON.parse(data.toString()) as { type: string }).type));
    await eventually('it is live', () => messages.includes('live'));
    expect(await value('live_connections{door="websocket"}')).toBe(1);
    expect(await requests('GET', '/api/onboarding/live', 101)).toBe(1);
    expect(await value('live_replays_total')).toBe(1);
    expect(await value('live_events_sent_total')).toBe(2);
    await eventually('hints are heard', async () => (await value('live_hints_heard')) === 1);

    expect((await watcher.post('/reset?hard=true')).status).toBe(200);
    await eventually('the reset is told', () => messages.includes('snapshot'));
    expect(await value('live_snapshots_total{reason="reset"}')).toBe(1);
    await eventually('both changes were sent', async () => ((await value('live_hints_total{what="sent"}')) ?? 0) >= 2);

    socket.send('no message');
    await eventually('it is counted as ended', async () => (await value('live_connections{door="websocket"}')) === 0);
    expect(await value('live_connections_ended_total{door="websocket",code="4400"}')).toBe(1);
    // A client may close with any code; each would be one more series.
    const inventive = new WebSocket(address, { headers: { authorization: `Bearer ${await token(watcherId)}` } });
    inventive.on('open', () => inventive.close(4999));
    await eventually(
      'its own code is not counted as such',
      async () => (await value('live_connections_ended_total{door="websocket",code="other"}')) === 1,
    );
    const refused = new WebSocket(`${address}-1`, { headers: { authorization: `Bearer ${await token(watcherId)}` } });
    refused.on('error', () => undefined);
    await eventually('a refusal is counted', async () => (await requests('GET', '/api/onboarding/live', 400)) === 1);
    expect(secrets.formsIn(await scrape())).toEqual([]);
  });

  it('show how busy the pool is', async () => {
    expect(await value('database_waiting_requests')).toBe(0);
    await client.post('/start');
    const lock = await SessionLock.take(app.database.ownerUrl);
    const answers = Array.from({ length: 5 }, () => client.post('/step/5/skip'));
    await eventually('two have a connection, three wait for one', async () => {
      const busy = await value('database_connections{state="busy"}');
      return busy === 2 && (await value('database_waiting_requests')) === 3;
    });
    await lock.release();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    await eventually('both are idle', async () => (await value('database_connections{state="idle"}')) === 2);
  });

  it('count requests whose caller gave up', async () => {
    await client.post('/start');
    const lock = await SessionLock.take(app.database.ownerUrl);
    const impatience = new AbortController();
    const sent = fetch(`${app.url}/api/onboarding/step/5/skip`, {
      method: 'POST',
      headers: { authorization },
      signal: impatience.signal,
    });
    await eventually('the request waits for the lock', async () => (await lock.waiting()) === 1);
    impatience.abort();
    await expect(sent).rejects.toThrow();
    const series = 'http_requests_total{method="POST",route="/api/onboarding/step/:n/skip",status="aborted"}';
    await eventually('it is counted', async () => (await value(series)) === 1);
    await lock.release();
  });

  it('count what was answered with 503, by what was away', async () => {
    const nobody = createServer().listen(0, '127.0.0.1');
    await eventually('a port', () => nobody.listening);
    const { port } = nobody.address() as AddressInfo;
    await new Promise((done) => nobody.close(done));
    const cut = await TestApp.start({
      environment: {
        METRICS_PORT: '0',
        DATABASE_URL: `postgres://app:app@127.0.0.1:${port}/none`,
        AUTH_JWT_SECRET: undefined,
        AUTH_JWKS_URL: `http://127.0.0.1:${port}/keys.json`,
      },
      database: app.database,
    });
    const metrics = async () => (await fetch(`http://127.0.0.1:${cut.nest.get(Metrics).port}/metrics`)).text();
    const parts = ['{"alg":"RS256","kid":"1"}', '{"sub":"x","exp":99999999999}', 'signature'];
    const signedElsewhere = parts.map((part) => Buffer.from(part).toString('base64url')).join('.');
    expect((await cut.anonymous().get('//health/ready')).status).toBe(503);
    expect((await cut.anonymous().get('/status', { authorization: `Bearer ${signedElsewhere}` })).status).toBe(503);
    await eventually('both are counted', async () => {
      const text = await metrics();
      return text.includes('outages_total{away="database"} 1') && text.includes('outages_total{away="signing_keys"} 1');
    });
    await cut.stop();
  });

  it('have the process and its event loop, and are the application’s own', async () => {
    const text = await scrape();
    for (const name of [
      'process_resident_memory_bytes',
      'process_cpu_seconds_total',
      'nodejs_eventloop_lag_p99_seconds',
    ])
      expect(text).toMatch(new RegExp(`^${name} [\\d.e-]+$`, 'm'));
    expect(text.match(/^# TYPE http_requests_total counter$/gm)).toHaveLength(1);
    const other = await TestApp.start({ environment: { METRICS_PORT: '0' }, database: app.database });
    const others = await fetch(`http://127.0.0.1:${other.nest.get(Metrics).port}/metrics`);
    expect(await others.text()).not.toMatch(/^http_requests_total\{/m);
    await other.stop();
  });

  it('are all that their port serves, and are not at that of the service', async () => {
    expect((await fetch(url)).headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    for (const path of ['/', '/metrics/', '/api/onboarding/status', '/health/live'])
      expect([path, (await fetch(new URL(path, url))).status]).toEqual([path, 404]);
    expect((await client.get('//metrics')).status).toBe(404);
  });

  it('end with the service', async () => {
    const stopped = await TestApp.start({ environment: { METRICS_PORT: '0' }, database: app.database });
    const address = `http://127.0.0.1:${stopped.nest.get(Metrics).port}/metrics`;
    expect((await fetch(address)).status).toBe(200);
    await stopped.stop();
    await expect(fetch(address)).rejects.toThrow();
  });

  it('are refused a port in use, in a line', async () => {
    const database = await TestDatabase.create();
    const port = new URL(url).port;
    const end = await ServiceProcess.run({
      ...testEnvironment(database.appUrl, { LOG_LEVEL: undefined, METRICS_PORT: port }),
      DATABASE_MIGRATION_URL: database.ownerUrl,
      DATABASE_OPERATOR_URL: database.operatorUrl,
    });
    await database.drop();
    expect([end.code, end.stdout, end.stderr]).toEqual([
      1,
      '',
      `METRICS_PORT: ${port} is in use. Stop what runs there, or set METRICS_PORT to another one.\n`,
    ]);
  });
});
