import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ApiKeyManager } from '../../../src/onboarding/api-keys/api-key-manager.service.js';
import { PROVIDERS } from '../../../src/ground/providers/providers.js';
import { Configuration, type Environment } from '../../../src/ground/config/configuration.js';
import { readEnvironment } from '../../../src/ground/config/load-configuration.js';
import { TestApp } from '../../support/service/app.js';
import { TestDatabase } from '../../support/database/database.js';
import { scratchDirectory } from '../../support/process/scratch-directory.js';
import { ServiceProcess } from '../../support/process/service-process.js';
import { JWT_SECRET } from '../../support/service/tokens.js';

const KEY = 'sk-proj-0123456789abcdef';
const OWN = '# my own\nPORT=3000\n\nQUOTED="a # b"\r\nOPENAI_API_KEY=\n';

/** The promise: keys saved in local development are in the file for other programs, and never become the deployment's. */
describe('the .env file of local development', () => {
  let database: TestDatabase;
  let directory: string;
  let file: string;
  const apps: TestApp[] = [];

  beforeEach(async () => {
    database = await TestDatabase.create();
    directory = scratchDirectory();
    file = join(directory, '.env');
  });
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.stop();
    await database.drop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function start(environment: Environment = {}): Promise<TestApp> {
    const local = { DEPLOY_ENV: 'local', WRITE_ENV_FILE: undefined, ENV_FILE: file };
    const app = await TestApp.start({ database, environment: { ...local, ...environment } });
    apps.push(app);
    return app;
  }

  const save = async (app: TestApp, provider = 'openai', api_key = KEY, userId = 'alice') => {
    const { status, body } = await (await app.as(userId)).post('/api-keys', { provider, api_key });
    expect([status, body.status]).toEqual([200, 'saved']);
    return body.warnings as unknown;
  };

  /** What other programs read. */
  const variables = () => parseEnv(readFileSync(file, 'utf8'));
  const mode = (path: string) => statSync(path).mode & 0o777;

  it('is made with the key, for the owner’s eyes only', async () => {
    const app = await start();
    expect(await save(app)).toBeUndefined();
    expect(variables()).toEqual({ OPENAI_API_KEY: KEY });
    expect([mode(file), readdirSync(directory)]).toEqual([0o600, ['.env']]);
  });

  it('keeps its other lines byte for byte, and becomes private', async () => {
    writeFileSync(file, OWN, { mode: 0o644 });
    const app = await start();
    await save(app, 'google', 'AIza0123456789abcdef');
    await save(app, 'gemini', 'AIza0123456789abcdef-2');
    await save(app, 'hf', 'hf_0123456789');
    const content = readFileSync(file, 'utf8');
    expect(content.startsWith(OWN)).toBe(true);
    expect(content.slice(OWN.length)).toMatch(
      /^# >>> .*\nGEMINI_API_KEY=AIza0123456789abcdef-2\nHF_TOKEN=hf_0123456789\n# <<< .*\n$/,
    );
    expect([mode(file), readdirSync(directory)]).toEqual([0o600, ['.env']]);
  });

  it('holds keys of step 1 too, and no masks', async () => {
    const app = await start();
    const user = await app.as('alice');
    const api_keys = { openai: KEY, metaphor: 'exa-key-0123' };
    await user.post('/step/1/complete', { data: { api_keys } });
    expect(variables()).toEqual({ OPENAI_API_KEY: KEY, EXA_API_KEY: 'exa-key-0123' });
    const before = readFileSync(file, 'utf8');
    await user.post('/step/1/complete', { data: { api_keys: { openai: '********cdef' } } });
    await save(app, 'exa', '********0123');
    expect(readFileSync(file, 'utf8')).toBe(before);
    // A key that was not saved is not written either.
    await user.post('/api-keys', { provider: 'openai', api_key: 'sk-admin-0123456789abc' });
    await user.post('/step/1/complete', { data: { api_keys: { mistral: 'fine', nonesuch: 'x' } } });
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it.each([`it's-"both"`, `'\\n'`, `'$HOME`, "'`id`'"])(
    'takes no value that others might read otherwise: %s',
    async (key) => {
      writeFileSync(file, OWN);
      const app = await start();
      const warning = `The key was saved, but MISTRAL_API_KEY was not written to ${file}: other programs might misread its value.`;
      expect(await save(app, 'mistral', key)).toEqual([warning]);
      expect(readFileSync(file, 'utf8')).toBe(OWN);
      await expect(
        app.nest.get(ApiKeyManager).use('alice', 'mistral', (s) => Promise.resolve(s.reveal())),
      ).resolves.toBe(key);
    },
  );

  it('loses the old key of a provider where the new one cannot be written: other programs must not go on with it', async () => {
    writeFileSync(file, OWN);
    const app = await start();
    await save(app, 'mistral', 'the-old-key-0123');
    await save(app, 'openai', KEY);
    const warning = `The key was saved, but MISTRAL_API_KEY was not written to ${file}: other programs might misread its value.`;
    expect(await save(app, 'mistral', `it's-"both"`)).toEqual([warning]);
    expect(variables()).toEqual({ ...parseEnv(OWN), OPENAI_API_KEY: KEY });
    expect(readFileSync(file, 'utf8').startsWith(OWN)).toBe(true);
    // What stands outside the block is the developer's.
    writeFileSync(file, `MISTRAL_API_KEY=of-the-developer\n`);
    expect(await save(app, 'mistral', `it's-"both"-again`)).toEqual([warning]);
    expect(variables()).toEqual({ MISTRAL_API_KEY: 'of-the-developer' });
  });

  it.each(['$HOME', '$(id)', '`id`', '#comment', 'a=b', '\\n', '"', "it's", 'ключ😀', 'PORT=1'])(
    'holds the value %s as it is, and nothing else changes',
    async (key) => {
      writeFileSync(file, OWN);
      const app = await start();
      expect(await save(app, 'mistral', key)).toBeUndefined();
      expect(variables()).toEqual({ ...parseEnv(OWN), MISTRAL_API_KEY: key });
    },
  );

  it('is replaced behind a symbolic link, which stays', async () => {
    const target = join(directory, 'real', 'env');
    mkdirSync(join(directory, 'real'));
    writeFileSync(target, OWN);
    symlinkSync(target, file);
    expect(await save(await start())).toBeUndefined();
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(lstatSync(target).isFile()).toBe(true);
    expect(readFileSync(target, 'utf8').startsWith(OWN)).toBe(true);
    expect(variables()).toMatchObject({ OPENAI_API_KEY: KEY });
    expect([mode(target), readdirSync(join(directory, 'real'))]).toEqual([0o600, ['env']]);
  });

  it.each([
    [
      'its directory is a file',
      () => writeFileSync(join(directory, 'not-a-directory'), 'mine'),
      'not-a-directory/.env',
    ],
    ['its directory is missing', () => undefined, 'missing/.env'],
    ['it is a directory', () => mkdirSync(join(directory, 'folder')), 'folder'],
    ['it is not UTF-8', () => writeFileSync(join(directory, 'latin1'), Buffer.from('# caf\xe9\n', 'latin1')), 'latin1'],
  ])('only costs a warning where %s', async (_why, prepare, name) => {
    prepare();
    const path = join(directory, name);
    const before = existsSync(path) && lstatSync(path).isFile() ? readFileSync(path) : null;
    const app = await start({ ENV_FILE: path });
    expect(await save(app)).toEqual([`The key was saved, but OPENAI_API_KEY could not be written to ${path}.`]);
    const user = await app.as('alice');
    expect((await user.get('/api-keys')).body.api_keys).toEqual({ openai: '********cdef' });
    expect((await user.get('/step/1')).body.status).toBe('completed');
    const { status, body } = await user.post('/step/1/complete', { data: { api_keys: { openai: KEY } } });
    expect([status, body.warnings]).toEqual([
      200,
      [`The key was saved, but OPENAI_API_KEY could not be written to ${path}.`],
    ]);
    expect((await user.send('DELETE', '/api-keys/openai')).status).toBe(200);
    expect(app.log.join('')).not.toContain(KEY);
    if (before) expect(readFileSync(path)).toEqual(before);
    expect(readdirSync(directory, { recursive: true }).filter((entry) => String(entry).includes('.env.'))).toEqual([]);
  });

  it('loses nothing when many keys are saved at once', async () => {
    writeFileSync(file, OWN);
    const app = await start();
    const ids = PROVIDERS.map(({ id }) => id);
    const keyOf = (id: string, n: number) => `key-${n}-of-${id}`;
    for (const n of [1, 2]) {
      const warnings = await Promise.all(ids.map((id) => save(app, id, keyOf(id, n), `user-${id}`)));
      expect(warnings).toEqual(ids.map(() => undefined));
    }
    const expected = PROVIDERS.map(({ id, variables: [name] }) => [name, keyOf(id, 2)]);
    expect(variables()).toEqual({ ...parseEnv(OWN), ...Object.fromEntries(expected) });
    expect(readFileSync(file, 'utf8').startsWith(OWN)).toBe(true);
    expect(readdirSync(directory)).toEqual(['.env']);
  });

  it('ends with the key that is stored, when one is saved many times at once', async () => {
    const app = await start();
    await Promise.all(Array.from({ length: 20 }, (_, n) => save(app, 'openai', `sk-number-${n}-0123`)));
    const savedKey = await app.nest
      .get(ApiKeyManager)
      .use('alice', 'openai', (secret) => Promise.resolve(secret.reveal()));
    expect(variables()).toEqual({ OPENAI_API_KEY: savedKey });
  });

  it('loses the line of a key that is removed, unless somebody else’s is there', async () => {
    writeFileSync(file, OWN);
    const app = await start();
    await save(app, 'openai', KEY);
    await save(app, 'exa', 'exa-key-of-alice');
    await save(app, 'exa', 'exa-key-of-bob', 'bob');
    const alice = await app.as('alice');
    await alice.send('DELETE', '/api-keys/exa');
    expect(variables()).toEqual({ ...parseEnv(OWN), OPENAI_API_KEY: KEY, EXA_API_KEY: 'exa-key-of-bob' });
    await alice.send('DELETE', '/api-keys/openai');
    await (await app.as('bob')).send('DELETE', '/api-keys/metaphor');
    expect(readFileSync(file, 'utf8')).toBe(OWN);
  });

  it.each<[string, Environment]>([
    ['in production', { DEPLOY_ENV: 'production', WRITE_ENV_FILE: 'true' }],
    ['in production without a word on it', { DEPLOY_ENV: 'production' }],
    ['with WRITE_ENV_FILE=false', { WRITE_ENV_FILE: 'false' }],
  ])('is not touched %s', async (_when, environment) => {
    const app = await start(environment);
    expect(await save(app)).toBeUndefined();
    expect((await (await app.as('alice')).send('DELETE', '/api-keys/openai')).status).toBe(200);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('is written while local, unless the variable says otherwise', () => {
    const made = (environment: Environment) => new Configuration({ DATABASE_URL: 'postgres://h/d', ...environment });
    expect([made({}).isLocal, made({}).WRITE_ENV_FILE, made({}).ENV_FILE]).toEqual([true, true, '.env']);
  });

  it('is all that a key gets into: not the environment of the process', async () => {
    const before = { ...process.env };
    const app = await start();
    await save(app);
    await app.nest.get(ApiKeyManager).use('alice', 'openai', () => Promise.resolve());
    expect(process.env).toEqual(before);
  });

  it('gives nobody another’s key after a restart', async () => {
    await save(await start());
    expect(variables()).toEqual({ OPENAI_API_KEY: KEY });
    // Behind the block it is read on.
    writeFileSync(file, `${readFileSync(file, 'utf8')}RATE_LIMIT_KEY_SAVES=7\n`);
    const fromFile = Object.entries(readEnvironment(file)).filter(([name]) => !(name in process.env));
    expect(fromFile).toEqual([['RATE_LIMIT_KEY_SAVES', '7']]);
    await expectServedAlone(await start(Object.fromEntries(fromFile)));
  });

  it('gives nobody another’s key after a restart of the service as it is run, with its file where it looks for it', async () => {
    writeFileSync(file, `DATABASE_URL=${database.appUrl}\nAUTH_JWT_SECRET='${JWT_SECRET}'\n`);
    const first = await ServiceProcess.start({}, { directory });
    const saved = await (await first.as('alice')).post('/api-keys', { provider: 'openai', api_key: KEY });
    expect((await first.stop()).code).toBe(0);
    expect([saved.status, saved.body.warnings, variables()['OPENAI_API_KEY']]).toEqual([200, undefined, KEY]);
    const second = await ServiceProcess.start({}, { directory });
    try {
      await expectServedAlone(second);
    } finally {
      await second.stop();
    }
    // It does look there: a key outside the block is the deployment's.
    writeFileSync(file, `${readFileSync(file, 'utf8')}XAI_API_KEY=of-the-deployment\n`);
    const third = await ServiceProcess.start({}, { directory });
    try {
      const { body } = await (await third.as('bob')).get('/api-keys/validate');
      expect(body).toMatchObject({ all_valid: true, configured_providers: ['xai'] });
    } finally {
      await third.stop();
    }
  });

  /** Alice has her key; Bob has none, and is not past step 1 by it. */
  async function expectServedAlone(service: TestApp | ServiceProcess): Promise<void> {
    const [alice, bob] = [await service.as('alice'), await service.as('bob')];
    expect((await alice.get('/api-keys')).body.api_keys).toEqual({ openai: '********cdef' });
    expect((await bob.get('/api-keys/validate')).body).toMatchObject({
      api_keys: {},
      validation_results: {},
      all_valid: false,
      configured_providers: [],
    });
    await bob.post('/start');
    expect((await bob.get('/status')).body).toMatchObject({ current_step: 1, next_step: 1, completion_percentage: 0 });
    expect((await bob.get('/step/1/validate')).body.step_status).toBe('available');
    const refused = await bob.post('/step/1/complete');
    expect(refused.status).toBe(400);
    if (!(service instanceof TestApp)) return;
    const keys = service.nest.get(ApiKeyManager);
    expect(await keys.has('bob', 'openai')).toBe(false);
    await expect(keys.use('bob', 'openai', () => Promise.resolve())).rejects.toThrow('There is no API key for OpenAI.');
  }
});
