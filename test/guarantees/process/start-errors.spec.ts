import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { testEnvironment } from '../../support/service/app.js';
import { TestDatabase } from '../../support/database/database.js';
import { ServiceProcess, type End } from '../../support/process/service-process.js';

/** Lines to the person who started it, one a mistake, and nothing else. */
function expectRefusal(end: End, lines: readonly (string | RegExp)[], notTold: readonly string[] = []): void {
  expect([end.code, end.signal]).toEqual([1, null]);
  expect(end.stdout).toBe('');
  const said = end.stderr.trimEnd().split('\n');
  expect(said).toEqual(lines.map((line) => (typeof line === 'string' ? line : expect.stringMatching(line))));
  for (const value of notTold) expect(end.stderr).not.toContain(value);
}

describe('a service that cannot start says why in a line', () => {
  let database: TestDatabase;
  const others: Server[] = [];

  beforeAll(async () => {
    database = await TestDatabase.create();
  });
  afterAll(() => database.drop());
  afterEach(() => {
    for (const other of others.splice(0)) other.close();
  });

  const started = (more: Record<string, string | undefined>) =>
    ServiceProcess.run({ ...testEnvironment(database.appUrl, { LOG_LEVEL: undefined }), ...more });

  /** Those without which a start says what it lacks. */
  const allConnections = () => ({
    DATABASE_MIGRATION_URL: database.ownerUrl,
    DATABASE_OPERATOR_URL: database.operatorUrl,
  });

  /** One value for each variable: a single start is refused for all of them. */
  const MISTAKES: readonly (readonly [string, string, string | RegExp])[] = [
    ['PORT', 'abc', 'PORT must be a whole number'],
    ['DATABASE_URL', 'ftp://hidden.example/x', 'DATABASE_URL must be a postgres:// URL'],
    ['DATABASE_MIGRATION_URL', 'hidden', 'DATABASE_MIGRATION_URL must be a postgres:// URL'],
    ['DATABASE_OPERATOR_URL', 'hidden', 'DATABASE_OPERATOR_URL must be a postgres:// URL'],
    ['JOBS', 'hidden', 'JOBS must be true or false'],
    ['ANALYTICS_MIN_GROUP', '0', /^ANALYTICS_MIN_GROUP must not be less than 1$/],
    ['DATABASE_POOL_SIZE', '0', /^DATABASE_POOL_SIZE must not be less than 1$/],
    ['DATABASE_TIMEOUT_MS', '-20', 'DATABASE_TIMEOUT_MS must be a whole number'],
    ['AUTH_JWT_SECRET', 'short-and-hidden', 'AUTH_JWT_SECRET must be at least 32 bytes long'],
    ['API_KEY_ENCRYPTION_KEYS', 'hidden:key', /^API_KEY_ENCRYPTION_KEYS must be a comma-separated list/],
    ['DEPLOY_ENV', 'hidden', /^DEPLOY_ENV must be one of .*local, production/],
    ['LOG_LEVEL', 'hidden', /^LOG_LEVEL must be one of/],
    ['ENABLE_WEBSITE_BRAND_COLUMNS', 'hidden', 'ENABLE_WEBSITE_BRAND_COLUMNS must be true or false'],
    ['CORS_ORIGINS', 'hidden', 'CORS_ORIGINS must be http(s) origins, comma-separated'],
  ];

  describe('for each of many mistakes:', () => {
    let end: End;
    beforeAll(async () => {
      end = await started(Object.fromEntries(MISTAKES.map(([name, value]) => [name, value])));
    });

    it.each(MISTAKES)('%s=%s', (name, value, line) => {
      const lines = end.stderr.split('\n').filter((said) => said.startsWith(`${name} `));
      expect(lines).toEqual([typeof line === 'string' ? line : expect.stringMatching(line)]);
      if (value.length > 2) expect(lines[0]).not.toContain(value);
    });

    it('and says nothing else', () => {
      expectRefusal(
        end,
        MISTAKES.map(() => /^[A-Z_]+ must /),
      );
    });
  });

  it('PORT=70000, alone', async () => {
    expectRefusal(await started({ PORT: '70000' }), [/^PORT must not be greater than 65535$/], ['70000']);
  });

  it('several mistakes, several lines', async () => {
    const end = await started({ PORT: 'abc', DATABASE_URL: 'ftp://x', AUTH_JWT_SECRET: 'short' });
    expectRefusal(end, [
      'PORT must be a whole number',
      'AUTH_JWT_SECRET must be at least 32 bytes long',
      'DATABASE_URL must be a postgres:// URL',
    ]);
  });

  it('production without what it needs', async () => {
    expectRefusal(await ServiceProcess.run({ DEPLOY_ENV: 'production' }), [
      'DATABASE_URL must be set while DEPLOY_ENV is production',
      'One of AUTH_JWT_SECRET, AUTH_JWT_PUBLIC_KEY, AUTH_JWKS_URL must be set while DEPLOY_ENV is production',
      'API_KEY_ENCRYPTION_KEYS must be set while DEPLOY_ENV is production',
    ]);
    const end = await started({ DEPLOY_ENV: 'production', DATABASE_URL: undefined });
    expectRefusal(end, ['DATABASE_URL must be set while DEPLOY_ENV is production']);
  });

  it('two settings for tokens where one is used', async () => {
    const end = await started({ AUTH_JWKS_URL: 'https://hidden.example/keys' });
    expectRefusal(end, ['AUTH_JWT_SECRET and AUTH_JWKS_URL are set: use one of them'], ['hidden']);
  });

  it('a port in use', async () => {
    const other = await listen();
    const { port } = other.address() as AddressInfo;
    const end = await started({ PORT: String(port), ...allConnections() });
    expectRefusal(end, [`PORT: ${port} is in use. Stop what runs there, or set PORT to another one.`]);
  });

  it('an address that is not of this machine', async () => {
    const end = await started({ PORT: '0', HOST: '192.0.2.1', ...allConnections() });
    expectRefusal(end, ['HOST: 192.0.2.1 is no address of this machine.']);
  });

  it('a database where nothing listens', async () => {
    const other = await listen();
    const { port } = other.address() as AddressInfo;
    await new Promise((done) => other.close(done));
    const end = await started({ DATABASE_URL: `postgres://someone:hidden-word@127.0.0.1:${port}/x` });
    expectRefusal(end, ['DATABASE_URL: PostgreSQL cannot be reached (ECONNREFUSED).'], ['hidden-word', 'someone']);
  });

  it('a database that accepts connections and says nothing', async () => {
    const other = await listen();
    const { port } = other.address() as AddressInfo;
    const end = await started({ DATABASE_URL: `postgres://someone:hidden-word@127.0.0.1:${port}/x` });
    expectRefusal(end, [/^DATABASE_URL: PostgreSQL cannot be reached \(.+\)\.$/], ['hidden-word', 'someone']);
  });

  it('a database that does not let it in, or is not there', async () => {
    const wrongPassword = Object.assign(new URL(database.appUrl), { password: 'hidden-word' }).href;
    const line = /^DATABASE_URL: PostgreSQL cannot be reached \(.+\)\.$/;
    expectRefusal(await started({ DATABASE_URL: wrongPassword }), [line], ['hidden-word']);
    const nowhere = Object.assign(new URL(database.appUrl), { pathname: '/not_there' }).href;
    expectRefusal(await started({ DATABASE_URL: nowhere }), [line]);
    expectRefusal(
      await started({ DATABASE_MIGRATION_URL: 'postgres://someone:hidden-word@127.0.0.1:1/x' }),
      ['DATABASE_MIGRATION_URL: PostgreSQL cannot be reached (ECONNREFUSED).'],
      ['hidden-word'],
    );
    const wrongOwner = Object.assign(new URL(database.ownerUrl), { password: 'hidden-word' }).href;
    expectRefusal(
      await started({ DATABASE_MIGRATION_URL: wrongOwner }),
      ['DATABASE_MIGRATION_URL: PostgreSQL cannot be reached (28P01).'],
      ['hidden-word'],
    );
  });

  it.each([
    ['a root certificate that is not there', '?sslrootcert=/not/there.pem', '/not/there.pem cannot be read (ENOENT).'],
    ['TLS of the default strictness', '?sslmode=require', 'PostgreSQL cannot be reached (ECONNREFUSED).'],
    ['TLS where it is preferred', '?sslmode=prefer&x=y', 'PostgreSQL cannot be reached (ECONNREFUSED).'],
    ['TLS with a known authority', '?x=y&sslmode=verify-ca', 'PostgreSQL cannot be reached (ECONNREFUSED).'],
  ])('a database with %s', async (_what, query, line) => {
    for (const name of ['DATABASE_URL', 'DATABASE_MIGRATION_URL']) {
      const end = await started({ [name]: `postgres://someone:hidden-word@127.0.0.1:1/x${query}` });
      expectRefusal(end, [`${name}: ${line}`], ['hidden-word']);
    }
  });

  it.each([
    ['what is not percent-encoded', 'postgres://some%one:hidden-word@127.0.0.1:1/x'],
    ['a parameter that is none', 'postgres://someone:hidden-word@127.0.0.1:1/x?sslnegotiation=none'],
  ])('a database’s address with %s', async (_what, url) => {
    for (const name of ['DATABASE_URL', 'DATABASE_MIGRATION_URL']) {
      expectRefusal(
        await started({ [name]: url }),
        [new RegExp(`^${name} must be a postgres:// URL \\(.+\\)\\.$`)],
        ['hidden-word'],
      );
    }
  });

  it('an owner who may not do what a start does', async () => {
    const empty = await TestDatabase.create({ migrated: false });
    const role = `test_powerless_${process.pid}`;
    await empty.query(`create role ${role} login password 'hidden-word'`);
    const powerless = Object.assign(new URL(empty.ownerUrl), { username: role, password: 'hidden-word' }).href;
    const app = Object.assign(new URL(empty.appUrl), { username: `${role}_app` }).href;
    expectRefusal(
      await started({ DATABASE_URL: app, DATABASE_MIGRATION_URL: powerless }),
      ['DATABASE_MIGRATION_URL: PostgreSQL refuses (42501, permission denied to create role).'],
      ['hidden-word'],
    );
    await empty.query(`drop role ${role}`);
    await empty.drop();
  });

  it('a migration that fails', async () => {
    const taken = await TestDatabase.create({ migrated: false });
    await taken.query('create table persona_data ()');
    const end = await started({ DATABASE_URL: taken.appUrl, DATABASE_MIGRATION_URL: taken.ownerUrl });
    expectRefusal(end, [
      'The migration Migration20261124Onboarding fails (42P07, relation "persona_data" already exists). Those before it are done: mend that, and start again.',
    ]);
    await taken.drop();
  });

  it('a database without the schema', async () => {
    const empty = await TestDatabase.create({ migrated: false });
    const end = await started({ DATABASE_URL: empty.appUrl });
    expectRefusal(end, [
      'DATABASE_URL: the schema is behind. Run `npm run migrate` with DATABASE_MIGRATION_URL set to its owner.',
    ]);
    await empty.drop();
  });

  it('a role that could see all users', async () => {
    const end = await started({ DATABASE_URL: database.ownerUrl });
    expectRefusal(end, [/^DATABASE_URL: the role \S+ (is|owns|may) .+ users would not be kept apart\./]);
    const both = await started({ DATABASE_URL: database.ownerUrl, DATABASE_MIGRATION_URL: database.ownerUrl });
    expectRefusal(both, [/^DATABASE_URL and DATABASE_MIGRATION_URL name the same role/]);
  });

  /** Somebody else, who accepts connections and says nothing. */
  function listen(): Promise<Server> {
    return new Promise((done) => {
      const server = createServer((socket) => socket.on('error', () => undefined));
      others.push(server);
      server.listen(0, '127.0.0.1', () => done(server));
    });
  }
});
