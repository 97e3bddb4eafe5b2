import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { ApiKeyManager } from '../../../src/onboarding/api-keys/api-key-manager.service.js';
import { OnboardingDatabaseService } from '../../../src/onboarding/database/onboarding-database.service.js';
import { TestApp } from '../../support/service/app.js';
import type { Answer } from '../../support/service/client.js';
import { eventually } from '../../support/process/deadline.js';

const MANY = 50;

let app: TestApp;
/** A provider that knows every key. */
let provider: Server;
/** The keys that it was asked about. */
let checkedKeys: string[] = [];
let beforeAnswer: () => Promise<void> = () => Promise.resolve();
let users = 0;
const newUser = () => `user-${++users}`;

beforeAll(async () => {
  provider = createServer(({ headers }, response) => {
    checkedKeys.push(String(headers.authorization ?? headers['x-api-key'] ?? headers['x-goog-api-key']));
    void beforeAnswer().then(() => response.setHeader('content-type', 'application/json').end('{}'));
  });
  await new Promise<void>((done) => provider.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const names = ['openai', 'gemini', 'anthropic', 'mistral'];
  app = await TestApp.start({
    environment: {
      PROVIDER_BASE_URLS: JSON.stringify(Object.fromEntries(names.map((name) => [name, url]))),
      RATE_LIMIT_KEY_CHECKS: '0',
    },
  });
});
afterAll(async () => {
  await app.stop();
  provider.closeAllConnections();
  await new Promise((done) => provider.close(done));
});

interface KeyRow {
  readonly provider: string;
  readonly version: number;
  readonly verification: string | null;
}

async function rowsOf(userId: string): Promise<KeyRow[]> {
  return app.database.query<KeyRow & Record<string, unknown>>(
    'select provider, version, verification from api_keys where user_id = $1 order by provider',
    [userId],
  );
}

async function count(table: 'data_keys' | 'onboarding_sessions', userId: string): Promise<number> {
  return (await app.database.query(`select from ${table} where user_id = $1`, [userId])).length;
}

async function eventsOf(userId: string, type: string): Promise<number[]> {
  const rows = await app.database.query<{ revision: number }>(
    'select revision::int from progress_events where user_id = $1 and type = $2 order by revision',
    [userId, type],
  );
  return rows.map(({ revision }) => revision);
}

/** A user's keys as services in this process get them. */
async function keysOf(userId: string): Promise<Record<string, string>> {
  const keys = await app.nest.get(ApiKeyManager).getApiKeys(userId);
  return Object.fromEntries([...keys].map(([name, secret]) => [name, secret.reveal()]));
}

/** How many of the service's connections wait for a lock. */
async function waiting(): Promise<number> {
  const rows = await app.database.query(
    `select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()`,
  );
  return rows.length;
}

const statuses = (answers: readonly Answer[]) => [...new Set(answers.map(({ status }) => status))];

describe('keys of one user, saved at once', () => {
  it(`are one row of the last of ${MANY} values, one version for each`, async () => {
    const userId = newUser();
    const user = await app.as(userId);
    const sent = Array.from({ length: MANY }, (_, n) => `sk-saved-at-once-${String(n).padStart(4, '0')}`);
    const answers = await Promise.all(sent.map((api_key) => user.post('/api-keys', { provider: 'openai', api_key })));
    expect(statuses(answers)).toEqual([200]);
    expect(await rowsOf(userId)).toEqual([{ provider: 'openai', version: MANY, verification: null }]);
    const { openai } = await keysOf(userId);
    expect(sent).toContain(openai);
    expect(await count('data_keys', userId)).toBe(1);
    expect(await eventsOf(userId, 'api_key_saved')).toHaveLength(MANY);
    expect(await eventsOf(userId, 'step_completed')).toHaveLength(1);
  });

  it('are one row through every door', async () => {
    const userId = newUser();
    const user = await app.as(userId);
    const manager = app.nest.get(ApiKeyManager);
    const database = app.nest.get(OnboardingDatabaseService);
    const sent = Array.from({ length: MANY }, (_, n) => `through-a-door-${String(n).padStart(4, '0')}`);
    const doors: readonly ((key: string) => Promise<unknown>)[] = [
      (key: string) => user.post('/api-keys', { provider: 'google', api_key: key }),
      (key: string) => user.post('/step/1/complete', { data: { api_keys: { gemini: key } } }),
      (key: string) => manager.save(userId, 'gemini', key),
      (key: string) => database.saveApiKey(userId, 'gemini', key),
    ];
    await Promise.all(sent.map((key, n) => (doors[n % doors.length] as (key: string) => Promise<unknown>)(key)));
    expect(await rowsOf(userId)).toEqual([{ provider: 'gemini', version: MANY, verification: null }]);
    expect(sent).toContain((await keysOf(userId))['gemini']);
  });

  it('of three providers of a new user are three keys, one data key, one session and one completion of step 1', async () => {
    for (let round = 0; round < 10; round++) {
      const userId = newUser();
      const user = await app.as(userId);
      const sent = { anthropic: 'anthropic-of-a-new-user', gemini: 'gemini-of-a-new-user', openai: 'sk-of-a-new-user' };
      const answers = await Promise.all(
        Object.entries(sent).map(([name, api_key]) => user.post('/api-keys', { provider: name, api_key })),
      );
      expect(statuses(answers)).toEqual([200]);
      expect(await rowsOf(userId)).toEqual(
        Object.keys(sent).map((name) => ({ provider: name, version: 1, verification: null })),
      );
      expect(await keysOf(userId)).toEqual(sent);
      expect([await count('data_keys', userId), await count('onboarding_sessions', userId)]).toEqual([1, 1]);
      expect(await eventsOf(userId, 'step_completed')).toHaveLength(1);
      const { body } = await user.get('/step/1');
      expect([body.status, body.data]).toEqual(['completed', { configured_providers: Object.keys(sent) }]);
    }
  });

  it('and deleted leave one key or none, which opens', async () => {
    const userId = newUser();
    const user = await app.as(userId);
    const sent = Array.from({ length: MANY }, (_, n) => `sk-saved-or-gone-${String(n).padStart(4, '0')}`);
    const answers = await Promise.all(
      sent.map((api_key, n) =>
        n % 2 ? user.send('DELETE', '/api-keys/openai') : user.post('/api-keys', { provider: 'openai', api_key }),
      ),
    );
    expect(statuses(answers.filter((_, n) => n % 2 === 0))).toEqual([200]);
    expect(answers.filter((_, n) => n % 2).every(({ status }) => status === 200 || status === 404)).toBe(true);
    const rows = await rowsOf(userId);
    expect(rows.length).toBeLessThanOrEqual(1);
    for (const key of Object.values(await keysOf(userId))) expect(sent).toContain(key);
    expect(Object.keys(await keysOf(userId))).toHaveLength(rows.length);
  });

  it('survive a hard reset in between: everything opens, or is gone', async () => {
    const userId = newUser();
    const user = await app.as(userId);
    const answers = await Promise.all(
      Array.from({ length: MANY }, (_, n) =>
        n % 5 === 4
          ? user.post('/reset?hard=true')
          : user.post('/api-keys', {
              provider: ['openai', 'anthropic', 'gemini', 'mistral'][n % 5],
              api_key: `reset-between-${n}-0123456789`,
            }),
      ),
    );
    expect(statuses(answers)).toEqual([200]);
    expect(Object.keys(await keysOf(userId))).toHaveLength((await rowsOf(userId)).length);
    expect((await user.get('/api-keys')).status).toBe(200);
  });

  it('are verified meanwhile, without one waiting for the other for ever', async () => {
    const userId = newUser();
    const user = await app.as(userId);
    const keys = (end: string) => ({
      openai: `sk-0123456789${end}`,
      gemini: `0123456789${end}`,
      anthropic: `ab0123${end}`,
    });
    expect((await user.post('/step/1/complete', { data: { api_keys: keys('before') } })).status).toBe(200);
    const owner = new pg.Client({ connectionString: app.database.ownerUrl });
    await owner.connect();
    try {
      // What was said of the keys is noted up to the row that is held here; then others are saved, in another order.
      await owner.query('begin');
      await owner.query(`select from api_keys where user_id = $1 and provider = 'gemini' for update`, [userId]);
      const verified = user.post('/api-keys/validate');
      await eventually('the noting waits', async () => (await waiting()) === 1);
      const saved = user.post('/step/1/complete', { data: { api_keys: keys('after') } });
      await eventually('the saving waits too', async () => (await waiting()) === 2);
      await owner.query('rollback');
      expect(statuses(await Promise.all([verified, saved]))).toEqual([200]);
    } finally {
      await owner.end();
    }
    expect(await keysOf(userId)).toEqual(keys('after'));
    expect((await rowsOf(userId)).map(({ version, verification }) => [version, verification])).toEqual(
      Array.from({ length: 3 }, () => [2, null]),
    );
  });

  it('are not called verified for what a provider said of the key before', async () => {
    const userId = newUser();
    const user = await app.as(userId);
    const manager = app.nest.get(ApiKeyManager);
    await manager.save(userId, 'openai', 'sk-verified-before-0123');
    beforeAnswer = async () => {
      beforeAnswer = () => Promise.resolve();
      // The key becomes another one, of the same version.
      await manager.remove(userId, 'openai');
      await manager.save(userId, 'openai', 'sk-saved-afterwards-0123');
    };
    expect((await user.post('/api-keys/validate')).status).toBe(200);
    expect(await rowsOf(userId)).toEqual([{ provider: 'openai', version: 1, verification: null }]);
    expect((await user.get('/api-keys/validate')).body.validation_results.openai.status).toBe('unverified');
    expect((await user.post('/api-keys/validate')).status).toBe(200);
    expect(await rowsOf(userId)).toEqual([{ provider: 'openai', version: 1, verification: 'configured' }]);
  });
});

describe('keys of one user, for another', () => {
  const OWNER = 'user.a';
  const KEYS = { anthropic: 'anthropic-of-the-owner-0123', openai: 'sk-of-the-owner-01234567' };
  const LOOK_ALIKES = [
    'user_a',
    'User.a',
    'user-a',
    'usera',
    'user.a ',
    ' user.a',
    'user.a/',
    'user%2Ea',
    'uſer.a',
    'user.%',
  ];

  beforeAll(async () => {
    const owner = await app.as(OWNER);
    expect((await owner.post('/step/1/complete', { data: { api_keys: KEYS } })).status).toBe(200);
  });

  it.each([...LOOK_ALIKES, 'somebody'])('are not there: %j', async (userId) => {
    const stranger = await app.as(userId);
    const service = await app.as('a-service', { scope: 'keys:use' });
    const manager = app.nest.get(ApiKeyManager);
    const before = await app.database.dump();
    checkedKeys = [];

    for (const path of ['/api-keys', '/api-keys/onboarding', '/api-keys/validate']) {
      const { status, body } = await stranger.get(path);
      expect([path, status, body.api_keys, body.configured_providers]).toEqual([path, 200, {}, []]);
    }
    expect((await stranger.post('/api-keys/validate')).body).toMatchObject({ api_keys: {}, validation_results: {} });
    expect((await stranger.get('/validation/enhanced')).body.summary.has_ai_provider).toBe(false);
    expect((await stranger.get('/step/1')).body).toMatchObject({ status: 'pending', data: null });
    expect(checkedKeys).toEqual([]);

    for (const name of Object.keys(KEYS)) {
      expect((await stranger.send('DELETE', `/api-keys/${name}`)).status).toBe(404);
      const lent = await service.get(`/internal/users/${encodeURIComponent(userId)}/api-keys/${name}`);
      expect([lent.status, lent.body.api_key]).toEqual([404, undefined]);
      expect(await manager.has(userId, name)).toBe(false);
      await expect(manager.remove(userId, name)).rejects.toMatchObject({ status: 404 });
      await expect(manager.use(userId, name, () => Promise.resolve('used'))).rejects.toMatchObject({ status: 404 });
    }
    expect(await manager.list(userId)).toEqual({});
    expect(await keysOf(userId)).toEqual({});
    expect(await app.nest.get(OnboardingDatabaseService).getApiKeys(userId)).toEqual(new Map());
    expect(await app.database.dump()).toEqual(before);
  });

  it('stay as they are when others save, delete and reset their own', async () => {
    for (const userId of LOOK_ALIKES) {
      const stranger = await app.as(userId);
      const api_key = `sk-of-a-look-alike-${userId.length}`;
      expect((await stranger.post('/api-keys', { provider: 'openai', api_key })).status).toBe(200);
      expect((await stranger.post('/api-keys', { provider: 'anthropic', api_key: `a${api_key}` })).status).toBe(200);
      expect((await stranger.send('DELETE', '/api-keys/openai')).status).toBe(200);
      expect((await stranger.post('/reset?hard=true')).status).toBe(200);
    }
    expect(await keysOf(OWNER)).toEqual(KEYS);
    expect((await rowsOf(OWNER)).map(({ version }) => version)).toEqual([1, 1]);
  });
});
