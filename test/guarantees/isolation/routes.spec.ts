import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApp } from '../../support/service/app.js';
import type { Client } from '../../support/service/client.js';
import { expectProblem } from '../../support/service/problems.js';
import {
  API_ROUTES,
  DEMO_ROUTES,
  DOCUMENTATION_ROUTES,
  GUARDED_ROUTES,
  NUMBERS_ROUTES,
  PUBLIC_ROUTES,
  routesOf,
  SCOPED_ROUTES,
  usualStatus,
  withHead,
} from '../../support/service/routes.js';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security?: readonly Record<string, string[]>[];
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, { readonly content?: Record<string, { readonly schema?: object }> }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

const PROBLEM = { $ref: '#/components/schemas/ProblemView' };

/** Routes that answer with something else than JSON; a WebSocket is opened without any content. */
const MEDIA: Readonly<Record<string, readonly string[]>> = {
  'GET /api/onboarding/events': ['text/event-stream'],
  'GET /api/onboarding/live': [],
  ...Object.fromEntries(Object.keys(NUMBERS_ROUTES).map((route) => [route, ['application/json', 'text/csv']])),
};

/** What the parameters of a route stand for here. */
const AT: Readonly<Record<string, string>> = {
  ':n': '2',
  ':provider': 'openai',
  ':id': '00000000-0000-7000-8000-000000000000',
  ':userId': 'somebody',
  ':url': 'example.com',
  ':revision': '1',
  '*': 'swagger-ui.css',
};

const concrete = (path: string) => path.replaceAll(/:\w+|\*/g, (parameter) => AT[parameter] ?? parameter);

/** A path that the route answers. */
function send(client: Client, route: string) {
  const [method = '', path = ''] = route.split(' ');
  const body = path === '/demo/token' ? '{"user":"somebody"}' : '{}';
  return client.send(method, `/${concrete(path)}`, ['POST', 'PUT'].includes(method) ? body : undefined);
}

const SCOPED = Object.keys(SCOPED_ROUTES);

function matches(route: string, method: string, path: string): boolean {
  const [verb, pattern = ''] = route.split(' ');
  return verb === method && new RegExp(`^${pattern.replaceAll(/:\w+/g, '[^/]+')}$`).test(path);
}

/** The route as the document names it. */
function operationOf({ paths }: Document, route: string): Operation | undefined {
  const [method = '', path = ''] = route.split(' ');
  return paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
}

describe('routes', () => {
  let app: TestApp;
  let production: TestApp;
  let document: Document;

  beforeAll(async () => {
    app = await TestApp.start();
    production = await TestApp.start({ database: app.database, environment: { DEPLOY_ENV: 'production' } });
    document = (await app.anonymous().get('//openapi.json')).body as Document;
  });
  afterAll(async () => {
    await production.stop();
    await app.stop();
  });

  it('are those that are listed, each guarded or public', () => {
    const listed = withHead([...API_ROUTES, ...DOCUMENTATION_ROUTES, ...DEMO_ROUTES]);
    expect(routesOf(app).toSorted()).toEqual(listed.toSorted());
    expect(new Set(listed).size).toBe(listed.length);
  });

  it.each(withHead([...GUARDED_ROUTES, ...SCOPED]))('%s needs a token', async (route) => {
    const refused = await send(app.anonymous(), route);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    if (!route.startsWith('HEAD')) expectProblem(refused, 401);
    const answer = await send(await app.as('somebody'), route);
    if (SCOPED.includes(route.replace('HEAD', 'GET'))) expect(answer.status).toBe(404);
    // There is no analysis yet, which is an answer here, no business information, and no key.
    else if (route.includes('/style-detection/')) expect(answer.status).toBe(200);
    // The revision is there once the caller has started.
    else if (route.includes(':revision')) expect([200, 404]).toContain(answer.status);
    else if (/:id|user\/:userId|^DELETE/.test(route)) expect([400, 404]).toContain(answer.status);
    else expect([usualStatus(route), 400]).toContain(answer.status);
  });

  // The page's licence has its own route, and no file.
  const served = DOCUMENTATION_ROUTES.filter((route) => route !== 'GET /docs/LICENSE');

  it.each(withHead([...PUBLIC_ROUTES, ...served, ...DEMO_ROUTES]))('%s needs none', async (route) => {
    expect((await send(app.anonymous(), route)).status).toBe(200);
  });

  it.each(withHead(DEMO_ROUTES))('%s is there for this machine alone, while the service is local', async (route) => {
    const [method = '', url = ''] = route.split(' ');
    const { statusCode } = await app.nest.inject({
      method: method as 'GET',
      url,
      remoteAddress: '192.0.2.7',
      ...(method === 'POST' ? { payload: { user: 'somebody' } } : {}),
    });
    expect(statusCode).toBe(404);
    expect((await send(production.anonymous(), route)).status).toBe(404);
  });

  it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])('%s opens no guarded address', async (method) => {
    for (const path of new Set([...GUARDED_ROUTES, ...SCOPED].map((route) => route.split(' ')[1] ?? ''))) {
      const { status } = await app.anonymous().send(method, `/${concrete(path)}`);
      // `/api-keys/validate` and `/api-keys/onboarding` are also names that `DELETE /api-keys/:provider` may be asked for.
      const isListed = API_ROUTES.some((route) => matches(route, method, concrete(path)));
      expect([path, status]).toEqual([path, isListed ? 401 : 404]);
    }
  });

  it('are all in the API’s document, and nothing else is', () => {
    const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    );
    expect(documented.toSorted()).toEqual(API_ROUTES.toSorted());
    const ids = documented.map((route) => operationOf(document, route)?.operationId);
    expect(new Set(ids).size).toBe(documented.length);
  });

  it.each(API_ROUTES)('%s documents its answer', (route) => {
    const operation = operationOf(document, route);
    const { 'text/plain': text, ...content } = operation?.responses['200']?.content ?? {};
    const media = MEDIA[route] ?? ['application/json'];
    expect(content).toEqual(Object.fromEntries(media.map((type) => [type, { schema: expect.any(Object) }])));
    expect(text).toEqual(route === 'GET /api/onboarding/ai-inputs' ? { schema: { type: 'string' } } : undefined);
    for (const type of media) expect(content[type]?.schema).not.toEqual({});
    expect(operation?.summary).toMatch(/\S/);
    const parameters = [...route.matchAll(/:(\w+)/g)].map(([, name]) => name);
    const inPath = operation?.parameters?.filter((parameter) => parameter.in === 'path') ?? [];
    expect(inPath.map(({ name }) => name)).toEqual(parameters);
  });

  it.each([...GUARDED_ROUTES, ...SCOPED])('%s documents its token and how it refuses', (route) => {
    const operation = operationOf(document, route);
    expect(operation?.security).toEqual([{ bearer: [] }]);
    for (const status of ['401', '503']) {
      expect(operation?.responses[status]?.content).toEqual({ 'application/problem+json': { schema: PROBLEM } });
    }
  });

  it.each(PUBLIC_ROUTES)('%s documents that it needs no token', (route) => {
    expect(operationOf(document, route)?.security ?? []).toEqual([]);
  });

  it('refer to schemas that are there', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(GUARDED_ROUTES.length);
    const missing = references.map(([, name = '']) => name).filter((name) => !(name in document.components.schemas));
    expect(missing).toEqual([]);
  });
});
