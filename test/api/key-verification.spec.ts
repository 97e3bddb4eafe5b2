import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { KeyVerifier } from '../../src/onboarding/api-keys/key-verifier.js';
import { findProvider, PROVIDERS } from '../../src/ground/providers/providers.js';
import { Configuration, ConfigurationError } from '../../src/ground/config/configuration.js';
import { Secret } from '../../src/ground/secrets/secret.js';
import { TestApp, testEnvironment } from '../support/service/app.js';
import type { Answer, Client } from '../support/service/client.js';
import { eventually, within } from '../support/process/deadline.js';
import { ProviderServer, status, type ProviderAnswer } from '../support/servers/provider-server.js';
import { ServiceProcess } from '../support/process/service-process.js';

const KEY = 'key-canary-0123456789';
const bearer = { authorization: `Bearer ${KEY}` };

/** How each provider is asked, but for those that have no request that is free. */
const CHECKS: Readonly<Record<string, readonly [path: string, headers: Readonly<Record<string, string>>]>> = {
  openai: ['/v1/models', bearer],
  gemini: ['/v1/models', { 'x-goog-api-key': KEY }],
  anthropic: ['/v1/models', { 'x-api-key': KEY, 'anthropic-version': '2023-06-01' }],
  mistral: ['/v1/models', bearer],
  deepseek: ['/user/balance', bearer],
  groq: ['/openai/v1/models', bearer],
  openrouter: ['/api/v1/key', bearer],
  xai: ['/v1/api-key', bearer],
  cohere: ['/v1/models', bearer],
  huggingface: ['/api/whoami-v2', bearer],
  tavily: ['/usage', bearer],
  serper: ['/account', { 'x-api-key': KEY }],
  firecrawl: ['/v2/team/credit-usage', bearer],
  stability: ['/v1/user/account', bearer],
  replicate: ['/v1/account', bearer],
  elevenlabs: ['/v1/user', { 'xi-api-key': KEY }],
};
const WITHOUT_CHECK = PROVIDERS.map(({ id }) => id).filter((id) => !(id in CHECKS));

const CONFIGURED = { valid: true, status: 'configured' };
const INVALID = { valid: false, status: 'invalid' };
const UNVERIFIED = { valid: null, status: 'unverified' };

/** Sends without end, as fast as it is read. */
const flood = (code: number, start = ''): ProviderAnswer => {
  return (_request, response) => {
    response.writeHead(code, { 'content-type': 'application/json' });
    response.write(start);
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(16_384, '.')));
    };
    response.on('drain', more);
    more();
  };
};

describe('verification of keys', () => {
  let providers: ProviderServer;
  let app: TestApp;

  beforeAll(async () => {
    providers = await ProviderServer.start();
    app = await TestApp.start({
      environment: {
        PROVIDER_BASE_URLS: providers.baseUrls,
        RATE_LIMIT_KEY_CHECKS: '0',
        // A request that held a connection while a provider thinks would keep everybody else out.
        DATABASE_POOL_SIZE: '1',
      },
    });
  });
  afterAll(async () => {
    await app.stop();
    await providers.stop();
  });
  beforeEach(async () => {
    await eventually('nobody asks the providers any more', () => providers.open === 0);
    providers.answers(status(200));
  });

  const check = async (user: Client, provider: string, api_key = KEY) =>
    within('the check', user.post(`/providers/${provider}/validate`, { api_key }), 15_000);

  /** What is said of a key, by an endpoint that stores nothing. */
  const verdict = async (provider: string) => {
    const { status: code, body } = await check(await app.as('checks'), provider);
    expect([code, typeof body.message]).toEqual([200, 'string']);
    return { valid: body.valid, status: body.status };
  };

  async function save(user: Client, ...ids: string[]): Promise<void> {
    for (const provider of ids) {
      expect((await user.post('/api-keys', { provider, api_key: KEY })).status).toBe(200);
    }
  }

  /** Providers that answer only when they are told to, and what they have been asked so far. */
  function hold(whose: (key: string) => boolean = () => true): ServerResponse[] {
    const held: ServerResponse[] = [];
    providers.answers(({ headers }, response) => {
      if (whose(headers.authorization ?? '')) held.push(response);
      else response.end('{}');
    });
    return held;
  }

  describe('the request', () => {
    it('is known here for every provider', () => {
      expect([Object.keys(CHECKS).length, WITHOUT_CHECK.length]).toEqual([16, 5]);
    });

    it.each(Object.entries(CHECKS))('shows %s the key in its header, and never in the address', async (id, check) => {
      const [path, headers] = check;
      expect(await verdict(id)).toEqual(CONFIGURED);
      expect(providers.requests).toEqual([
        { provider: id, method: 'GET', path, headers: expect.objectContaining(headers) },
      ]);
      const others = Object.entries(providers.requests[0]?.headers ?? {}).filter(([name]) => !(name in headers));
      expect(JSON.stringify(others)).not.toContain(KEY);
    });

    it.each(WITHOUT_CHECK)('is not made of %s, which has none that is free', async (id) => {
      expect(await verdict(id)).toEqual(UNVERIFIED);
      const user = await app.as(`stored-${id}`);
      await save(user, id);
      expect((await user.post('/api-keys/validate')).body.validation_results).toEqual({ [id]: UNVERIFIED });
      expect(providers.requests).toEqual([]);
    });

    it('is not made for a text that cannot be a key', async () => {
      const { body } = await check(await app.as('checks'), 'openai', 'two words');
      expect(body).toMatchObject(INVALID);
      expect(providers.requests).toEqual([]);
    });

    it.each([
      ['openai', '/v1', '/v1/models'],
      ['openai', '/v1/', '/v1/models'],
      ['openai', '/proxy', '/proxy/v1/models'],
      ['openai', '/proxy/v1', '/proxy/v1/models'],
      ['openai', '/v1/proxy', '/v1/proxy/v1/models'],
      ['openai', '/sv1', '/sv1/v1/models'],
      ['openai', '', '/v1/models'],
      ['groq', '/openai/v1', '/openai/v1/models'],
      ['groq', '/proxy/openai', '/proxy/openai/v1/models'],
      ['deepseek', '/v1', '/v1/user/balance'],
    ])('of %s below %s goes to %s: what both have is taken once', async (id, base, path) => {
      const PROVIDER_BASE_URLS = JSON.stringify({ [id]: providers.url + base });
      const configuration = new Configuration(testEnvironment('postgres://h/d', { PROVIDER_BASE_URLS }));
      const provider = findProvider(id);
      if (provider) await new KeyVerifier(configuration).verify('user', provider, new Secret(KEY));
      expect(providers.requests.map((request) => `/${request.provider}${request.path}`)).toEqual([path]);
    });

    it('goes where the configuration says, also by an alias and with a slash at the end', async () => {
      const PROVIDER_BASE_URLS = JSON.stringify({ google: `${providers.url}/gemini/` });
      const configuration = new Configuration(testEnvironment('postgres://h/d', { PROVIDER_BASE_URLS }));
      const provider = findProvider('gemini');
      expect(provider).toBeDefined();
      if (provider) await new KeyVerifier(configuration).verify('user', provider, new Secret(KEY));
      expect(providers.requests.map(({ provider: id, path }) => [id, path])).toEqual([['gemini', '/v1/models']]);
    });
  });

  describe('the answer', () => {
    it.each(Object.keys(CHECKS))('of %s is yes with 200 and no with 401', async (id) => {
      expect(await verdict(id)).toEqual(CONFIGURED);
      providers.answers(status(401, '{"error":"no such key"}'));
      expect(await verdict(id)).toEqual(INVALID);
    });

    it.each([
      ['gemini', 400, '{"error":{"details":[{"reason":"API_KEY_INVALID"}]}}', INVALID],
      ['gemini', 400, '{"error":{"details":[{"reason":"INVALID_ARGUMENT"}]}}', UNVERIFIED],
      ['gemini', 403, 'API_KEY_INVALID', UNVERIFIED],
      ['openai', 400, 'API_KEY_INVALID', UNVERIFIED],
      ['serper', 403, '{"message":"Unauthorized."}', INVALID],
    ])('of %s with %i and %s', async (id, code, body, expected) => {
      providers.answers(status(code, body));
      expect(await verdict(id)).toEqual(expected);
    });

    it.each([201, 204, 304, 400, 402, 403, 404, 407, 418, 429, 432, 500, 502, 503, 504])(
      'is neither yes nor no with %i',
      async (code) => {
        providers.answers(status(code, code === 204 || code === 304 ? '' : '{"error":"invalid key"}'));
        expect(await verdict('openai')).toEqual(UNVERIFIED);
        expect(providers.requests).toHaveLength(1);
      },
    );

    it('is neither where the provider takes longer than five seconds', async () => {
      hold();
      const user = await app.as('waits');
      await save(user, 'openai');
      const answers = await within(
        'both checks',
        Promise.all([check(user, 'openai'), user.post('/api-keys/validate')]),
        9_000,
      );
      expect(answers[0].body).toMatchObject(UNVERIFIED);
      expect(answers[1].body).toMatchObject({ all_valid: true, validation_results: { openai: UNVERIFIED } });
      expect(providers.requests).toHaveLength(2);
    });

    it('is neither where the body does not come to an end in time', async () => {
      providers.answers((_request, response) => void response.writeHead(401).write('{'));
      expect(await within('the check', verdict('openai'), 9_000)).toEqual(UNVERIFIED);
    });

    it.each([
      ['before the answer', (response: ServerResponse) => response.destroy()],
      [
        'in the middle of it',
        (response: ServerResponse) => {
          response.writeHead(200, { 'content-length': '1000' });
          response.write('{', () => response.destroy());
        },
      ],
      ['with what is no HTTP', (response: ServerResponse) => response.socket?.end('nonsense\r\n\r\n')],
    ])('is neither where the connection breaks %s', async (_when, breakOff) => {
      providers.answers((_request, response) => void breakOff(response));
      expect(await verdict('openai')).toEqual(UNVERIFIED);
    });

    it.each([301, 302, 303, 307, 308])('is neither with a redirect by %i, which is not followed', async (code) => {
      providers.answers((request, response) => {
        const elsewhere = request.path !== '/v1/models';
        status(
          elsewhere ? 200 : code,
          '{}',
          elsewhere ? {} : { location: `${providers.url}/openai/elsewhere` },
        )(request, response);
      });
      expect(await verdict('openai')).toEqual(UNVERIFIED);
      expect(providers.requests.map(({ path }) => path)).toEqual(['/v1/models']);
    });

    it('is cut off where it does not end, and counts as far as it was read', async () => {
      providers.answers(flood(200));
      expect(await verdict('openai')).toEqual(CONFIGURED);
      providers.answers(flood(400, 'API_KEY_INVALID'));
      expect(await verdict('gemini')).toEqual(INVALID);
      providers.answers(flood(400, `${'.'.repeat(65_536)}API_KEY_INVALID`));
      expect(await verdict('gemini')).toEqual(UNVERIFIED);
      await eventually('the flood is over', () => providers.open === 0);
    });

    it('shows nothing of what the provider says', async () => {
      providers.answers((request, response) =>
        status(401, `echo ${JSON.stringify(request.headers)}`, { 'x-echo': KEY })(request, response),
      );
      const user = await app.as('echo');
      await save(user, 'openai');
      const answers = [await check(user, 'openai'), await user.post('/api-keys/validate')];
      for (const { text, headers } of answers) {
        expect(text + JSON.stringify([...headers])).not.toMatch(/echo|canary/);
      }
      expect(app.log.join('')).not.toContain('canary');
    });
  });

  describe('of stored keys', () => {
    it('is kept with them, and GET asks nobody', async () => {
      const user = await app.as('keeps');
      await save(user, 'openai', 'mistral', 'exa');
      const validation = async (method: 'get' | 'post') => (await user[method]('/api-keys/validate')).body;
      expect((await validation('get')).validation_results).toEqual({
        openai: UNVERIFIED,
        mistral: UNVERIFIED,
        exa: UNVERIFIED,
      });
      expect(providers.requests).toEqual([]);
      providers.answers((request, response) => status(request.provider === 'openai' ? 401 : 200)(request, response));
      const seen = await validation('post');
      expect(seen).toMatchObject({
        all_valid: false,
        validation_results: {
          openai: { ...INVALID, error: 'OpenAI does not know this key.' },
          mistral: CONFIGURED,
          exa: UNVERIFIED,
        },
      });
      expect(seen.missing_keys).toContain('openai');
      expect(providers.requests).toHaveLength(2);
      expect(await validation('get')).toEqual(seen);
      expect((await user.get('/validation/enhanced')).body).toMatchObject({
        all_valid: false,
        results: { ai: { openai: INVALID, mistral: CONFIGURED } },
        summary: { has_ai_provider: true },
      });
      expect(providers.requests).toHaveLength(2);
      await user.post('/api-keys', { provider: 'openai', api_key: `${KEY}-mended` });
      expect(await validation('get')).toMatchObject({
        all_valid: true,
        validation_results: { openai: UNVERIFIED, mistral: CONFIGURED },
      });
      await user.send('DELETE', '/api-keys/mistral');
      expect((await validation('get')).validation_results).toEqual({ openai: UNVERIFIED, exa: UNVERIFIED });
    });

    it('stays with a key that is saved again as it is, and with its mask', async () => {
      const user = await app.as('keeps-verdict');
      await save(user, 'openai');
      await user.post('/api-keys/validate');
      await save(user, 'openai');
      await user.post('/api-keys', { provider: 'openai', api_key: '********6789' });
      expect((await user.get('/api-keys/validate')).body.validation_results).toEqual({ openai: CONFIGURED });
    });

    it('is that of the version that was asked about: a key saved meanwhile is not marked', async () => {
      const user = await app.as('saves-meanwhile');
      await save(user, 'openai', 'mistral');
      const held = hold();
      const validating = user.post('/api-keys/validate');
      await eventually('both providers are asked', () => held.length === 2);
      await user.post('/api-keys', { provider: 'openai', api_key: `${KEY}-new` });
      for (const response of held) response.writeHead(401).end();
      expect((await within('the validation', validating)).status).toBe(200);
      const { body } = await user.get('/api-keys/validate');
      expect(body.validation_results).toMatchObject({ openai: UNVERIFIED, mistral: INVALID });
    });

    it('brings back no key that is removed meanwhile', async () => {
      const user = await app.as('removes-meanwhile');
      await save(user, 'openai');
      const held = hold();
      const validating = user.post('/api-keys/validate');
      await eventually('the provider is asked', () => held.length === 1);
      await user.send('DELETE', '/api-keys/openai');
      for (const response of held) response.end('{}');
      await within('the validation', validating);
      expect((await user.get('/api-keys')).body.api_keys).toEqual({});
    });

    it('changes no progress and records no event', async () => {
      const user = await app.as('quiet');
      await save(user, 'openai');
      const before = (await user.get('/progress')).body;
      await user.post('/api-keys/validate');
      expect((await user.get('/progress')).body).toEqual(before);
    });
  });

  describe('at once', () => {
    const EIGHT = Object.keys(CHECKS).slice(0, 8);

    /** Lets the providers answer one request after the other, until all are through. */
    async function release(held: ServerResponse[], total: number): Promise<void> {
      for (let done = 0; done < total; done++) {
        await eventually(`request ${done + 1} is made`, () => held.length > done);
        held[done]?.end('{}');
      }
    }

    it('is three for one user, whatever asks for it, and all get their turn', async () => {
      const user = await app.as('many');
      await save(user, ...EIGHT);
      const held = hold();
      const all: Promise<Answer>[] = [user.post('/api-keys/validate')];
      for (const id of ['openai', 'mistral', 'groq']) all.push(check(user, id));
      await eventually('three are asked', () => held.length === 3);
      await release(held, EIGHT.length + 3);
      const answers = await within('all checks', Promise.all(all));
      expect(answers.map(({ body }) => body.valid ?? body.all_valid)).toEqual([true, true, true, true]);
      expect(Object.values(answers[0]?.body.validation_results)).toEqual(EIGHT.map(() => CONFIGURED));
      expect([providers.requests.length, providers.mostOpen]).toEqual([11, 3]);
    });

    it('holds nobody else up, neither with checks nor with the database', async () => {
      const slow = await app.as('slow');
      const other = await app.as('other');
      await save(slow, 'openai', 'mistral', 'groq', 'xai');
      const held = hold((key) => key === `Bearer ${KEY}`);
      const validating = slow.post('/api-keys/validate');
      await eventually('three are asked', () => held.length === 3);
      const meanwhile = await within(
        'what others ask',
        Promise.all([
          check(other, 'openai', 'key-of-somebody-else'),
          other.get('/status'),
          other.post('/api-keys', { provider: 'openai', api_key: 'key-of-somebody-else' }),
          slow.get('/init'),
          slow.post('/start'),
        ]),
      );
      expect(meanwhile.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
      expect(meanwhile[0].body).toMatchObject(CONFIGURED);
      // All of that while the first ones still wait.
      expect(held.map((response) => response.writableEnded)).toEqual([false, false, false]);
      await release(held, 4);
      expect((await within('the validation', validating)).status).toBe(200);
    });
  });
});

describe('PROVIDER_BASE_URLS', () => {
  const complaint = 'PROVIDER_BASE_URLS must be a JSON object of provider to https:// URL (http:// only on loopback)';
  const configure = (PROVIDER_BASE_URLS: string) =>
    new Configuration(testEnvironment('postgres://h/d', { PROVIDER_BASE_URLS })).PROVIDER_BASE_URLS;

  it.each([
    'https://proxy.example.com',
    'https://proxy.example.com:8443/openai',
    'https://10.0.0.1/',
    'http://localhost:8080',
    'http://127.0.0.1:8080/openai',
    'http://127.1.2.3',
    'http://[::1]:8080',
  ])('takes %s', (url) => {
    expect(configure(JSON.stringify({ openai: url }))).toEqual({ openai: url });
  });

  it.each([
    'http://proxy.example.com',
    'http://10.0.0.1',
    'http://0.0.0.0',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'http://localhost@example.com',
    'https://user:password@example.com',
    'https://example.com/?key=',
    'https://example.com/#part',
    'ftp://example.com',
    'file:///etc/passwd',
    'example.com',
    '',
  ])('refuses %s', (url) => {
    const refused = () => configure(JSON.stringify({ openai: 'https://proxy.example.com', gemini: url }));
    expect(refused).toThrow(ConfigurationError);
    expect(refused).toThrow(complaint);
  });

  it.each(['nonsense', '[]', '"https://example.com"', '{"openai":5}', '{"openai":null}', 'null'])(
    'refuses %s',
    (text) => expect(() => configure(text)).toThrow(complaint),
  );

  it('is shown in .env.example as it works', () => {
    const [, shown = ''] = /such as (\{.*?\})/.exec(readFileSync('.env.example', 'utf8')) ?? [];
    expect(Object.values(configure(shown))).toEqual([expect.stringMatching(/^http:\/\/localhost:\d+\/v1$/)]);
  });

  it('stops the start with one line that names a provider that there is not', async () => {
    const { code, stdout, stderr } = await ServiceProcess.run({
      PROVIDER_BASE_URLS: '{"opnai":"https://proxy.example.com"}',
    });
    expect([code, stderr.trim()]).toEqual([1, 'PROVIDER_BASE_URLS must name known providers, not opnai']);
    expect(stdout).not.toContain('proxy.example.com');
  });

  it('stops the start with one line that does not show the address', async () => {
    const { code, stdout, stderr } = await ServiceProcess.run({
      PROVIDER_BASE_URLS: '{"openai":"http://proxy.example.com"}',
    });
    expect(code).toBe(1);
    expect(stderr).toContain(complaint);
    expect(stdout + stderr).not.toContain('proxy.example.com');
  });
});
