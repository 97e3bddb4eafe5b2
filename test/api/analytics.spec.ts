import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dayOf, daysAfter, firstOf } from '../../src/operations/analytics/days.js';
import { countEverybody, refreshOf } from '../support/data/counted-users.js';
import { sample } from '../support/data/samples.js';
import { TestDatabase } from '../support/database/database.js';
import { TcpProxy } from '../support/servers/tcp-proxy.js';
import { TestApp } from '../support/service/app.js';
import type { Answer, Client } from '../support/service/client.js';
import { expectProblem } from '../support/service/problems.js';

const ROUTES = ['funnel', 'cohorts', 'activity', 'stuck'] as const;
const CSV = { accept: 'text/csv' };

/** Users by what they have done; `xaver` started 40 days ago, and has done nothing since. */
const USERS = ['anna', 'ben', 'cora', 'dora', 'xaver'] as const;

const TODAY = dayOf(new Date());
const TOMORROW = daysAfter(TODAY, 1);
const LONG_AGO = daysAfter(TODAY, -40);

interface Step {
  readonly step_key: string;
  readonly step_number: number;
  readonly entered: number;
  readonly completed: number;
}

describe('the numbers', () => {
  let database: TestDatabase;
  let app: TestApp;
  let operator: Client;

  beforeAll(async () => {
    database = await TestDatabase.create();
    app = await TestApp.start({ database });
    operator = await app.as('olga', { scope: 'onboarding:analytics' });
  });
  afterAll(async () => {
    await app.stop();
    await database.drop();
  });

  const get = async (path: string, headers: Record<string, string> = {}): Promise<Answer> => {
    const answer = await operator.get(`/analytics/${path}`, headers);
    expect([path, answer.status, answer.text.slice(0, 200)]).toEqual([path, 200, expect.any(String)]);
    return answer;
  };
  const linesOf = ({ text }: Answer) => text.split('\r\n');

  describe('before anybody was counted', () => {
    it.each(ROUTES)('are a 503 that says when to come back: %s', async (route) => {
      for (const headers of [{}, CSV]) {
        const answer = await operator.get(`/analytics/${route}`, headers);
        expectProblem(answer, 503);
        expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
        expect(answer.headers.get('content-disposition')).toBeNull();
      }
    });
  });

  describe('of users', () => {
    beforeAll(async () => {
      const complete = async (user: Client, steps: readonly number[], headers = {}) => {
        for (const n of steps) expect((await user.post(`/step/${n}/complete`, sample(n), headers)).status).toBe(200);
      };
      await complete(await app.as('anna'), [1, 2, 3, 4, 5, 6]);
      await complete(await app.as('ben'), [1, 2]);
      expect((await (await app.as('cora')).post('/start')).status).toBe(200);
      const dora = await app.as('dora');
      expect((await dora.post('/start', undefined, { 'onboarding-flow': 'four' })).status).toBe(200);
      expect((await dora.post('/step/1/complete', sample(2), { 'onboarding-flow': 'four' })).status).toBe(200);
      expect((await (await app.as('xaver')).post('/start')).status).toBe(200);
      await database.query(
        `update progress_events set occurred_at = occurred_at - interval '40 days',
           state = jsonb_set(state, '{started_at}', to_jsonb(((state ->> 'started_at')::timestamptz - interval '40 days')))
         where user_id = 'xaver'`,
      );
      await countEverybody(app);
    });

    it('have the last 30 days with today, unless the query says otherwise', async () => {
      const { body } = await get('funnel');
      expect(body).toMatchObject({ from: daysAfter(TODAY, -29), to: TOMORROW, flow: null, pending: 0 });
      expect(Math.abs(Date.parse(body.as_of) - Date.now())).toBeLessThan(60_000);
      expect(body).toMatchObject({ started: 4, completed: 1, in_progress: 3, dropped: 0, conversion: 0.25 });
      expect(body.time_seconds).toMatchObject({ n: 1, mean: expect.any(Number), p50: expect.any(Number) });
      expect(body).not.toHaveProperty('groups');
    });

    it('have the canonical steps of everybody, and pass over those that a wizard lacks', async () => {
      const { body } = await get('funnel');
      expect(
        (body.steps as Step[]).map((step) => [step.step_number, step.step_key, step.entered, step.completed]),
      ).toEqual([
        [1, 'api_keys', 3, 2],
        [2, 'website', 3, 3],
        [3, 'research', 3, 1],
        [4, 'personalization', 1, 1],
        [5, 'integrations', 1, 1],
        [6, 'complete', 1, 1],
      ]);
      expect(body.steps[2]).toMatchObject({
        ...{ skipped: 0, failed: 0, in_progress: 2, dropped: 0, conversion_overall: 0.25, conversion_step: 0.3333 },
      });
    });

    it('of a wizard are of its users, in its own numbers', async () => {
      const { body } = await get('funnel?flow=four');
      expect(body).toMatchObject({ flow: 'four', started: 1, completed: 0 });
      expect((body.steps as Step[]).map((step) => [step.step_number, step.step_key, step.entered])).toEqual([
        ...[
          [1, 'website', 1],
          [2, 'research', 1],
          [3, 'personalization', 0],
          [4, 'complete', 0],
        ],
      ]);
      expect((await get('funnel?flow=six')).body.started).toBe(3);
      expect((await get('funnel', { 'onboarding-flow': 'four' })).body).toMatchObject({ flow: null, started: 4 });
    });

    it('tell who dropped off from who is in progress', async () => {
      const { body } = await get(`funnel?from=${LONG_AGO}`);
      expect(body).toMatchObject({ started: 5, completed: 1, in_progress: 3, dropped: 1 });
      expect(body.steps[0]).toMatchObject({ entered: 4, in_progress: 1, dropped: 1 });
    });

    it.each([1, 7, 14, 30])('have a window of %d days', async (days) => {
      const { body } = await get(`funnel?from=${LONG_AGO}&window_days=${days}`);
      expect(body).toMatchObject({ started: 5, completed: 1, in_progress: 3, dropped: 1 });
    });

    it.each(['day', 'week'] as const)(
      'have groups by %s, also where nobody started, which add up to the whole',
      async (by) => {
        const { body } = await get(`funnel?from=${LONG_AGO}&by=${by}`);
        const groups = body.groups as { from: string; started: number; steps: Step[] }[];
        expect(groups[0]?.from).toBe(firstOf(by, LONG_AGO));
        expect(groups.at(-1)?.from).toBe(firstOf(by, TODAY));
        expect(groups).toHaveLength(by === 'day' ? 41 : new Set(groups.map(({ from }) => from)).size);
        expect(groups.map(({ started }) => started).filter((started) => started > 0)).toEqual([1, 4]);
        expect(groups.at(-1)?.steps).toEqual(
          body.steps.map((step: Step) => expect.objectContaining({ step_key: step.step_key })),
        );
        expect(groups.reduce((sum, { started }) => sum + started, 0)).toBe(body.started);
      },
    );

    it('have cohorts', async () => {
      const { body } = await get(`cohorts?from=${LONG_AGO}&unit=day`);
      expect(body.unit).toBe('day');
      expect(body.cohorts).toHaveLength(41);
      const [first] = body.cohorts;
      expect(first).toEqual({ from: LONG_AGO, started: 1, completed_after: Array(41).fill(0), incomplete: false });
      expect(body.cohorts.at(-1)).toEqual({ from: TODAY, started: 4, completed_after: [1], incomplete: true });
      expect((await get('cohorts')).body.unit).toBe('week');
      expect((await get('cohorts?unit=month&flow=four')).body.cohorts.at(-1)).toMatchObject({
        ...{ from: firstOf('month', TODAY), started: 1, completed_after: [0], incomplete: true },
      });
    });

    it('have activity', async () => {
      const { body } = await get('activity');
      expect(body.days).toHaveLength(30);
      expect(body.days[0]).toEqual({ day: daysAfter(TODAY, -29), started: 0, completed: 0, users: 0, events: {} });
      const events = await database.query<{ type: string; n: number }>(
        `select type, count(*)::int as n from progress_events where user_id <> 'xaver' group by 1`,
      );
      expect(body.days.at(-1)).toEqual({
        ...{ day: TODAY, started: 4, completed: 1, users: 4 },
        events: Object.fromEntries(events.map(({ type, n }) => [type, n])),
      });
    });

    it('say who is stuck, and since when', async () => {
      const { body } = await get('stuck');
      expect(body.steps.map(({ step_key, users }: Step & { users: number }) => [step_key, users])).toEqual([
        ...[
          ['api_keys', 2],
          ['website', 0],
          ['research', 2],
          ['personalization', 0],
          ['integrations', 0],
          ['complete', 0],
        ],
      ]);
      expect(body.steps[0].since).toEqual({ under_1h: 1, under_1d: 0, under_7d: 0, under_30d: 0, longer: 1 });
      expect((await get('stuck?flow=four')).body.steps[1]).toMatchObject({
        step_number: 2,
        step_key: 'research',
        users: 1,
      });
    });

    it.each(ROUTES)('say what each figure is: %s', async (route) => {
      const { definitions, ...rest } = (await get(route)).body;
      expect(Object.keys(definitions).length).toBeGreaterThan(2);
      const [first] = (rest.steps ?? rest.cohorts ?? rest.days) as object[];
      for (const name of Object.keys(definitions)) {
        const figure = name.replace('steps.', '');
        expect(name.startsWith('steps.') || !(name in rest) ? first : rest).toHaveProperty(figure);
      }
    });
  });

  describe('as CSV', () => {
    it.each([
      ['funnel', `funnel-${daysAfter(TODAY, -29)}-${TOMORROW}.csv`, 7],
      ['funnel?by=day&flow=four', `funnel-${daysAfter(TODAY, -29)}-${TOMORROW}.csv`, 5 * 31],
      [`cohorts?unit=day&from=${daysAfter(TODAY, -1)}`, `cohorts-${daysAfter(TODAY, -1)}-${TOMORROW}.csv`, 3],
      ['activity', `activity-${daysAfter(TODAY, -29)}-${TOMORROW}.csv`, 30],
      ['stuck', `stuck-${TODAY}.csv`, 6],
    ])('are a download with a row of headers: %s', async (path, file, rows) => {
      const answer = await get(path, CSV);
      expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
      expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${file}"`);
      expect(answer.headers.get('vary')).toBe('Accept');
      const lines = linesOf(answer);
      expect(lines.at(-1)).toBe('');
      expect(lines).toHaveLength(1 + rows + 1);
      const columns = lines[0]?.split(',').length;
      for (const line of lines.slice(0, -1)) expect(line.split(',')).toHaveLength(columns ?? 0);
    });

    it('are the same figures', async () => {
      const [json, csv] = [(await get('funnel')).body, await get('funnel', CSV)];
      const [columns = [], whole = [], ...steps] = linesOf(csv).map((line) => line.split(','));
      const cell = (row: readonly string[], name: string) => row[columns.indexOf(name)];
      expect([cell(whole, 'entered'), cell(whole, 'completed')]).toEqual([
        String(json.started),
        String(json.completed),
      ]);
      for (const [index, step] of (json.steps as Step[]).entries()) {
        expect([cell(steps[index] ?? [], 'step_key'), cell(steps[index] ?? [], 'entered')]).toEqual([
          ...[step.step_key, String(step.entered)],
        ]);
      }
    });

    it.each([
      ['text/csv;q=0.9, application/json;q=0.8', 'text/csv'],
      ['text/csv;q=0.8, application/json;q=0.9', 'application/json'],
      ['text/csv, */*;q=0.1', 'text/csv'],
      ['*/*', 'application/json'],
      ['text/html', 'application/json'],
    ])('are for who prefers it: %s', async (accept, expected) => {
      const { headers } = await get('stuck', { accept });
      expect(headers.get('content-type')?.split(';')[0]).toBe(expected);
      expect(headers.get('vary')).toBe('Accept');
    });

    it('vary by the origin, too, where pages of others may ask', async () => {
      const shared = await TestApp.start({ database, environment: { CORS_ORIGINS: 'https://console.example' } });
      try {
        const client = await shared.as('olga', { scope: 'onboarding:analytics' });
        const { headers } = await client.get('/analytics/stuck', { ...CSV, origin: 'https://console.example' });
        expect(headers.get('vary')).toBe('Origin, Accept');
      } finally {
        await shared.stop();
      }
    });
  });

  describe('refuse', () => {
    it.each([
      ['funnel?from=2026-02-30', '/from'],
      ['funnel?from=2026-2-3', '/from'],
      ['funnel?from=yesterday', '/from'],
      ['funnel?from=', '/from'],
      ['funnel?to=2026-11-31', '/to'],
      ['funnel?from=2026-11-01&from=2026-11-02', '/from'],
      ['funnel?to=2026-11-01&to=2026-11-01', '/to'],
      ['funnel?from=2026-11-02&to=2026-11-02', '/from'],
      ['cohorts?from=2026-11-03&to=2026-11-02', '/from'],
      ['activity?from=2025-01-01&to=2026-02-06', '/from'],
      ['activity?from=9999-12-31', '/from'],
      ['funnel?flow=seven', '/flow'],
      ['stuck?flow=six&flow=six', '/flow'],
      ['cohorts?flow=', '/flow'],
      ['funnel?by=month', '/by'],
      ['funnel?by=day&by=day', '/by'],
      ['funnel?window_days=2', '/window_days'],
      ['funnel?window_days=7.0', '/window_days'],
      ['funnel?window_days=7&window_days=7', '/window_days'],
      ['cohorts?unit=year', '/unit'],
      ['cohorts?unit=constructor', '/unit'],
    ])('%s, and name %s', async (path, pointer) => {
      const answer = await operator.get(`/analytics/${path}`);
      expectProblem(answer, 400, path);
      expect(answer.body.errors[0].pointer).toBe(pointer);
    });

    it('nothing that they do not know', async () => {
      for (const route of ROUTES) await get(`${route}?limit=5&limit=6&window=1&__proto__=x&q=${'x'.repeat(500)}`);
      await get('activity?unit=year&by=month');
      await get('stuck?from=yesterday');
    });

    it('no period of 1 to 400 days', async () => {
      await get('activity?from=2025-01-01&to=2026-02-05');
      await get('funnel?from=1000-01-01&to=1000-01-02&by=week');
      await get('cohorts?from=9999-12-30&to=9999-12-31&unit=month');
      await get('cohorts?to=1000-01-01&unit=week');
    });
  });

  describe('are there', () => {
    it.each(ROUTES)('for operators alone: %s', async (route) => {
      expectProblem(await app.anonymous().get(`/analytics/${route}`), 401);
      for (const scope of [undefined, 'onboarding:read keys:use', 'onboarding:analytics:all', 'Onboarding:Analytics']) {
        expectProblem(await (await app.as('anna', { scope })).get(`/analytics/${route}`), 404, String(scope));
      }
      const operating = await app.as('olga', { scope: 'onboarding:operate' });
      expect((await operating.get(`/analytics/${route}`)).status).toBe(200);
    });

    it('only with a connection of operators', async () => {
      const without = await TestApp.start({ database, environment: { DATABASE_OPERATOR_URL: undefined } });
      try {
        const client = await without.as('olga', { scope: 'onboarding:operate' });
        for (const route of ROUTES) expectProblem(await client.get(`/analytics/${route}`), 404, route);
      } finally {
        await without.stop();
      }
    });

    it('as a 503 while that connection is away', async () => {
      const wire = await TcpProxy.to(Number(new URL(database.operatorUrl).port));
      const DATABASE_OPERATOR_URL = Object.assign(new URL(database.operatorUrl), { port: String(wire.port) }).href;
      const cut = await TestApp.start({ database, environment: { DATABASE_OPERATOR_URL } });
      await wire.close();
      try {
        const client = await cut.as('olga', { scope: 'onboarding:analytics' });
        for (const route of ROUTES) expectProblem(await client.get(`/analytics/${route}`), 503, route);
        expect((await client.get('/status')).status).toBe(200);
      } finally {
        await cut.stop();
      }
    });
  });

  it('hold neither an id nor what a user entered', async () => {
    const keys = Object.values(sample(1).data['api_keys'] as Record<string, string>);
    const hosts = ['example', 'http'];
    for (const route of [...ROUTES, 'funnel?by=day', 'cohorts?unit=day']) {
      for (const headers of [{}, CSV]) {
        const { text } = await get(route, headers);
        for (const secret of [...USERS, ...hosts, ...keys.flatMap((key) => [key, key.slice(-4)])]) {
          expect(text).not.toContain(secret);
        }
      }
    }
  });

  it('hide groups of fewer users than the deployment says', async () => {
    const careful = await TestApp.start({ database, environment: { ANALYTICS_MIN_GROUP: '3' } });
    try {
      const client = await careful.as('olga', { scope: 'onboarding:analytics' });
      const body = async (path: string) => (await client.get(`/analytics/${path}`)).body;
      const funnel = await body(`funnel?from=${LONG_AGO}&by=day`);
      expect(funnel).toMatchObject({ started: 5, time_seconds: { n: 1, mean: null, p50: null } });
      expect(funnel.steps[3]).toMatchObject({ step_key: 'personalization', entered: null, conversion_overall: null });
      expect(funnel.groups[0]).toMatchObject({ from: LONG_AGO, started: null, dropped: null });
      expect(funnel.groups[1]).toMatchObject({ started: 0 });
      expect(funnel.groups.at(-1)).toMatchObject({ from: TODAY, started: 4 });
      expect((await body('funnel?flow=four')).started).toBeNull();
      const { cohorts } = await body(`cohorts?from=${LONG_AGO}&unit=day`);
      expect(cohorts[0]).toMatchObject({ from: LONG_AGO, started: null, completed_after: null });
      expect(cohorts.at(-1)).toMatchObject({ from: TODAY, started: 4, completed_after: [1] });
      const { days } = await body(`activity?from=${LONG_AGO}`);
      expect(days[0]).toEqual({ day: LONG_AGO, started: null, completed: null, users: null, events: null });
      expect(days.at(-1)).toMatchObject({ day: TODAY, users: 4 });
      const { steps } = await body('stuck');
      expect(steps[0]).toMatchObject({ step_key: 'api_keys', users: null, since: { under_1h: null, longer: null } });
      expect((await client.get('/analytics/funnel', CSV)).text).toContain(',,,,,,,,');
    } finally {
      await careful.stop();
    }
  });

  it('say how many events they do not have yet, until they do', async () => {
    expect((await (await app.as('ben')).post('/step/3/complete', sample(3))).status).toBe(200);
    expect((await get('funnel')).body.pending).toBeGreaterThan(0);
    await countEverybody(app);
    const { body } = await get('funnel');
    expect(body.pending).toBe(0);
    expect(body.steps[2]).toMatchObject({ step_key: 'research', completed: 2 });
  });

  it('are a 503 while all are counted anew', async () => {
    const five = await TestApp.start({ database, environment: { WIZARD_FLOW: 'five' } });
    try {
      await refreshOf(five).refresh();
      for (const route of ROUTES) expectProblem(await operator.get(`/analytics/${route}`), 503, route);
      await countEverybody(five);
      // Who has no wizard of their own is in that of the deployment.
      expect((await get('funnel?flow=five')).body.started).toBe(1);
    } finally {
      await five.stop();
    }
  });
});
