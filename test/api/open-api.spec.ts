import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApp } from '../support/service/app.js';
import { API_ROUTES, PUBLIC_ROUTES } from '../support/service/routes.js';

type Schema = Record<string, unknown>;
interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly tags?: string[];
  readonly parameters?: { name: string; in: string; required: boolean; schema: Schema }[];
  readonly requestBody?: { content: Record<string, { schema: Schema }> };
  readonly responses: Record<string, { description: string; content?: Record<string, { schema: Schema }> }>;
  readonly security?: object[];
}
interface Document {
  readonly openapi: string;
  readonly info: { title: string; version: string };
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { schemas: Record<string, Schema>; securitySchemes: Record<string, object> };
}

/** The routes in the spelling of OpenAPI. */
const inBraces = (routes: readonly string[]) => routes.map((route) => route.replace(/:(\w+)/g, '{$1}'));
const PUBLIC = inBraces(PUBLIC_ROUTES);

describe('the document of the API', () => {
  let app: TestApp;
  let document: Document;
  let operations: [string, Operation][];

  beforeAll(async () => {
    app = await TestApp.start();
    document = (await app.anonymous().get('//openapi.json')).body;
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, Operation] => [
        `${method.toUpperCase()} ${path}`,
        operation,
      ]),
    );
  });
  afterAll(() => app.stop());

  it('is OpenAPI 3 and says what it is', () => {
    expect(document.openapi).toMatch(/^3\.\d+\.\d+$/);
    expect(document.info).toMatchObject({ title: 'Onboarding', version: expect.any(String) });
    expect(document.components.securitySchemes).toEqual({
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    });
  });

  it('has every route that the service has, and no other', () => {
    expect(operations.map(([route]) => route).sort()).toEqual(inBraces(API_ROUTES).sort());
  });

  it('names every operation once, in words', () => {
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [route, { summary, tags }] of operations) {
      expect([route, summary]).toEqual([route, expect.stringMatching(/\w+ \w+/)]);
      expect([route, tags]).toEqual([route, [expect.any(String)]]);
    }
  });

  it('asks for a token wherever the service does', () => {
    for (const [route, { security, responses }] of operations) {
      const isPublic = PUBLIC.includes(route);
      expect([route, security ?? []]).toEqual([route, isPublic ? [] : [{ bearer: [] }]]);
      expect([route, '401' in responses]).toEqual([route, !isPublic]);
    }
    expect(operations.filter(([route]) => PUBLIC.includes(route))).toHaveLength(PUBLIC.length);
  });

  it('describes every answer with a schema, and every success as 200, or 101 for a WebSocket', () => {
    for (const [route, { responses }] of operations) {
      const successes = Object.keys(responses).filter((status) => status < '300');
      const isSocket = route === 'GET /api/onboarding/live';
      expect([route, successes]).toEqual([route, [isSocket ? '101' : '200']]);
      if (isSocket) continue;
      const media = route === 'GET /api/onboarding/events' ? 'text/event-stream' : 'application/json';
      const schema = responses['200']?.content?.[media]?.schema;
      expect([route, schema]).toEqual([route, expect.any(Object)]);
      expect([route, Object.keys(schema ?? {})]).not.toEqual([route, []]);
    }
  });

  it('describes every refusal as a problem', () => {
    let problems = 0;
    const views: Readonly<Record<string, string>> = { '410': 'GoneView', '429': 'TooManyRequestsView' };
    const viewOf = (status: string) => views[status] ?? 'ProblemView';
    for (const [route, { responses }] of operations) {
      for (const [status, { content, description }] of Object.entries(responses)) {
        if (status < '300') continue;
        problems += 1;
        expect([route, status, content]).toEqual([
          route,
          status,
          { 'application/problem+json': { schema: { $ref: `#/components/schemas/${viewOf(status)}` } } },
        ]);
        expect(description.length).toBeGreaterThan(5);
      }
    }
    expect(problems).toBeGreaterThan(40);
    const required = ['type', 'title', 'status', 'detail'];
    expect(document.components.schemas['ProblemView']).toMatchObject({ type: 'object', required });
  });

  it('has refusals for what may be refused: an outage or overload, a parameter, a body', () => {
    for (const [route, { responses, parameters = [], requestBody }] of operations) {
      expect([route, '503' in responses]).toEqual([route, route !== 'GET /health/live']);
      if (parameters.some((parameter) => parameter.in === 'path')) {
        expect([route, Object.keys(responses)]).toEqual([route, expect.arrayContaining(['404'])]);
      }
      if (requestBody) {
        expect([route, requestBody.content]).toEqual([route, { 'application/json': expect.any(Object) }]);
      }
      // A body that is no JSON is refused wherever one may be sent.
      if (!route.startsWith('GET')) {
        expect([route, Object.keys(responses)]).toEqual([route, expect.arrayContaining(['400', '413', '415'])]);
      }
      expect([route, '500' in responses]).toEqual([route, true]);
    }
  });

  it('describes bodies and parameters', () => {
    const withBody = operations.filter(([, { requestBody }]) => requestBody).map(([route]) => route);
    expect(withBody).toEqual(
      expect.arrayContaining(['POST /api/onboarding/step/{n}/complete', 'POST /api/onboarding/step4/persona-save']),
    );
    for (const [route, { requestBody, parameters = [] }] of operations) {
      if (requestBody) {
        expect([route, requestBody.content['application/json']?.schema]).toEqual([
          route,
          { $ref: expect.stringMatching(/^#\/components\/schemas\/\w+$/) },
        ]);
      }
      const inPath = [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const described = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
      expect([route, described]).toEqual([route, inPath]);
      for (const { schema } of parameters) expect([route, Object.keys(schema)]).not.toEqual([route, []]);
    }
  });

  it('refers to nothing that is not there, and holds nothing that is not referred to', () => {
    const referred = new Set(
      [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference = '']) => reference),
    );
    const there = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect([...referred].sort()).toEqual(there.sort());
    expect(there.length).toBeGreaterThan(15);
  });

  it('says of every property what it is', () => {
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
      expect([name, schema['type'], properties.length > 0]).toEqual([name, 'object', true]);
      for (const [property, described] of properties) {
        const kinds = ['type', '$ref', 'allOf', 'oneOf', 'anyOf'].filter((key) => key in described);
        expect([name, property, kinds]).not.toEqual([name, property, []]);
        if (described['type'] === 'array') expect(described['items']).toEqual(expect.any(Object));
      }
      for (const required of (schema['required'] ?? []) as string[]) {
        expect([name, Object.keys(Object.fromEntries(properties))]).toEqual([name, expect.arrayContaining([required])]);
      }
    }
  });
});
