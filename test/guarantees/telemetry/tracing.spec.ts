import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readTelemetrySwitches } from '../../../src/ground/config/telemetry-switches.js';
import { testEnvironment } from '../../support/service/app.js';
import { Canaries } from '../../support/data/canaries.js';
import { TestDatabase } from '../../support/database/database.js';
import { sample } from '../../support/data/samples.js';
import { ServiceProcess } from '../../support/process/service-process.js';
import { TraceCollector } from '../../support/servers/trace-collector.js';

const SERVER = 2;
const ERROR = 2;

describe('traces', () => {
  let database: TestDatabase;
  let collector: TraceCollector;

  beforeAll(async () => {
    database = await TestDatabase.create();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    collector = await TraceCollector.start();
  });
  afterEach(() => collector.stop());

  const start = (more: Record<string, string> = {}) =>
    ServiceProcess.start({
      ...testEnvironment(database.appUrl, { LOG_LEVEL: 'silent' }),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      ...more,
    });

  it('have a span of every request, by its route, and nothing of who asked what', async () => {
    const secrets = new Canaries();
    const user = secrets.make('user-');
    const key = secrets.make('sk-');
    const service = await start();
    const client = await service.as(user);
    const answers = [
      await client.post('/step/2/complete', { data: { ...sample(2).data, note: key } }),
      await client.post('/api-keys', { provider: 'openai', api_key: key }),
      await client.post('/api-keys', { provider: 'openai', api_key: `my key ${key}` }),
      await client.get(`/business-info/user/${user}`),
      await client.get('/step/7'),
      await client.get(`//nowhere/${key}?key=${key}`, { 'user-agent': key, 'x-request-id': user, cookie: key }),
      await service.anonymous().get('/status', { authorization: `Bearer ${key}` }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 400, 404, 404, 404, 401]);
    expect((await service.stop()).code).toBe(0);

    const spans = collector.spans.filter(({ name, kind }) => kind === SERVER && !name.includes('/health/'));
    const seen = spans.map(({ name, kind, attributes }) => [
      name,
      kind,
      attributes['http.request.method'],
      attributes['http.route'],
      Number(attributes['http.response.status_code']),
    ]);
    const span = (method: string, route: string, status: number) => [
      `${method} ${route}`,
      SERVER,
      method,
      route,
      status,
    ];
    expect(seen).toEqual([
      span('POST', '/api/onboarding/step/:n/complete', 200),
      span('POST', '/api/onboarding/api-keys', 200),
      span('POST', '/api/onboarding/api-keys', 400),
      span('GET', '/api/onboarding/business-info/user/:userId', 404),
      span('GET', '/api/onboarding/step/:n', 404),
      ['GET', SERVER, 'GET', undefined, 404],
      span('GET', '/api/onboarding/status', 401),
    ]);
    expect(collector.services).toEqual(['onboarding-service']);
    const sent = JSON.stringify(collector.exports);
    expect(secrets.formsIn(sent)).toEqual([]);
    for (const word of ['Bearer', 'sk-', 'openai', '/step/7', '/nowhere']) expect(sent).not.toContain(word);
    // Metrics and logs were not asked for.
    expect(new Set(collector.exports.map(({ path }) => path))).toEqual(new Set(['/v1/traces']));
  });

  it('go on with the trace of the caller, and its decision', async () => {
    const service = await start({ OTEL_SERVICE_NAME: 'another name' });
    const client = await service.as('alice');
    const parent = '00f067aa0ba902b7';
    const traceparent = (traceId: string, flags: string) => ({ traceparent: `00-${traceId}-${parent}-${flags}` });
    const sampled = '4bf92f3577b34da6a3ce929d0e0e4736';
    const unsampled = '4bf92f3577b34da6a3ce929d0e0e4737';
    expect((await client.get('/status', traceparent(unsampled, '00'))).status).toBe(200);
    expect((await client.get('/status', traceparent(sampled, '01'))).status).toBe(200);
    await service.stop();
    const traces = collector.spans.filter(({ name }) => name.endsWith('/status'));
    expect(traces).toMatchObject([{ traceId: sampled, parentSpanId: parent }]);
    const statements = collector.spans.filter(({ attributes }) => attributes['db.system.name'] === 'postgresql');
    expect(statements).toMatchObject([{ traceId: sampled, parentSpanId: traces[0]?.spanId, name: 'snapshot' }]);
    expect(collector.services).toEqual(['another name']);
  });

  it('call a failure of the service one, without its message', async () => {
    const service = await start();
    const client = await service.as('bob');
    await client.post('/start');
    await database.query('alter table onboarding_sessions rename to hidden');
    try {
      expect((await client.get('/status')).status).toBe(500);
    } finally {
      await database.query('alter table hidden rename to onboarding_sessions');
    }
    await service.stop();
    const failed = collector.spans.filter(({ kind, status }) => kind === SERVER && status.code === ERROR);
    expect(failed).toMatchObject([{ name: 'GET /api/onboarding/status', status: { code: ERROR } }]);
    expect(failed[0]?.status.message).toBeUndefined();
  });

  it('hold up neither requests nor a stop when their collector is away', async () => {
    const service = await start();
    await collector.stop();
    expect((await (await service.as('carol')).get('/status')).status).toBe(200);
    const { code, stderr } = await service.stop();
    expect([code, stderr]).toEqual([0, '']);
  });

  it.each<[Record<string, string>, boolean, boolean, boolean]>([
    [{}, false, false, false],
    [{ OTEL_SERVICE_NAME: 'x', OTEL_TRACES_SAMPLER: 'always_on' }, false, false, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' }, true, false, false],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://localhost:4318/v1/traces' }, true, false, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, false, false, false],
    [{ OTEL_TRACES_EXPORTER: 'console' }, true, false, false],
    [{ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' }, false, false, false],
    [{ OTEL_SDK_DISABLED: 'TRUE', OTEL_TRACES_EXPORTER: 'otlp', OTEL_LOGS_EXPORTER: 'otlp' }, false, false, false],
    [{ OTEL_TRACES_EXPORTER: 'otlp', OTEL_METRICS_EXPORTER: 'otlp' }, true, true, false],
    [{ OTEL_TRACES_EXPORTER: 'otlp', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'otlp' }, true, false, true],
  ])('are sent as the standard variables say: %j', (environment, traces, metrics, logs) => {
    expect(readTelemetrySwitches(environment)).toEqual({ traces, metrics, logs });
  });
});
