import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rowsOf } from '../support/data/filled-user.js';
import { sample } from '../support/data/samples.js';
import { wireTime } from '../support/database/wire-time.js';
import { TestApp } from '../support/service/app.js';
import type { Client } from '../support/service/client.js';
import { expectProblem } from '../support/service/problems.js';

let app: TestApp;

beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

async function done(answer: Promise<{ readonly status: number; readonly body: unknown }>) {
  const { status, body } = await answer;
  expect([status, body]).toEqual([200, expect.anything()]);
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a test says about a body is its own affair
  return body as any;
}

const complete = (user: Client, step: number, data?: object) =>
  done(user.post(`/step/${step}/complete`, data ? { data } : sample(step)));
const types = async (user: Client) =>
  (await done(user.get('/history'))).items.map(({ type }: { type: string }) => type);
const restore = (user: Client, body: object) => done(user.post('/restore', body));

describe('the history', () => {
  it('of a user who has not started is empty', async () => {
    const user = await app.as('new');
    const { headers, body } = await user.get('/history');
    expect(body).toEqual({ items: [], next_before: null });
    expect(headers.get('etag')).toBe('"0"');
    expectProblem(await user.get('/history/1'), 404, 'Your onboarding has no such revision.');
    expectProblem(await user.post('/restore', { revision: 1, what: 'all' }), 404);
    expect(await types(user)).toEqual([]);
  });

  it('lists what happened, the latest first, with the progress it led to and whose data changed', async () => {
    const user = await app.as('lists');
    await complete(user, 2);
    await complete(user, 3, { competitors: [{ url: 'https://rival.example' }], research_depth: 'Deep' });
    await done(user.post('/business-info', { business_description: 'Bread for the town' }));
    await done(user.post('/step/4/skip'));
    const { body, headers } = await user.get('/history');
    const tag = headers.get('etag')?.slice(1, -1) ?? '';
    const session = tag.slice(tag.indexOf('.') + 1);
    const item = (revision: number, type: string, more: object) => ({
      position: `${revision}.${session}`,
      type,
      step_key: null,
      step_number: null,
      occurred_at: wireTime(),
      actor: 'user',
      cause: 'wizard',
      data: {},
      progress: { completion_percentage: expect.any(Number), current_step: 1, is_completed: false },
      documents: [],
      ...more,
    });
    expect(body).toEqual({
      items: [
        item(5, 'step_skipped', {
          step_key: 'personalization',
          step_number: 4,
          data: { from: 'pending', to: 'skipped' },
          progress: { completion_percentage: 50, current_step: 1, is_completed: false },
        }),
        item(4, 'data_saved', { documents: ['business_info'] }),
        item(3, 'step_completed', {
          step_key: 'research',
          step_number: 3,
          data: { from: 'pending', to: 'completed' },
          documents: ['research'],
        }),
        item(2, 'step_completed', {
          step_key: 'website',
          step_number: 2,
          data: { from: 'pending', to: 'completed' },
          progress: { completion_percentage: 16.67, current_step: 1, is_completed: false },
          documents: ['website'],
        }),
        item(1, 'onboarding_started', {
          progress: { completion_percentage: 0, current_step: 1, is_completed: false },
        }),
      ],
      next_before: null,
    });
    expect(tag.startsWith('5.')).toBe(true);
  });

  it('names no document that was posted again as it was', async () => {
    const user = await app.as('same');
    await complete(user, 2);
    await complete(user, 2);
    const { items } = await done(user.get('/history'));
    expect(items.map(({ documents }: { documents: string[] }) => documents)).toEqual([[], ['website'], []]);
    expect(await app.database.query(`select revision from document_versions where user_id = 'same'`)).toEqual([
      { revision: '2' },
    ]);
  });

  it('comes in pages', async () => {
    const user = await app.as('pages');
    for (const step of [2, 3, 4, 5]) await complete(user, step);
    const seen: string[] = [];
    for (let before = ''; ;) {
      const page = await done(user.get(`/history?limit=2${before}`));
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map(({ position }: { position: string }) => position.split('.')[0]));
      if (page.next_before === null) break;
      before = `&before=${page.next_before}`;
    }
    expect(seen).toEqual(['5', '4', '3', '2', '1']);
  });

  it.each([
    ['limit=0', '/limit'],
    ['limit=201', '/limit'],
    ['limit=all', '/limit'],
    ['limit=1&limit=2', '/limit'],
    ['before=0', '/before'],
    ['before=-1', '/before'],
    ['before=3.5', '/before'],
    ['before=9007199254740993000', '/before'],
  ])('refuses %s', async (query, pointer) => {
    const answer = await (await app.as('wrong')).get(`/history?${query}`);
    expectProblem(answer, 400);
    expect(answer.body.errors).toMatchObject([{ pointer }]);
  });

  it('has the numbers of the user’s wizard', async () => {
    const user = await app.as('four');
    const four = { 'onboarding-flow': 'four' };
    await done(user.post('/step/1/complete', sample(2), four));
    const { headers, body } = await user.get('/history');
    expect(headers.get('onboarding-flow')).toBe('four');
    expect(body.items[0]).toMatchObject({
      step_key: 'website',
      step_number: 1,
      progress: { completion_percentage: 25 },
    });
    expect((await done(user.get('/history?flow=six'))).items[0]).toMatchObject({ step_number: 2 });
  });
});

describe('an earlier revision', () => {
  it('shows the progress and the data of then', async () => {
    const user = await app.as('earlier');
    await complete(user, 2, {
      website: 'https://one.example',
      analysis: { writing_style: { tone: 'dry' } },
      hobby: 'chess',
    });
    const progress = await done(user.get('/progress'));
    await complete(user, 2, { website: 'https://two.example' });
    await complete(user, 3, { competitors: [{ url: 'https://rival.example' }] });
    const { headers, body } = await user.get('/history/2');
    expect(headers.get('etag')).toBeNull();
    const bare = progress.steps.map(({ data: _, validation_errors: __, ...step }: Record<string, unknown>) => step);
    expect(body.progress).toEqual({ ...progress, steps: bare });
    expect(body.documents).toEqual({
      website: {
        available: true,
        document: expect.objectContaining({
          website_url: 'https://one.example',
          writing_style: { tone: 'dry' },
          hobby: 'chess',
        }),
      },
      research: { available: true, document: null },
      personalization: { available: true, document: null },
      integrations: { available: true, document: null },
      business_info: { available: true, document: null },
    });
    expect((await done(user.get('/history/1'))).documents.website).toEqual({ available: true, document: null });
    expect((await done(user.get('/history/4'))).documents).toMatchObject({
      website: { document: { website_url: 'https://two.example', hobby: 'chess' } },
      research: { document: { competitors: [{ url: 'https://rival.example' }] } },
    });
  });

  it.each(['0', '01', '-1', '1.5', 'x', '99', '99999999999999999999'])(
    'that is none is not found: %s',
    async (revision) => {
      const user = await app.as('never');
      await done(user.post('/start'));
      expectProblem(await user.get(`/history/${revision}`), 404, 'Your onboarding has no such revision.');
    },
  );
});

describe('a restore', () => {
  it('brings back progress and data, with one event, and can be undone', async () => {
    const user = await app.as('undo');
    await complete(user, 2, { website: 'https://one.example' });
    await done(user.post('/business-info', { business_description: 'Bread for the town' }));
    const then = await done(user.get('/init'));
    await complete(user, 2, { website: 'https://two.example', hobby: 'chess' });
    await complete(user, 3, { competitors: [{ url: 'https://rival.example' }] });
    await done(user.post('/business-info', { business_description: 'Cake for the town', industry: 'Food' }));
    await done(user.post('/reset'));
    const later = await done(user.get('/init'));
    const answer = await restore(user, { revision: 3, what: 'all' });
    expect(answer).toEqual({
      position: expect.stringMatching(/^8\./),
      restored: { progress: true, documents: ['website', 'research', 'business_info'] },
      changes: expect.arrayContaining([
        { step_key: 'website', field: 'status', from: 'pending', to: 'completed' },
        { step_key: 'website', field: 'website_url', from: 'https://two.example', to: 'https://one.example' },
        { step_key: 'website', field: 'hobby', from: 'chess', to: null },
        { step_key: 'research', field: 'competitors' },
        {
          step_key: 'business_info',
          field: 'business_description',
          from: 'Cake for the town',
          to: 'Bread for the town',
        },
      ]),
    });
    expect(withoutTimes(await done(user.get('/init')))).toEqual(withoutTimes(then));
    const [latest] = (await done(user.get('/history'))).items;
    expect(latest).toMatchObject({
      type: 'onboarding_restored',
      cause: 'restore:3',
      data: { revision: 3, what: 'all' },
      documents: ['website', 'research', 'business_info'],
    });
    await restore(user, { revision: 7, what: 'all' });
    expect(withoutTimes(await done(user.get('/init')))).toEqual(withoutTimes(later));
  });

  it('names the first 200 fields of a document that it changes, each by 200 characters', async () => {
    const user = await app.as('many fields');
    await complete(user, 2, { website: 'https://one.example' });
    const fields = Array.from({ length: 300 }, (_, index) => [
      `field ${1000 + index} ${'x'.repeat(300)}`,
      'y'.repeat(200),
    ]);
    await complete(user, 2, { website: 'https://one.example', ...Object.fromEntries(fields) });
    const { restored, changes } = await restore(user, { revision: 2, what: 'data' });
    expect(restored).toEqual({ progress: false, documents: ['website'] });
    expect(changes.map(({ field }: { field: string }) => field)).toEqual(
      fields.slice(0, 200).map(([field]) => (field as string).slice(0, 200)),
    );
    expect(changes[0]).toMatchObject({ from: 'y'.repeat(200), to: null });
    expect((await done(user.get('/step/2'))).data).not.toHaveProperty(fields[299]?.[0] as string);
  });

  it('leaves a row its id, also after a state in which there was none', async () => {
    const user = await app.as('ids');
    await complete(user, 2, { website: 'https://one.example' });
    const { id } = await done(user.post('/business-info', { business_description: 'Bread for the town' }));
    const { analyses } = await done(user.get('/style-detection/session-analyses'));
    await restore(user, { revision: 1, what: 'data' });
    expectProblem(await user.get(`/business-info/${id}`), 404);
    expect((await done(user.get('/style-detection/session-analyses'))).analyses).toEqual([]);
    await restore(user, { revision: 3, what: 'data' });
    expect(await done(user.get(`/business-info/${id}`))).toMatchObject({ business_description: 'Bread for the town' });
    expect((await done(user.get('/style-detection/session-analyses'))).analyses).toMatchObject([
      { id: analyses[0].id, created_at: analyses[0].created_at },
    ]);
    // One that is made in between keeps its own.
    await restore(user, { revision: 1, what: 'data' });
    const between = await done(user.post('/business-info', { business_description: 'Cake for the town' }));
    await restore(user, { revision: 3, what: 'data' });
    expect(await done(user.get(`/business-info/${between.id}`))).toMatchObject({
      business_description: 'Bread for the town',
    });
  });
});

describe('a user with 10,000 events', () => {
  /** As many further events as the user may have, which state what the last one does. */
  async function fillUp(userId: string, last = 10_000): Promise<void> {
    await app.database.query(
      `with added as (
         insert into progress_events
           (user_id, session_id, revision, type, data, state, validation_errors, actor, cause, occurred_at)
         select user_id, session_id, n, 'data_saved', '{}', state, validation_errors, actor, cause, occurred_at
         from progress_events e, generate_series(e.revision + 1, $2) n
         where user_id = $1 and revision = (select max(revision) from progress_events where user_id = $1)
       )
       update onboarding_sessions set revision = $2 where user_id = $1`,
      [userId, last],
    );
  }

  const DETAIL =
    'Your onboarding has been changed 10,000 times, and takes no further change. To go on, begin again: a hard reset deletes it with all of its data.';

  it('is refused each further change, which changes nothing, and told to begin again', async () => {
    const user = await app.as('too many');
    await complete(user, 2);
    await done(user.post('/api-keys', { provider: 'exa', api_key: 'a-key-of-mine-1' }));
    await fillUp('too many');
    const rows = () => rowsOf(app.database, 'too many');
    const before = await rows();
    for (const [path, body] of [
      ['/step/3/complete', sample(3)],
      ['/step/2/complete', sample(2)],
      ['/step/4/skip', undefined],
      ['/business-info', { business_description: 'Bread for the town' }],
      ['/step4/persona-save', { core_persona: { identity: {} } }],
      ['/api-keys', { provider: 'exa', api_key: 'another-key-of-mine' }],
      ['/restore', { revision: 1, what: 'all' }],
      ['/reset', undefined],
    ] as const) {
      const answer = await user.post(path, body);
      expect([path, answer.status]).toEqual([path, 400]);
      expectProblem(answer, 400, DETAIL);
    }
    expectProblem(await user.send('DELETE', '/api-keys/exa'), 400, DETAIL);
    expect(await rows()).toEqual(before);
  });

  it('reads it all, and a start changes nothing', async () => {
    const user = await app.as('too many');
    for (const path of ['/init', '/status', '/progress', '/step/2', '/history/1', '/history/10000']) {
      await done(user.get(path));
    }
    expect(await done(user.post('/start'))).toMatchObject({ current_step: 1 });
    const { items, next_before } = await done(user.get('/history?limit=200'));
    expect([items.length, next_before]).toEqual([200, 9801]);
    expect(items[0].position).toMatch(/^10000\./);
  });

  it('may begin again by a hard reset, which leaves nothing', async () => {
    const user = await app.as('too many');
    expect(await done(user.post('/reset?hard=true'))).toMatchObject({ reset_mode: 'hard' });
    expect(Object.values(await rowsOf(app.database, 'too many')).flat()).toEqual([]);
    await complete(user, 2);
    expect(await types(user)).toEqual(['step_completed', 'onboarding_started']);
  });

  it('is refused a change of two events where there is room for one', async () => {
    const user = await app.as('almost too many');
    for (const step of [1, 2, 3]) await complete(user, step);
    await fillUp('almost too many', 9_998);
    const before = await rowsOf(app.database, 'almost too many');
    // Two steps are skipped, and the last is completed.
    expectProblem(await user.post('/complete'), 400, DETAIL);
    expect(await rowsOf(app.database, 'almost too many')).toEqual(before);
    await done(user.post('/step/4/skip'));
    await done(user.post('/step/5/skip'));
    expectProblem(await user.post('/step/2/complete', sample(2)), 400, DETAIL);
  });
});

/** What an onboarding is, without the times of the latest change and the ids of rows that came and went. */
function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key]) => !['updated_at', 'last_updated', 'last_activity', 'created_at', 'id'].includes(key),
  );
  return Object.fromEntries(kept.map(([key, one]) => [key, withoutTimes(one)]));
}
