import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApp } from '../support/service/app.js';
import type { Client } from '../support/service/client.js';
import { expectProblem } from '../support/service/problems.js';
import { wireTime } from '../support/database/wire-time.js';

const INFO = {
  business_description: 'Marketing in plain words for small shops',
  industry: 'Marketing',
  target_audience: 'shop owners',
  business_goals: 'more readers',
};
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Where the wizard calls these routes, and where the rest of the API is. */
const PREFIXES = ['//api/onboarding/business-info', '//onboarding/business-info'];

describe.each(PREFIXES)('business information at %s', (prefix) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  const put = (user: Client, id: string, body: unknown) => user.send('PUT', `${prefix}/${id}`, JSON.stringify(body));

  async function saved(user: Client, info: unknown = INFO) {
    const { status, body } = await user.post(prefix, info);
    expect([status, body.detail]).toEqual([200, undefined]);
    return body;
  }

  const rows = (userId: string) => app.database.query('select * from business_info where user_id = $1', [userId]);
  const events = async (userId: string) =>
    (await app.database.query('select type from progress_events where user_id = $1 order by revision', [userId])).map(
      ({ type }) => type as string,
    );

  it('is saved, and read by its id and by its user', async () => {
    const user = await app.as('saves');
    const info = await saved(user);
    expect(info).toEqual({
      id: expect.stringMatching(UUID),
      user_id: 'saves',
      ...INFO,
      created_at: wireTime(),
      updated_at: wireTime(),
    });
    for (const path of [info.id, info.id.toUpperCase(), 'user/saves']) {
      const { status, body } = await user.get(`${prefix}/${path}`);
      expect([path, status, body]).toEqual([path, 200, info]);
    }
    expect(await events('saves')).toEqual(['onboarding_started', 'data_saved']);
  });

  it('is read at either address', async () => {
    const user = await app.as('either');
    const info = await saved(user);
    for (const other of PREFIXES) expect((await user.get(`${other}/user/either`)).body).toEqual(info);
  });

  it('needs no more than a description', async () => {
    const { business_description } = INFO;
    const nothing = { industry: null, target_audience: null, business_goals: null };
    expect(await saved(await app.as('short'), { business_description })).toMatchObject({
      business_description,
      ...nothing,
    });
    expect(await saved(await app.as('nulls'), { business_description, ...nothing })).toMatchObject(nothing);
  });

  it('is one per user: saving again replaces it as a whole, and keeps its id', async () => {
    const user = await app.as('twice');
    const first = await saved(user);
    const second = await saved(user, { business_description: 'Something else entirely' });
    expect(second).toEqual({
      id: first.id,
      user_id: 'twice',
      business_description: 'Something else entirely',
      industry: null,
      target_audience: null,
      business_goals: null,
      created_at: first.created_at,
      updated_at: wireTime(),
    });
    expect(await rows('twice')).toHaveLength(1);
    expect(await events('twice')).toEqual(['onboarding_started', 'data_saved', 'data_saved']);
  });

  it('is one row too when saved many times at once', async () => {
    const user = await app.as('at-once');
    const answers = await Promise.all(Array.from({ length: 6 }, () => saved(user)));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(await rows('at-once')).toHaveLength(1);
  });

  it('is replaced by PUT', async () => {
    const user = await app.as('puts');
    const first = await saved(user);
    const changed = { ...INFO, industry: 'Food', business_goals: null };
    const { status, body } = await put(user, first.id, changed);
    expect([status, body]).toEqual([200, { ...first, ...changed, updated_at: wireTime() }]);
    expect((await user.get(`${prefix}/${first.id}`)).body).toEqual(body);
    expect(await events('puts')).toEqual(['onboarding_started', 'data_saved', 'data_saved']);
  });

  it('belongs to whoever saves it, whatever the body says', async () => {
    const mallory = await app.as('mallory');
    const claimed = { ...INFO, user_id: 'victim', id: '019a0000-0000-7000-8000-000000000001', created_at: null };
    const info = await saved(mallory, claimed);
    expect(info.user_id).toBe('mallory');
    expect(info.id).not.toBe(claimed.id);
    expect((await put(mallory, info.id, claimed)).body).toMatchObject({ user_id: 'mallory', id: info.id });
    expect(await rows('victim')).toEqual([]);
  });

  it('of another user is not there', async () => {
    const owner = await saved(await app.as('owner'));
    const other = await app.as('Owner');
    await saved(other);
    for (const path of [owner.id, 'user/owner']) expectProblem(await other.get(`${prefix}/${path}`), 404, path);
    const before = await app.database.dump();
    expectProblem(await put(other, owner.id, { ...INFO, industry: 'Theft' }), 404);
    expect(await app.database.dump()).toEqual(before);
  });

  it('that was never saved is not there, and a PUT does not make it', async () => {
    const user = await app.as('never');
    const id = '019a0000-0000-7000-8000-000000000001';
    for (const path of [id, 'user/never']) expectProblem(await user.get(`${prefix}/${path}`), 404, path);
    expectProblem(await put(user, id, INFO), 404);
    expect(await rows('never')).toEqual([]);
    expect(await events('never')).toEqual([]);
  });

  it.each([
    ...['0', '-1', 'null', 'user', 'undefined', '%00', '%zz', '%2e%2e%2f', 'x'.repeat(4000), "1' or '1'='1"],
    ...['019a0000-0000-7000-8000-00000000000', '{019a0000-0000-7000-8000-000000000001}', '\u{1F600}'],
  ])('is not there under the malformed id %.40s', async (id) => {
    const user = await app.as('malformed');
    await saved(user);
    expectProblem(await user.get(`${prefix}/${id}`), 404);
    expectProblem(await put(user, id, INFO), 404);
    expectProblem(await user.get(`${prefix}/user/${id}`), 404);
  });

  it.each(['user.a/b', 'a%65', 'René\u0301 \u{1F600}', 'user?x=1#y', 'x'.repeat(255), '\u{1F600}'.repeat(255)])(
    'is read by a user with the id %.30s',
    async (userId) => {
      const user = await app.as(userId);
      const info = await saved(user);
      expect(info.user_id).toBe(userId);
      expect((await user.get(`${prefix}/user/${encodeURIComponent(userId)}`)).body).toEqual(info);
    },
  );

  it.each([
    ['business_description', undefined],
    ['business_description', null],
    ['business_description', ''],
    ['business_description', 'x'.repeat(9)],
    ['business_description', 'x'.repeat(1001)],
    ['business_description', 7],
    ['business_description', ['a list of texts']],
    ['industry', 'x'.repeat(101)],
    ['industry', 7],
    ['industry', {}],
    ['target_audience', 'x'.repeat(501)],
    ['target_audience', ['nurses']],
    ['business_goals', 'x'.repeat(1001)],
    ['business_goals', false],
  ])('refuses %s as %.20j, names it and stores nothing', async (field, value) => {
    const user = await app.as('refused');
    const existing = await saved(user);
    const body = { ...INFO, [field]: value };
    for (const answer of [await user.post(prefix, body), await put(user, existing.id, body)]) {
      expectProblem(answer, 400);
      expect(answer.body.errors).toEqual([{ pointer: `/${field}`, detail: expect.stringContaining(field) }]);
    }
    expect((await user.get(`${prefix}/${existing.id}`)).body).toEqual(existing);
  });

  it.each([
    ['business_description', 10],
    ['business_description', 1000],
    ['industry', 100],
    ['target_audience', 500],
    ['business_goals', 1000],
  ])('takes %s of %d characters, also of those that JavaScript counts twice', async (field, length) => {
    const user = await app.as('bounds');
    for (const letter of ['x', '\u{1F600}']) {
      const value = letter.repeat(length);
      expect((await saved(user, { ...INFO, [field]: value }))[field]).toBe(value);
    }
  });

  it.each(['[]', '"text"', '7', 'true'])('refuses the body %s', async (body) => {
    expectProblem(await (await app.as('bodies')).send('POST', prefix, body), 400);
  });

  it('stays gone when it is replaced while it is being deleted', async () => {
    const user = await app.as('race');
    for (let round = 0; round < 15; round++) {
      const { id } = await saved(user);
      const [replaced, reset] = await Promise.all([put(user, id, INFO), user.post('/reset?hard=true')]);
      expect([200, 404]).toContain(replaced.status);
      expect(reset.status).toBe(200);
      expect(await rows('race')).toEqual([]);
    }
  });

  it('is gone after a hard reset', async () => {
    const user = await app.as('reset');
    await saved(user);
    expect((await user.post('/reset?hard=true')).status).toBe(200);
    expectProblem(await user.get(`${prefix}/user/reset`), 404);
  });

  it('needs a token', async () => {
    const nobody = app.anonymous();
    const id = '019a0000-0000-7000-8000-000000000001';
    expectProblem(await nobody.post(prefix, INFO), 401);
    expectProblem(await put(nobody, id, INFO), 401);
    for (const path of [id, 'user/alice']) expectProblem(await nobody.get(`${prefix}/${path}`), 401);
  });
});
