import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import { TestApp } from '../../support/service/app.js';
import type { Answer, Client } from '../../support/service/client.js';
import { sample } from '../../support/data/samples.js';
import { TestDatabase } from '../../support/database/database.js';
import { SessionLock } from '../../support/database/session-lock.js';
import { eventually } from '../../support/process/deadline.js';

const ROUNDS = 5;
const LISTS = 16;

type Request = (client: Client) => Promise<Answer>;

const complete =
  (step: number, data: JsonObject): Request =>
  (client) =>
    client.post(`/step/${step}/complete`, { data });
const savePersona =
  (part: JsonObject): Request =>
  (client) =>
    client.post('/step4/persona-save', part);

/** List `n` has a length of its own. It shares one competitor, at another place, with all others. */
function competitors(n: number): JsonObject[] {
  const list = Array.from({ length: 1 + ((n * 7) % LISTS) }, (_, place) => ({
    url: `https://rival-${place}.example`,
    title: `list ${n}, place ${place}`,
  }));
  return list.toSpliced(n % 3, 0, { url: 'https://shared.example', title: `list ${n}` });
}

/** One column, one folded key or one key without a column each: what single saves of step 2 may hold. */
const WEBSITE_PARTS: readonly (readonly [at: string, part: JsonObject])[] = [
  ['writing_style', { writing_style: { tone: 'friendly' } }],
  ['seo_audit', { seo_audit: { score: 71 } }],
  ['target_audience', { target_audience: { demographics: ['owners'] } }],
  ['social_media_accounts', { social_media_accounts: { line: '@example' } }],
  ['crawl_result', { crawl_result: { pages: 3 } }],
  ['style_guidelines.guidelines', { guidelines: ['short sentences'] }],
  ['style_guidelines.avoid_elements', { avoid_elements: ['jargon'] }],
  ['style_guidelines.best_practices', { best_practices: ['examples'] }],
  ['domainName', { domainName: 'example.com' }],
  ['notes', { notes: 'a key without a column' }],
];

const PERSONA_PARTS: readonly JsonObject[] = [
  { core_persona: { identity: { persona_name: 'a friend of the shops' } } },
  { platform_personas: { blog: { tone: 'dry' } } },
  { quality_metrics: { overall_score: 12 } },
  { selected_platforms: ['mastodon'] },
];

/** The value at a path such as `a.b`. */
const valueAt = (data: JsonObject, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as JsonObject)[key], data);

describe.each([1, 2])('documents that one user saves at the same moment, through %i services,', (services) => {
  let database: TestDatabase;
  let apps: TestApp[] = [];
  let users = 0;

  beforeAll(async () => {
    database = await TestDatabase.create();
    apps = await Promise.all(Array.from({ length: services }, () => TestApp.start({ database })));
  });
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    await database.drop();
  });

  const newUser = () => `user ${++users}`;
  const clientsOf = (userId: string) => Promise.all(apps.map((app) => app.as(userId)));

  /** All of them at once; the services take turns. */
  async function atOnce(userId: string, requests: readonly Request[]): Promise<Answer[]> {
    const clients = await clientsOf(userId);
    return Promise.all(requests.map((request, n) => request(clients[n % clients.length] as Client)));
  }

  /** The same; none of them may be refused. */
  async function done(userId: string, requests: readonly Request[]): Promise<Answer[]> {
    const answers = await atOnce(userId, requests);
    expectDone(answers);
    return answers;
  }

  function expectDone(answers: readonly Answer[]): void {
    expect(answers.filter(({ status }) => status !== 200).map(({ status, text }) => [status, text])).toEqual([]);
  }

  async function veteran(): Promise<string> {
    const userId = newUser();
    for (const step of [2, 3, 4]) await done(userId, [complete(step, sample(step).data)]);
    return userId;
  }

  /** The types of the events, in the order of their revisions, which count from 1 without gaps. */
  async function historyOf(userId: string): Promise<string[]> {
    const events = await database.query<{ revision: number; type: string }>(
      'select revision::int, type from progress_events where user_id = $1 order by revision',
      [userId],
    );
    expect(events.map(({ revision }) => revision)).toEqual(events.map((_, index) => index + 1));
    const sessions = await database.query<{ revision: number }>(
      'select revision::int from onboarding_sessions where user_id = $1',
      [userId],
    );
    expect(sessions).toEqual([{ revision: events.length }]);
    return events.map(({ type }) => type);
  }

  it('leave one of the posted lists of competitors, whole and in its order, and show each reader one', async () => {
    const lists = Array.from({ length: LISTS }, (_, n) => competitors(n));
    const texts = lists.map((list) => JSON.stringify(list));
    expect(new Set(lists.map(({ length }) => length)).size).toBe(LISTS);
    for (let round = 0; round < ROUNDS; round++) {
      const userId = newUser();
      const posts = lists.map((list) => complete(3, { competitors: list }));
      const reads = lists.map((): Request => (client) => client.get('/step/3'));
      // A read runs next to each post.
      const answers = await done(
        userId,
        posts.flatMap((post, n) => [post, reads[n] as Request]),
      );
      for (const [n, { body }] of answers.entries()) {
        const { competitors: shown } = (body.data ?? {}) as JsonObject;
        if (n % 2 === 0) expect(shown).toEqual(lists[n / 2]);
        else if (shown !== undefined) expect(texts).toContain(JSON.stringify(sorted(shown)));
      }
      const rows = await database.query<{ position: number; details: JsonObject; url: string }>(
        'select position::int, url, details from competitor_analyses where user_id = $1 order by position',
        [userId],
      );
      expect(rows.map(({ position }) => position)).toEqual(rows.map((_, index) => index));
      expect(rows.map(({ url }) => url)).toEqual(rows.map(({ details }) => details['url']));
      expect(texts).toContain(JSON.stringify(sorted(rows.map(({ details }) => details))));
      const [{ body } = { body: null }] = await done(userId, [(client) => client.get('/step/3')]);
      expect(body.data.competitors).toEqual(rows.map(({ details }) => details));
    }
  });

  describe.each([
    ['of a user with data', veteran],
    ['of a new user', () => Promise.resolve(newUser())],
  ])('%s,', (_, user) => {
    it('change only what each of them holds: all parts of the website are there afterwards', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const userId = await user();
        const [client] = (await clientsOf(userId)) as [Client];
        const before = ((await client.get('/step/2')).body.data ?? {}) as JsonObject;
        await done(
          userId,
          WEBSITE_PARTS.map(([, part]) => complete(2, { website: 'https://example.org', ...part })),
        );
        const after = (await client.get('/step/2')).body.data as JsonObject;
        expect(after['website_url']).toBe('https://example.org');
        for (const [at, part] of WEBSITE_PARTS) {
          expect([at, valueAt(after, at)]).toEqual([at, Object.values(part)[0]]);
        }
        // What nobody has posted stays.
        for (const column of ['content_characteristics', 'content_type', 'recommended_settings', 'businessData']) {
          expect([column, after[column] ?? null]).toEqual([column, before[column] ?? null]);
        }
      }
    });

    it('change only what each of them holds: all parts of the persona are there afterwards', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const userId = await user();
        const [client] = (await clientsOf(userId)) as [Client];
        const before = ((await client.get('/step/4')).body.data ?? {}) as JsonObject;
        await done(userId, PERSONA_PARTS.map(savePersona));
        const after = (await client.get('/step/4')).body.data as JsonObject;
        for (const part of PERSONA_PARTS) expect(after).toMatchObject(part);
        expect(after['brandAvatar'] ?? null).toEqual(before['brandAvatar'] ?? null);
      }
    });
  });

  it('are all there, in one session that starts once, where they are the user’s first requests', async () => {
    const [part] = PERSONA_PARTS as [JsonObject];
    for (let round = 0; round < ROUNDS; round++) {
      const userId = newUser();
      // The first request has made its session when it meets this lock; the second then finds the session of a transaction that
      // is not committed.
      const lock = await SessionLock.onTables(database.ownerUrl, 'website_analyses', 'persona_data');
      const answers = atOnce(userId, [complete(2, { website: 'https://example.com' }), savePersona(part)]);
      try {
        await eventually('both requests wait', async () => (await lock.waiting()) === 2, 10_000);
      } finally {
        await lock.release();
      }
      expectDone(await answers);
      const history = await historyOf(userId);
      expect(history[0]).toBe('onboarding_started');
      expect(history.slice(1).toSorted()).toEqual(['data_saved', 'step_completed']);
      const [client] = (await clientsOf(userId)) as [Client];
      expect((await client.get('/step/2')).body.data).toMatchObject({ website_url: 'https://example.com' });
      expect((await client.get('/step/4')).body.data).toMatchObject(part);
    }
  });
});

/** Competitors with their keys in the order in which this file writes them: PostgreSQL has an order of its own. */
function sorted(list: unknown): unknown {
  return (list as JsonObject[]).map(({ url, title, ...rest }) => ({ url, title, ...rest }));
}
