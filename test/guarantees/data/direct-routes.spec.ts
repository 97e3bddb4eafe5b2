import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ModulesContainer } from '@nestjs/core';
import type { FastifyContextConfig } from 'fastify';
import { LARGE_DOCUMENTS } from '../../../src/onboarding/database/document-sizes.js';
import { sample } from '../../support/data/samples.js';
import { TestDatabase } from '../../support/database/database.js';
import { TestApp } from '../../support/service/app.js';
import { linesOf } from '../../support/service/log-lines.js';
import { token } from '../../support/service/tokens.js';

/** The metadata key of a route's configuration. */
const { KEY } = RouteConfig({});

type Method = (...values: unknown[]) => unknown;

/** The methods that answer routes without a detour, of all controllers. */
function directMethods(app: TestApp): Method[] {
  const controllers = [...app.nest.get(ModulesContainer).values()].flatMap(({ controllers }) => [
    ...new Set([...controllers.values()].map(({ metatype }) => metatype as { readonly prototype: object })),
  ]);
  return controllers.flatMap(({ prototype }) =>
    Object.values(Object.getOwnPropertyDescriptors(prototype)).flatMap(({ value }) =>
      typeof value === 'function' && configOf(value as Method)?.direct ? [value as Method] : [],
    ),
  );
}

const configOf = (method: Method) => Reflect.getMetadata(KEY, method) as FastifyContextConfig | undefined;

/** Strings and keys that JSON, JavaScript or PostgreSQL treat in a way of their own. */
const HOSTILE = {
  'line\u2028separator': 'a\u2029b',
  quotes: '"\\\'`${x}</script>\u007f',
  emoji: '👩‍👩‍👧‍👦 é\u0301',
  controls: '\b\f\n\r\t\u0001',
  constructor: { toString: 1, hasOwnProperty: null },
  numbers: [0.1, 1e21, 123456789012345],
};

/** What is asked of each route: `n` in place of a step's number. */
const REQUESTS: readonly (readonly [what: string, method: string, query: string, headers: Record<string, string>])[] = [
  ['plain', 'GET', '', {}],
  ['HEAD', 'HEAD', '', {}],
  ['OPTIONS', 'OPTIONS', '', {}],
  ['a method that it has not', 'PATCH', '', {}],
  ['the flow of four pages', 'GET', '', { 'onboarding-flow': 'four' }],
  ['a flow in the query', 'GET', '?flow=five', {}],
  ['an unknown flow', 'GET', '', { 'onboarding-flow': 'seven' }],
  ['an unknown flow in the query', 'GET', '?flow=', {}],
  ['a precondition', 'GET', '', { 'if-match': '"1.x"' }],
  ['a precondition that is none', 'GET', '', { 'if-match': 'abc' }],
  ['no token', 'GET', '', { authorization: '' }],
  ['a token that is none', 'GET', '', { authorization: 'Bearer abc' }],
  ['another scheme', 'GET', '', { authorization: 'Basic YTpi' }],
  ['an origin', 'GET', '', { origin: 'https://app.example' }],
  ['an unknown parameter', 'GET', '?a=1&a=2', {}],
  ['a body that nobody reads', 'GET', '', { accept: 'text/plain' }],
];

const STEPS = ['1', '2', '3', '4', '5', '6', '0', '7', '-1', '1.0', 'x', '%00', '99999999999'];

/** What may differ between two answers to the same request. */
const OWN = new Set(['date', 'x-request-id']);

describe('a route that is called directly', () => {
  let database: TestDatabase;
  let direct: TestApp;
  let viaNest: TestApp;
  let calledDirectly: readonly string[] = [];

  beforeAll(async () => {
    database = await TestDatabase.create();
    const environment = { CORS_ORIGINS: 'https://app.example' };
    direct = await TestApp.start({ database, environment });
    const methods = directMethods(direct);
    calledDirectly = methods.map(({ name }) => name);
    for (const method of methods) {
      const { direct: _, ...config } = configOf(method) ?? {};
      Reflect.defineMetadata(KEY, config, method);
    }
    viaNest = await TestApp.start({ database, environment });
    await fill();
  });
  afterAll(async () => {
    await direct.stop();
    await viaNest.stop();
    await database.drop();
  });

  /** Users with all there is, with hostile texts, and with documents that are read in turns; one more has nothing. */
  async function fill(): Promise<void> {
    const full = await direct.as('full');
    for (const step of [1, 2, 3, 4, 5]) await full.post(`/step/${step}/complete`, { data: sample(step) });
    const hostile = await direct.as('hostile');
    await hostile.post('/step/2/complete', {
      data: {
        website: 'https://example.com',
        analysis: { writing_style: HOSTILE, style_guidelines: HOSTILE },
        ...HOSTILE,
      },
    });
    const large = await direct.as('large');
    const text = 'x'.repeat(LARGE_DOCUMENTS);
    await large.post('/step/2/complete', {
      data: { website: 'https://example.com', analysis: { seo_audit: { text } } },
    });
  }

  async function ask(app: TestApp, method: string, path: string, headers: Record<string, string>) {
    const response = await fetch(`${app.url}/api/onboarding${path}`, { method, headers });
    const own = [...response.headers].filter(([name]) => !OWN.has(name));
    const [line = {}] = (await linesOf(app, response.headers.get('x-request-id') ?? '')).slice(-1);
    const { time: _, ms: __, requestId: ___, ...logged } = line;
    return { status: response.status, headers: own, text: await response.text(), logged };
  }

  const PATHS = ['/init', '/status', '/progress', ...STEPS.map((step) => `/step/${step}`)];

  it('is one of those that are tried here', () => {
    expect(calledDirectly.toSorted()).toEqual(['init', 'status', 'step', 'steps']);
    expect(directMethods(viaNest)).toEqual([]);
  });

  it.each(['full', 'hostile', 'large', 'nobody'])(
    'answers and refuses as it would through Nest: %s',
    async (userId) => {
      const authorization = `Bearer ${await token(userId)}`;
      for (const path of PATHS) {
        for (const [what, method, query, headers] of userId === 'full' ? REQUESTS : REQUESTS.slice(0, 6)) {
          const [one, other] = await Promise.all(
            [direct, viaNest].map((app) => ask(app, method, path + query, { authorization, ...headers })),
          );
          expect({ path, what, ...one }).toEqual({ path, what, ...other });
        }
      }
    },
  );
});
