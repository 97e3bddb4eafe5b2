import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApp } from '../../support/service/app.js';
import type { Answer, Client } from '../../support/service/client.js';
import { fillEveryTable, markedBusiness, rowsOf, TABLES, type Dump } from '../../support/data/filled-user.js';
import { countEverybody } from '../../support/data/counted-users.js';
import { LOOK_ALIKES } from '../../support/data/look-alikes.js';
import { markedSample } from '../../support/data/marked-samples.js';
import { STEP_NUMBERS } from '../../support/data/step-numbers.js';
import { ProviderServer, status as providerStatus } from '../../support/servers/provider-server.js';
import { pathOf } from '../../support/service/route-paths.js';
import {
  DEMO_ROUTES,
  DOCUMENTATION_ROUTES,
  GUARDED_ROUTES,
  INTERNAL_ROUTES,
  NUMBERS_ROUTES,
  PUBLIC_ROUTES,
  routesOf,
  SCOPED_ROUTES,
  usualStatus,
  withHead,
} from '../../support/service/routes.js';

const ALICE_MARK = 'alicesmark';
/** How her keys are shown to her: they end with her mark. */
const ALICE_MASK = '********mark';

const markOf = (index: number) => `markof${index}user`;

interface Request {
  /** As in the list of routes. */
  readonly route: string;
  /** What `:n` and the like stand for. */
  readonly at?: Readonly<Record<string, string | number>>;
  readonly query?: string;
  readonly body?: object;
  /** 404 for what is alice's: it looks as if it were not there. A list for what the caller may have, or not yet. */
  readonly status?: 404 | readonly number[];
}

const SCOPED = Object.keys(SCOPED_ROUTES);

/** The ids of what alice says of her business, and of her website's analysis; a revision that she alone has, and its position. */
interface Ids {
  readonly business: string;
  readonly analysis: string;
  readonly revision: number;
  readonly position: string;
}

/** Every way to read. */
function reads({ id }: Names, { business, analysis, revision, position }: Ids): Request[] {
  return [
    ...GUARDED_ROUTES.filter((route) => route.startsWith('GET') && !route.includes(':')).map((route) => ({ route })),
    { route: 'GET /api/onboarding/ai-inputs', query: 'format=prompt' },
    { route: 'GET /api/onboarding/events', query: 'after=0' },
    { route: 'GET /api/onboarding/events', query: `after=${position}` },
    { route: 'GET /api/onboarding/history', query: `before=${revision + 1}&limit=200` },
    { route: 'GET /api/onboarding/history/:revision', at: { revision: 1 }, status: [200, 404] },
    { route: 'GET /api/onboarding/history/:revision', at: { revision }, status: 404 },
    { route: 'GET /api/onboarding/history/:revision', at: { revision: position }, status: 404 },
    { route: 'GET /api/onboarding/history/:revision', at: { revision: id }, status: 404 },
    ...STEP_NUMBERS.flatMap((n) => [
      { route: 'GET /api/onboarding/step/:n', at: { n } },
      { route: 'GET /api/onboarding/step/:n/validate', at: { n } },
    ]),
    ...['/api/onboarding', '/onboarding'].flatMap((prefix): Request[] => [
      { route: `GET ${prefix}/business-info/:id`, at: { id: business }, status: 404 },
      { route: `GET ${prefix}/business-info/:id`, at: { id }, status: 404 },
      { route: `GET ${prefix}/business-info/user/:userId`, at: { userId: 'alice' }, status: 404 },
    ]),
    // Not found, with a 200.
    { route: 'GET /api/onboarding/style-detection/analysis/:id', at: { id: analysis } },
    { route: 'GET /api/onboarding/style-detection/analysis/:id', at: { id } },
    // The address that she has saved: this does not exist, or is the caller's own.
    {
      route: 'GET /api/onboarding/style-detection/check-existing/:url',
      at: { url: `https://example.com/${ALICE_MARK}` },
    },
    // Their tokens have no scope.
    ...SCOPED.map((route): Request => ({ route, at: { userId: 'alice', provider: 'exa' }, status: 404 })),
    ...PUBLIC_ROUTES.map((route) => ({ route, at: { provider: 'exa' } })),
    { route: 'GET /openapi.json' },
  ];
}

/** What alice's rows are called; every writer names them as the owner. */
interface Names {
  readonly user_id: string;
  readonly session_id: string;
  readonly id: string;
}

/** Every way to write; each body also names alice, her session and her rows as the owner. */
function writes(mark: string, names: Names, { business, analysis, revision, position }: Ids): Request[] {
  const restore = (body: object) => ({ route: 'POST /api/onboarding/restore', body: { ...names, position, ...body } });
  return [
    { route: 'POST /api/onboarding/start', body: names },
    restore({ revision: 1, what: 'all' }),
    { ...restore({ revision, what: 'all' }), status: 404 },
    { ...restore({ revision, what: 'data', dry_run: true }), status: 404 },
    ...STEP_NUMBERS.map((n) => {
      const { data, validation_errors } = markedSample(n, mark);
      return {
        route: 'POST /api/onboarding/step/:n/complete',
        at: { n },
        body: { ...names, data: { ...data, ...names }, validation_errors },
      };
    }),
    ...STEP_NUMBERS.flatMap((n) => [
      {
        route: 'POST /api/onboarding/step/:n/validate',
        at: { n },
        body: { ...names, data: { ...markedSample(n, mark).data, ...names } },
      },
      { route: 'POST /api/onboarding/step/:n/validate', at: { n }, body: names },
    ]),
    { route: 'POST /api/onboarding/step/:n/skip', at: { n: 4 }, body: names },
    { route: 'POST /api/onboarding/step/:n/skip', at: { n: 5 }, body: names },
    {
      route: 'POST /api/onboarding/step4/persona-save',
      body: { core_persona: { identity: { name: mark } }, ...names },
    },
    {
      route: 'PUT /api/onboarding/style-detection/analysis/:id',
      at: { id: analysis },
      body: { ...names, ...markedSample(2, mark).data },
    },
    { route: 'DELETE /api/onboarding/style-detection/analysis/:id', at: { id: analysis } },
    { route: 'POST /api/onboarding/api-keys', body: { provider: 'exa', api_key: `a-key-${mark}`, ...names } },
    { route: 'POST /api/onboarding/api-keys/validate', body: names },
    {
      route: 'POST /api/onboarding/providers/:provider/validate',
      at: { provider: 'gemini' },
      body: { api_key: `another-key-${mark}`, ...names },
    },
    { route: 'DELETE /api/onboarding/api-keys/:provider', at: { provider: 'exa' } },
    ...['/api/onboarding', '/onboarding'].flatMap((prefix): Request[] => [
      { route: `POST ${prefix}/business-info`, body: { ...names, ...markedBusiness(mark) } },
      {
        route: `PUT ${prefix}/business-info/:id`,
        at: { id: business },
        body: { ...names, ...markedBusiness(mark) },
        status: 404,
      },
    ]),
    { route: 'POST /api/onboarding/complete', body: names },
    restore({ revision: 2, what: 'progress' }),
    restore({ revision: 2, what: 'data', steps: ['business_info'] }),
    {
      route: 'POST /api/onboarding/business-info',
      body: { ...names, ...markedBusiness(mark) },
    },
    { ...restore({ revision, what: 'all' }), status: 404 },
    { route: 'POST /api/onboarding/reset', query: 'hard=false', body: names },
  ];
}

async function send(client: Client, { route, at, query, body }: Request): Promise<Answer> {
  const [method = ''] = route.split(' ');
  const named = `user_id=alice&userId=alice${query ? `&${query}` : ''}`;
  const headers = {
    'x-user-id': 'alice',
    'x-clerk-user-id': 'alice',
    'x-forwarded-user': 'alice',
    cookie: 'user_id=alice',
  };
  return client.send(method, `/${pathOf(route, at ?? {})}?${named}`, body && JSON.stringify(body), headers);
}

function readAll(client: Client, names: Names, ids: Ids): Promise<[Request, Answer][]> {
  return Promise.all(reads(names, ids).map(async (request) => [request, await send(client, request)]));
}

describe('isolation over HTTP', () => {
  let app: TestApp;
  let filled: Dump;
  /** What only alice may see: her mark, her keys' mask, and the ids of her rows. */
  let secrets: string[];
  let names: Names;
  let ids: Ids;
  let providers: ProviderServer;

  beforeAll(async () => {
    providers = await ProviderServer.start();
    providers.answers(providerStatus(200));
    app = await TestApp.start({ environment: { PROVIDER_BASE_URLS: providers.baseUrls } });
    await fillEveryTable(app, 'alice', ALICE_MARK);
    filled = await rowsOf(app.database, 'alice');
    const found = JSON.stringify(filled).match(/[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? [];
    secrets = [ALICE_MARK, ALICE_MASK, ...new Set(found)];
    const alice = await app.as('alice');
    // Nobody else gets as far as this.
    for (let change = 0; change < 40; change++) await alice.post('/business-info', markedBusiness(ALICE_MARK));
    filled = await rowsOf(app.database, 'alice');
    const idIn = (table: string) => (filled[table]?.[0] as { id: string }).id;
    const id = idIn('onboarding_sessions');
    names = { user_id: 'alice', session_id: id, id };
    const revision = (filled['progress_events'] ?? []).length;
    const position = `${revision}.${id}`;
    ids = { business: idIn('business_info'), analysis: idIn('website_analyses'), revision, position };
    expect((await alice.get('/history')).headers.get('etag')).toBe(`"${position}"`);
  });
  afterAll(async () => {
    await app.stop();
    await providers.stop();
  });

  it('starts from a row of alice’s in every table, with her mark in whatever holds what she entered', async () => {
    expect(await app.database.tables()).toEqual(TABLES);
    for (const table of TABLES) expect([table, filled[table]?.length]).not.toEqual([table, 0]);
    const factsOnly = TABLES.filter((table) => !JSON.stringify(filled[table]).includes(ALICE_MARK));
    // Events have the validation errors that were posted.
    expect(factsOnly).toEqual(['data_keys']);
    // The mark and the mask; the session, a row of each of the six tables whose rows have ids, and three keys.
    expect(secrets.length).toBe(12);
    const alice = await app.as('alice');
    const { text } = await alice.get('/init');
    expect(text.split(ALICE_MARK).length).toBeGreaterThan(80);
    // Each of these shows alice something that nobody else may see.
    const analysis = `/style-detection/analysis/${ids.analysis}`;
    const address = `/style-detection/check-existing/${encodeURIComponent(`https://example.com/${ALICE_MARK}`)}`;
    const paths = [
      '/ai-inputs',
      '/ai-inputs?format=prompt',
      '/summary',
      // The platforms that she has chosen.
      '/requirements',
      '/business-info/user/alice',
      analysis,
      address,
      '/history/2',
      `/history/${ids.revision}`,
    ];
    for (const path of paths) {
      expect([path, (await alice.get(path)).text.includes(ALICE_MARK)]).toEqual([path, true]);
    }
    for (const path of ['/api-keys', '/api-keys/validate', '/summary']) {
      expect([path, (await alice.get(path)).text.includes(ALICE_MASK)]).toEqual([path, true]);
    }
  });

  it('tries every route there is', () => {
    const tried = new Set([...reads(names, ids), ...writes('', names, ids)].map(({ route }) => route));
    const documentation = DOCUMENTATION_ROUTES.filter((route) => !tried.has(route));
    // The page for developers has no data: `test/api/demo.spec.ts` holds who gets it, and its tokens.
    expect(withHead([...tried, ...documentation, ...DEMO_ROUTES]).toSorted()).toEqual(routesOf(app).toSorted());
    expect(withHead([...tried, ...documentation]).toSorted()).toEqual(
      withHead([...GUARDED_ROUTES, ...SCOPED, ...PUBLIC_ROUTES, ...DOCUMENTATION_ROUTES]).toSorted(),
    );
  });

  it('tries ids that differ', () => {
    expect(LOOK_ALIKES.length).toBeGreaterThan(70);
    expect(new Set(['alice', ...LOOK_ALIKES]).size).toBe(LOOK_ALIKES.length + 1);
  });

  const users = LOOK_ALIKES.map(
    (id, index) => [`user ${index}, ${[...JSON.stringify(id)].slice(0, 40).join('')},`, id, index] as const,
  );

  it.each(users)('%s sees and changes nothing of alice’s', async (_title, id, index) => {
    const client = await app.as(id);
    // Nobody but alice has anything yet: to everybody else the service is as on the first day.
    expect((await client.get('/status')).body).toMatchObject({ started_at: null, completion_percentage: 0 });
    const attempts = await readAll(client, names, ids);
    for (const request of writes(markOf(index), names, ids)) attempts.push([request, await send(client, request)]);
    attempts.push(...(await readAll(client, names, ids)));

    const outcomes = attempts.map(([{ route, at, status: expected = usualStatus(route) }, { status, text }]) => ({
      request: [route, at],
      isExpected: [expected].flat().includes(status),
      status,
      shown: secrets.filter((secret) => text.includes(secret)),
    }));
    // One comparison for all of them: one for each would take longer than the requests.
    expect(outcomes.filter(({ isExpected, shown }) => !isExpected || shown.length > 0)).toEqual([]);
    expect(await rowsOf(app.database, 'alice')).toEqual(filled);
  });

  it('takes the position of alice’s for nobody else’s', async () => {
    const tag = { 'if-match': `"${ids.position}"` };
    for (const [, id] of users.slice(0, 5)) {
      const client = await app.as(id);
      const before = await rowsOf(app.database, id);
      for (const body of [
        { revision: 1, what: 'all' },
        { revision: ids.revision, what: 'data' },
      ]) {
        const { status, text } = await client.post('/restore', body, tag);
        expect([id, status, secrets.filter((secret) => text.includes(secret))]).toEqual([id, 412, []]);
      }
      expect(await rowsOf(app.database, id)).toEqual(before);
    }
    expect(await rowsOf(app.database, 'alice')).toEqual(filled);
  });

  it('gives each of them a session of its own, and shows each its own data only', async () => {
    const sessions = await app.database.query<{ user_id: string; id: string }>(
      'select user_id, id from onboarding_sessions',
    );
    expect(new Set(sessions.map((session) => session.user_id))).toEqual(new Set(['alice', ...LOOK_ALIKES]));
    expect(new Set(sessions.map((session) => session.id)).size).toBe(LOOK_ALIKES.length + 1);
    const owners = Object.values(await app.database.dump()).flat() as { user_id: string }[];
    expect(new Set(owners.map((row) => row.user_id))).toEqual(new Set(['alice', ...LOOK_ALIKES]));
    for (const [, id, index] of users) {
      const { body, text } = await (await app.as(id)).get('/init');
      expect([body.user.id, body.session.session_id]).toEqual([id, id]);
      expect(new Set(text.match(/markof\d+user|alicesmark/g))).toEqual(new Set([markOf(index)]));
    }
  });

  it('counts all users, and tells an operator nothing of any', async () => {
    await countEverybody(app);
    const operator = await app.as('an operator', { scope: 'onboarding:analytics' });
    for (const route of Object.keys(NUMBERS_ROUTES)) {
      for (const accept of ['application/json', 'text/csv']) {
        const { status, text } = await operator.get(`/${route.replace('GET ', '')}`, { accept });
        expect([route, status]).toEqual([route, 200]);
        expect([...secrets, ALICE_MARK, 'alice'].filter((secret) => text.includes(secret))).toEqual([]);
      }
    }
  });

  it('lends and tells a service what belongs to the user whom it names, and to nobody else', async () => {
    const service = await app.as('alice', { scope: 'keys:use onboarding:read' });
    for (const [, userId, index] of users) {
      for (const route of Object.keys(INTERNAL_ROUTES)) {
        const { status, text } = await send(service, { route, at: { userId, provider: 'gemini' } });
        expect([route, userId, status]).toEqual([route, userId, 200]);
        expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
        if (!route.endsWith('status')) expect(text).toContain(markOf(index));
      }
    }
    expect(await rowsOf(app.database, 'alice')).toEqual(filled);
  });

  it('deletes nothing but the caller’s own in a hard reset', async () => {
    let expected = await app.database.dump();
    for (const [position, [, id]] of users.entries()) {
      const { status, body } = await send(await app.as(id), {
        route: 'POST /api/onboarding/reset',
        query: 'hard=true',
        body: names,
      });
      expect([status, body.user_id, body.reset_mode]).toEqual([200, id, 'hard']);
      expected = without(expected, id);
      // Each time all of what is left would take long: alice's at once, everybody's now and then and at the end.
      expect(await rowsOf(app.database, 'alice')).toEqual(filled);
      if (position % 10 === 0) expect(await app.database.dump()).toEqual(expected);
    }
    expect(await app.database.dump()).toEqual(filled);
  });
});

function without(dump: Dump, userId: string): Dump {
  const others = (rows: readonly unknown[]) => rows.filter((row) => (row as { user_id: string }).user_id !== userId);
  return Object.fromEntries(Object.entries(dump).map(([table, rows]) => [table, others(rows)]));
}
