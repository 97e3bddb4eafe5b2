import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/ground/problems/json.js';
import { TestApp } from '../support/service/app.js';
import type { Client } from '../support/service/client.js';
import { sample } from '../support/data/samples.js';
import { wireTime } from '../support/database/wire-time.js';

const PLATFORMS = {
  primaryWebsite: 'https://example.com',
  websitePlatforms: { wix: [], wordpress: [{ url: 'https://example.com' }] },
  analyticsPlatforms: { gsc: { connected: true } },
  socialPlatforms: { facebook: true },
  connectedPlatforms: ['wordpress', 'gsc'],
};
const BESIDE = { providers: ['wordpress'], connectedAccounts: { wordpress: 1 }, status: 'connected', notes: 'none' };

const COLUMNS = {
  primary_website: PLATFORMS.primaryWebsite,
  website_platforms: PLATFORMS.websitePlatforms,
  analytics_platforms: PLATFORMS.analyticsPlatforms,
  social_platforms: PLATFORMS.socialPlatforms,
  connected_platforms: PLATFORMS.connectedPlatforms,
};

describe('step 5', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  async function save(user: Client, data: JsonObject) {
    const answer = await user.post('/step/5/complete', { data });
    expect([answer.status, answer.body.detail]).toEqual([200, undefined]);
    return answer.body;
  }

  const savedStep = async (user: Client) => (await user.get('/step/5')).body.data;
  const extraOf = async (userId: string) =>
    (await app.database.query('select extra from platform_integrations where user_id = $1', [userId]))[0]?.['extra'];

  it.each<[string, JsonObject]>([
    ['nested', { integrations: PLATFORMS, ...BESIDE }],
    ['at the top level', { ...PLATFORMS, ...BESIDE }],
    ['in snake_case', { ...COLUMNS, ...BESIDE }],
    ['nested, over others at the top level', { ...BESIDE, integrations: PLATFORMS, connectedPlatforms: ['none'] }],
  ])('is taken %s', async (name, data) => {
    const user = await app.as(name);
    await save(user, data);
    expect(await savedStep(user)).toEqual({
      ...COLUMNS,
      integrations: PLATFORMS,
      ...BESIDE,
      connected_accounts: BESIDE.connectedAccounts,
      id: expect.any(String),
      created_at: wireTime(),
      updated_at: wireTime(),
    });
    expect(await extraOf(name)).toEqual({});
  });

  it.each([{}, { integrations: {} }, { integrations: null }])('demands nothing: %j', async (data) => {
    const user = await app.as(`nothing-${JSON.stringify(data)}`);
    await save(user, data);
    expect((await user.get('/step/5')).body.status).toBe('completed');
  });

  it('completes without a body', async () => {
    const user = await app.as('no-body');
    const { status, body } = await user.post('/step/5/complete');
    expect([status, body.data]).toEqual([200, null]);
  });

  it.each<[string, unknown]>([
    ['integrations', 'wordpress'],
    ['integrations', ['wordpress']],
    ['primaryWebsite', 5],
    ['websitePlatforms', 'wix'],
    ['analyticsPlatforms', []],
    ['socialPlatforms', 5],
    ['connectedPlatforms', 'wordpress'],
    ['connectedPlatforms', [5]],
    ['connected_platforms', {}],
    ['providers', 'wordpress'],
    ['connectedAccounts', 5],
    ['status', {}],
    ['notes', []],
  ])('names %s when it is %j', async (key, value) => {
    const user = await app.as(`type-${key}`);
    const { status, body } = await user.post('/step/5/complete', { data: { [key]: value } });
    expect([status, body.errors]).toEqual([400, [{ pointer: `/data/${key}`, detail: expect.stringContaining(key) }]]);
    if (key === 'integrations') return;
    const nested = await user.post('/step/5/complete', { data: { integrations: { [key]: value } } });
    expect([nested.status, nested.body.errors[0].pointer]).toEqual([400, `/data/integrations/${key}`]);
    expect(await savedStep(user)).toBeNull();
  });

  it('leaves other fields on a partial save, and blanks leave what is stored', async () => {
    const user = await app.as('partial');
    await save(user, { ...sample(5).data, ...BESIDE });
    const before = await savedStep(user);
    await save(user, { integrations: { connectedPlatforms: [] }, notes: 'later' });
    const changed = {
      ...before,
      connected_platforms: [],
      integrations: { ...before.integrations, connectedPlatforms: [] },
      notes: 'later',
      updated_at: wireTime(),
    };
    expect(await savedStep(user)).toEqual(changed);
    for (const blank of [null, '']) {
      const blanks = Object.fromEntries(Object.keys({ ...PLATFORMS, ...BESIDE }).map((key) => [key, blank]));
      await save(user, { ...blanks, integrations: blanks });
      expect(await savedStep(user)).toEqual(changed);
    }
  });

  it('is unchanged by posting back what was read', async () => {
    const user = await app.as('idempotent');
    await save(user, { ...sample(5).data, ...BESIDE, unheardOf: { a: 1 } });
    const [first, extra] = [await savedStep(user), await extraOf('idempotent')];
    expect(first.unheardOf).toEqual({ a: 1 });
    await save(user, first);
    expect(await savedStep(user)).toEqual({ ...first, updated_at: wireTime() });
    expect(await extraOf('idempotent')).toEqual(extra);
  });

  it('stores neither what only the row can know nor keys', async () => {
    const user = await app.as('never');
    const forged = {
      id: 'forged',
      user_id: 'somebody',
      session_id: 'forged',
      created_at: 'forged',
      has_data: 'forged',
    };
    const api_keys = { openai: 'sk-must-not-be-kept' };
    const { warnings } = await save(user, {
      ...forged,
      updated_at: 'forged',
      extra: { forged: 1 },
      api_keys,
      integrations: { ...PLATFORMS, ...forged, extra: { forged: 1 }, api_keys },
    });
    expect(warnings).toContain('API keys belong to step 1: those sent with this step were not saved.');
    expect(JSON.stringify(await app.database.dump())).not.toMatch(/forged|somebody|must-not-be-kept/);
    expect(app.log.join('')).not.toContain('must-not-be-kept');
  });
});
