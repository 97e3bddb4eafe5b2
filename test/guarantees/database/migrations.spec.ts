import { MikroORM } from '@mikro-orm/postgresql';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { withConnection } from '../../../src/storage/postgres/owner-connection.js';
import { EmbeddedPostgres } from '../../../src/storage/postgres/embedded/embedded-postgres.js';
import { migrations } from '../../../src/storage/postgres/migrations/migrations.js';
import { ormOptions } from '../../../src/storage/postgres/orm-options.js';
import { checkDatabase, prepareDatabase } from '../../../src/storage/postgres/prepare-database.js';
import { schemaDifference } from '../../../src/storage/postgres/schema-difference.js';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import { StartupError } from '../../../src/ground/config/startup-error.js';
import { TestApp } from '../../support/service/app.js';
import { catalogueOf } from '../../support/database/catalogue.js';
import { cluster, TestDatabase } from '../../support/database/database.js';
import { eventually } from '../../support/process/deadline.js';
import { fillEveryTable, TABLES } from '../../support/data/filled-user.js';
import { sample } from '../../support/data/samples.js';
import { scratchDirectory } from '../../support/process/scratch-directory.js';

/** The files of migrations by which databases may have been made, with the SHA-256 of each. */
const LANDED: Readonly<Record<string, string>> = {
  'migration-2026-11-24-onboarding.ts': '0ac309e8f47904c83e4276a94dc3575f55998af3f2cc072ffa73f529bf6d66b8',
  'migration-2026-11-24-vault.ts': 'e8d53a135c47768cc65eb7d6f9d97ca70701525dc58de465a912699529f19354',
  'migration-2026-11-26-document-sizes.ts': '8dbdb0bb919eb4e1bd494a78386c024213c9ec3c3430cef543255d8d238f05a0',
  'migration-2026-11-26-event-cause.ts': 'cf05025242b2dc5f9948de614750be46b3b40266a0187ca5bc522eeff157e15b',
  'migration-2026-11-26-references.ts': '8268aa75b1a2672806f251caaff2bb90a79810cf52f7e61e8c7b13716dc13011',
  'migration-2026-11-26-step-keys.ts': '3524dbe0efc8647ae3dcb5cb57717eb3c0f42ba7a0064a1fa8b873baa9d8214f',
  'migration-2026-11-27-history.ts': '2c15197af7d6fee10cd5f5e94d2d194c7484761a4f445707186bbc66cc1c53bf',
  'migration-2026-11-28-jobs.ts': '066e7c9f97abbee2d47f0fea6a6a0f539c76af68da6ccc9ed1ad98bf50d02bc0',
  'migration-2026-11-28-numbers.ts': '6b6f8e209aca497831652ef95602e923d91b84c1d5f725f856af542db142a00c',
};

/** Undone after each test, the latest first. */
const drops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (let drop = drops.pop(); drop; drop = drops.pop()) await drop();
});

async function emptyDatabase(): Promise<TestDatabase> {
  const database = await TestDatabase.create({ migrated: false });
  drops.push(() => database.drop());
  return database;
}

let roles = 0;

/** A name for a role that is removed after the databases that know it: roles belong to the server. */
function throwAwayRole(): string {
  const role = `test_role_${process.pid}_${Date.now().toString(36)}_${++roles}`;
  drops.unshift(() => run(cluster().ownerUrl, `drop role if exists ${role}`));
  return role;
}

async function run(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The same server and database, as somebody else. */
function as(url: string, user: string, password: string): string {
  return Object.assign(new URL(url), { username: user, password }).href;
}

async function migrator<T>(ownerUrl: string, use: (migrator: MikroORM['migrator']) => Promise<T>): Promise<T> {
  const orm = new MikroORM(ormOptions({ url: ownerUrl, poolSize: 1, timeoutMs: 30_000 }));
  try {
    return await use(orm.migrator);
  } finally {
    await orm.close(true);
  }
}

/** The tables that a version had. */
async function tablesOf(version: string): Promise<readonly string[]> {
  const database = await emptyDatabase();
  await migrator(database.ownerUrl, (runner) => runner.up({ to: version }));
  return database.tables();
}

/** Empties the tables that are newer than a version: the way down to it drops them with their rows. */
async function emptyNewerTables(database: TestDatabase, version: string): Promise<void> {
  const old = await tablesOf(version);
  const newer = (await database.tables()).filter((table) => !old.includes(table));
  for (const table of newer) await database.query(`delete from ${table}`);
}

/** The message with which the start refuses: one line that a person can act on, and names the variable. */
async function refusal(start: Promise<unknown>, variable = 'DATABASE_URL'): Promise<string> {
  const error = await start.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartupError);
  const { message } = error as StartupError;
  expect(message).toMatch(new RegExp(`^${variable}: .+$`));
  return message;
}

describe('migrations', () => {
  it('go up from empty, down to empty and up again to the same', async () => {
    const database = await emptyDatabase();
    expect(await catalogueOf(database)).toEqual([]);
    await prepareDatabase(database.ownerUrl, database.appUrl);
    const catalogue = await catalogueOf(database);
    expect(await database.tables()).toEqual(TABLES);
    expect(await schemaDifference(database.ownerUrl)).toBe('');

    const undone = await migrator(database.ownerUrl, (runner) => runner.down({ to: 0 }));
    expect(undone).toHaveLength(migrations.length);
    expect(await database.tables()).toEqual([]);
    const left = (await catalogueOf(database)).filter((line) => !line.includes('mikro_orm_migrations'));
    expect(left).toEqual([]);
    expect(await refusal(checkDatabase(database.appUrl))).toContain('behind');

    await prepareDatabase(database.ownerUrl, database.appUrl);
    expect(await catalogueOf(database)).toEqual(catalogue);
    await checkDatabase(database.appUrl);
  });

  it('leave what every test starts from', async () => {
    const [fresh, copied] = [await emptyDatabase(), await TestDatabase.create()];
    drops.push(() => copied.drop());
    await prepareDatabase(fresh.ownerUrl, fresh.appUrl);
    const catalogue = await catalogueOf(fresh);
    expect(catalogue.length).toBeGreaterThan(150);
    expect(catalogue).toEqual(await catalogueOf(copied));
  });

  it('run once, however often and by however many they are started', async () => {
    const database = await emptyDatabase();
    const prepare = () => prepareDatabase(database.ownerUrl, database.appUrl);
    await Promise.all([prepare(), prepare(), prepare(), prepare()]);
    const catalogue = await catalogueOf(database);
    const names = migrations.map(({ name }) => ({ name }));
    expect(await database.query('select name from mikro_orm_migrations order by id')).toEqual(names);
    await Promise.all([prepare(), prepare()]);
    await prepare();
    expect(await catalogueOf(database)).toEqual(catalogue);
    expect(await database.query('select name from mikro_orm_migrations order by id')).toEqual(names);
  });

  it('create the service’s role once, with the password of its address, and leave one that is there as it is', async () => {
    const database = await emptyDatabase();
    const role = throwAwayRole();
    const url = as(database.appUrl, role, `it's a "pass word"`);
    await Promise.all([1, 2, 3].map(() => prepareDatabase(database.ownerUrl, url)));
    await checkDatabase(url);
    await prepareDatabase(database.ownerUrl, as(url, role, 'another'));
    await checkDatabase(url);
    await expect(checkDatabase(as(url, role, 'another'))).rejects.toBeInstanceOf(StartupError);
  });

  it('create the service’s role from several databases of a server at once', async () => {
    const role = throwAwayRole();
    const databases = await Promise.all([1, 2, 3, 4].map(() => emptyDatabase()));
    await Promise.all(databases.map(({ ownerUrl, appUrl }) => prepareDatabase(ownerUrl, as(appUrl, role, 'secret'))));
    for (const { appUrl } of databases) await checkDatabase(as(appUrl, role, 'secret'));
  });

  it('keep what is stored when they run again', async () => {
    const app = await TestApp.start();
    drops.push(() => app.stop());
    await (await app.as('alice')).post('/start');
    const before = await app.database.dump();
    await prepareDatabase(app.database.ownerUrl, app.database.appUrl);
    expect(await app.database.dump()).toEqual(before);
    expect(before['onboarding_sessions']).toHaveLength(1);
  });

  it('change nothing where one of them fails, and say which and why without a value', async () => {
    const database = await emptyDatabase();
    const role = throwAwayRole();
    const prepare = () => prepareDatabase(database.ownerUrl, as(database.appUrl, role, 'secret'));
    await migrator(database.ownerUrl, (runner) => runner.up({ to: migrations[0]?.name ?? '' }));
    await database.query(`
      with session as (
        insert into onboarding_sessions (user_id, id, started_at, updated_at) values ('alice', gen_random_uuid(), now(), now())
        returning user_id, id
      )
      insert into api_keys (user_id, provider, id, session_id, sealed_key, created_at, updated_at)
      select user_id, 'openai', gen_random_uuid(), id, 'a value', now(), now() from session`);
    const catalogue = await catalogueOf(database);
    const error = await prepare().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StartupError);
    expect((error as Error).message).toBe(
      'The migration Migration20261124Vault fails (23502, column "version" of relation "api_keys" contains null values). Those before it are done: mend that, and start again.',
    );
    expect(await catalogueOf(database)).toEqual(catalogue);
    expect(await database.query('select from pg_roles where rolname = $1', [role])).toEqual([]);
    await database.query('delete from api_keys');
    await prepare();
    expect(await schemaDifference(database.ownerUrl)).toBe('');
  });

  it('wait for a lock that somebody holds, and say who when it takes too long', async () => {
    const database = await emptyDatabase();
    const lines: string[] = [];
    const say = (line: string) => void lines.push(line);
    const holder = new pg.Client({ connectionString: database.ownerUrl, application_name: 'a console' });
    await holder.connect();
    const { rows } = await holder.query<{ pid: number; user: string }>(
      `select pg_backend_pid() as pid, current_user as user, pg_advisory_lock(hashtext('onboarding migrations'))`,
    );
    const who = `process ${rows[0]?.pid}, role ${rows[0]?.user}, application a console, address 127.0.0.1`;
    const late = await prepareDatabase(database.ownerUrl, database.appUrl, { say, timeoutMs: 1500 }).catch(
      (reason: unknown) => reason,
    );
    expect(late).toBeInstanceOf(StartupError);
    expect((late as Error).message).toBe(
      `The lock "onboarding migrations" was not free within 2 s: ${who} holds it. End that session, or start again after it.`,
    );
    const waiting = `Waiting for the lock "onboarding migrations": ${who} holds it.`;
    expect(lines).toEqual([waiting]);
    expect(await database.tables()).toEqual([]);

    const patient = prepareDatabase(database.ownerUrl, database.appUrl, { say });
    await eventually('it says that it waits', () => lines.length === 2);
    await holder.end();
    await patient;
    expect(lines).toEqual([waiting, waiting]);
    expect(await database.tables()).toEqual(TABLES);
  });

  it('say for whom they waited in vain', async () => {
    const database = await emptyDatabase();
    await migrator(database.ownerUrl, (runner) => runner.up({ to: migrations[0]?.name ?? '' }));
    const holder = new pg.Client({ connectionString: database.ownerUrl, application_name: 'a report' });
    await holder.connect();
    await holder.query('begin');
    const { rows } = await holder.query<{ pid: number }>(
      'select pg_backend_pid() as pid from api_keys right join (select) one on true',
    );
    const sessions = `; process ${rows[0]?.pid}, role \\w+, application a report, address 127\\.0\\.0\\.1 holds locks on tables`;
    const late = await prepareDatabase(database.ownerUrl, database.appUrl, {
      say: () => undefined,
      timeoutMs: 1500,
    }).catch((reason: unknown) => reason);
    expect(late).toBeInstanceOf(StartupError);
    expect((late as Error).message).toMatch(
      new RegExp(
        `^The migration Migration20261124Vault fails \\((55P03|57014), [^;]+${sessions}\\)\\. Those before it are done: mend that, and start again\\.$`,
      ),
    );

    await holder.query('lock table api_keys in access exclusive mode');
    const read = (owner: pg.Client) => owner.query('select from api_keys');
    const refused = await refusal(withConnection('DATABASE_URL', database.ownerUrl, read, { lockTimeoutMs: 200 }));
    expect(refused).toMatch(new RegExp(`^DATABASE_URL: PostgreSQL refuses \\(55P03, [^;]+${sessions}\\)\\.$`));
    await holder.end();
  });

  it('leave nothing to the next one: the snapshot that it is drawn from is what the entities say', async () => {
    const { ownerUrl } = await emptyDatabase();
    expect(await migrator(ownerUrl, (runner) => runner.checkSchema())).toBe(false);
  });

  it('refuse one role for owner and service', async () => {
    const { ownerUrl } = await emptyDatabase();
    const error = await prepareDatabase(ownerUrl, ownerUrl).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StartupError);
    expect((error as Error).message).toMatch(/^DATABASE_URL and DATABASE_MIGRATION_URL .+$/);
  });

  it('say when the owner’s connection fails', async () => {
    const { ownerUrl, appUrl } = await emptyDatabase();
    const nowhere = Object.assign(new URL(ownerUrl), { port: '1' }).href;
    expect(await refusal(prepareDatabase(nowhere, appUrl), 'DATABASE_MIGRATION_URL')).toContain('ECONNREFUSED');
  });
});

describe('a migration that has landed', () => {
  const folder = 'src/storage/postgres/migrations';
  const files = readdirSync(folder).filter((file) => file.startsWith('migration-'));
  const rule = 'Databases have been made by it, so it is never edited: write another migration for what it lacks.';

  it('is one of the list, and is still there', () => {
    expect(files.sort()).toEqual(Object.keys(LANDED).sort());
    expect(files).toHaveLength(migrations.length);
  });

  it.each(files)('is not edited: %s', (file) => {
    const hash = createHash('sha256')
      .update(readFileSync(join(folder, file)))
      .digest('hex');
    const landed = LANDED[file];
    if (landed === undefined) throw new Error(`${file} is new: add it to LANDED in this spec with ${hash}. ${rule}`);
    if (landed !== hash) throw new Error(`${file} was edited. ${rule}`);
  });
});

describe('a database of an older version', () => {
  const OLD = 'Migration20261124Vault';
  const READS = [
    ...['/init', '/status', '/progress', '/resume', '/summary', '/ai-inputs', '/api-keys', '/api-keys/validate'],
    ...['/website-analysis', '/research-preferences', '/step4/persona-latest', '/validation/enhanced'],
    ...[1, 2, 3, 4, 5, 6].map((step) => `/step/${step}`),
    '//onboarding/business-info/user/alice',
  ];

  async function readAll(database: TestDatabase) {
    const app = await TestApp.start({ database });
    try {
      const [alice, service] = [await app.as('alice'), await app.as('service', { scope: 'keys:use' })];
      const answers = await Promise.all(READS.map((path) => alice.get(path)));
      const lent = await service.get('/internal/users/alice/api-keys/exa');
      return [...answers, lent].map(({ status, body }) => [status, body] as const);
    } finally {
      await app.stop();
    }
  }

  /**
   * All rows but for the names of steps, which were numbers: `step-keys.spec.ts` is about those. The event that states the progress,
   * with its revision, is that of `history-migration.spec.ts`.
   */
  async function rowsOf(database: TestDatabase) {
    const dump = (await database.dump()) as Record<string, JsonObject[]>;
    const { onboarding_sessions: sessions = [], progress_events: events = [], ...rows } = dump;
    const idOf = ({ user_id, revision }: JsonObject) => `${String(user_id)} ${String(revision).padStart(9)}`;
    return {
      ...rows,
      onboarding_sessions: sessions.map(({ steps: _, current_step: __, revision: ___, ...session }) => session),
      progress_events: events
        .filter(({ type }) => type !== 'progress_repaired')
        .map(({ step: _, ...event }): JsonObject => event)
        .sort((a, b) => idOf(a).localeCompare(idOf(b))),
    } as Readonly<Record<string, readonly JsonObject[]>>;
  }

  it('keeps its rows, and they are read as before', async () => {
    const database = await emptyDatabase();
    const migrate = () => prepareDatabase(database.ownerUrl, database.appUrl);
    await migrate();
    const app = await TestApp.start({ database });
    await fillEveryTable(app, 'alice', 'mark-of-alice');
    await fillEveryTable(app, 'bob', 'mark-of-bob');
    await app.stop();
    await emptyNewerTables(database, OLD);
    const before = await readAll(database);
    for (const [status] of before) expect(status).toBe(200);

    await migrator(database.ownerUrl, (runner) => runner.down({ to: OLD }));
    const rows = await rowsOf(database);
    const tables = await database.tables();
    for (const table of tables) expect([table, rows[table]?.length]).not.toEqual([table, 0]);
    expect(TABLES).toEqual(expect.arrayContaining(tables));
    await migrate();
    expect(await rowsOf(database)).toMatchObject(rows);
    expect(await readAll(database)).toEqual(before);
    await checkDatabase(database.appUrl);
  });

  it('ends with the same schema, whether it has the checks that were added to the first migration or not', async () => {
    const fresh = await emptyDatabase();
    await prepareDatabase(fresh.ownerUrl, fresh.appUrl);
    const catalogue = await catalogueOf(fresh);
    for (const lacking of [[], ['onboarding_sessions'], ['onboarding_sessions', 'access_events']]) {
      const database = await emptyDatabase();
      await migrator(database.ownerUrl, (runner) => runner.up({ to: OLD }));
      for (const table of lacking) await database.query(`alter table ${table} drop constraint ${table}_user_id_check`);
      await prepareDatabase(database.ownerUrl, database.appUrl);
      expect(await catalogueOf(database)).toEqual(catalogue);
      expect(await schemaDifference(database.ownerUrl)).toBe('');
    }
  });

  it('is brought up to date by another run where one was cut off', async () => {
    const fresh = await emptyDatabase();
    await prepareDatabase(fresh.ownerUrl, fresh.appUrl);
    const database = await emptyDatabase();
    await migrator(database.ownerUrl, (runner) => runner.up({ to: OLD }));
    // A transaction of somebody's that ends when it likes: the lock is not waited for, as users would wait behind it.
    const reader = new pg.Client({ connectionString: database.ownerUrl });
    await reader.connect();
    try {
      await reader.query('begin; select from api_keys');
      const migrate = () => prepareDatabase(database.ownerUrl, database.appUrl);
      const begun = performance.now();
      await expect(migrate()).rejects.toThrow(/^The migration Migration20261126References fails \(55P03, /);
      expect(performance.now() - begun).toBeLessThan(20_000);
      await reader.query('commit');
      await migrate();
    } finally {
      await reader.end();
    }
    expect(await catalogueOf(database)).toEqual(await catalogueOf(fresh));
  });

  it('is not kept from its users while rows are looked through: each constraint is added and validated by itself', async () => {
    const database = await emptyDatabase();
    await prepareDatabase(database.ownerUrl, database.appUrl);
    const old = await tablesOf(OLD);
    const references = await database.query<{ added: string; validated: string }>(
      `select distinct t.xmin::text as added, o.xmin::text as validated
       from pg_constraint o join pg_trigger t on t.tgconstraint = o.oid
       where o.contype = 'f' and o.convalidated and o.conrelid::regclass::text = any($1)`,
      [old],
    );
    const transactions = references.flatMap(({ added, validated }) => [added, validated]);
    expect(new Set(transactions).size).toBe(2 * (old.length - 1));
  });
});

describe('the check before the service starts', () => {
  it('accepts a migrated database and the service’s role', async () => {
    const database = await TestDatabase.create();
    drops.push(() => database.drop());
    await checkDatabase(database.appUrl);
  });

  it('refuses a schema that is behind, and names the command', async () => {
    const empty = await emptyDatabase();
    expect(await refusal(checkDatabase(empty.appUrl))).toContain('npm run migrate');
    await prepareDatabase(empty.ownerUrl, empty.appUrl);
    await empty.query('delete from mikro_orm_migrations where name = $1', [migrations.at(-1)?.name]);
    expect(await refusal(checkDatabase(empty.appUrl))).toContain('npm run migrate');
  });

  it('refuses the owner', async () => {
    const database = await TestDatabase.create();
    drops.push(() => database.drop());
    expect(await refusal(checkDatabase(database.ownerUrl))).toMatch(/onboarding_maintenance|owns tables/);
  });

  it('refuses a member of the maintenance role, even by way of another', async () => {
    const database = await emptyDatabase();
    const [direct, between, indirect] = [throwAwayRole(), throwAwayRole(), throwAwayRole()];
    const urlOf = (role: string) => as(database.appUrl, role, 'secret');
    for (const role of [direct, between, indirect]) await prepareDatabase(database.ownerUrl, urlOf(role));
    await checkDatabase(urlOf(direct));
    await database.query(`grant onboarding_maintenance to ${direct}, ${between}`);
    await database.query(`grant ${between} to ${indirect}`);
    for (const role of [direct, between, indirect]) {
      expect(await refusal(checkDatabase(urlOf(role)))).toContain(
        `the role ${role} is a member of onboarding_maintenance`,
      );
    }
  });

  it('refuses the owner of a single table', async () => {
    const database = await emptyDatabase();
    const role = throwAwayRole();
    const url = as(database.appUrl, role, 'secret');
    await prepareDatabase(database.ownerUrl, url);
    await database.query(`grant create on schema public to ${role}`);
    await checkDatabase(url);
    await run(url, 'create table of_its_own ()');
    expect(await refusal(checkDatabase(url))).toContain(`the role ${role} owns tables`);
  });

  it('refuses a server, a database and a login that are not there', async () => {
    const { appUrl } = await emptyDatabase();
    const secret = 'not the password';
    const [port, name, login] = [
      Object.assign(new URL(appUrl), { port: '1' }).href,
      Object.assign(new URL(appUrl), { pathname: '/no_such_database' }).href,
      as(appUrl, 'no_such_role', secret),
    ];
    expect(await refusal(checkDatabase(port))).toContain('ECONNREFUSED');
    expect(await refusal(checkDatabase(name))).toContain('3D000');
    expect(await refusal(checkDatabase(login))).not.toContain(secret);
  });

  describe('on a server where we are superuser', () => {
    let directory: string;
    let postgres: EmbeddedPostgres;

    beforeAll(async () => {
      directory = scratchDirectory();
      postgres = await EmbeddedPostgres.start({ directory, superuserPassword: 'superuser' });
      await prepareDatabase(postgres.url(), postgres.url('app', 'app'));
    });
    afterAll(async () => {
      await postgres.stop();
      rmSync(directory, { recursive: true, force: true });
    });

    const login = (role: string) => postgres.url(role, 'secret');

    it('refuses a superuser', async () => {
      await checkDatabase(postgres.url('app', 'app'));
      expect(await refusal(checkDatabase(postgres.url()))).toContain('the role postgres is a superuser');
    });

    it('refuses a role that row-level security does not bind', async () => {
      await run(postgres.url(), `create role bypassing login bypassrls password 'secret'`);
      await prepareDatabase(postgres.url(), login('bypassing'));
      expect(await refusal(checkDatabase(login('bypassing')))).toContain('may bypass row-level security');
    });

    it('names the grant that is missing where another owner has made the maintenance role', async () => {
      const create = `create role second_owner login createrole password 'secret'`;
      await run(postgres.url(), create, 'create database second owner second_owner');
      const [owner, app] = ['second_owner', 'second_app'].map((role) => postgres.url(role, 'secret', 'second'));
      const prepare = () => prepareDatabase(owner ?? '', app ?? '');
      const [, grant = ''] =
        /As an administrator: (.+)$/.exec(await refusal(prepare(), 'DATABASE_MIGRATION_URL')) ?? [];
      expect(grant).toBe('grant onboarding_maintenance to "second_owner";');
      await run(postgres.url(), grant);
      await prepare();
      await checkDatabase(app ?? '');
    });

    it('refuses a role that may become one of those', async () => {
      await run(postgres.url(), `create role becoming login password 'secret'`);
      await prepareDatabase(postgres.url(), login('becoming'));
      await checkDatabase(login('becoming'));
      await run(postgres.url(), 'create role mighty superuser', 'grant mighty to becoming');
      expect(await refusal(checkDatabase(login('becoming')))).toContain('the role becoming');
      await run(postgres.url(), 'alter role mighty nosuperuser bypassrls');
      expect(await refusal(checkDatabase(login('becoming')))).toContain('may bypass row-level security');
    });
  });
});

describe('a database of the version that knew no sizes', () => {
  const SIZES = 'Migration20261126DocumentSizes';

  it('learns them, reads the same, and takes less from who has stored too much', async () => {
    const app = await TestApp.start();
    drops.push(() => app.stop());
    await fillEveryTable(app, 'alice', 'mark');
    await fillEveryTable(app, 'large', 'mark');
    const { database } = app;
    await migrator(database.ownerUrl, (each) => each.down({ to: SIZES }));
    await migrator(database.ownerUrl, (each) => each.down());
    await database.query(
      `update persona_data set extra = jsonb_build_object('image', repeat('x', 11 * 1024 * 1024)) where user_id = 'large'`,
    );
    const before = await database.dump();
    await migrator(database.ownerUrl, (each) => each.up({ to: SIZES }));

    const rows = await database.query<{ user_id: string; session_bytes: number; bytes: number }>(
      `select user_id, document_bytes as session_bytes,
              (select sum(value::int) from jsonb_each_text(document_sizes))::int as bytes
       from onboarding_sessions order by user_id`,
    );
    expect(rows[0]?.session_bytes).toBe(rows[0]?.bytes);
    expect(rows[0]?.session_bytes).toBeGreaterThan(1000);
    expect(rows[1]).toMatchObject({ session_bytes: 10 * 1024 * 1024 });
    const without = ({ onboarding_sessions: sessions = [], ...others }: Record<string, unknown[]>) => {
      const added = ['document_sizes', 'document_bytes', 'document_items'];
      const original = (row: unknown) =>
        Object.entries(row as JsonObject).filter(([column]) => !added.includes(column));
      return [others, sessions.map((row) => Object.fromEntries(original(row)))];
    };
    expect(without(await database.dump())).toEqual(without(before));

    await prepareDatabase(database.ownerUrl, database.appUrl);
    const large = await app.as('large');
    expect((await large.get('/step/4')).body.data.image).toHaveLength(11 * 1024 * 1024);
    expect((await large.post('/step/5/skip')).status).toBe(200);
    expect((await large.post('/step/5/complete', { data: { notes: 'one more' } })).status).toBe(413);
    expect((await large.post('/step/4/complete', { data: { ...sample(4).data, image: 'small' } })).status).toBe(200);
    expect((await large.post('/step/5/complete', { data: { notes: 'one more' } })).status).toBe(200);
  });
});
