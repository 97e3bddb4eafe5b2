import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { Agent, request, type IncomingMessage, type RequestOptions } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { Configuration } from '../../src/ground/config/configuration.js';
import { createApp } from '../../src/configure-app.js';
import { OnboardingProgressService } from '../../src/onboarding/progress/onboarding-progress.service.js';
import { testEnvironment, TestApp } from '../support/service/app.js';
import { Client, type Answer } from '../support/service/client.js';
import { eventually, within } from '../support/process/deadline.js';
import { linesOf } from '../support/service/log-lines.js';
import { sample } from '../support/data/samples.js';
import { token } from '../support/service/tokens.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PROBLEM = 'application/problem+json';

describe('HTTP', () => {
  let app: TestApp;
  let alice: Client;

  beforeAll(async () => {
    app = await TestApp.start();
    alice = await app.as('alice');
  });
  afterAll(() => app.stop());

  describe('a request id', () => {
    it('is taken when it is fit to be repeated', async () => {
      for (const id of ['a', 'Req-1_2.3:4', 'x'.repeat(128), '0af7651916cd43dd8448eb211c80319c']) {
        const { headers } = await alice.get('/status', { 'x-request-id': id });
        expect(headers.get('x-request-id')).toBe(id);
        expect(await linesOf(app, id)).toHaveLength(1);
      }
    });

    it('is made otherwise', async () => {
      const seen = new Set<string>();
      const unfit = ['', ' ', 'x'.repeat(129), 'a b', 'a"b', '{"level":60}', 'é', '<script>', 'a,b', "a'b"];
      for (const headers of [{}, ...unfit.map((id) => ({ 'x-request-id': id }))]) {
        const id = (await alice.get('/status', headers)).headers.get('x-request-id') ?? '';
        expect(id).toMatch(UUID);
        expect(await linesOf(app, id)).toHaveLength(1);
        seen.add(id);
      }
      expect(seen.size).toBe(unfit.length + 1);
    });

    it('is made when two are given', async () => {
      const headers = new Headers([
        ['x-request-id', 'first'],
        ['x-request-id', 'second'],
      ]);
      const answer = await fetch(`${app.url}/health/live`, { headers });
      expect(answer.headers.get('x-request-id')).toMatch(UUID);
    });
  });

  describe('the log', () => {
    const cases: [string, () => Promise<Answer>, object][] = [];
    const says = (name: string, send: (headers: Record<string, string>) => Promise<Answer>, line: object) =>
      cases.push([name, () => send({ 'x-request-id': `log:${name.replaceAll(' ', '-')}` }), line]);

    says('a read', (h) => alice.get('/status', h), {
      method: 'GET',
      route: '/api/onboarding/status',
      status: 200,
      user: 'alice',
    });
    says('a parameter', (h) => alice.get('/step/a-text-of-the-caller', h), {
      method: 'GET',
      route: '/api/onboarding/step/:n',
      status: 404,
      user: 'alice',
    });
    says('a query', (h) => alice.post('/reset?hard=a-text-of-the-caller', undefined, h), {
      method: 'POST',
      route: '/api/onboarding/reset',
      status: 400,
      user: 'alice',
    });
    says('a write', (h) => alice.post('/step/3/complete', sample(3), h), {
      method: 'POST',
      route: '/api/onboarding/step/:n/complete',
      status: 200,
      user: 'alice',
    });
    says('no token', (h) => app.anonymous().get('/status', h), {
      method: 'GET',
      route: '/api/onboarding/status',
      status: 401,
    });
    says('a public route', (h) => app.anonymous().get('/config', h), {
      method: 'GET',
      route: '/api/onboarding/config',
      status: 200,
    });
    says('an unknown route', (h) => alice.get('//a-text-of-the-caller', h), {
      method: 'GET',
      route: null,
      status: 404,
    });
    says('an address that is none', (h) => alice.get('//%zz', h), { method: 'GET', route: null, status: 404 });
    says('a parameter too long', (h) => alice.get(`/step/${'7'.repeat(5000)}`, h), { method: 'GET', status: 404 });
    says('a body that is no JSON', (h) => alice.send('POST', '/step/2/complete', '{a-text-of-the-caller', h), {
      method: 'POST',
      route: '/api/onboarding/step/:n/complete',
      status: 400,
      user: 'alice',
    });
    says('a body too large', (h) => alice.send('POST', '/start', JSON.stringify('x'.repeat(200_000)), h), {
      method: 'POST',
      route: '/api/onboarding/start',
      status: 413,
      user: 'alice',
    });
    says('the head alone', (h) => alice.send('HEAD', '/status', undefined, h), {
      method: 'HEAD',
      route: '/api/onboarding/status',
      status: 200,
      user: 'alice',
    });
    says('options', (h) => alice.send('OPTIONS', '/status', undefined, h), { method: 'OPTIONS', status: 404 });

    it.each(cases)('has one line of %s', async (name, send, line) => {
      const id = `log:${name.replaceAll(' ', '-')}`;
      const { status, headers } = await send();
      expect(headers.get('x-request-id')).toBe(id);
      const [written, ...more] = await linesOf(app, id);
      expect(more).toEqual([]);
      expect(written).toMatchObject({ ...line, status, requestId: id, msg: 'request', time: expect.any(Number) });
      expect(written?.['ms']).toBeGreaterThanOrEqual(0);
      expect(written?.['user']).toBe((line as { user?: string }).user);
      expect(Object.keys(written ?? {}).sort()).toEqual(
        [...KEYS_OF_A_LINE, ...('user' in line ? ['user'] : [])].sort(),
      );
    });

    it('holds nothing of what a caller sends but the user id and the request id, at trace level too', async () => {
      const bearer = await token('carol', { email: 'carol@example.com', given_name: 'a-name-of-the-caller' });
      const client = new Client(app.url, `Bearer ${bearer}`);
      const headers = { cookie: 'session=a-cookie-of-the-caller', 'x-api-key': 'a-header-of-the-caller' };
      const keys = { openai: 'sk-a-key-of-the-caller-0123456789' };
      await client.post('/step/1/complete', { data: { api_keys: keys } }, headers);
      await client.post('/step/2/complete', { data: { website: 'https://a-site-of-the-caller.com' } }, headers);
      await client.post('/step/2/complete', { data: { website: 7, notes: 'a-note-of-the-caller' } }, headers);
      await client.get('/init?access_token=a-query-of-the-caller', headers);
      await new Client(app.url, `Bearer ${bearer}x`).get('/init');
      await new Client(app.url, 'Basic a-password-of-the-caller').get('/init', { 'x-request-id': 'the-last' });
      await linesOf(app, 'the-last');
      const log = app.log.join('');
      expect(log).toContain('"user":"carol"');
      expect(log).not.toMatch(/-of-the-caller/);
      for (const part of bearer.split('.')) expect(log).not.toContain(part);
      expect(log).not.toMatch(/bearer|authorization|cookie|example\.com/i);
    });
  });

  describe('an unexpected failure', () => {
    /** A bare problem that names the request, and nothing of what has happened. */
    const expectBare = ({ status, headers, body }: Answer, id: string) => {
      expect([status, headers.get('content-type'), headers.get('x-request-id')]).toEqual([500, PROBLEM, id]);
      expect(body).toEqual({
        type: 'about:blank',
        title: 'Internal server error',
        status: 500,
        detail: expect.stringContaining(id),
      });
    };

    it('is a bare 500 for the caller, and has its stack in the log', async () => {
      const service = app.nest.get(OnboardingProgressService);
      const config = jest.spyOn(service, 'config').mockImplementation(() => {
        throw new RangeError('the cause of it');
      });
      try {
        const answer = await app.anonymous().get('/config', { 'x-request-id': 'broken' });
        expectBare(answer, 'broken');
        expect(answer.text).not.toMatch(/cause|RangeError|\.ts|\.js/);
      } finally {
        config.mockRestore();
      }
      const [failure, line, ...more] = await linesOf(app, 'broken');
      expect(more).toEqual([]);
      expect(failure).toMatchObject({ level: 50, err: { type: 'RangeError', message: 'the cause of it' } });
      expect((failure?.['err'] as { stack: string }).stack).toMatch(/at .*http\.spec\.ts/);
      expect(line).toMatchObject({ level: 50, status: 500 });
    });

    it('of the database tells the log where, and neither the log nor the caller what was to be written', async () => {
      await app.database.query('alter table research_preferences add constraint nothing check (false) not valid');
      const data = { research_depth: 'Deep', industryContext: 'a text that nobody may see', competitors: [] };
      const dora = await app.as('dora');
      const answer = await dora.post('/step/3/complete', { data }, { 'x-request-id': 'refused' });
      expectBare(answer, 'refused');
      const [failure] = await linesOf(app, 'refused');
      expect(failure).toMatchObject({
        level: 50,
        err: { code: '23514', table: 'research_preferences', constraint: 'nothing' },
      });
      expect((failure?.['err'] as { stack: string }).stack).toMatch(/^\s+at /);
      expect(app.log.join('')).not.toMatch(/nobody may see|Failing row|insert into/i);
      await app.database.query('alter table research_preferences drop constraint nothing');
    });
  });

  describe('the headers of an answer', () => {
    it.each([
      ['a read', () => alice.get('/status')],
      ['a refusal', () => app.anonymous().get('/status')],
      ['an unknown route', () => alice.get('/nowhere')],
      ['the documentation', () => alice.get('//docs')],
      ['an address that cannot be read', () => alice.get('/step/%zz')],
    ])('of %s are those of helmet', async (_name, send) => {
      const { headers } = await send();
      expect(headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(headers.get('content-security-policy')).toContain("script-src 'self'");
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'self'");
      expect(headers.get('strict-transport-security')).toMatch(/max-age=\d{7,}/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('server')).toBeNull();
    });
  });

  describe('caches', () => {
    it.each([
      ['a read', () => alice.get('/init')],
      ['a write', () => alice.post('/start')],
      ['masked keys', () => alice.get('/api-keys')],
      ['a prompt', () => alice.get('/ai-inputs?format=prompt')],
      ['a refusal', () => app.anonymous().get('/init')],
      ['an unknown route', () => alice.get('/nowhere')],
      ['an address that cannot be read', () => alice.get('/step/%zz')],
    ])('keep nothing of %s', async (_name, send) => {
      expect((await send()).headers.get('cache-control')).toBe('no-store');
    });

    it('may keep the page of the API', async () => {
      const script = (await alice.get('//docs')).text.match(/src="(\.\/docs\/[^"]+)"/)?.[1] ?? '';
      for (const path of ['//docs', `/${script.slice(1)}`, '//openapi.json']) {
        const { status, headers } = await alice.get(path);
        expect([path, status]).toEqual([path, 200]);
        expect(headers.get('cache-control')).not.toBe('no-store');
      }
    });
  });

  describe('methods', () => {
    it('HEAD answers as GET does, without a body', async () => {
      const [head, get] = [await alice.send('HEAD', '/status'), await alice.get('/status')];
      expect([head.status, head.text]).toEqual([200, '']);
      for (const name of ['content-type', 'content-length']) expect(head.headers.get(name)).toBe(get.headers.get(name));
    });

    it('HEAD needs a token where GET does', async () => {
      expect((await app.anonymous().send('HEAD', '/status')).status).toBe(401);
      expect((await app.anonymous().send('HEAD', '/config')).status).toBe(200);
    });

    it.each(['OPTIONS', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'])(
      '%s is a problem where there is none',
      async (method) => {
        const { status, headers, body } = await raw(app.url, { method, path: '/api/onboarding/status' });
        expect(status).toBe(404);
        expect(headers.get('content-type')).toBe(PROBLEM);
        expect(JSON.parse(body)).toMatchObject({ status: 404, detail: expect.any(String) });
      },
    );
  });

  describe('every refusal is a problem with a text for its reader', () => {
    const large = JSON.stringify({ data: { notes: 'x'.repeat(33 * 1024 * 1024) } });
    it.each<[string, number, () => Promise<Answer>]>([
      ['no token', 401, () => app.anonymous().get('/init')],
      ['an unknown route', 404, () => alice.get('/nowhere')],
      ['an unknown route at the root', 404, () => app.anonymous().get('//nowhere')],
      ['a malformed address', 404, () => alice.get('//%')],
      ['a malformed parameter', 404, () => alice.get('/step/%ff%fe')],
      ['an unknown step', 404, () => alice.get('/step/7')],
      ['a body that is no JSON', 400, () => alice.send('POST', '/start', '{')],
      ['a body that is no object', 400, () => alice.post('/step/2/complete', [1])],
      ['a wrong type', 400, () => alice.post('/step/2/complete', { data: 7 })],
      ['a body of another kind', 415, () => alice.send('POST', '/start', '<a/>', { 'content-type': 'text/xml' })],
      ['a body too large', 413, () => alice.send('POST', '/start', JSON.stringify('x'.repeat(200_000)))],
      ['a document too large', 413, () => alice.send('POST', '/step/2/complete', large)],
    ])('%s', async (_name, expected, send) => {
      const { status, headers, body } = await send();
      expect([status, headers.get('content-type')]).toEqual([expected, PROBLEM]);
      expect(body).toMatchObject({ type: 'about:blank', title: expect.any(String), status: expected });
      expect(body.detail).toMatch(/^\S.*\.$/s);
    });

    it('what is no HTTP', async () => {
      const answer = await say(app.url, 'this is no HTTP\r\n\r\n');
      expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
      expect(answer).toContain(`content-type: ${PROBLEM}\r\n`);
      expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status: 400, detail: expect.any(String) });
    });
  });

  describe('browsers', () => {
    const origin = 'https://app.example.com';
    const preflight = (client: Client, from: string, method: string) =>
      client.send('OPTIONS', '/step/2/complete', undefined, {
        origin: from,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,content-type',
      });

    it('of other origins are told nothing while none is configured', async () => {
      for (const { headers } of [
        await alice.get('/status', { origin }),
        await preflight(app.anonymous(), origin, 'POST'),
      ]) {
        expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
      }
    });

    describe('of origins that are configured', () => {
      let open: TestApp;
      beforeAll(async () => {
        const CORS_ORIGINS = `${origin}, http://localhost:5173`;
        open = await TestApp.start({ environment: { CORS_ORIGINS }, database: app.database });
      });
      afterAll(() => open.stop());

      it.each([origin, 'http://localhost:5173'])('may read answers: %s', async (from) => {
        const { status, headers } = await (await open.as('alice')).get('/status', { origin: from });
        expect([status, headers.get('access-control-allow-origin')]).toEqual([200, from]);
        expect(headers.get('access-control-expose-headers')).toBe('ETag, X-Request-Id, Onboarding-Flow, Retry-After');
        expect(headers.get('vary')).toMatch(/\borigin\b/i);
      });

      it('may read refusals', async () => {
        const { status, headers } = await open.anonymous().get('/status', { origin });
        expect([status, headers.get('access-control-allow-origin')]).toEqual([401, origin]);
      });

      it('may read refusals that no route has made', async () => {
        for (const [path, expected] of [
          ['/step/%zz', 404],
          ['//nowhere', 404],
          [`/step/${'7'.repeat(5000)}`, 414],
        ] as const) {
          const { status, headers } = await open.anonymous().get(path, { origin });
          expect([status, headers.get('access-control-allow-origin')]).toEqual([expected, origin]);
          expect(headers.get('access-control-expose-headers')).toContain('X-Request-Id');
          expect(headers.get('vary')).toMatch(/\borigin\b/i);
        }
        const other = await open.anonymous().get('/step/%zz', { origin: 'https://evil.example.com' });
        expect(other.headers.get('access-control-allow-origin')).toBeNull();
      });

      it('are answered before they send, with the headers of every answer and a line in the log', async () => {
        const { headers } = await open.anonymous().send('OPTIONS', '/step/2/complete', undefined, {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,x-evil',
          'x-request-id': 'preflight:1',
        });
        expect(headers.get('access-control-allow-headers')).not.toContain('evil');
        expect(headers.get('x-request-id')).toBe('preflight:1');
        expect(headers.get('x-content-type-options')).toBe('nosniff');
        expect(await linesOf(open, 'preflight:1')).toMatchObject([{ method: 'OPTIONS', status: 204 }]);
      });

      it('may ask for options that are no preflight', async () => {
        expect((await open.anonymous().send('OPTIONS', '/status')).status).toBe(204);
      });

      it.each(['GET', 'POST', 'PUT', 'DELETE'])('may send %s', async (method) => {
        const { status, headers } = await preflight(open.anonymous(), origin, method);
        expect(status).toBe(204);
        expect(headers.get('access-control-allow-origin')).toBe(origin);
        expect(headers.get('access-control-allow-methods')?.split(/,\s*/)).toContain(method);
        expect(headers.get('access-control-allow-headers')).toBe(
          'Authorization, Content-Type, If-Match, X-Request-Id, Onboarding-Flow, Last-Event-ID, Idempotency-Key',
        );
        expect(Number(headers.get('access-control-max-age'))).toBeGreaterThan(0);
      });

      it.each([
        'https://evil.example.com',
        'http://app.example.com',
        'https://app.example.com.evil.com',
        'https://app.example.com:8443',
        'null',
      ])('and no others: %s', async (other) => {
        const { headers } = await (await open.as('alice')).get('/status', { origin: other });
        expect(headers.get('access-control-allow-origin')).toBeNull();
        expect(
          (await preflight(open.anonymous(), other, 'POST')).headers.get('access-control-allow-origin'),
        ).toBeNull();
      });
    });
  });

  describe('the page of the API', () => {
    it('opens with all of its assets under its own policy', async () => {
      const page = await app.anonymous().get('//docs');
      expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
      const policy = page.headers.get('content-security-policy') ?? '';
      const rules = new Map(policy.split(';').map((rule) => [rule.split(' ')[0], rule.split(' ').slice(1)]));
      expect(rules.get('script-src')).toEqual(["'self'"]);
      expect(rules.get('style-src')).toContain("'unsafe-inline'");
      // The service is reached without TLS in local development.
      expect([...rules.keys()]).not.toContain('upgrade-insecure-requests');
      expect(page.text).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>|\son\w+=/);
      const assets = [...page.text.matchAll(/\b(?:src|href)="([^"]+)"/g)].map(
        ([, path = '']) => new URL(path, `${app.url}/docs`),
      );
      expect(assets.length).toBeGreaterThanOrEqual(4);
      for (const { origin, pathname, href } of assets) {
        expect(origin).toBe(new URL(app.url).origin);
        const asset = await fetch(href);
        expect([pathname, asset.status]).toEqual([pathname, 200]);
        const kind = /\.js$/.test(pathname) ? 'javascript' : /\.css$/.test(pathname) ? 'text/css' : 'image/';
        expect(asset.headers.get('content-type')).toContain(kind);
        expect((await asset.arrayBuffer()).byteLength).toBeGreaterThan(100);
      }
    });

    it('is the same document as JSON and as YAML', async () => {
      const json = await app.anonymous().get('//openapi.json');
      const yaml = await app.anonymous().get('//openapi.yaml');
      expect([json.status, yaml.status]).toEqual([200, 200]);
      for (const path of Object.keys(json.body.paths)) expect(yaml.text).toContain(path);
    });
  });

  describe('a proxy in front', () => {
    it.each<[string | undefined, string]>([
      [undefined, '127.0.0.1'],
      ['false', '127.0.0.1'],
      ['0', '127.0.0.1'],
      ['1', '10.0.0.1'],
      ['2', '203.0.113.7'],
      ['true', '203.0.113.7'],
      ['loopback', '10.0.0.1'],
      ['127.0.0.1, 10.0.0.0/8', '203.0.113.7'],
      ['192.0.2.1', '127.0.0.1'],
    ])('is believed as TRUST_PROXY says: %s', async (TRUST_PROXY, expected) => {
      const behind = await createApp(
        new Configuration(testEnvironment(app.database.appUrl, { TRUST_PROXY })),
        nowhere(),
      );
      const seen: string[] = [];
      behind
        .getHttpAdapter()
        .getInstance()
        .addHook('onRequest', (incoming, _reply, done) => {
          seen.push(incoming.ip);
          done();
        });
      await behind.listen(0, '127.0.0.1');
      try {
        await fetch(`${await behind.getUrl()}/health/live`, {
          headers: { 'x-forwarded-for': '203.0.113.7, 10.0.0.1' },
        });
        expect(seen).toEqual([expected]);
      } finally {
        await behind.close();
      }
    });
  });

  describe('a stop', () => {
    it('does not wait for connections on which nothing is asked', async () => {
      const stopped = await TestApp.start({ database: app.database });
      const agent = new Agent({ keepAlive: true });
      expect((await raw(stopped.url, { path: '/health/live', agent })).status).toBe(200);
      const silent = await connected(stopped.url);
      try {
        await within('the stop', stopped.stop(), 5000);
      } finally {
        agent.destroy();
        silent.destroy();
      }
    });

    it('lets a request that is under way end', async () => {
      const stopped = await TestApp.start({ database: app.database });
      const erin = await stopped.as('erin');
      await erin.post('/start');
      const lock = new pg.Client({ connectionString: app.database.ownerUrl });
      await lock.connect();
      await lock.query('begin; lock table onboarding_sessions in access exclusive mode');
      const answer = erin.post('/step/4/skip');
      await eventually('the request waits for the lock', async () => {
        const waiting = await app.database.query(`select from pg_locks where not granted`);
        return waiting.length > 0;
      });
      const stop = stopped.stop();
      await eventually('no connection is taken any more', () => refused(stopped.url));
      await lock.end();
      expect((await answer).status).toBe(200);
      await within('the stop', stop, 5000);
    });
  });
});

/** The fields that a line of the log has of every request. */
const KEYS_OF_A_LINE = ['level', 'time', 'requestId', 'method', 'route', 'status', 'ms', 'msg'];

const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });

function addressOf(url: string): { host: string; port: number } {
  const { hostname: host, port } = new URL(url);
  return { host, port: Number(port) };
}

async function connected(url: string): Promise<Socket> {
  const socket = connect(addressOf(url));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

async function refused(url: string): Promise<boolean> {
  const socket = connect(addressOf(url));
  try {
    await once(socket, 'connect');
    return false;
  } catch {
    return true;
  } finally {
    socket.destroy();
  }
}

/** A request as Node sends it, for methods and connections that fetch does not have. */
async function raw(url: string, options: RequestOptions): Promise<{ status: number; headers: Headers; body: string }> {
  const sent = request({ ...addressOf(url), ...options }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const headers = new Headers(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
  return { status: response.statusCode ?? 0, headers, body: await text(response) };
}

/** Whatever comes back for these bytes until the connection is closed. */
async function say(url: string, bytes: string): Promise<string> {
  const socket = await connected(url);
  socket.write(bytes);
  return text(socket);
}
