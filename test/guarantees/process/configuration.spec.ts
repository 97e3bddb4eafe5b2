import { describe, expect, it, beforeAll, afterAll } from '@jest/globals';
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv, promisify } from 'node:util';
import { PROVIDERS } from '../../../src/ground/providers/providers.js';
import { Configuration, ConfigurationError, type Environment } from '../../../src/ground/config/configuration.js';
import { loadConfiguration } from '../../../src/ground/config/load-configuration.js';
import { cluster } from '../../support/database/database.js';

/** Every variable in the order in which it is documented, with its default while local and in production. */
const VARIABLES: readonly [string, unknown, unknown?][] = [
  ['PORT', 3000],
  ['HOST', '127.0.0.1', '0.0.0.0'],
  ['METRICS_PORT', undefined],
  ['SHUTDOWN_DELAY_MS', 0, 5000],
  ['MAX_EVENT_LOOP_DELAY_MS', 200],
  ['DATABASE_URL', undefined],
  ['DATABASE_MIGRATION_URL', undefined],
  ['DATABASE_LISTEN_URL', undefined],
  ['DATABASE_OPERATOR_URL', undefined],
  ['DATABASE_POOL_SIZE', 10],
  ['DATABASE_TIMEOUT_MS', 3000],
  ['DATA_DIR', '.data'],
  ['JOBS', true],
  ['ANALYTICS_MIN_GROUP', 1],
  ['DEPLOY_ENV', 'local'],
  ['AUTH_JWT_SECRET', undefined],
  ['AUTH_JWKS_URL', undefined],
  ['AUTH_JWT_PUBLIC_KEY', undefined],
  ['AUTH_ISSUER', undefined],
  ['AUTH_AUDIENCE', undefined],
  ['API_KEY_ENCRYPTION_KEYS', []],
  ['WIZARD_FLOW', 'six'],
  ['ENABLE_WEBSITE_BRAND_COLUMNS', false],
  ['DOCUMENT_VERSIONS', 20],
  ['ONBOARDING_DEADLINE_DAYS', undefined],
  ['LOG_LEVEL', 'info'],
  ['CORS_ORIGINS', []],
  ['LIVE_MAX_CONNECTIONS', 20_000],
  ['TRUST_PROXY', false],
  ['RATE_LIMIT_KEY_SAVES', 600],
  ['RATE_LIMIT_KEY_CHECKS', 60],
  ['WRITE_ENV_FILE', true, false],
  ['ENV_FILE', '.env'],
  ['PROVIDER_BASE_URLS', {}],
];
const NAMES = VARIABLES.map(([name]) => name);
const PROVIDER_VARIABLES = PROVIDERS.flatMap(({ variables }) => variables);

/** What production cannot do without. */
const DEMANDED: Environment = {
  DEPLOY_ENV: 'production',
  DATABASE_URL: 'postgres://app@localhost/onboarding',
  AUTH_JWT_SECRET: 'x'.repeat(32),
  API_KEY_ENCRYPTION_KEYS: `main:${Buffer.alloc(32).toString('base64')}`,
};

describe('the configuration', () => {
  it('has every variable that is documented, and no other', () => {
    expect(Object.keys(new Configuration({})).sort()).toEqual([...NAMES].sort());
  });

  it('reads every variable that is documented, and no other', () => {
    const read = new Set<string>();
    const environment = new Proxy<Environment>(DEMANDED, {
      get: (all, name: string) => (read.add(name), all[name]),
    });
    loadConfiguration(environment);
    expect([...read].sort()).toEqual([...NAMES].sort());
  });

  it.each(VARIABLES)('has the documented default of %s', (name, local, production = local) => {
    expect({ ...new Configuration({}) }).toHaveProperty([name], local);
    if (!(name in DEMANDED)) expect({ ...new Configuration(DEMANDED) }).toHaveProperty([name], production);
  });

  describe('.env.example', () => {
    const text = readFileSync('.env.example', 'utf8');
    const lines = [...text.matchAll(/^(?:# )?([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name = '', value = '']) => [
      name,
      value,
    ]);

    it('has every variable, in the order of the documentation, and those of all providers', () => {
      expect(lines.map(([name]) => name)).toEqual([...NAMES, ...PROVIDER_VARIABLES]);
      expect(PROVIDER_VARIABLES.length).toBeGreaterThan(20);
    });

    it('sets nothing: local development needs no line of it', () => {
      expect(parseEnv(text)).toEqual({});
    });

    it('shows the default of each, and no secrets', () => {
      for (const [name = '', value] of lines) {
        const preset = VARIABLES.find(([variable]) => variable === name)?.[1];
        const isShown = ['string', 'number', 'boolean'].includes(typeof preset);
        expect([name, value]).toEqual([name, isShown ? String(preset) : '']);
      }
    });

    it('says something about every group of variables', () => {
      const groups = text.trim().split(/\n\n+/);
      expect(groups.length).toBeGreaterThan(12);
      for (const group of groups) expect(group).toMatch(/^# (?![A-Z0-9_]+=).{20,}/);
    });
  });

  it('is documented without a variable that does not exist', () => {
    const documents = [
      ...markdownOf('.'),
      ...markdownOf('docs', true),
      '.env.example',
      'docker-compose.yml',
      'Dockerfile',
    ];
    const names = new Set([...NAMES, ...PROVIDER_VARIABLES]);
    const unknown = documents.filter(existsSync).flatMap((file) => {
      const words = readFileSync(file, 'utf8').match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g) ?? [];
      return words.filter((word) => !names.has(word) && !isOfOthers(word)).map((word) => `${file}: ${word}`);
    });
    expect(unknown).toEqual([]);
  });

  it.each([
    ['a container', 'Dockerfile', /^CMD .*$/m],
    ['systemd', join('docs', 'operations.md'), /^ExecStart=.*$/m],
  ])('runs Node in %s with the flags that it has at `npm start`', (_where, file, line) => {
    const flagsIn = (text: string, end: RegExp) => text.match(new RegExp(`--[a-z-]+(?:=\\d+)?(?=${end.source})`, 'g'));
    const [command = ''] = readFileSync(file, 'utf8').match(line) ?? [];
    const flags = flagsIn(readFileSync(join('scripts', 'node-flags.mjs'), 'utf8'), /'/);
    expect(flagsIn(command, /[" ]/)).toEqual(flags);
    expect(flags).not.toBeNull();
  });

  describe('as a process loads it', () => {
    let directory: string;
    beforeAll(() => {
      directory = mkdtempSync(join(tmpdir(), 'onboarding-configuration-'));
    });
    afterAll(() => rmSync(directory, { recursive: true, force: true }));

    /** What a separate process prints of its configuration, started in its own folder. */
    const load = async (folder: string, environment: Environment, expression: string): Promise<unknown> => {
      const cwd = join(directory, folder);
      mkdirSync(cwd, { recursive: true });
      const module = JSON.stringify(`file://${join(cluster().build, 'ground', 'config', 'load-configuration.js')}`);
      const program = `const c = (await import(${module})).loadConfiguration(); console.log(JSON.stringify(${expression}))`;
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
        cwd,
        env: environment,
      });
      return JSON.parse(stdout) as unknown;
    };
    const write = (folder: string, text: string) => {
      mkdirSync(join(directory, folder), { recursive: true });
      writeFileSync(join(directory, folder, '.env'), text);
    };
    const SECRETS = `[c.AUTH_JWT_SECRET.export().toString('hex'), c.API_KEY_ENCRYPTION_KEYS.map((k) => k.id + k.key.export().toString('hex'))]`;

    it('has the lines of .env under the variables of the process', async () => {
      write('env', 'PORT=4001\nLOG_LEVEL="debug"\n# AUTH_ISSUER=nobody\nexport AUTH_AUDIENCE=\'a b\'\nHOST=\n');
      const expression = '[c.PORT, c.LOG_LEVEL, c.AUTH_ISSUER ?? null, c.AUTH_AUDIENCE, c.HOST]';
      expect(await load('env', {}, expression)).toEqual([4001, 'debug', null, 'a b', '127.0.0.1']);
      expect(await load('env', { PORT: '4002', HOST: '::1' }, expression)).toEqual([4002, 'debug', null, 'a b', '::1']);
      // What is blank outside wins, too: it unsets.
      expect(await load('env', { PORT: '' }, expression)).toEqual([3000, 'debug', null, 'a b', '127.0.0.1']);
    });

    it('needs no .env', async () => {
      expect(await load('none', {}, 'c.PORT')).toBe(3000);
    });

    it('has secrets that are made once, for the eyes of the owner alone', async () => {
      const first = await load('secrets', {}, SECRETS);
      expect(first).toEqual([expect.stringMatching(/^[0-9a-f]{64,}$/), [expect.stringMatching(/^local[0-9a-f]{64}$/)]]);
      expect(await load('secrets', {}, SECRETS)).toEqual(first);
      const data = join(directory, 'secrets', '.data');
      expect(readdirSync(data)).toEqual(['secrets.json']);
      expect((statSync(join(data, 'secrets.json')).mode & 0o777).toString(8)).toBe('600');
      expect(await load('others', {}, SECRETS)).not.toEqual(first);
    });

    it('has the same secrets in processes that start at the same time', async () => {
      const all = await Promise.all(Array.from({ length: 8 }, () => load('parallel', {}, SECRETS)));
      expect(new Set(all.map((secrets) => JSON.stringify(secrets))).size).toBe(1);
      expect(readdirSync(join(directory, 'parallel', '.data'))).toEqual(['secrets.json']);
    });

    it('makes only what is not given', async () => {
      const given = { AUTH_JWT_SECRET: 'g'.repeat(32), API_KEY_ENCRYPTION_KEYS: DEMANDED['API_KEY_ENCRYPTION_KEYS'] };
      const generated = (await load('partly', {}, SECRETS)) as [string, string[]];
      const { AUTH_JWT_SECRET, API_KEY_ENCRYPTION_KEYS } = given;
      const secret = Buffer.from(AUTH_JWT_SECRET).toString('hex');
      const keys = [`main${'00'.repeat(32)}`];
      expect(await load('partly', { AUTH_JWT_SECRET }, SECRETS)).toEqual([secret, generated[1]]);
      expect(await load('partly', { API_KEY_ENCRYPTION_KEYS }, SECRETS)).toEqual([generated[0], keys]);
      expect(await load('given', given, SECRETS)).toEqual([secret, keys]);
      expect(existsSync(join(directory, 'given', '.data'))).toBe(false);
      const AUTH_JWKS_URL = 'https://id.example.com/keys';
      expect(await load('key-set', { AUTH_JWKS_URL }, 'c.AUTH_JWT_SECRET ?? null')).toBeNull();
    });

    it.each([
      ['nothing', ''],
      ['no JSON', '{"jwtSecret": pa55word}'],
      ['null', 'null'],
      ['a list', '["pa55word"]'],
      ['no secrets', '{}'],
      ['a short secret', secretsFile({ jwtSecret: 'pa55word' })],
      ['a secret that is a number', secretsFile({ jwtSecret: 5 })],
      ['a key that is none', secretsFile({ encryptionKey: 'local:pa55word' })],
      ['no key', secretsFile({ encryptionKey: undefined })],
      ['no passwords', secretsFile({ databasePasswords: undefined })],
      ['two passwords of three', secretsFile({ databasePasswords: { superuser: 'pa55word', owner: 'pa55word' } })],
      ['a blank password', secretsFile({ databasePasswords: { superuser: 'pa55word', owner: 'pa55word', app: ' ' } })],
    ])('refuses secrets that are damaged, names their file and shows none: %s', (_what, text) => {
      const DATA_DIR = mkdtempSync(join(directory, 'damaged-'));
      const file = join(DATA_DIR, 'secrets.json');
      writeFileSync(file, text);
      expect(complaintsOf({ DATA_DIR })).toEqual([expect.stringMatching(`^DATA_DIR: ${file} is damaged: restore it`)]);
      expect(complaintsOf({ DATA_DIR }).join()).not.toContain('pa55word');
      expect(readFileSync(file, 'utf8')).toBe(text);
    });

    it('takes secrets that somebody has chosen', () => {
      const DATA_DIR = mkdtempSync(join(directory, 'chosen-'));
      writeFileSync(join(DATA_DIR, 'secrets.json'), secretsFile({}));
      expect(loadConfiguration({ DATA_DIR }).AUTH_JWT_SECRET?.export()).toEqual(Buffer.from('x'.repeat(32)));
    });

    it('makes no secrets in production, and touches no file', async () => {
      expect(await load('production', DEMANDED, 'c.isLocal')).toBe(false);
      const failure = load('production', { DEPLOY_ENV: 'production' }, 'c.isLocal');
      await expect(failure).rejects.toThrow(/AUTH_JWT_SECRET.*must be set while DEPLOY_ENV is production/);
      expect(readdirSync(join(directory, 'production'))).toEqual([]);
    });
  });
});

/** A file of secrets that is whole but for these. */
function secretsFile(secrets: Record<string, unknown>): string {
  const databasePasswords = { superuser: 'one', owner: 'two', app: 'three' };
  const encryptionKey = `local:${Buffer.alloc(32).toString('base64')}`;
  return JSON.stringify({ jwtSecret: 'x'.repeat(32), encryptionKey, databasePasswords, ...secrets });
}

function complaintsOf(environment: Environment): readonly string[] {
  try {
    loadConfiguration(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.complaints;
    throw error;
  }
}

/** OpenTelemetry's variables are read by its SDK. */
const isOfOthers = (name: string) => OF_OTHERS.has(name) || /^(OTEL|AF)_/.test(name);

/** Names in capitals that are no variables of the service. */
const OF_OTHERS = new Set([
  // Of the older back end.
  'SERPAPI_KEY',
  'NODE_ENV',
  'NODE_OPTIONS',
  'FUZZ_SEED',
  'ANALYTICS_SEED',
  'POSTGRES_USER',
  'POSTGRES_DB',
  'POSTGRES_PASSWORD',
  'OWNER_PASSWORD',
  'APP_PASSWORD',
  'OPERATOR_PASSWORD',
  'TEST_EXTERNAL',
  'BROWSER_TESTS',
]);

function markdownOf(folder: string, recursive = false): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.md')).map((file) => join(folder, file));
}
