import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { ApiKeyManager } from '../../../src/onboarding/api-keys/api-key-manager.service.js';
import { KeysUnavailable } from '../../../src/onboarding/database/key-store.js';
import { OnboardingDatabaseService } from '../../../src/onboarding/database/onboarding-database.service.js';
import { TestApp } from '../../support/service/app.js';
import type { Answer, Client } from '../../support/service/client.js';
import { logLines } from '../../support/service/log-lines.js';

const encryptionKey = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;

/** Of openai, which the user of these tests has a key of, so that nothing falls back on it unseen. */
const DEPLOYMENT_KEY = 'sk-of-the-deployment-0123456789';

const BROKEN = {
  type: 'about:blank',
  title: 'Service unavailable',
  status: 503,
  detail: 'Your API keys cannot be opened at the moment. Please try again shortly, or save them again.',
};

let app: TestApp;
let users = 0;

beforeAll(async () => {
  app = await TestApp.start({
    environment: {
      API_KEY_ENCRYPTION_KEYS: [encryptionKey('first'), encryptionKey('second')].join(','),
      OPENAI_API_KEY: DEPLOYMENT_KEY,
    },
  });
});
afterAll(() => app.stop());

const sql = (text: string, ...values: unknown[]) => app.database.query(text, values);

async function save(userId: string, provider: string, api_key: string): Promise<Answer> {
  return (await app.as(userId)).post('/api-keys', { provider, api_key });
}

interface KeyRow {
  readonly id: string;
  readonly version: number;
  readonly sealed_key: Buffer;
}

async function rowOf(userId: string, provider: string): Promise<KeyRow> {
  const [row] = await app.database.query<KeyRow & Record<string, unknown>>(
    'select id, version, sealed_key from api_keys where user_id = $1 and provider = $2',
    [userId, provider],
  );
  if (!row) throw new Error(`${userId} has no key of ${provider}`);
  return row;
}

/** Every way to read keys over HTTP. */
const READS: Readonly<Record<string, (user: Client, userId: string) => Promise<Answer>>> = {
  'GET /api-keys': (user) => user.get('/api-keys'),
  'GET /api-keys/onboarding': (user) => user.get('/api-keys/onboarding'),
  'GET /api-keys/validate': (user) => user.get('/api-keys/validate'),
  'POST /api-keys/validate': (user) => user.post('/api-keys/validate'),
  'GET /validation/enhanced': (user) => user.get('/validation/enhanced'),
  'GET /internal/users/{userId}/api-keys/{provider}': async (_, userId) =>
    (await app.as('a-service', { scope: 'keys:use' })).get(
      `/internal/users/${encodeURIComponent(userId)}/api-keys/openai`,
    ),
};

/** Nothing is read, nothing is said but that, and the log names one of the rows. */
async function expectClosed(userId: string, ...rowIds: readonly string[]): Promise<void> {
  const user = await app.as(userId);
  for (const [name, read] of Object.entries(READS)) {
    app.log.length = 0;
    const answer = await read(user, userId);
    expect([name, answer.status, answer.body]).toEqual([name, 503, BROKEN]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('retry-after')).toBe('5');
    const errors = logLines(app).filter((line) => 'row' in line);
    // Of the service that fails and of the row, and no word of why.
    for (const { time: _, ...line } of errors)
      expect(line).toEqual({ level: 50, context: 'keys', row: line['row'], msg: 'A sealed value does not open' });
    expect(errors).not.toEqual([]);
    expect(rowIds).toEqual(expect.arrayContaining(errors.map(({ row }) => row)));
  }
  const manager = app.nest.get(ApiKeyManager);
  const used: string[] = [];
  const work = () => Promise.resolve(used.push('a key'));
  await expect(manager.list(userId)).rejects.toThrow(KeysUnavailable);
  await expect(manager.getApiKeys(userId)).rejects.toThrow(KeysUnavailable);
  await expect(manager.verifyAll(userId)).rejects.toThrow(KeysUnavailable);
  await expect(app.nest.get(OnboardingDatabaseService).getApiKeys(userId)).rejects.toThrow(KeysUnavailable);
  await expect(manager.use(userId, 'openai', work)).rejects.toThrow(KeysUnavailable);
  expect(used).toEqual([]);
}

async function expectOpen(userId: string, keys: Readonly<Record<string, string>>): Promise<void> {
  const opened = await app.nest.get(ApiKeyManager).getApiKeys(userId);
  expect(Object.fromEntries([...opened].map(([name, secret]) => [name, secret.reveal()]))).toEqual(keys);
  const user = await app.as(userId);
  for (const [name, read] of Object.entries(READS))
    expect([name, (await read(user, userId)).status]).toEqual([name, 200]);
}

interface Scene {
  readonly alice: string;
  readonly bob: string;
  /** The seal of the same key's version before. */
  readonly older: Buffer;
  /** The seal that had the same version number in the row that was there before it was deleted. */
  readonly deleted: Buffer;
}

/** Two users with keys of openai and anthropic; alice's key of openai is in its second version. */
async function setScene(): Promise<Scene> {
  const [alice, bob] = [`alice-${++users}`, `bob-${users}`];
  for (const userId of [alice, bob]) {
    for (const provider of ['anthropic', 'openai']) await save(userId, provider, `sk-first-of-${userId}-${provider}`);
  }
  await save(alice, 'openai', `sk-second-of-${alice}`);
  const { sealed_key: deleted } = await rowOf(alice, 'openai');
  await (await app.as(alice)).send('DELETE', '/api-keys/openai');
  await save(alice, 'openai', `sk-third-of-${alice}`);
  const { sealed_key: older } = await rowOf(alice, 'openai');
  await save(alice, 'openai', `sk-fourth-of-${alice}`);
  expect((await rowOf(alice, 'openai')).version).toBe(2);
  await expectOpen(alice, { anthropic: `sk-first-of-${alice}-anthropic`, openai: `sk-fourth-of-${alice}` });
  return { alice, bob, older, deleted };
}

type Tamper = (scene: Scene) => Promise<unknown>;

const OF_ALICE = `where user_id = $1 and provider = 'openai'`;

const WITH_API_KEYS: readonly [string, Tamper][] = [
  [
    'another user’s seal of the same provider',
    ({ alice, bob }) =>
      sql(
        `update api_keys set sealed_key = (select sealed_key from api_keys where user_id = $2 and provider = 'openai') ${OF_ALICE}`,
        alice,
        bob,
      ),
  ],
  [
    'the seal of another provider',
    ({ alice }) =>
      sql(
        `update api_keys set sealed_key = (select sealed_key from api_keys where user_id = $1 and provider = 'anthropic') ${OF_ALICE}`,
        alice,
      ),
  ],
  [
    'the seal of the version before',
    ({ alice, older }) => sql(`update api_keys set sealed_key = $2 ${OF_ALICE}`, alice, older),
  ],
  [
    'the seal of the same version of a key that was deleted',
    ({ alice, deleted }) => sql(`update api_keys set sealed_key = $2 ${OF_ALICE}`, alice, deleted),
  ],
  ['another version', ({ alice }) => sql(`update api_keys set version = 3 ${OF_ALICE}`, alice)],
  ['another row id', ({ alice }) => sql(`update api_keys set id = gen_random_uuid() ${OF_ALICE}`, alice)],
  [
    'one bit changed',
    ({ alice }) =>
      sql(`update api_keys set sealed_key = set_bit(sealed_key, 300, 1 - get_bit(sealed_key, 300)) ${OF_ALICE}`, alice),
  ],
  [
    'its end cut off',
    ({ alice }) => sql(`update api_keys set sealed_key = substring(sealed_key, 1, 28) ${OF_ALICE}`, alice),
  ],
  ['nothing in it', ({ alice }) => sql(`update api_keys set sealed_key = '' ${OF_ALICE}`, alice)],
  [
    'the whole row of another user',
    async ({ alice, bob }) => {
      await sql(`delete from api_keys ${OF_ALICE}`, alice);
      await sql(
        `update api_keys set user_id = $1, session_id = (select id from onboarding_sessions where user_id = $1)
         where user_id = $2 and provider = 'openai'`,
        alice,
        bob,
      );
    },
  ],
  [
    'the row of another provider under its name',
    async ({ alice }) => {
      await sql(`delete from api_keys ${OF_ALICE}`, alice);
      await sql(`update api_keys set provider = 'openai' where user_id = $1 and provider = 'anthropic'`, alice);
    },
  ],
];

const WITH_DATA_KEYS: readonly [string, Tamper][] = [
  [
    'another user’s data key',
    ({ alice, bob }) =>
      sql(
        `update data_keys set sealed_key = (select sealed_key from data_keys where user_id = $2) where user_id = $1`,
        alice,
        bob,
      ),
  ],
  [
    'another user’s data key and API key',
    async ({ alice, bob }) => {
      await sql(
        `update data_keys set sealed_key = (select sealed_key from data_keys where user_id = $2) where user_id = $1`,
        alice,
        bob,
      );
      await sql(
        `update api_keys set (id, version, sealed_key) =
           (select id, version, sealed_key from api_keys where user_id = $2 and provider = 'openai') ${OF_ALICE}`,
        alice,
        bob,
      );
    },
  ],
  ['another version', ({ alice }) => sql(`update data_keys set version = version + 1 where user_id = $1`, alice)],
  [
    'the id of another configured key',
    ({ alice }) => sql(`update data_keys set key_id = 'second' where user_id = $1`, alice),
  ],
  ['the id of no configured key', ({ alice }) => sql(`update data_keys set key_id = 'gone' where user_id = $1`, alice)],
  [
    'one bit changed',
    ({ alice }) =>
      sql(
        `update data_keys set sealed_key = set_bit(sealed_key, 300, 1 - get_bit(sealed_key, 300)) where user_id = $1`,
        alice,
      ),
  ],
  [
    'an API key in it',
    ({ alice }) =>
      sql(`update data_keys set sealed_key = (select sealed_key from api_keys ${OF_ALICE}) where user_id = $1`, alice),
  ],
  ['nothing in it', ({ alice }) => sql(`update data_keys set sealed_key = '' where user_id = $1`, alice)],
  ['no row of it', ({ alice }) => sql('delete from data_keys where user_id = $1', alice)],
];

describe('a key whose row was given', () => {
  it.each(WITH_API_KEYS)('%s does not open, and can be saved again', async (_, tamper) => {
    const scene = await setScene();
    await tamper(scene);
    const { alice } = scene;
    await expectClosed(alice, (await rowOf(alice, 'openai')).id);

    const again = await save(alice, 'openai', `sk-again-of-${alice}`);
    expect([again.status, again.body.status]).toEqual([200, 'saved']);
    const others = await app.database.query<{ provider: string }>(
      `select provider from api_keys where user_id = $1 and provider <> 'openai'`,
      [alice],
    );
    await expectOpen(alice, {
      ...Object.fromEntries(others.map(({ provider }) => [provider, `sk-first-of-${alice}-${provider}`])),
      openai: `sk-again-of-${alice}`,
    });
  });

  it('what does not open can be deleted', async () => {
    const { alice } = await setScene();
    await sql(`update api_keys set sealed_key = '' ${OF_ALICE}`, alice);
    expect((await (await app.as(alice)).send('DELETE', '/api-keys/openai')).status).toBe(200);
    await expectOpen(alice, { anthropic: `sk-first-of-${alice}-anthropic` });
  });

  it('its mask does not pass for it', async () => {
    const { alice } = await setScene();
    const { body } = await (await app.as(alice)).get('/api-keys');
    await sql(`update api_keys set sealed_key = '' ${OF_ALICE}`, alice);
    expect((await save(alice, 'openai', body.api_keys.openai as string)).status).toBe(400);
  });
});

describe('keys whose data key was given', () => {
  it.each(WITH_DATA_KEYS)('%s do not open, and can be saved again', async (_, tamper) => {
    const scene = await setScene();
    const { alice } = scene;
    await tamper(scene);
    await expectClosed(alice, (await rowOf(alice, 'openai')).id, (await rowOf(alice, 'anthropic')).id);

    const user = await app.as(alice);
    // One alone is refused while the other would be lost permanently by it.
    expect((await save(alice, 'openai', `sk-again-of-${alice}`)).body).toEqual(BROKEN);
    const api_keys = { openai: `sk-again-of-${alice}`, anthropic: `sk-again-of-${alice}-anthropic` };
    expect((await user.post('/step/1/complete', { data: { api_keys } })).status).toBe(200);
    await expectOpen(alice, api_keys);
  });

  it.each(WITH_DATA_KEYS)('%s can be deleted, and one saved again', async (_, tamper) => {
    const scene = await setScene();
    const { alice } = scene;
    await tamper(scene);
    const user = await app.as(alice);
    expect((await user.send('DELETE', '/api-keys/anthropic')).status).toBe(200);
    await expectClosed(alice, (await rowOf(alice, 'openai')).id);
    expect((await save(alice, 'openai', `sk-again-of-${alice}`)).status).toBe(200);
    await expectOpen(alice, { openai: `sk-again-of-${alice}` });
  });
});

describe('another user', () => {
  it('keeps their keys whatever is done to somebody else’s', async () => {
    const { alice, bob } = await setScene();
    await sql(`update data_keys set sealed_key = '' where user_id = $1`, alice);
    await expectOpen(bob, { anthropic: `sk-first-of-${bob}-anthropic`, openai: `sk-first-of-${bob}-openai` });
  });
});

describe('a configured key with the right id and other bytes', () => {
  it('opens nothing and loses nothing: with the right bytes everything is there again', async () => {
    const { alice } = await setScene();
    const before = await app.database.dump();
    const mistaken = await TestApp.start({
      database: app.database,
      environment: { API_KEY_ENCRYPTION_KEYS: encryptionKey('first') },
    });
    try {
      const user = await mistaken.as(alice);
      expect((await user.get('/api-keys')).body).toEqual(BROKEN);
      expect((await user.post('/api-keys', { provider: 'openai', api_key: 'sk-saved-by-mistake' })).body).toEqual(
        BROKEN,
      );
      expect((await user.post('/api-keys', { provider: 'groq', api_key: 'gsk-saved-by-mistake' })).body).toEqual(
        BROKEN,
      );
    } finally {
      await mistaken.stop();
    }
    expect(await app.database.dump()).toEqual(before);
    await expectOpen(alice, { anthropic: `sk-first-of-${alice}-anthropic`, openai: `sk-fourth-of-${alice}` });
  });
});
