import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { generateKeyPairSync } from 'node:crypto';
import { TestApp } from '../support/service/app.js';
import { Client } from '../support/service/client.js';
import { expectProblem } from '../support/service/problems.js';
import { DEMO_ROUTES } from '../support/service/routes.js';

const LOCAL = '127.0.0.1:3000';

describe('the page for developers', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ environment: { AUTH_ISSUER: 'the issuer', AUTH_AUDIENCE: 'the audience' } });
  });
  afterAll(() => app.stop());

  /** A request for a token as no client of the tests can send it. */
  async function ask(headers: Record<string, string> = {}, remoteAddress = '127.0.0.1', service = app) {
    const { statusCode, body } = await service.nest.inject({
      method: 'POST',
      url: '/demo/token',
      headers: { host: LOCAL, ...headers },
      remoteAddress,
      payload: { user: 'alice' },
    });
    return { status: statusCode, body };
  }

  const post = (body: unknown) => app.anonymous().post('//demo/token', body);

  describe('its files', () => {
    it('open under a policy that allows them and this service, and nothing else', async () => {
      const page = await app.anonymous().get('//demo');
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      const policy = page.headers.get('content-security-policy') ?? '';
      const rules = Object.fromEntries(policy.split(';').map((rule) => rule.split(' ')));
      expect(rules).toEqual({
        'default-src': "'none'",
        'script-src': "'self'",
        'style-src': "'self'",
        'img-src': "'self'",
        'connect-src': "'self'",
        'base-uri': "'none'",
        'form-action': "'none'",
        'frame-ancestors': "'none'",
      });
      expect(page.headers.get('x-frame-options')).toBe('DENY');
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect(page.headers.get('x-content-type-options')).toBe('nosniff');
      expect(page.text).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=/);
      expect(page.text).not.toMatch(/https?:\/\//);
    });

    it('are all that it loads, each of its kind', async () => {
      const { text } = await app.anonymous().get('//demo');
      const assets = [...text.matchAll(/\b(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
      const routes = DEMO_ROUTES.filter((route) => route.startsWith('GET /demo/'));
      expect(assets.map((path) => `GET ${path}`).toSorted()).toEqual(routes.toSorted());
      const kinds = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };
      for (const path of assets) {
        const { status, headers, text: content } = await app.anonymous().get(`/${path}`);
        const kind = kinds[path.split('.').at(-1) as keyof typeof kinds];
        expect([path, status, headers.get('content-type')]).toEqual([path, 200, expect.stringContaining(kind)]);
        expect(content.length).toBeGreaterThan(200);
        // Names of XML and of licences are no addresses that a browser asks.
        expect(content).not.toMatch(/\b(?:import|fetch|url)\(["']?(?:https?:)?\/\//);
      }
    });

    it('are in no document of the API', async () => {
      const { text } = await app.anonymous().get('//openapi.json');
      expect(text).not.toContain('/demo');
    });
  });

  describe('a development token', () => {
    it('is good for the user whom the page names, for a day', async () => {
      const { status, body } = await post({ user: 'alice' });
      expect([status, Object.keys(body).toSorted()]).toEqual([200, ['expires_at', 'token']]);
      const { sub, iss, aud, exp = 0, iat = 0 } = decodeJwt(body.token);
      expect({ sub, iss, aud }).toEqual({ sub: 'alice', iss: 'the issuer', aud: 'the audience' });
      expect(exp - iat).toBe(86_400);
      expect(body.expires_at).toBe(new Date(exp * 1000).toISOString());
      const alice = new Client(app.url, `Bearer ${body.token}`);
      expect((await alice.get('/init')).body.user).toMatchObject({ id: 'alice', email: 'alice@example.com' });
    });

    it('is good for as many seconds as are asked for, and has no scope', async () => {
      const { exp = 0, iat = 0, ...claims } = decodeJwt((await post({ user: 'ทดสอบ', expires: 90 })).body.token);
      expect([exp - iat, Object.keys(claims).toSorted()]).toEqual([90, ['aud', 'email', 'iss', 'sub']]);
      expect(claims.sub).toBe('ทดสอบ');
    });

    it.each<[string, unknown]>([
      ['no user', {}],
      ['an empty user', { user: '' }],
      ['a user that is too long', { user: 'a'.repeat(256) }],
      ['a user that is no text', { user: 7 }],
      ['a user that cannot be stored', { user: 'a\u0000' }],
      ['no time', { user: 'alice', expires: 0 }],
      ['more than a day', { user: 'alice', expires: 86_401 }],
      ['a part of a second', { user: 'alice', expires: 1.5 }],
    ])('is refused for %s', async (_what, body) => {
      expectProblem(await post(body), 400);
    });

    it('is nothing that the log knows', async () => {
      const { body } = await post({ user: 'alice' });
      expect(app.log.join('')).toContain('/demo/token');
      expect(app.log.join('')).not.toContain(body.token.split('.')[2]);
    });
  });

  describe('tokens are for this machine alone', () => {
    it.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'])('which may be %s', async (address) => {
      expect((await ask({}, address)).status).toBe(200);
    });

    it.each(['10.0.0.1', '192.168.1.2', '203.0.113.7', '::ffff:10.0.0.1', 'fe80::1', '::', '2001:db8::1'])(
      'and never %s',
      async (address) => {
        expect((await ask({}, address)).status).toBe(404);
      },
    );

    it.each(['localhost', 'LOCALHOST:3000', 'localhost:3000', '127.0.0.1', '127.1.2.3:80', '[::1]', '[::1]:3000'])(
      'under its own name %s',
      async (host) => {
        expect((await ask({ host })).status).toBe(200);
      },
    );

    it.each([
      'rebound.example',
      'rebound.example:3000',
      'localhost.rebound.example',
      '127.0.0.1.rebound.example',
      'rebound.example:127.0.0.1',
      'localhost@rebound.example',
      'localhost.',
      'my-machine',
      '192.168.1.2:3000',
      '[::2]:3000',
      '0.0.0.0:3000',
      ' ',
    ])('not under %j, which may be another’s', async (host) => {
      expect((await ask({ host })).status).toBe(404);
    });

    it('for its own page', async () => {
      expect((await ask({ origin: `http://${LOCAL}` })).status).toBe(200);
    });

    it.each(['null', 'https://evil.example', `https://${LOCAL}`, 'http://127.0.0.1:3001', 'http://localhost:3000', ''])(
      'not for a page of %j',
      async (origin) => {
        expect((await ask({ origin })).status).toBe(404);
      },
    );

    it.each([
      ['x-forwarded-for', '127.0.0.1'],
      ['x-forwarded-host', LOCAL],
      ['x-forwarded-proto', 'http'],
      ['x-forwarded-anything', ''],
      ['x-real-ip', '127.0.0.1'],
      ['forwarded', 'for=127.0.0.1'],
      ['via', '1.1 proxy'],
    ])('not through a proxy that adds %s', async (name, value) => {
      expect((await ask({ [name]: value })).status).toBe(404);
    });

    it('whatever TRUST_PROXY believes', async () => {
      const environment = { TRUST_PROXY: 'true' };
      const trusting = await TestApp.start({ database: app.database, environment });
      expect((await ask({ 'x-forwarded-for': '127.0.0.1' }, '203.0.113.7', trusting)).status).toBe(404);
      expect((await ask({}, '203.0.113.7', trusting)).status).toBe(404);
      await trusting.stop();
    });

    it('and pages of CORS_ORIGINS get none', async () => {
      const origin = 'https://app.example.com';
      const open = await TestApp.start({ database: app.database, environment: { CORS_ORIGINS: origin } });
      expect((await ask({ origin }, '127.0.0.1', open)).status).toBe(404);
      await open.stop();
    });

    it('others get the answer of an address at which there is nothing', async () => {
      const refused = await ask({}, '203.0.113.7');
      const nowhere = await app.nest.inject({ method: 'POST', url: '/nowhere', payload: {} });
      expect([refused.status, refused.body]).toEqual([nowhere.statusCode, nowhere.body]);
    });
  });

  it('has no tokens where another service issues them, and says so', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const AUTH_JWT_PUBLIC_KEY = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const other = await TestApp.start({
      database: app.database,
      environment: { AUTH_JWT_SECRET: undefined, AUTH_JWT_PUBLIC_KEY },
    });
    const answer = await other.anonymous().post('//demo/token', { user: 'alice' });
    expectProblem(answer, 404);
    expect(answer.body.detail).toContain('Another service issues the tokens');
    expect((await other.anonymous().get('//demo')).status).toBe(200);
    await other.stop();
  });

  it('is not there in production', async () => {
    const production = await TestApp.start({ database: app.database, environment: { DEPLOY_ENV: 'production' } });
    for (const route of DEMO_ROUTES) {
      const [method = '', path = ''] = route.split(' ');
      const body = method === 'POST' ? '{"user":"alice"}' : undefined;
      expectProblem(await production.anonymous().send(method, `/${path}`, body), 404, route);
    }
    await production.stop();
  });
});
