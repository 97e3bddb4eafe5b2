import { describe, expect, it } from '@jest/globals';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { format, inspect } from 'node:util';
import { Configuration, ConfigurationError, type Environment } from './configuration.js';

const BYTES = Buffer.alloc(32, 7);
const KEY = BYTES.toString('base64');
const SECRET = 'x'.repeat(32);

const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength });
const P256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const PRODUCTION: Environment = {
  DEPLOY_ENV: 'production',
  DATABASE_URL: 'postgres://app:password@database:5432/onboarding',
  AUTH_JWT_SECRET: SECRET,
  API_KEY_ENCRYPTION_KEYS: `main:${KEY}`,
};

function complaints(environment: Environment): readonly string[] {
  try {
    new Configuration(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.complaints;
    throw error;
  }
}

describe('the configuration', () => {
  describe('a malformed value', () => {
    it.each<[string, string]>([
      ['PORT', 'eighty-eighty'],
      ['PORT', '-1'],
      ['PORT', '65536'],
      ['PORT', '80.5'],
      ['PORT', '0x1F90'],
      ['PORT', '99999999999999999999'],
      ['HOST', 'h'.repeat(256)],
      ['DEPLOY_ENV', 'staging'],
      ['DEPLOY_ENV', 'PRODUCTION'],
      ['DATA_DIR', 'd'.repeat(1001)],
      ['DATABASE_URL', 'mysql://app:pa55word@localhost/onboarding'],
      ['DATABASE_URL', 'app:pa55word@localhost'],
      ['DATABASE_MIGRATION_URL', 'https://owner:pa55word@localhost/onboarding'],
      ['DATABASE_OPERATOR_URL', 'mysql://operators:pa55word@localhost/onboarding'],
      ['DATABASE_OPERATOR_URL', 'operators:pa55word@localhost'],
      ['DATABASE_POOL_SIZE', '0'],
      ['DATABASE_POOL_SIZE', '1001'],
      ['DATABASE_POOL_SIZE', 'many'],
      ['DATABASE_TIMEOUT_MS', '99'],
      ['DATABASE_TIMEOUT_MS', '60001'],
      ['DATABASE_TIMEOUT_MS', '3s'],
      ['JOBS', 'perhaps'],
      ['JOBS', '2'],
      ['ANALYTICS_MIN_GROUP', '0'],
      ['ANALYTICS_MIN_GROUP', '1001'],
      ['ANALYTICS_MIN_GROUP', '-5'],
      ['ANALYTICS_MIN_GROUP', '2.5'],
      ['ANALYTICS_MIN_GROUP', 'a dozen'],
      ['AUTH_JWT_SECRET', 'pa55word-of-31-characters-'.padEnd(31, 'x')],
      ['AUTH_JWT_PUBLIC_KEY', 'MIIB-no-pem'],
      ['AUTH_JWT_PUBLIC_KEY', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'],
      ['AUTH_JWT_PUBLIC_KEY', pem(rsa(1024).publicKey)],
      ['AUTH_JWT_PUBLIC_KEY', pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey)],
      ['AUTH_JWT_PUBLIC_KEY', pem(generateKeyPairSync('ed448').publicKey)],
      ['AUTH_JWT_PUBLIC_KEY', P256.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
      ['AUTH_JWKS_URL', 'file:///etc/keys.json'],
      ['AUTH_JWKS_URL', 'id.example.com/keys'],
      ['AUTH_ISSUER', 'i'.repeat(1001)],
      ['AUTH_AUDIENCE', 'a'.repeat(1001)],
      ['API_KEY_ENCRYPTION_KEYS', KEY],
      ['API_KEY_ENCRYPTION_KEYS', `main:${Buffer.alloc(31).toString('base64')}`],
      ['API_KEY_ENCRYPTION_KEYS', `main:${Buffer.alloc(33).toString('base64')}`],
      ['API_KEY_ENCRYPTION_KEYS', `main:${BYTES.toString('hex')}`],
      ['API_KEY_ENCRYPTION_KEYS', `main:${KEY},main:${KEY}`],
      ['API_KEY_ENCRYPTION_KEYS', `main:${KEY},`],
      ['API_KEY_ENCRYPTION_KEYS', `a key:${KEY}`],
      ['API_KEY_ENCRYPTION_KEYS', `${'i'.repeat(65)}:${KEY}`],
      ['API_KEY_ENCRYPTION_KEYS', ','],
      ['ENABLE_WEBSITE_BRAND_COLUMNS', 'perhaps'],
      ['ONBOARDING_DEADLINE_DAYS', '0'],
      ['ONBOARDING_DEADLINE_DAYS', '3651'],
      ['ONBOARDING_DEADLINE_DAYS', '-14'],
      ['ONBOARDING_DEADLINE_DAYS', '14.5'],
      ['ONBOARDING_DEADLINE_DAYS', '1e3'],
      ['ONBOARDING_DEADLINE_DAYS', 'two weeks'],
      ['LOG_LEVEL', 'loud'],
      ['CORS_ORIGINS', '*'],
      ['CORS_ORIGINS', 'app.example.com'],
      ['CORS_ORIGINS', 'https://app.example.com/'],
      ['CORS_ORIGINS', 'https://app.example.com/path'],
      ['CORS_ORIGINS', 'https://app.example.com:443'],
      ['CORS_ORIGINS', 'https://user@app.example.com'],
      ['CORS_ORIGINS', 'https://one.example.com https://two.example.com'],
      ['CORS_ORIGINS', 'https://one.example.com,null'],
      ['TRUST_PROXY', 'nginx'],
      ['TRUST_PROXY', ':::'],
      ['TRUST_PROXY', '10.0.0.256'],
      ['TRUST_PROXY', '10.0.0.0/33'],
      ['TRUST_PROXY', '10.0.0.0/0'],
      ['TRUST_PROXY', 'loopback, elsewhere'],
      ['TRUST_PROXY', '-1'],
      ['RATE_LIMIT_KEY_SAVES', '-5'],
      ['RATE_LIMIT_KEY_CHECKS', 'none at all'],
      ['WRITE_ENV_FILE', 'sometimes'],
      ['ENV_FILE', 'e'.repeat(1001)],
      ['PROVIDER_BASE_URLS', 'openai=http://localhost'],
      ['PROVIDER_BASE_URLS', '["http://localhost"]'],
      ['PROVIDER_BASE_URLS', '{"openai":"localhost"}'],
      ['PROVIDER_BASE_URLS', '{"openai":"file:///etc/passwd"}'],
      ['PROVIDER_BASE_URLS', '{"openai":7}'],
    ])('of %s is one complaint that names it and does not show it: %s', (name, value) => {
      const found = complaints({ [name]: value });
      expect(found).toHaveLength(1);
      expect(found[0]).toMatch(new RegExp(`^${name} (must|has to) `));
      for (const part of value.match(/[\w-]{4,}/g) ?? []) {
        if (part !== 'production' && !DOCUMENTED.test(part)) expect(found[0]).not.toContain(part);
      }
    });

    it.each([
      ['{"opnai":"https://a.example"}', 'opnai'],
      ['{"OpenAI":"https://a.example","openai":"https://a.example"}', 'OpenAI'],
      ['{"opnai":"https://a.example","__proto__":"https://a.example"}', 'opnai, __proto__'],
      ['{"sk-proj-0123456789":"https://a.example"}', 'a text that may be a key'],
    ])('names an unknown provider of PROVIDER_BASE_URLS, unless it may be a key: %s', (value, shown) => {
      expect(complaints({ PROVIDER_BASE_URLS: value })).toEqual([
        `PROVIDER_BASE_URLS must name known providers, not ${shown}`,
      ]);
    });

    it('does not hide another: there is one complaint for each variable', () => {
      const environment = { PORT: 'x', DATABASE_URL: 'x', LOG_LEVEL: 'x', TRUST_PROXY: 'x', AUTH_JWKS_URL: 'x' };
      const found = complaints({ ...environment, API_KEY_ENCRYPTION_KEYS: 'x', AUTH_JWT_SECRET: undefined });
      expect(found.map((line) => line.split(' ')[0]).sort()).toEqual(
        [...Object.keys(environment), 'API_KEY_ENCRYPTION_KEYS'].sort(),
      );
    });
  });

  it('treats a blank variable like one that is not set', () => {
    const names = Object.keys(new Configuration({}));
    expect(names.length).toBeGreaterThan(20);
    for (const blank of ['', '  ', '\n']) {
      expect({ ...new Configuration(Object.fromEntries(names.map((name) => [name, blank]))) }).toEqual({
        ...new Configuration({}),
      });
    }
  });

  it.each<[string, string, unknown]>([
    ['PORT', ' 8080 ', 8080],
    ['PORT', '0', 0],
    ['DATABASE_URL', 'postgresql://app:p%40ss@my_database:5432/x?sslmode=require', expect.stringContaining('my_data')],
    ['DATABASE_URL', 'postgres://localhost/x', 'postgres://localhost/x'],
    ['DATABASE_URL', 'postgres://app@127.0.0.1:6432/x', 'postgres://app@127.0.0.1:6432/x'],
    ['DATABASE_URL', 'postgres://app@[::1]:5432/x', 'postgres://app@[::1]:5432/x'],
    ['AUTH_JWKS_URL', 'http://localhost:8080/keys', 'http://localhost:8080/keys'],
    ['AUTH_JWKS_URL', 'https://id.example.com/.well-known/jwks.json', expect.any(String)],
    ['ENABLE_WEBSITE_BRAND_COLUMNS', 'TRUE', true],
    ['ENABLE_WEBSITE_BRAND_COLUMNS', '1', true],
    ['ENABLE_WEBSITE_BRAND_COLUMNS', 'off', false],
    ['WRITE_ENV_FILE', 'no', false],
    ['JOBS', 'off', false],
    ['JOBS', 'ON', true],
    ['ANALYTICS_MIN_GROUP', '1000', 1000],
    ['LOG_LEVEL', 'silent', 'silent'],
    ['CORS_ORIGINS', 'https://a.example, http://localhost:5173,', ['https://a.example', 'http://localhost:5173']],
    ['TRUST_PROXY', 'true', true],
    ['TRUST_PROXY', 'off', false],
    ['TRUST_PROXY', '2', 2],
    ['TRUST_PROXY', 'loopback, 10.0.0.0/8, fd00::/8,192.0.2.1', 'loopback,10.0.0.0/8,fd00::/8,192.0.2.1'],
    ['RATE_LIMIT_KEY_SAVES', '0', 0],
    ['PROVIDER_BASE_URLS', '{"openai":"http://localhost:1/v1"}', { openai: 'http://localhost:1/v1' }],
    ['PROVIDER_BASE_URLS', '{"google":"https://a.example"}', { gemini: 'https://a.example' }],
    [
      'PROVIDER_BASE_URLS',
      '{"google":"https://a.example","gemini":"https://b.example"}',
      { gemini: 'https://b.example' },
    ],
    [
      'PROVIDER_BASE_URLS',
      '{"gemini":"https://b.example","google":"https://a.example"}',
      { gemini: 'https://b.example' },
    ],
  ])('reads %s=%s', (name, value, expected) => {
    expect({ ...new Configuration({ [name]: value }) }).toHaveProperty(name, expected);
  });

  describe('in production', () => {
    it('is complete with a database, one way to verify tokens, and keys', () => {
      expect(complaints(PRODUCTION)).toEqual([]);
      const configuration = new Configuration(PRODUCTION);
      expect([configuration.isLocal, configuration.HOST, configuration.WRITE_ENV_FILE]).toEqual([
        false,
        '0.0.0.0',
        false,
      ]);
    });

    it.each([undefined, '', '   '])('has no default for a variable that must be set: %j', (value) => {
      for (const name of ['DATABASE_URL', 'API_KEY_ENCRYPTION_KEYS'] as const) {
        expect(complaints({ ...PRODUCTION, [name]: value })).toEqual([
          `${name} must be set while DEPLOY_ENV is production`,
        ]);
      }
      expect(complaints({ ...PRODUCTION, AUTH_JWT_SECRET: value })).toEqual([
        'One of AUTH_JWT_SECRET, AUTH_JWT_PUBLIC_KEY, AUTH_JWKS_URL must be set while DEPLOY_ENV is production',
      ]);
    });

    it('calls a malformed secret malformed, not missing', () => {
      const wrong = { AUTH_JWT_SECRET: 'short', API_KEY_ENCRYPTION_KEYS: 'wrong', DATABASE_URL: 'none' };
      expect(complaints({ ...PRODUCTION, ...wrong }).map((line) => line.split(' ')[0])).toEqual([
        'AUTH_JWT_SECRET',
        'API_KEY_ENCRYPTION_KEYS',
        'DATABASE_URL',
      ]);
    });
  });

  describe('one way to verify tokens', () => {
    const ways = {
      AUTH_JWT_SECRET: SECRET,
      AUTH_JWT_PUBLIC_KEY: pem(P256.publicKey),
      AUTH_JWKS_URL: 'https://id.example.com/keys',
    };
    const names = Object.keys(ways) as (keyof typeof ways)[];

    it.each(names)('is enough: %s', (name) => {
      expect(complaints({ ...PRODUCTION, AUTH_JWT_SECRET: undefined, [name]: ways[name] })).toEqual([]);
    });

    it.each(names)('is the maximum: without %s there are two', (left) => {
      const [one = '', two = ''] = names.filter((name) => name !== left);
      expect(complaints({ ...ways, [left]: undefined })).toEqual([`${one} and ${two} are set: use one of them`]);
    });

    it('uses the bytes of the secret unchanged', () => {
      const bytes = (AUTH_JWT_SECRET: string) => new Configuration({ AUTH_JWT_SECRET }).AUTH_JWT_SECRET?.export();
      for (const text of ['0123456789abcdef'.repeat(4), KEY, ' with white space at both its ends ', 'ü'.repeat(16)]) {
        expect(bytes(text)).toEqual(Buffer.from(text, 'utf8'));
      }
    });

    it('accepts a public key in one line, too', () => {
      for (const { publicKey } of [P256, rsa(2048), generateKeyPairSync('ed25519')]) {
        const AUTH_JWT_PUBLIC_KEY = pem(publicKey).replaceAll('\n', '\\n');
        expect(new Configuration({ AUTH_JWT_PUBLIC_KEY }).AUTH_JWT_PUBLIC_KEY?.equals(publicKey)).toBe(true);
      }
    });
  });

  it('keeps the order of encryption keys, and accepts either alphabet, with padding or without', () => {
    const second = Buffer.alloc(32, 0xff);
    const API_KEY_ENCRYPTION_KEYS = ` 2026-11:${second.toString('base64url')} , old_key.1:${KEY}`;
    const keys = new Configuration({ API_KEY_ENCRYPTION_KEYS }).API_KEY_ENCRYPTION_KEYS;
    expect(keys.map(({ id, key }) => [id, key.export()])).toEqual([
      ['2026-11', second],
      ['old_key.1', BYTES],
    ]);
  });

  it('has the keys of the deployment by their variables', () => {
    const configuration = new Configuration({ OPENAI_API_KEY: ' sk-deployment ', GEMINI_API_KEY: '  ' });
    expect(configuration.deploymentKey('OPENAI_API_KEY')?.reveal()).toBe('sk-deployment');
    expect(configuration.deploymentKey('GEMINI_API_KEY')).toBeUndefined();
    expect(configuration.deploymentKey('MISTRAL_API_KEY')).toBeUndefined();
  });

  it('shows nothing, however it is printed', () => {
    const configuration = new Configuration({ ...PRODUCTION, OPENAI_API_KEY: 'sk-deployment' });
    const printed = [
      inspect(configuration, { showHidden: true, depth: 9 }),
      inspect({ nested: [configuration] }, { depth: 9 }),
      JSON.stringify(configuration),
      JSON.stringify({ nested: [configuration] }),
      format('%o %O %j %s', configuration, configuration, configuration, configuration),
    ];
    for (const text of printed) expect(text).not.toMatch(/password|database:5432|sk-deployment|xxxx|BwcH/);
    expect(printed[0]).toBe('[configuration]');
    expect(printed[2]).toBe('"[configuration]"');
  });

  it('shows nothing in its complaints either', () => {
    const wrong = { ...PRODUCTION, PORT: 'pa55word', DATABASE_URL: 'pa55word', AUTH_JWT_SECRET: 'pa55word' };
    try {
      new Configuration({ ...wrong, OPENAI_API_KEY: 'pa55word' });
    } catch (error) {
      expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('pa55word');
      expect(inspect(error)).toContain('AUTH_JWT_SECRET');
      return;
    }
    throw new Error('it was taken');
  });
});

/** Words that a complaint may contain by itself, since they are in the documentation. */
const DOCUMENTED = /^(localhost|https?|postgres|postgresql|mysql|file|PUBLIC|BEGIN|main|null)$/;
