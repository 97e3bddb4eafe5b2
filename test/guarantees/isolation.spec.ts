import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApp } from '../support/app.js';
import type { Answer, Client } from '../support/client.js';
import { fillEveryTable, rowsOf, TABLES, type Dump } from '../support/filled-user.js';
import { LOOK_ALIKES } from '../support/look-alikes.js';
import { markedSample } from '../support/marked-samples.js';
import { DOCUMENTATION_ROUTES, GUARDED_ROUTES, PUBLIC_ROUTES, routesOf, withHead } from '../support/routes.js';

const ALICE_MARK = 'alicesmark';

const markOf = (index: number) => `markof${index}user`;

const STEPS = [1, 2, 3, 4, 5, 6];

interface Request {
  /** As in the list of routes. */
  readonly route: string;
  /** What `:n` and the like stand for. */
  readonly at?: string | number;
  readonly query?: string;
  readonly body?: object;
}

const READS: readonly Request[] = [
  ...GUARDED_ROUTES.filter((route) => route.startsWith('GET') && !route.includes(':n')).map((route) => ({ route })),
  ...STEPS.flatMap((at) => [
    { route: 'GET /api/onboarding/step/:n', at },
    { route: 'GET /api/onboarding/step/:n/validate', at },
  ]),
  ...PUBLIC_ROUTES.map((route) => ({ route })),
  { route: 'GET /openapi.json' },
];

/** Every way to write; each body also names alice, her session and her rows as the owner. */
function writes(mark: string, names: object): Request[] {
  return [
    { route: 'POST /api/onboarding/start', body: names },
    ...STEPS.map((at) => {
      const { data, validation_errors } = markedSample(at, mark);
      return {
        route: 'POST /api/onboarding/step/:n/complete',
        at,
        body: { ...names, data: { ...data, ...names }, validation_errors },
      };
    }),
    { route: 'POST /api/onboarding/step/:n/skip', at: 4, body: names },
    { route: 'POST /api/onboarding/step/:n/skip', at: 5, body: names },
    {
      route: 'POST /api/onboarding/step4/persona-save',
      body: { core_persona: { identity: { name: mark } }, ...names },
    },
    { route: 'POST /api/onboarding/complete', body: names },
    { route: 'POST /api/onboarding/reset', query: 'hard=false', body: names },
  ];
}

async function send(client: Client, { route, at, query, body }: Request): Promise<Answer> {
  const [method = '', pattern = ''] = route.split(' ');
  const path = pattern.replace(/:\w+/, String(at));
  const named = `user_id=alice&userId=alice${query ? `&${query}` : ''}`;
  const headers = {
    'x-user-id': 'alice',
    'x-clerk-user-id': 'alice',
    'x-forwarded-user': 'alice',
    cookie: 'user_id=alice',
  };
  return client.send(method, `/${path}?${named}`, body && JSON.stringify(body), headers);
}

function readAll(client: Client): Promise<[Request, Answer][]> {
  return Promise.all(READS.map(async (request) => [request, await send(client, request)]));
}

describe('isolation over HTTP', () => {
  let app: TestApp;
  let filled: Dump;
  /** What only alice may see: her mark, and the ids of her rows. */
  let secrets: string[];
  let names: object;

  beforeAll(async () => {
    app = await TestApp.start();
    await fillEveryTable(app, 'alice', ALICE_MARK);
    filled = await rowsOf(app.database, 'alice');
    const ids = JSON.stringify(filled).match(/[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? [];
    secrets = [ALICE_MARK, ...new Set(ids)];
    const [session] = filled['onboarding_sessions'] ?? [];
    const { id } = session as { id: string };
    names = { user_id: 'alice', session_id: id, id };
  });
  afterAll(() => app.stop());

  it('starts from a row of alice’s in every table, with her mark in whatever holds what she entered', async () => {
    expect(await app.database.tables()).toEqual(TABLES);
    for (const table of TABLES) expect([table, filled[table]?.length]).not.toEqual([table, 0]);
    const factsOnly = TABLES.filter((table) => !JSON.stringify(filled[table]).includes(ALICE_MARK));
    expect(factsOnly).toEqual(['progress_events']);
    // The mark, the session, and the rows of the seven tables whose rows have ids.
    expect(secrets.length).toBe(9);
    const { text } = await (await app.as('alice')).get('/init');
    expect(text.split(ALICE_MARK).length).toBeGreaterThan(80);
  });

  it('tries every route there is', () => {
    const tried = new Set([...READS, ...writes('', {})].map(({ route }) => route));
    const documentation = DOCUMENTATION_ROUTES.filter((route) => !tried.has(route));
    expect(withHead([...tried, ...documentation]).toSorted()).toEqual(routesOf(app).toSorted());
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
    const attempts = await readAll(client);
    for (const request of writes(markOf(index), names)) attempts.push([request, await send(client, request)]);
    attempts.push(...(await readAll(client)));

    for (const [{ route, at }, { status, text }] of attempts) {
      expect([route, at, status]).toEqual([route, at, 200]);
      expect([route, at, secrets.filter((secret) => text.includes(secret))]).toEqual([route, at, []]);
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
