import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { ApiKeyManager } from '../../../src/onboarding/api-keys/api-key-manager.service.js';
import { PROVIDERS } from '../../../src/ground/providers/providers.js';
import { OnboardingDatabaseService } from '../../../src/onboarding/database/onboarding-database.service.js';
import { OnboardingProgressService } from '../../../src/onboarding/progress/onboarding-progress.service.js';
import { TestApp } from '../../support/service/app.js';
import { countEverybody } from '../../support/data/counted-users.js';
import { Canaries } from '../../support/data/canaries.js';
import type { Answer, Client } from '../../support/service/client.js';
import { OwnCluster } from '../../support/database/own-cluster.js';
import { sample } from '../../support/data/samples.js';
import { StatementFaults } from '../../support/database/statement-faults.js';
import { Secret } from '../../../src/ground/secrets/secret.js';

const OWNER = 'owner of the keys';
const OTHER = 'another user';
const SERVICE = 'a service';

/** What must be seen nowhere. */
const secrets = new Canaries();
/** What is stored in the open and returned: where this is not found, a search finds nothing. */
const visible = new Canaries();
const VISIBLE = visible.make();

/** The owner's keys, by provider, as they are stored in the end. */
const KEYS = {
  openai: secrets.make('sk-proj-'),
  gemini: secrets.make('AIza'),
  anthropic: secrets.make('sk-ant-api03-'),
  mistral: secrets.make(),
  groq: secrets.make('gsk_'),
  deepseek: secrets.make('sk-'),
  tavily: secrets.make('tvly-'),
  exa: secrets.make(),
  cohere: secrets.make('', 4096),
  perplexity: secrets.make('pplx-'),
};
type Stored = keyof typeof KEYS;
/** Saved and replaced, or saved and deleted. */
const FORMER = { openai: secrets.make('sk-'), serper: secrets.make() };
const DEPLOYMENT_KEY = secrets.make('xai-');

let cluster: OwnCluster;
let app: TestApp;
let provider: Server;
let owner: Client;
/** What providers were sent. */
const providerRequests: string[] = [];
/** Every answer but that of the one route which may show a key: what was asked, and all of what came back. */
const answers: [string, string][] = [];

function note(name: string, answer: Answer): Answer {
  answers.push([name, `${answer.status} ${JSON.stringify([...answer.headers])} ${answer.text}`]);
  return answer;
}

/** Where canaries are, of what is named. */
function leaks(places: Iterable<readonly [string, string | Buffer]>): string[] {
  return [...places].flatMap(([name, content]) => secrets.formsIn(content).map((form) => `${name}: ${form}`));
}

/** A provider that says in its answers all that it was sent. */
function echo(): Server {
  return createServer((request, response) => {
    const heard = JSON.stringify(request.headers);
    providerRequests.push(heard);
    const [, kind] = (request.url ?? '').split('/');
    if (kind === 'hangup') return request.socket.destroy();
    const statuses: Record<string, number> = { refused: 401, broken: 500, elsewhere: 302 };
    const headers = { 'content-type': 'application/json', location: `/?heard=${encodeURIComponent(heard)}` };
    response.writeHead(statuses[kind ?? ''] ?? 200, headers).end(heard);
  });
}

beforeAll(async () => {
  cluster = await OwnCluster.create();
  // PostgreSQL's own log then has every statement with its values.
  await cluster.query(`alter system set log_statement = 'all'`);
  await cluster.query('select pg_reload_conf()');
  provider = echo();
  await new Promise<void>((done) => provider.listen(0, '127.0.0.1', done));
  const at = (kind: string) => `http://127.0.0.1:${(provider.address() as AddressInfo).port}/${kind}`;
  app = await TestApp.start({
    environment: {
      DATABASE_URL: cluster.appUrl,
      XAI_API_KEY: DEPLOYMENT_KEY,
      RATE_LIMIT_KEY_CHECKS: '0',
      PROVIDER_BASE_URLS: JSON.stringify({
        openai: at('fine'),
        gemini: at('refused'),
        anthropic: at('broken'),
        mistral: at('elsewhere'),
        groq: at('hangup'),
        deepseek: at('refused'),
        tavily: at('fine'),
        cohere: at('fine'),
      }),
    },
  });
  owner = await app.as(OWNER);
  await saveThroughEveryDoor();
});
afterAll(async () => {
  await app.stop();
  provider.closeAllConnections();
  await new Promise((done) => provider.close(done));
  await cluster.remove();
});

async function saveThroughEveryDoor(): Promise<void> {
  const manager = app.nest.get(ApiKeyManager);
  const saved = [
    note('POST /api-keys', await owner.post('/api-keys', { provider: 'openai', api_key: FORMER.openai })),
    note('POST /api-keys', await owner.post('/api-keys', { provider: 'openai', api_key: KEYS.openai })),
    note('POST /api-keys', await owner.post('/api-keys', { provider: 'google', api_key: ` ${KEYS.gemini}\r\n` })),
    note(
      'POST /api-keys',
      await owner.post('/api-keys', { provider: 'cohere', api_key: KEYS.cohere, description: 'mine' }),
    ),
    note(
      'POST /step/1/complete',
      await owner.post('/step/1/complete', {
        data: { ...sample(1).data, api_keys: { anthropic: KEYS.anthropic, mistral: KEYS.mistral, openai: '' } },
      }),
    ),
    note('POST /step/2/complete', await owner.post('/step/2/complete', { data: { ...sample(2).data, seen: VISIBLE } })),
    note('POST /api-keys', await owner.post('/api-keys', { provider: 'serper', api_key: FORMER.serper })),
    note('DELETE /api-keys/serper', await owner.send('DELETE', '/api-keys/serper')),
  ];
  expect(saved.map(({ status }) => status)).toEqual(saved.map(() => 200));
  await manager.save(OWNER, 'groq', KEYS.groq);
  await manager.save(OWNER, 'exa', KEYS.exa, 'by a service in this process');
  await app.nest.get(OnboardingDatabaseService).saveApiKey(OWNER, 'tavily', KEYS.tavily);
  const progress = await app.nest.get(OnboardingProgressService).forUser(OWNER);
  await progress.markStepCompleted(1, { api_keys: { deepseek: KEYS.deepseek, perplexity: KEYS.perplexity } });
}

const newKey = () => secrets.make('sk-');
const asJson = { 'content-type': 'application/json' };

/** Keys that go where they do not belong, and the status of the answer. */
const MISPLACED: readonly [string, number, () => Promise<Answer>][] = [
  ...[2, 3, 4, 5].flatMap((step): [string, number, () => Promise<Answer>][] => {
    const post = (more: object) => () =>
      owner.post(`/step/${step}/complete`, { data: { ...sample(step).data, ...more } });
    return [
      [`with step ${step}`, 200, post({ api_keys: { openai: newKey(), nonesuch: newKey() } })],
      [`with step ${step} in camelCase`, 200, post({ apiKeys: { openai: newKey() } })],
      [`with step ${step} as a text`, 200, post({ api_keys: newKey() })],
    ];
  }),
  ['with step 6', 200, () => owner.post('/step/6/complete', { data: { api_keys: { openai: newKey() } } })],
  [
    'nested in the analysis of step 2',
    200,
    () =>
      owner.post('/step/2/complete', {
        data: { website: 'https://a.example', analysis: { api_keys: { openai: newKey() } } },
      }),
  ],
  [
    'nested in the integrations of step 5',
    200,
    () => owner.post('/step/5/complete', { data: { integrations: { api_keys: { openai: newKey() } } } }),
  ],
  [
    'beside the data of a step',
    200,
    () => owner.post('/step/5/complete', { ...sample(5), api_keys: { openai: newKey() }, api_key: newKey() }),
  ],
  [
    'with a persona',
    200,
    () => owner.post('/step4/persona-save', { core_persona: { identity: {} }, api_keys: { openai: newKey() } }),
  ],
  ['with a start', 200, () => owner.post('/start', { api_key: newKey() })],
  ['with a reset', 400, () => owner.post(`/reset?hard=${newKey()}`)],
  ['to an unknown provider', 404, () => owner.post('/api-keys', { provider: 'nonesuch', api_key: newKey() })],
  ['as the provider', 404, () => owner.post('/api-keys', { provider: newKey(), api_key: 'openai' })],
  [
    'to an unknown provider in step 1',
    400,
    () => owner.post('/step/1/complete', { data: { api_keys: { nonesuch: newKey(), openai: newKey() } } }),
  ],
  [
    'as the name of a provider in step 1',
    400,
    () => owner.post('/step/1/complete', { data: { api_keys: { [newKey()]: 'openai' } } }),
  ],
  ['as all keys of step 1', 400, () => owner.post('/step/1/complete', { data: { api_keys: newKey() } })],
  ['in a list in step 1', 400, () => owner.post('/step/1/complete', { data: { api_keys: { openai: [newKey()] } } })],
  ['in a dry run of step 1', 200, () => owner.post('/step/1/validate', { data: { api_keys: { openai: newKey() } } })],
  [
    'as the name of a provider in a dry run of step 1',
    200,
    () => owner.post('/step/1/validate', { data: { api_keys: { [newKey()]: newKey() } } }),
  ],
  [
    'with a dry run of step 2',
    200,
    () => owner.post('/step/2/validate', { data: { ...sample(2).data, api_keys: { openai: newKey() } } }),
  ],
  ['in a list', 400, () => owner.post('/api-keys', { provider: 'openai', api_key: [newKey()] })],
  ['in an object', 400, () => owner.post('/api-keys', { provider: 'openai', api_key: { key: newKey() } })],
  ['with a word more', 400, () => owner.post('/api-keys', { provider: 'openai', api_key: `my key ${newKey()}` })],
  ['with a NUL', 400, () => owner.post('/api-keys', { provider: 'openai', api_key: `${newKey()}\u0000` })],
  [
    'with half a character',
    400,
    () => owner.send('POST', '/api-keys', `{"provider":"openai","api_key":"${newKey()}\\ud800"}`),
  ],
  ['behind stars', 400, () => owner.post('/api-keys', { provider: 'openai', api_key: `********${newKey()}` })],
  ['of another provider', 400, () => owner.post('/api-keys', { provider: 'openai', api_key: secrets.make('AIza') })],
  [
    'of an administrator',
    400,
    () => owner.post('/api-keys', { provider: 'openai', api_key: secrets.make('sk-admin-') }),
  ],
  ['a little too long', 400, () => owner.post('/api-keys', { provider: 'openai', api_key: secrets.make('sk-', 4097) })],
  ['much too long', 400, () => owner.post('/api-keys', { provider: 'openai', api_key: secrets.make('sk-', 9000) })],
  [
    'too long for a body',
    413,
    () => owner.post('/api-keys', { provider: 'openai', api_key: secrets.make('sk-', 200_000) }),
  ],
  [
    'too long in step 1',
    400,
    () => owner.post('/step/1/complete', { data: { api_keys: { openai: secrets.make('sk-', 4097) } } }),
  ],
  ['without a provider', 400, () => owner.post('/api-keys', { api_key: newKey() })],
  ['in a body that is no object', 400, () => owner.post('/api-keys', newKey())],
  ['in a body that is no JSON', 400, () => owner.send('POST', '/api-keys', newKey())],
  [
    'in a body that breaks off',
    400,
    () => owner.send('POST', '/api-keys', `{"provider":"openai","api_key":"${newKey()}`),
  ],
  ['in a body with a comma too many', 400, () => owner.send('POST', '/api-keys', `{"api_key":"${newKey()}",}`)],
  [
    'in a body that sets a prototype',
    400,
    () => owner.send('POST', '/api-keys', `{"__proto__":{"api_key":"${newKey()}"},"api_key":"${newKey()}"}`),
  ],
  [
    'in a body that is not UTF-8',
    400,
    () =>
      owner.send('POST', '/api-keys', Buffer.concat([Buffer.from(`{"api_key":"${newKey()}`), Buffer.of(0xff)]), asJson),
  ],
  [
    'in a form',
    415,
    () =>
      owner.send('POST', '/api-keys', `provider=openai&api_key=${newKey()}`, {
        'content-type': 'application/x-www-form-urlencoded',
      }),
  ],
  ['in a path', 404, () => owner.get(`/providers/${newKey()}/setup`)],
  ['in a path to delete', 404, () => owner.send('DELETE', `/api-keys/${newKey()}`)],
  ['in a path to check', 404, () => owner.post(`/providers/${newKey()}/validate`, { api_key: newKey() })],
  ['in an unknown path', 404, () => owner.get(`/${newKey()}`)],
  ['in a path that is no URL', 404, () => owner.get(`/%zz${newKey()}`)],
  ['in the query', 200, () => owner.get(`/api-keys?api_key=${newKey()}`)],
  ['by another method', 404, () => owner.send('PUT', '/api-keys', JSON.stringify({ api_key: newKey() }))],
  [
    'in headers',
    200,
    () =>
      owner.get('/status', {
        'x-api-key': newKey(),
        'x-goog-api-key': newKey(),
        cookie: `key=${newKey()}`,
        'user-agent': newKey(),
        referer: `https://a.example/?key=${newKey()}`,
      }),
  ],
  ['as the token', 401, () => app.anonymous().get('/status', { authorization: `Bearer ${newKey()}` })],
  ['as the kind of token', 401, () => app.anonymous().get('/status', { authorization: `${newKey()} abc` })],
  ...['openai', 'gemini', 'anthropic', 'mistral', 'groq', 'perplexity', 'google'].map(
    (name): [string, number, () => Promise<Answer>] => [
      `to be checked by ${name}`,
      200,
      () => owner.post(`/providers/${name}/validate`, { api_key: secrets.make() }),
    ],
  ),
  ['to be checked as a list', 400, () => owner.post('/providers/openai/validate', { api_key: [newKey()] })],
  [
    'to be checked though too long',
    400,
    () => owner.post('/providers/openai/validate', { api_key: secrets.make('', 9000) }),
  ],
  ['to be checked by nobody known', 404, () => owner.post('/providers/nonesuch/validate', { api_key: newKey() })],
  ['all stored ones to be checked', 200, () => owner.post('/api-keys/validate', { api_key: newKey() })],
];

type Call = (client: Client) => Promise<Answer>;

/** A call of every route that the service has. Destructive ones come last. */
const ROUTES: Readonly<Record<string, Call>> = {
  'GET /health/live': (client) => client.get('//health/live'),
  'GET /health/ready': (client) => client.get('//health/ready'),
  'GET /api/onboarding/config': (client) => client.get('/config'),
  'GET /api/onboarding/init': (client) => client.get('/init'),
  'GET /api/onboarding/status': (client) => client.get('/status'),
  'GET /api/onboarding/progress': (client) => client.get('/progress'),
  'GET /api/onboarding/step/{n}': (client) => client.get('/step/1'),
  'GET /api/onboarding/step/{n}/validate': (client) => client.get('/step/1/validate'),
  'POST /api/onboarding/step/{n}/validate': (client) => client.post('/step/1/validate'),
  'GET /api/onboarding/requirements': (client) => client.get('/requirements'),
  'GET /api/onboarding/resume': (client) => client.get('/resume'),
  'GET /api/onboarding/history': (client) => client.get('/history?limit=200'),
  'GET /api/onboarding/history/{revision}': (client) => client.get('/history/1'),
  'GET /api/onboarding/events': (client) => client.get('/events?after=0'),
  'GET /api/onboarding/live': (client) => client.get('/live'),
  'GET /api/onboarding/website-analysis': (client) => client.get('/website-analysis'),
  'GET /api/onboarding/research-preferences': (client) => client.get('/research-preferences'),
  'GET /api/onboarding/competitor-analysis': (client) => client.get('/competitor-analysis'),
  'GET /api/onboarding/style-detection/session-analyses': (client) => client.get('/style-detection/session-analyses'),
  'GET /api/onboarding/style-detection/check-existing/{url}': (client) =>
    client.get('/style-detection/check-existing/https%3A%2F%2Fexample.com'),
  'GET /api/onboarding/style-detection/analysis/{id}': async (client) => client.get(await ownAnalysis(client)),
  'DELETE /api/onboarding/style-detection/analysis/{id}': async (client) =>
    client.send('DELETE', await ownAnalysis(client)),
  // Saves again what is looked for in the database.
  'PUT /api/onboarding/style-detection/analysis/{id}': async (client) =>
    client.send('PUT', await ownAnalysis(client), JSON.stringify({ seo_audit: { keywords: [VISIBLE] } })),
  'GET /api/onboarding/step4/persona-latest': (client) => client.get('/step4/persona-latest'),
  'GET /api/onboarding/api-keys': (client) => client.get('/api-keys'),
  'GET /api/onboarding/api-keys/onboarding': (client) => client.get('/api-keys/onboarding'),
  'GET /api/onboarding/api-keys/validate': (client) => client.get('/api-keys/validate'),
  'GET /api/onboarding/providers': (client) => client.get('/providers'),
  'GET /api/onboarding/providers/{provider}/setup': (client) => client.get('/providers/openai/setup'),
  'GET /api/onboarding/validation/enhanced': (client) => client.get('/validation/enhanced'),
  'GET /api/onboarding/internal/users/{userId}/api-keys/{provider}': (client) => client.get(lendingPath('openai')),
  'POST /api/onboarding/api-keys/validate': (client) => client.post('/api-keys/validate'),
  'POST /api/onboarding/providers/{provider}/validate': (client) =>
    client.post('/providers/openai/validate', { api_key: 'sk-something-else' }),
  'POST /api/onboarding/start': (client) => client.post('/start'),
  'POST /api/onboarding/step/{n}/complete': (client) => client.post('/step/1/complete'),
  'POST /api/onboarding/step/{n}/skip': (client) => client.post('/step/5/skip'),
  'POST /api/onboarding/step4/persona-save': (client) =>
    client.post('/step4/persona-save', { core_persona: { identity: {} } }),
  'POST /api/onboarding/complete': (client) => client.post('/complete'),
  'POST /api/onboarding/restore': (client) => client.post('/restore', { revision: 1, what: 'progress' }),
  'POST /api/onboarding/reset': (client) => client.post('/reset'),
  'POST /api/onboarding/api-keys': (client) =>
    client.post('/api-keys', { provider: 'serper', api_key: 'a-visible-key-01' }),
  'DELETE /api/onboarding/api-keys/{provider}': (client) => client.send('DELETE', '/api-keys/serper'),
  'GET /api/onboarding/ai-inputs': (client) => client.get('/ai-inputs?format=prompt'),
  'GET /api/onboarding/summary': (client) => client.get('/summary'),
  ...businessRoutes('/api/onboarding/business-info'),
  ...businessRoutes('/onboarding/business-info'),
  'GET /api/onboarding/internal/users/{userId}/ai-inputs': (client) => client.get(internalPath('ai-inputs')),
  'GET /api/onboarding/internal/users/{userId}/status': (client) => client.get(internalPath('status')),
  'GET /api/onboarding/analytics/funnel': (client) => client.get('/analytics/funnel?by=day'),
  'GET /api/onboarding/analytics/cohorts': (client) => client.get('/analytics/cohorts'),
  'GET /api/onboarding/analytics/activity': (client) => client.get('/analytics/activity'),
  'GET /api/onboarding/analytics/stuck': (client) => client.get('/analytics/stuck'),
  'GET /api/onboarding/internal/users/{userId}/profile': (client) => client.get(internalPath('profile')),
};

/** The caller's own analysis; a caller who may not read the list asks for nothing in particular. */
async function ownAnalysis(client: Client): Promise<string> {
  const { body } = await client.get('/style-detection/session-analyses');
  return `/style-detection/analysis/${String(body.analyses?.[0]?.id ?? 'none')}`;
}

/** Each caller reads and replaces what they have saved themselves; a caller who may not save asks for nothing in particular. */
function businessRoutes(path: string): Record<string, Call> {
  const info = { business_description: 'A shop for shoes, with a workshop.' };
  const address = `/${path}`;
  const own = async (client: Client) => `${address}/${String((await client.post(address, info)).body.id ?? 'none')}`;
  return {
    [`POST ${path}`]: (client) => client.post(address, info),
    [`GET ${path}/{id}`]: async (client) => client.get(await own(client)),
    [`PUT ${path}/{id}`]: async (client) => client.send('PUT', await own(client), JSON.stringify(info)),
    [`GET ${path}/user/{userId}`]: (client) => client.get(`${address}/user/${encodeURIComponent(OWNER)}`),
  };
}

const internalPath = (what: string) => `/internal/users/${encodeURIComponent(OWNER)}/${what}`;

const PAGES = ['//openapi.json', '//openapi.yaml', '//docs'];

function lendingPath(name: string, userId = OWNER): string {
  return `/internal/users/${encodeURIComponent(userId)}/api-keys/${name}`;
}

describe('keys that were saved', () => {
  it('are all there: what follows searches for what is stored', async () => {
    const opened = await app.nest.get(ApiKeyManager).getApiKeys(OWNER);
    expect(Object.fromEntries([...opened].map(([name, secret]) => [name, secret.reveal()]))).toEqual(KEYS);
    expect((await owner.get('/api-keys')).body.api_keys).toEqual(
      Object.fromEntries(Object.entries(KEYS).map(([name, key]) => [name, `********${key.slice(-4)}`])),
    );
  });

  it('would be found in every form', () => {
    const [canary, long] = [secrets.make(), secrets.make('', 4096)];
    for (const value of [canary, long, canary.slice(0, 30), canary.slice(20), ` ${canary}`, `  ${canary}`]) {
      const bytes = Buffer.from(value);
      expect(secrets.formsIn(value)).toContain('plain');
      expect(secrets.formsIn(bytes.toString('hex'))).toContain('hex');
      expect(secrets.formsIn(bytes.toString('hex').toUpperCase())).toContain('HEX');
      expect(secrets.formsIn(bytes.toString('base64'))).toContain('base64');
      expect(secrets.formsIn(bytes.toString('base64url'))).toContain('base64');
      expect(secrets.formsIn(Buffer.from(value, 'utf16le'))).toContain('utf16');
    }
    expect(secrets.formsIn(`********${canary.slice(-4)}`)).toEqual([]);
    expect(secrets.formsIn(VISIBLE)).toEqual([]);
  });

  it.each(MISPLACED)('or sent %s are in no answer (%i)', async (name, status, send) => {
    const answer = note(name, await send());
    expect([name, answer.status]).toEqual([name, status]);
    expect(leaks([answers.at(-1) ?? ['', '']])).toEqual([]);
  });

  it('are in no answer to a request that is no HTTP', async () => {
    const { port } = new URL(app.url);
    for (const [name, head] of [
      [
        'a length that is none',
        `POST /api/onboarding/api-keys HTTP/1.1\r\nhost: a\r\ncontent-length: ${newKey()}\r\n\r\n`,
      ],
      ['a header without a name', `GET / HTTP/1.1\r\nhost: a\r\n${newKey()}\r\n\r\n`],
      ['a huge header', `GET / HTTP/1.1\r\nhost: a\r\nx-api-key: ${secrets.make('', 50_000)}\r\n\r\n`],
    ] as const) {
      const heard = await new Promise<string>((done, fail) => {
        let text = '';
        const socket = connect(Number(port), '127.0.0.1', () => socket.write(head));
        socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
        socket.on('close', () => done(text));
        socket.on('error', (error) => (text ? done(text) : fail(error)));
      });
      expect(heard).toMatch(/^HTTP\/1.1 4\d\d /);
      answers.push([name, heard]);
    }
    expect(leaks(answers)).toEqual([]);
  });

  it('are in no answer while the database fails at any statement of a save', async () => {
    const faults = await StatementFaults.on(app);
    let users = 0;
    // A new user each time, since the first save has the most to do.
    const save = async () =>
      (await app.as(`whose saving fails ${++users}`)).post('/api-keys', { provider: 'openai', api_key: newKey() });
    faults.arm();
    expect((await save()).status).toBe(200);
    const statements = faults.sent.length;
    expect(statements).toBeGreaterThan(5);
    for (let at = 0; at < statements; at++) {
      faults.arm(at);
      const answer = note(`a save that fails at statement ${at}`, await save());
      expect([at, answer.status]).toEqual([at, 500]);
    }
    faults.arm();
    expect(leaks(answers)).toEqual([]);
  });

  it('went to their providers, who repeat all that they hear', () => {
    expect(providerRequests.length).toBeGreaterThan(10);
    expect(providerRequests.filter((heard) => secrets.formsIn(heard).length > 0)).toHaveLength(providerRequests.length);
  });

  it('are in no answer of any route, to their owner or to anybody else', async () => {
    const { body } = await owner.get('//openapi.json');
    const documented = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    // A new route is called here before this passes again.
    expect(Object.keys(ROUTES).sort()).toEqual(documented.sort());
    const callers: [string, Client][] = [
      ['nobody', app.anonymous()],
      ['another user', await app.as(OTHER)],
      ['a service without a scope', await app.as(SERVICE)],
      ['a service with another scope', await app.as(SERVICE, { scope: 'keys:list users:read' })],
      ['a service that may read onboarding', await app.as(SERVICE, { scope: 'onboarding:read' })],
      ['an operator', await app.as(SERVICE, { scope: 'onboarding:operate' })],
      ['the owner', owner],
    ];
    await countEverybody(app);
    const statuses: Record<string, number[]> = {};
    for (const [who, client] of callers) {
      for (const [route, call] of Object.entries(ROUTES)) {
        const answer = note(`${route} by ${who}`, await call(client));
        (statuses[who] ??= []).push(answer.status);
      }
      for (const page of PAGES) expect(note(`${page} by ${who}`, await client.get(page)).status).toBe(200);
    }
    expect(leaks(answers)).toEqual([]);
    expect(answers.filter(([, text]) => visible.formsIn(text).length > 0).length).toBeGreaterThan(5);
    // The owner's calls went through, all but those that are for services and operators, and what is no opening of a WebSocket.
    expect(statuses['the owner']?.filter((status) => status !== 200).toSorted()).toEqual([
      ...Array<number>(8).fill(404),
      426,
    ]);
    expect(new Set(statuses['nobody'])).toEqual(new Set([200, 401]));
  });

  it('are in no revision of the history, whatever came with the data of a step', async () => {
    const revisions: number[] = [];
    for (let before = ''; ;) {
      const page = note(`GET /history?${before}`, await owner.get(`/history?limit=200${before}`));
      expect(page.status).toBe(200);
      const positions = page.body.items.map(({ position }: { position: string }) => position);
      revisions.push(...positions.map((position: string) => Number.parseInt(position, 10)));
      if (page.body.next_before === null) break;
      before = `&before=${page.body.next_before}`;
    }
    expect(revisions.length).toBeGreaterThan(40);
    let withData = 0;
    for (const revision of revisions) {
      const answer = note(`GET /history/${revision}`, await owner.get(`/history/${revision}`));
      expect(answer.status).toBe(200);
      if (visible.formsIn(answer.text).length > 0) withData++;
    }
    const dryRun = { revision: 1, what: 'all', dry_run: true };
    expect(note('POST /restore', await owner.post('/restore', dryRun)).status).toBe(200);
    expect(leaks(answers)).toEqual([]);
    // What is stored in the open is found in the revisions from then on.
    expect(withData).toBeGreaterThan(10);
  });

  it('are in no line of the log, at its most talkative', () => {
    expect(app.log.length).toBeGreaterThan(100);
    expect(app.log.some((line) => line.includes('"level":10') || line.includes('"level":20'))).toBe(true);
    expect(leaks([['log', app.log.join('')]])).toEqual([]);
  });

  it('are in no event, and no table of the database, in any encoding', async () => {
    const tables = await cluster.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
    );
    const names = tables.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(
        ['api_keys', 'data_keys', 'progress_events', 'document_versions', 'access_events'].map((t) => `public.${t}`),
      ),
    );
    let found = '';
    // Versions of what was replaced are among what is searched.
    const versions = await cluster.query<{ content: unknown }>(
      'select content from document_versions where user_id = $1',
      [OWNER],
    );
    expect(visible.formsIn(JSON.stringify(versions))).toContain('plain');
    for (const name of names) {
      const rows = await cluster.query(`select t.*, t::text as "row as text" from ${name} t`);
      for (const row of rows) {
        const contents = Object.entries(row).map(([column, value]): [string, string | Buffer] => [
          `${name}.${column}`,
          Buffer.isBuffer(value) ? value : JSON.stringify(value ?? null),
        ]);
        expect(leaks(contents)).toEqual([]);
        found += contents.map(([, content]) => content.toString()).join();
      }
    }
    expect(visible.formsIn(found)).toContain('plain');
    const events = await cluster.query<{ type: string }>('select distinct type from progress_events order by 1');
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['api_key_removed', 'api_key_saved', 'step_completed']),
    );
  });

  it('are in no file of the database: tables, indexes, write-ahead log, server log', async () => {
    await cluster.query('checkpoint');
    const [{ data_directory = '' } = {}] = await cluster.query<{ data_directory: string }>('show data_directory');
    const directory = dirname(data_directory);
    const files = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const kinds = { 'postgres/base/': 0, 'postgres/pg_wal/': 0, 'postgres.log': 0 };
    for (const file of files) {
      const content = readFileSync(file);
      expect(leaks([[file, content]])).toEqual([]);
      for (const kind of Object.keys(kinds) as (keyof typeof kinds)[])
        if (file.startsWith(join(directory, kind)) && visible.formsIn(content).length > 0) kinds[kind]++;
    }
    // What is stored in the open is found in each kind of file.
    for (const [kind, count] of Object.entries(kinds)) expect([kind, count > 0]).toEqual([kind, true]);
  });

  it('are in nothing that services in this process get, unless they reveal it', async () => {
    const manager = app.nest.get(ApiKeyManager);
    const database = app.nest.get(OnboardingDatabaseService);
    const progress = app.nest.get(OnboardingProgressService);
    const sealed = await database.sealedKeys(OWNER);
    const failure = (work: Promise<unknown>) =>
      work.then(
        () => 'no failure',
        (error: unknown) => error,
      );
    const results: Record<string, unknown> = {
      list: await manager.list(OWNER),
      getApiKeys: await manager.getApiKeys(OWNER),
      'getApiKeys of the database': await database.getApiKeys(OWNER),
      sealedKeys: sealed,
      states: manager.states(OWNER, sealed),
      usable: PROVIDERS.map((provider) => manager.usable(OWNER, provider, sealed)),
      verifyAll: await manager.verifyAll(OWNER),
      verify: await manager.verify(OWNER, 'openai', new Secret(newKey())),
      use: await manager.use(OWNER, 'openai', (secret) => Promise.resolve({ secret })),
      'the key of the deployment': manager.deploymentKey('xai'),
      save: await manager.save(OWNER, 'openai', KEYS.openai),
      'a refused save': await failure(manager.save(OWNER, 'openai', secrets.make('AIza'))),
      'a save of nobody’s': await failure(manager.save(OWNER, newKey(), newKey())),
      'a use that fails': await failure(
        manager.use(OWNER, 'openai', (secret) =>
          Promise.reject(new Error(`refused ${String(secret)}`, { cause: secret })),
        ),
      ),
      snapshot: await progress.snapshot(OWNER),
      completion: await progress.getCompletionData(OWNER),
      'progress of a user': await progress.forUser(OWNER),
      manager,
      database,
    };
    const printed = Object.entries(results).flatMap(([name, result]): [string, string][] => [
      [
        `inspect ${name}`,
        inspect(result, { depth: 12, showHidden: true, maxArrayLength: null, maxStringLength: null }),
      ],
      [`JSON of ${name}`, jsonOf(result)],
      [`text of ${name}`, String(result)],
    ]);
    expect(leaks(printed)).toEqual([]);
    expect(results['getApiKeys']).toHaveProperty('size', Object.keys(KEYS).length);
    expect(printed.filter(([, text]) => text.includes('[secret]')).length).toBeGreaterThan(5);
  });

  it('are not in the environment of the process', () => {
    expect(leaks([['environment', JSON.stringify(process.env)]])).toEqual([]);
  });
});

/** As much of it as JSON can hold: maps as lists, no circles. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value, (_, item: unknown) => (item instanceof Map ? [...item] : item)) ?? '';
  } catch (error) {
    if (error instanceof TypeError) return 'a circle';
    throw error;
  }
}

describe('the one route that shows a key', () => {
  const events = () =>
    cluster.query('select user_id, actor, action, subject, occurred_at from access_events order by occurred_at');

  it('shows it to a service with the scope, to be kept nowhere, and records who took which when', async () => {
    const session = await cluster.query('select id, revision from onboarding_sessions where user_id = $1', [OWNER]);
    for (const claims of [{ scope: 'other keys:use' }, { scope: ['keys:use'] }, { scopes: ['keys:use'] }]) {
      await cluster.query('delete from access_events');
      const service = await app.as(SERVICE, claims);
      const begun = Date.now();
      const answer = await service.get(lendingPath('google'));
      expect([answer.status, answer.body]).toEqual([200, { provider: 'gemini', api_key: KEYS.gemini, source: 'user' }]);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const [event, ...more] = await cluster.query<Record<string, unknown>>('select * from access_events');
      expect(more).toEqual([]);
      expect(event).toEqual({
        user_id: OWNER,
        id: expect.any(String),
        session_id: (session[0] as { id: string }).id,
        actor: SERVICE,
        action: 'api_key_lent',
        subject: 'gemini',
        occurred_at: expect.any(Date),
      });
      expect((event?.['occurred_at'] as Date).getTime()).toBeGreaterThanOrEqual(begun - 1000);
      expect((event?.['occurred_at'] as Date).getTime()).toBeLessThanOrEqual(Date.now() + 1000);
      expect(leaks([['event', JSON.stringify(event)]])).toEqual([]);
    }
    // The audit is no change of the user's onboarding.
    expect(await cluster.query('select id, revision from onboarding_sessions where user_id = $1', [OWNER])).toEqual(
      session,
    );
  });

  it('shows every key that is stored, each with an event of its own', async () => {
    await cluster.query('delete from access_events');
    const service = await app.as(SERVICE, { scope: 'keys:use' });
    for (const name of Object.keys(KEYS) as Stored[])
      expect((await service.get(lendingPath(name))).body.api_key).toBe(KEYS[name]);
    expect((await events()).map(({ subject }) => subject as string)).toEqual(Object.keys(KEYS));
  });

  it('falls back on the deployment’s key, and records that too', async () => {
    await cluster.query('delete from access_events');
    const service = await app.as(SERVICE, { scope: 'keys:use' });
    const answer = await service.get(lendingPath('xai', OTHER));
    expect(answer.body).toEqual({ provider: 'xai', api_key: DEPLOYMENT_KEY, source: 'deployment' });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await events()).toMatchObject([{ user_id: OTHER, actor: SERVICE, subject: 'xai' }]);
  });

  it.each([
    ['no scope', {}],
    ['another scope', { scope: 'keys:list' }],
    ['a scope that starts alike', { scope: 'keys:use:all keys keys:' }],
    ['a scope in other case', { scope: 'Keys:Use' }],
    ['a scope under another name', { permissions: ['keys:use'], role: 'keys:use' }],
    ['a scope inside another text', { scope: 'a,keys:use' }],
    ['scopes that are no texts', { scopes: [{ 'keys:use': true }, ['keys:use']] }],
  ])('is not there for a token with %s, be it the owner’s own', async (_, claims) => {
    await cluster.query('delete from access_events');
    const unknown = await owner.get('/nothing/here');
    for (const userId of [SERVICE, OWNER]) {
      const answer = await (await app.as(userId, claims)).get(lendingPath('openai'));
      expect([answer.status, answer.body]).toEqual([404, unknown.body]);
    }
    expect(await events()).toEqual([]);
  });

  it('needs a token, and a good one', async () => {
    await cluster.query('delete from access_events');
    const answers = [
      await app.anonymous().get(lendingPath('openai')),
      await app.anonymous().get(lendingPath('openai'), { authorization: 'Bearer abc' }),
      await (await app.as(SERVICE, { scope: 'keys:use', exp: 1 })).get(lendingPath('openai')),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(await events()).toEqual([]);
  });

  it.each([
    ['a user without keys', lendingPath('openai', OTHER)],
    ['nobody', lendingPath('openai', 'nobody')],
    ['no possible user', lendingPath('openai', 'x'.repeat(256))],
    ['a provider without a key', lendingPath('serper')],
    ['an unknown provider', lendingPath('nonesuch')],
  ])('says of %s that there is nothing, and records nothing', async (_, path) => {
    await cluster.query('delete from access_events');
    const service = await app.as(SERVICE, { scope: 'keys:use' });
    expect((await service.get(path)).status).toBe(404);
    expect(await events()).toEqual([]);
  });

  it('leaves no key in the log', () => {
    expect(leaks([['log', app.log.join('')]])).toEqual([]);
  });
});
