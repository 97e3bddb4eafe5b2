import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BODY_LIMIT, DOCUMENT_BODY_LIMIT, LARGE_BODY_LIMIT } from '../../../src/ground/http/route.js';
import { TestApp } from '../../support/service/app.js';
import type { Answer, Client } from '../../support/service/client.js';
import { API_DOCUMENT, checkAnswer, exercised } from '../../support/service/contract.js';
import { ProviderServer, status as providerStatus } from '../../support/servers/provider-server.js';
import {
  API_ROUTES,
  DEMO_ROUTES,
  DOCUMENTATION_ROUTES,
  PUBLIC_ROUTES,
  routesOf,
  SCOPED_ROUTES,
  usualStatus,
} from '../../support/service/routes.js';
import { countEverybody } from '../../support/data/counted-users.js';
import { sample } from '../../support/data/samples.js';
import { STEP_NUMBERS } from '../../support/data/step-numbers.js';

interface Request {
  /** What stands for `{n}` and the like, where it is not what stands for it elsewhere. */
  readonly at?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: object;
  /** Who asks; without it, a user who has saved everything. */
  readonly user?: string;
}

/** One operation: the request that succeeds, and what is different in those that do not. */
interface Exercise extends Request {
  /** Refused with 400; without it, the body is no JSON, or the query names no flow. */
  readonly invalid?: Request;
  /** Refused with 404; without it, something else stands for `{n}` and the like. */
  readonly unknown?: Request;
  /** Answered with a text. */
  readonly asText?: Request;
  /** Refused with 410. */
  readonly gone?: Request;
  /** Bytes that the body may have; without it, 100 KB. */
  readonly maxBody?: number;
}

const business = { business_description: 'Repairs bicycles in three towns' };
const businessRequest: Exercise = { body: business, invalid: { body: { business_description: 'short' } } };
const persona = { core_persona: { identity: { name: 'A friendly expert' } }, selected_platforms: ['blog'] };

/** To an id that is not theirs the routes answer with a 200; what is no text in the path is at no address. */
const MALFORMED: Request = { at: { id: '%zz', url: '%zz' } };

const FILLED = 'contract.alice';
const NOBODY = 'contract.nobody';
/** Of whom neither versions nor the state of the first event are there. */
const FORGOTTEN = 'contract.forgotten';

/** Every operation of the document with the request that exercises it. */
const REQUESTS: Readonly<Record<string, Exercise>> = {
  'GET /api/onboarding/init': {},
  'GET /api/onboarding/status': {},
  'GET /api/onboarding/progress': {},
  'GET /api/onboarding/step/{n}': {},
  'POST /api/onboarding/step/{n}/complete': {
    body: sample(2),
    invalid: { body: { data: { website: 'http://localhost' } } },
    maxBody: LARGE_BODY_LIMIT,
  },
  'POST /api/onboarding/step/{n}/skip': { at: { n: '5' }, invalid: { at: { n: '2' } } },
  'GET /api/onboarding/step/{n}/validate': {},
  'POST /api/onboarding/step/{n}/validate': {
    body: sample(2),
    invalid: { body: { data: 'example.com' } },
    maxBody: LARGE_BODY_LIMIT,
  },
  'GET /api/onboarding/requirements': {},
  'POST /api/onboarding/start': {},
  'GET /api/onboarding/resume': {},
  'POST /api/onboarding/reset': { user: 'contract.again', query: 'hard=false', invalid: { query: 'hard=perhaps' } },
  'POST /api/onboarding/complete': { invalid: { user: NOBODY } },
  'GET /api/onboarding/config': {},

  'GET /api/onboarding/history': { invalid: { query: 'limit=0' } },
  'GET /api/onboarding/history/{revision}': { gone: { user: FORGOTTEN } },
  'POST /api/onboarding/restore': {
    body: { revision: 1, what: 'progress', dry_run: true },
    invalid: { body: { revision: 1, what: 'everything' } },
    unknown: { body: { revision: 9999, what: 'all' } },
    gone: { user: FORGOTTEN, body: { revision: 2, what: 'data' } },
  },

  'GET /api/onboarding/events': { invalid: { query: 'after=1' } },
  'GET /api/onboarding/live': {},

  'GET /api/onboarding/api-keys': {},
  'GET /api/onboarding/api-keys/onboarding': {},
  'POST /api/onboarding/api-keys': {
    body: { provider: 'openai', api_key: 'sk-of-the-contract-1' },
    invalid: { body: { provider: 'openai' } },
    unknown: { body: { provider: 'nobody', api_key: 'sk-of-the-contract-1' } },
  },
  'DELETE /api/onboarding/api-keys/{provider}': { at: { provider: 'exa' } },
  'GET /api/onboarding/api-keys/validate': {},
  'POST /api/onboarding/api-keys/validate': {},
  'GET /api/onboarding/providers': {},
  'GET /api/onboarding/providers/{provider}/setup': {},
  'POST /api/onboarding/providers/{provider}/validate': {
    body: { api_key: 'sk-of-the-contract-2' },
    invalid: { body: { api_key: 7 } },
  },
  'GET /api/onboarding/validation/enhanced': {},

  'GET /api/onboarding/website-analysis': {},
  'GET /api/onboarding/research-preferences': {},
  'GET /api/onboarding/competitor-analysis': {},
  'GET /api/onboarding/style-detection/session-analyses': {},
  'GET /api/onboarding/style-detection/check-existing/{url}': { at: { url: 'example.com' }, unknown: MALFORMED },
  'GET /api/onboarding/style-detection/analysis/{id}': { unknown: MALFORMED },
  'PUT /api/onboarding/style-detection/analysis/{id}': {
    body: { writing_style: { tone: 'dry' } },
    invalid: { body: { writing_style: 'dry' } },
    unknown: MALFORMED,
    maxBody: DOCUMENT_BODY_LIMIT,
  },
  'DELETE /api/onboarding/style-detection/analysis/{id}': { unknown: MALFORMED },
  'GET /api/onboarding/step4/persona-latest': {},
  'POST /api/onboarding/step4/persona-save': {
    body: persona,
    invalid: { body: { core_persona: 'none' } },
    maxBody: LARGE_BODY_LIMIT,
  },
  'POST /api/onboarding/business-info': businessRequest,
  'PUT /api/onboarding/business-info/{id}': businessRequest,
  'GET /api/onboarding/business-info/{id}': {},
  'GET /api/onboarding/business-info/user/{userId}': {},
  'POST /onboarding/business-info': businessRequest,
  'PUT /onboarding/business-info/{id}': businessRequest,
  'GET /onboarding/business-info/{id}': {},
  'GET /onboarding/business-info/user/{userId}': {},

  'GET /api/onboarding/ai-inputs': { invalid: { query: 'max_tokens=1' }, asText: { query: 'format=prompt' } },
  'GET /api/onboarding/summary': {},

  'GET /api/onboarding/internal/users/{userId}/api-keys/{provider}': { at: { provider: 'gemini' } },
  'GET /api/onboarding/internal/users/{userId}/ai-inputs': {},
  'GET /api/onboarding/internal/users/{userId}/status': {},
  'GET /api/onboarding/internal/users/{userId}/profile': {},

  'GET /api/onboarding/analytics/funnel': { query: 'by=week', invalid: { query: 'by=month' } },
  'GET /api/onboarding/analytics/cohorts': { invalid: { query: 'unit=year' } },
  'GET /api/onboarding/analytics/activity': { invalid: { query: 'from=2026-02-30' } },
  'GET /api/onboarding/analytics/stuck': {},

  'GET /health/live': {},
  'GET /health/ready': {},
};

const NOTHING = {
  n: '9',
  revision: '9999',
  provider: 'nobody',
  userId: 'contract.bob',
  id: '00000000-0000-7000-8000-000000000000',
};

/** Answers that no request brings about: a defect, and an outage, which has its own spec. */
const NOT_BY_REQUEST = ['500', '503'];

const inBraces = (route: string) => route.replaceAll(/:(\w+)/g, '{$1}');

const SCOPES = new Map(Object.entries(SCOPED_ROUTES).map(([route, scope]) => [inBraces(route), scope as string]));
const PUBLIC = PUBLIC_ROUTES.map(inBraces);

/** Every answer that the document describes: operation, status, content type. */
const DOCUMENTED = Object.entries(API_DOCUMENT.paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, { responses }]) =>
    Object.entries(responses).flatMap(([status, { content }]) =>
      Object.keys(content ?? {}).map((media) => [`${method.toUpperCase()} ${path}`, status, media] as const),
    ),
  ),
);
const PROVOKED = DOCUMENTED.filter(([, status]) => !NOT_BY_REQUEST.includes(status));

describe('the contract', () => {
  let app: TestApp;
  /** The same service, with a limit of one. */
  let limited: TestApp;
  let providers: ProviderServer;
  let businessId: string;
  let analysisId: string;

  beforeAll(async () => {
    providers = await ProviderServer.start();
    providers.answers(providerStatus(200));
    const PROVIDER_BASE_URLS = providers.baseUrls;
    app = await TestApp.start({ environment: { PROVIDER_BASE_URLS } });
    limited = await TestApp.start({
      database: app.database,
      environment: { PROVIDER_BASE_URLS, RATE_LIMIT_KEY_SAVES: '1', RATE_LIMIT_KEY_CHECKS: '1' },
    });
    const alice = await app.as(FILLED);
    for (const n of STEP_NUMBERS) expect((await alice.post(`/step/${n}/complete`, sample(n))).status).toBe(200);
    businessId = (await alice.post('/business-info', business)).body.id;
    analysisId = (await alice.get('/style-detection/session-analyses')).body.analyses[0].id;
    const forgotten = await app.as(FORGOTTEN);
    await forgotten.post('/step/2/complete', { data: { website: 'https://former.example' } });
    await forgotten.post('/step/2/complete', sample(2));
    await app.database.query(`delete from document_versions where user_id = '${FORGOTTEN}'`);
    await app.database.query(`update progress_events set state = '{}' where user_id = '${FORGOTTEN}' and revision = 1`);
    await countEverybody(app);
    exercised.clear();
  });
  afterAll(async () => {
    await limited.stop();
    await app.stop();
    await providers.stop();
  });

  /** A caller who may ask for the operation. */
  function callerOf(operation: string, userId = FILLED, service = app): Promise<Client> {
    return service.as(userId, { scope: SCOPES.get(operation) });
  }

  interface Sent extends Request {
    readonly text?: string;
    readonly type?: string;
    readonly ifMatch?: string;
    readonly accept?: string;
  }

  function send(
    client: Client,
    operation: string,
    { at, query, body, text, type, ifMatch, accept }: Sent,
  ): Promise<Answer> {
    const id = operation.includes('/style-detection/') ? analysisId : businessId;
    const places: Record<string, string> = { n: '2', revision: '1', provider: 'openai', userId: FILLED, id, ...at };
    const [method = '', path = ''] = operation.split(' ');
    const concrete = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => places[name] ?? '');
    return client.send(method, `/${concrete}${query ? `?${query}` : ''}`, text ?? (body && JSON.stringify(body)), {
      ...(type ? { 'content-type': type } : {}),
      ...(ifMatch ? { 'if-match': ifMatch } : {}),
      ...(accept ? { accept } : {}),
    });
  }

  /** The answer to the request that brings it about. */
  async function provoke(operation: string, status: string, media: string): Promise<Answer> {
    const { invalid, unknown, gone, asText, maxBody = BODY_LIMIT, ...request } = REQUESTS[operation] ?? {};
    const ask = async (sent: Sent) => send(await callerOf(operation, sent.user), operation, sent);
    switch (status) {
      case '200':
        return ask({ ...request, ...(media === 'text/plain' ? asText : {}), accept: media });
      case '426':
        return ask(request);
      case '400':
        if (invalid) return ask({ ...request, ...invalid });
        return ask(operation.startsWith('GET ') ? { ...request, query: 'flow=nonesuch' } : { ...request, text: '{' });
      case '401':
        return send(app.anonymous(), operation, request);
      case '404':
        // To a token without the scope there is nothing, whatever it asks for.
        if (SCOPES.has(operation)) return send(await app.as(FILLED), operation, request);
        return ask({ ...request, ...(unknown ?? { at: NOTHING }) });
      case '410':
        return ask({ ...request, ...gone });
      case '412':
        return ask({ ...request, ifMatch: '"long-gone"' });
      case '413':
        return ask({ ...request, text: `"${'x'.repeat(maxBody)}"` });
      case '415':
        return ask({ ...request, text: 'a text', type: 'text/plain' });
      case '429': {
        const client = await callerOf(operation, `often ${operation}`, limited);
        expect((await send(client, operation, request)).status).toBe(200);
        return send(client, operation, request);
      }
      default:
        throw new Error(`No request is known that is answered with ${status}`);
    }
  }

  it('has a request for every operation, and an operation for every route', () => {
    const operations = [...new Set(DOCUMENTED.map(([operation]) => operation))].toSorted();
    expect(operations).toEqual(Object.keys(REQUESTS).toSorted());
    expect(operations).toEqual(API_ROUTES.map(inBraces).toSorted());
    const pages: readonly string[] = [...DOCUMENTATION_ROUTES, ...DEMO_ROUTES];
    const routes = routesOf(app).filter((route) => !route.startsWith('HEAD ') && !pages.includes(route));
    expect(routes.map(inBraces).toSorted()).toEqual(operations);
  });

  it('is the document that the service serves', async () => {
    expect((await app.anonymous().get('//openapi.json')).body).toEqual(API_DOCUMENT);
  });

  // Every answer is held against the document by the client.
  it.each(PROVOKED)('%s answers %s as %s', async (operation, status, media) => {
    const answer = await provoke(operation, status, media);
    expect([answer.status, answer.text.slice(0, 200)]).toEqual([Number(status), expect.any(String)]);
    expect(answer.headers.get('content-type')?.split(';')[0]).toBe(media);
  });

  const reads = Object.keys(REQUESTS).filter((operation) => operation.startsWith('GET ') && !operation.includes('{'));

  it.each(reads)('%s describes a user who has saved nothing, too', async (operation) => {
    expect((await send(await callerOf(operation, NOBODY), operation, {})).status).toBe(usualStatus(operation));
  });

  it.each([...SCOPES.keys()].filter((operation) => !operation.includes('api-keys')))(
    '%s describes a user who has saved nothing, too',
    async (operation) => {
      const answer = await send(await callerOf(operation), operation, { at: { userId: NOBODY } });
      expect(answer.status).toBe(200);
    },
  );

  it('was exercised as a whole', () => {
    expect([...exercised].toSorted()).toEqual(PROVOKED.map((documented) => documented.join(' ')).toSorted());
    expect(PROVOKED.length).toBeGreaterThanOrEqual(201);
    expect(exercised.size).toBe(PROVOKED.length);
  });

  it('asks for a token wherever it is not public', () => {
    const guarded = DOCUMENTED.filter(([, status]) => status === '401').map(([operation]) => operation);
    expect(guarded.toSorted()).toEqual(
      Object.keys(REQUESTS)
        .filter((operation) => !PUBLIC.includes(operation))
        .toSorted(),
    );
  });
});

describe('an answer that is not as the document describes it', () => {
  const json = 'application/json; charset=utf-8';
  const problem = { type: 'about:blank', title: 'Not found', status: 404, detail: 'There is nothing at this address.' };
  const status = {
    is_completed: false,
    current_step: 1,
    completion_percentage: 0,
    next_step: 1,
    started_at: null,
    completed_at: null,
    can_proceed_to_final: false,
  };

  function check(request: string, code: number, body: unknown, contentType = json) {
    const [method = '', path = ''] = request.split(' ');
    const headers = new Headers({ 'content-type': contentType });
    checkAnswer(method, path, { status: code, headers, text: String(JSON.stringify(body)), body });
  }
  const STATUS = 'GET /api/onboarding/status';
  const PROBLEM = 'application/problem+json';

  it('is told from one that is', () => {
    expect(() => check(STATUS, 200, status)).not.toThrow();
    expect(() => check(STATUS, 200, { ...status, started_at: '2026-01-02T03:04:05.678Z' })).not.toThrow();
    expect(() => check('GET /api/onboarding/nowhere', 404, problem, PROBLEM)).not.toThrow();
    expect(() => check('GET /api/onboarding/website-analysis', 200, { status: 'success', more: 1 })).not.toThrow();
    expect(() => check('GET /api/onboarding/research-preferences', 200, null)).not.toThrow();
  });

  const UNDECLARED = 'must NOT have unevaluated properties';

  it.each<[string, string, string, number, unknown, string]>([
    ['a field that is not declared', UNDECLARED, STATUS, 200, { ...status, secret: 1 }, json],
    [
      'no field where there must be one',
      "required property 'next_step'",
      STATUS,
      200,
      without(status, 'next_step'),
      json,
    ],
    ['a wrong type', 'is_completed must be boolean', STATUS, 200, { ...status, is_completed: 'no' }, json],
    ['null for a value', 'current_step must be integer', STATUS, 200, { ...status, current_step: null }, json],
    ['a value out of range', 'current_step must be >= 0', STATUS, 200, { ...status, current_step: -1 }, json],
    [
      'a time that is not in UTC',
      'started_at must match format',
      STATUS,
      200,
      { ...status, started_at: '2026-01-02T03:04:05+01:00' },
      json,
    ],
    [
      'a field deep inside',
      `persona ${UNDECLARED}`,
      'GET /api/onboarding/step4/persona-latest',
      200,
      { success: true, persona: { more: 1 } },
      json,
    ],
    [
      'a value in a map',
      'api_keys/openai must be string',
      'GET /api/onboarding/api-keys',
      200,
      { api_keys: { openai: {} } },
      json,
    ],
    ['a kind that is not in the list', 'must be equal to one of', 'GET /health/live', 200, { status: 'well' }, json],
    ['no JSON', 'not JSON', STATUS, 200, undefined, json],
    ['a status that is not documented', 'status is not documented', STATUS, 404, problem, PROBLEM],
    ['a success that is not documented', 'status is not documented', STATUS, 201, status, json],
    ['a content type that is not documented', 'content type is not documented', STATUS, 200, status, 'text/html'],
    ['a problem as plain JSON', 'content type is not documented', STATUS, 401, problem, json],
    ['a problem with more than it may have', UNDECLARED, STATUS, 401, { ...problem, stack: 'at …' }, PROBLEM],
    ['a problem without a text', "required property 'detail'", STATUS, 401, without(problem, 'detail'), PROBLEM],
    ['an answer of no operation', 'no such operation', 'GET /api/onboarding/nowhere', 200, {}, json],
    [
      'a refusal of no operation that is no problem',
      'must be application/problem+json',
      'GET /api/onboarding/nowhere',
      404,
      {},
      json,
    ],
    ['an operation under another method', 'no such operation', 'PATCH /api/onboarding/status', 200, status, json],
  ])('is refused: %s', (_what, complaint, request, code, body, contentType) => {
    expect(() => check(request, code, body, contentType)).toThrow(complaint);
  });
});

function without(record: object, name: string): object {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}
