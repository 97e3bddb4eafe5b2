import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { ApiKeyManager } from '../../../src/onboarding/api-keys/api-key-manager.service.js';
import { Configuration } from '../../../src/ground/config/configuration.js';
import { KeyRotation, type RotationResult } from '../../../src/operations/maintenance/key-rotation.js';
import { startDatabase } from '../../../src/storage/postgres/start-database.js';
import { StartupError } from '../../../src/ground/config/startup-error.js';
import { Secret } from '../../../src/ground/secrets/secret.js';
import { Vault } from '../../../src/storage/vault/vault.js';
import { TestApp, testEnvironment } from '../../support/service/app.js';
import type { Client } from '../../support/service/client.js';
import { runCommand } from '../../support/process/command.js';
import { TestDatabase } from '../../support/database/database.js';
import { eventually } from '../../support/process/deadline.js';
import { ServiceProcess } from '../../support/process/service-process.js';

const OLD = `old:${randomBytes(32).toString('base64')}`;
const NEW = `new:${randomBytes(32).toString('base64')}`;
const OTHER = `other:${randomBytes(32).toString('base64')}`;

const keys = (...entries: string[]) => ({ API_KEY_ENCRYPTION_KEYS: entries.join(',') });
const vaultOf = (...entries: string[]) => new Vault(new Configuration(keys(...entries)));

let database: TestDatabase;
/** What the test has started, to be stopped after it. */
let apps: TestApp[] = [];

beforeEach(async () => {
  database = await TestDatabase.create();
});
afterEach(async () => {
  for (const app of apps) await app.stop();
  apps = [];
  await database.drop();
});

async function serve(...entries: string[]): Promise<TestApp> {
  const app = await TestApp.start({ database, environment: { ...keys(...entries), RATE_LIMIT_KEY_SAVES: '0' } });
  apps.push(app);
  return app;
}

async function withOwner<T>(use: (owner: pg.Client) => Promise<T>): Promise<T> {
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  try {
    return await use(owner);
  } finally {
    await owner.end();
  }
}

const rotate = (vault: Vault, onProgress: (done: number, total: number) => void = () => undefined) =>
  withOwner((owner): Promise<RotationResult> => new KeyRotation(vault, owner).run(onProgress));

const apiKeyOf = (userId: string) => `sk-of-${userId}-0123456789`;

/** Users with a key of openai each, sealed by the vault, without going through the service. */
async function seed(vault: Vault, count: number): Promise<string[]> {
  const users = Array.from({ length: count }, (_, n) => {
    const userId = `seeded-${String(n).padStart(5, '0')}`;
    const { dataKey, sealed } = vault.createDataKey(userId);
    const place = { id: uuidv7(), provider: 'openai', version: 1 };
    const apiKey = vault.seal(dataKey, place, new Secret(apiKeyOf(userId)));
    return { userId, sessionId: uuidv7(), id: place.id, keyId: sealed.keyId, dataKey: sealed.sealed, apiKey };
  });
  const column = (name: keyof (typeof users)[number]) => users.map((user) => user[name]);
  await database.query(
    `insert into onboarding_sessions (user_id, id, started_at, updated_at)
     select user_id, id, now(), now() from unnest($1::text[], $2::uuid[]) as u (user_id, id)`,
    [column('userId'), column('sessionId')],
  );
  await database.query(
    `insert into data_keys (user_id, session_id, key_id, version, sealed_key, created_at, updated_at)
     select user_id, session_id, key_id, 1, sealed_key, now(), now()
     from unnest($1::text[], $2::uuid[], $3::text[], $4::bytea[]) as u (user_id, session_id, key_id, sealed_key)`,
    [column('userId'), column('sessionId'), column('keyId'), column('dataKey')],
  );
  await database.query(
    `insert into api_keys (user_id, provider, id, session_id, version, sealed_key, created_at, updated_at)
     select user_id, 'openai', id, session_id, 1, sealed_key, now(), now()
     from unnest($1::text[], $2::uuid[], $3::uuid[], $4::bytea[]) as u (user_id, id, session_id, sealed_key)`,
    [column('userId'), column('id'), column('sessionId'), column('apiKey')],
  );
  return users.map(({ userId }) => userId);
}

/** How many data keys are sealed under which key. */
async function use(): Promise<Record<string, number>> {
  const rows = await database.query<{ key_id: string; count: number }>(
    'select key_id, count(*)::int as count from data_keys group by 1',
  );
  return Object.fromEntries(rows.map(({ key_id, count }) => [key_id, count]));
}

async function openedBy(app: TestApp, userId: string): Promise<Record<string, string>> {
  const opened = await app.nest.get(ApiKeyManager).getApiKeys(userId);
  return Object.fromEntries([...opened].map(([provider, secret]) => [provider, secret.reveal()]));
}

/** Users who read and save without a pause until they are stopped; whatever is not as it should be is kept. */
class Load {
  readonly wrong: unknown[] = [];
  /** What each user has saved last, by provider. */
  readonly saved = new Map<string, Record<string, string>>();
  answers = 0;
  #stopped = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(private readonly app: TestApp) {}

  start(users: readonly string[]): void {
    for (const userId of users) this.saved.set(userId, { openai: apiKeyOf(userId) });
    this.#running = Promise.all([...users.map((userId) => this.#old(userId)), this.#new(), this.#new()]);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #old(userId: string): Promise<void> {
    const user = await this.app.as(userId);
    for (let round = 0; !this.#stopped; round++) await this.#round(user, userId, round);
  }

  /** A new user each round. */
  async #new(): Promise<void> {
    while (!this.#stopped) {
      const userId = `new-${this.saved.size}`;
      this.saved.set(userId, {});
      await this.#round(await this.app.as(userId), userId, 0);
    }
  }

  async #round(user: Client, userId: string, round: number): Promise<void> {
    const mine = this.saved.get(userId) ?? {};
    const api_key = `gemini-of-${userId}-round-${round}`;
    const answer = await user.post('/api-keys', { provider: 'gemini', api_key });
    if (answer.status === 200) mine['gemini'] = api_key;
    else this.wrong.push([userId, answer.status, answer.body]);
    const expected = Object.fromEntries(Object.entries(mine).map(([name, key]) => [name, `********${key.slice(-4)}`]));
    const { status, body } = await user.get('/api-keys');
    if (
      status !== 200 ||
      JSON.stringify(Object.entries(body.api_keys as object).sort()) !== JSON.stringify(Object.entries(expected).sort())
    )
      this.wrong.push([userId, status, body]);
    const service = await this.app.as('a-service', { scope: 'keys:use' });
    const lent = await service.get(`/internal/users/${userId}/api-keys/gemini`);
    if (lent.body.api_key !== api_key) this.wrong.push([userId, lent.status]);
    this.answers += 3;
  }
}

describe('a rotation', () => {
  it('under load, cut off, begun again, twice at once: no failed read, nothing lost, and the old key is needed no more', async () => {
    const users = await seed(vaultOf(OLD), 800);
    const load = new Load(await serve(NEW, OLD));
    // Spread over what is rotated.
    load.start(users.filter((_, n) => n % 80 === 0));
    await eventually('the load flows', () => load.answers > 50);

    const before = load.answers;
    const seen: [number, number][] = [];
    const cut = rotate(vaultOf(NEW, OLD), (done, total) => {
      seen.push([done, total]);
      throw new Error('cut off');
    });
    await expect(cut).rejects.toThrow('cut off');
    expect(seen).toEqual([[500, 800]]);
    const half = await use();
    expect(half['old']).toBe(300);

    const both = await Promise.all([rotate(vaultOf(NEW, OLD)), rotate(vaultOf(NEW, OLD))]);
    expect(both.map(({ resealed }) => resealed).reduce((sum, n) => sum + n, 0)).toBe(300);
    expect(load.answers).toBeGreaterThan(before);
    await load.stop();
    expect(load.wrong).toEqual([]);
    expect(load.saved.size).toBeGreaterThan(10);

    const newcomers = load.saved.size - 10;
    expect(await use()).toEqual({ new: 800 + newcomers });
    const rows = await database.dump();
    expect(await rotate(vaultOf(NEW, OLD))).toEqual({
      resealed: 0,
      broken: [],
      use: new Map([['new', 800 + newcomers]]),
    });
    expect(await database.dump()).toEqual(rows);

    const later = await serve(NEW);
    const all = [...new Set([...users, ...load.saved.keys()])];
    for (let at = 0; at < all.length; at += 50) {
      const some = all.slice(at, at + 50);
      const opened = await Promise.all(some.map((userId) => openedBy(later, userId)));
      expect(opened).toEqual(some.map((userId) => load.saved.get(userId) ?? { openai: apiKeyOf(userId) }));
    }
    const user = await later.as('seeded-00000');
    expect((await user.post('/api-keys', { provider: 'openai', api_key: 'sk-after-the-rotation' })).status).toBe(200);
    expect((await user.get('/api-keys')).body.api_keys.openai).toBe('********tion');
  });

  it('keeps the API keys as they are: only data keys are resealed, as the next version', async () => {
    await seed(vaultOf(OLD), 3);
    const before = await database.dump();
    await rotate(vaultOf(NEW, OLD));
    const after = await database.dump();
    expect(after['api_keys']).toEqual(before['api_keys']);
    const facts = (rows: unknown) =>
      (rows as Record<string, unknown>[]).map(({ key_id, version }) => [key_id, version]);
    expect(facts(before['data_keys'])).toEqual([
      ['old', 1],
      ['old', 1],
      ['old', 1],
    ]);
    expect(facts(after['data_keys'])).toEqual([
      ['new', 2],
      ['new', 2],
      ['new', 2],
    ]);
  });

  it('does not undo the new data key of a user who starts again meanwhile', async () => {
    const [userId = ''] = await seed(vaultOf(OLD), 1);
    const app = await serve(NEW, OLD);
    const user = await app.as(userId);
    const result = await withOwner((owner) => {
      /** Between what the rotation reads and what it writes. */
      const meanwhile = async () => {
        await user.post('/reset?hard=true');
        await user.post('/api-keys', { provider: 'openai', api_key: 'sk-of-the-new-start' });
      };
      const interrupted = new Proxy(owner, {
        get: (target, name) => {
          if (name !== 'query') return Reflect.get(target, name) as unknown;
          return async (text: string, values: unknown[]) => {
            const answer = await target.query(text, values);
            if (text.includes('order by user_id') && answer.rows.length > 0) await meanwhile();
            return answer;
          };
        },
      });
      return new KeyRotation(vaultOf(NEW, OLD), interrupted).run(() => undefined);
    });
    expect(result).toEqual({ resealed: 0, broken: [], use: new Map([['new', 1]]) });
    expect(await openedBy(app, userId)).toEqual({ openai: 'sk-of-the-new-start' });
  });

  it('passes over a data key that does not open, names its session, and reseals all others', async () => {
    const users = await seed(vaultOf(OLD), 5);
    const [row] = await database.query<{ session_id: string }>(
      `update data_keys set sealed_key = 'x' where user_id = $1 returning session_id`,
      [users[2]],
    );
    const result = await rotate(vaultOf(NEW, OLD));
    expect(result).toEqual({
      resealed: 4,
      broken: [row?.session_id],
      use: new Map([
        ['new', 4],
        ['old', 1],
      ]),
    });
    const app = await serve(NEW, OLD);
    for (const userId of users.filter((_, n) => n !== 2))
      expect(await openedBy(app, userId)).toEqual({ openai: apiKeyOf(userId) });
  });

  it('is run again for users who came through a process that still had the old key first', async () => {
    const late = await serve(OLD, NEW);
    await rotate(vaultOf(NEW, OLD));
    await (await late.as('late')).post('/api-keys', { provider: 'openai', api_key: 'sk-of-the-late-user' });
    expect(await use()).toEqual({ old: 1 });
    expect((await rotate(vaultOf(NEW, OLD))).resealed).toBe(1);
    expect(await openedBy(late, 'late')).toEqual({ openai: 'sk-of-the-late-user' });
    expect(await openedBy(await serve(NEW), 'late')).toEqual({ openai: 'sk-of-the-late-user' });
  });
});

describe('npm run keys:rotate', () => {
  const run = (entries: string[], more: Record<string, string> = {}) =>
    runCommand(
      'cli/rotate-keys',
      testEnvironment(database.appUrl, { DATABASE_MIGRATION_URL: database.ownerUrl, ...keys(...entries), ...more }),
    );

  it('says how many it has resealed and which keys may go, each time it is run', async () => {
    const users = await seed(vaultOf(OLD), 620);
    const first = await run([NEW, OLD]);
    expect([first.code, first.stdout.trim().split('\n')]).toEqual([
      0,
      [
        '620 data keys were resealed under new.',
        'No row needs any other key. You may drop old from API_KEY_ENCRYPTION_KEYS.',
      ],
    ]);
    expect(first.stderr).toContain('620 of 620 users');
    expect(await use()).toEqual({ new: 620 });

    const second = await run([NEW, OLD]);
    expect([second.code, second.stdout.trim().split('\n')]).toEqual([
      0,
      [
        '0 data keys were resealed under new.',
        'No row needs any other key. You may drop old from API_KEY_ENCRYPTION_KEYS.',
      ],
    ]);
    const third = await run([NEW]);
    expect([third.code, third.stdout.trim().split('\n')]).toEqual([
      0,
      ['0 data keys were resealed under new.', 'No row needs any other key.'],
    ]);
    for (const { stdout, stderr } of [first, second, third]) expectNoKeyMaterial(stdout + stderr);
    const app = await serve(NEW);
    expect(await openedBy(app, users[619] ?? '')).toEqual({ openai: apiKeyOf(users[619] ?? '') });
  });

  it('names the key that rows need and the configuration lacks, and changes nothing', async () => {
    await seed(vaultOf(OLD), 2);
    const before = await database.dump();
    const { code, stdout, stderr } = await run([NEW, OTHER]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('API_KEY_ENCRYPTION_KEYS');
    expect(stderr).toMatch(/sealed under old,/);
    expectNoKeyMaterial(stderr);
    expect(await database.dump()).toEqual(before);
  });

  it('ends with one line when PostgreSQL refuses in the middle of it', async () => {
    const users = await seed(vaultOf(OLD), 501);
    await database.query(
      `alter table data_keys add constraint refused check (user_id <> '${users[500]}' or key_id = 'old')`,
    );
    const { code, stdout, stderr } = await run([NEW, OLD]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('DATABASE_MIGRATION_URL: PostgreSQL refuses (23514');
    expect(await use()).toEqual({ new: 500, old: 1 });
  });

  it('fails for a data key that does not open, after all others', async () => {
    const users = await seed(vaultOf(OLD), 3);
    const [row] = await database.query<{ session_id: string }>(
      `update data_keys set sealed_key = 'x' where user_id = $1 returning session_id`,
      [users[0]],
    );
    const { code, stdout, stderr } = await run([NEW, OLD]);
    expect([code, stdout.trim()]).toEqual([1, '2 data keys were resealed under new.']);
    expect(stderr).toContain(`1 data keys do not open, those of the sessions ${row?.session_id ?? ''}.`);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(await use()).toEqual({ new: 2, old: 1 });
  });

  it('needs the connection of the owner', async () => {
    await seed(vaultOf(OLD), 1);
    const { code, stderr } = await run([NEW, OLD], { DATABASE_MIGRATION_URL: '' });
    expect(code).toBe(1);
    expect(stderr).toContain('DATABASE_MIGRATION_URL');
    expect(await use()).toEqual({ old: 1 });
  });
});

describe('the start of the service', () => {
  const environment = (...entries: string[]) =>
    testEnvironment(database.appUrl, { DATABASE_MIGRATION_URL: database.ownerUrl, ...keys(...entries) });

  it('is refused while rows need a key that is not configured, which it names', async () => {
    await seed(vaultOf(OLD), 2);
    const { code, stdout, stderr } = await ServiceProcess.run({ PORT: '0', ...environment(NEW) });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.trim()).toBe(
      "API_KEY_ENCRYPTION_KEYS: users' keys are sealed under old, which is not configured. Add it behind the others.",
    );
    expectNoKeyMaterial(stderr);
  });

  it('names every key that is missing', async () => {
    await seed(vaultOf(OLD), 2);
    await database.query(`update data_keys set key_id = 'older' where user_id = 'seeded-00001'`);
    const started = startDatabase(new Configuration(environment(NEW)), () => undefined);
    await expect(started).rejects.toThrow(StartupError);
    await expect(started).rejects.toThrow(/ old, older,/);
  });

  it('goes on when every key is there, in whatever order', async () => {
    await seed(vaultOf(OLD), 2);
    const said: string[] = [];
    const started = await startDatabase(new Configuration(environment(NEW, OTHER, OLD)), (line) => said.push(line));
    await started.stop();
    expect(said).toEqual([]);
  });

  it('says that the check is left out without the connection of the owner', async () => {
    await seed(vaultOf(OLD), 2);
    const said: string[] = [];
    const configuration = new Configuration({ ...environment(NEW), DATABASE_MIGRATION_URL: undefined });
    await (await startDatabase(configuration, (line) => said.push(line))).stop();
    expect(said).toEqual([
      'DATABASE_MIGRATION_URL is not set: the service cannot check that every key that rows are sealed under is configured.',
    ]);
    // What it cannot open it does not call missing.
    const app = await serve(NEW);
    const { status } = await (await app.as('seeded-00000')).get('/api-keys');
    expect(status).toBe(503);
  });
});

function expectNoKeyMaterial(text: string): void {
  for (const entry of [OLD, NEW, OTHER]) expect(text).not.toContain(entry.slice(entry.indexOf(':') + 1));
}
