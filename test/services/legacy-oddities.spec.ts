import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartupError } from '../../src/ground/config/startup-error.js';
import { STEP_KEYS } from '../../src/onboarding/flow/steps.js';
import { LegacySources, type SourceOptions } from '../../src/operations/legacy-import/legacy-sources.js';
import type { Leftover, LegacyUser } from '../../src/operations/legacy-import/legacy-user.js';
import { LegacyFolder } from '../support/data/legacy-sources.js';
import { TestDatabase } from '../support/database/database.js';
import { scratchDirectory } from '../support/process/scratch-directory.js';

/** The tables of the older back end in SQLite, without rows. */
let schema = '';
let folder: string;

beforeAll(() => {
  const samples = new LegacyFolder();
  const database = new DatabaseSync(samples.sqlite);
  const tables = database.prepare(`select sql from sqlite_master where type = 'table'`).all() as { sql: string }[];
  schema = tables.map(({ sql }) => sql).join(';\n');
  database.close();
  samples.remove();
});

beforeEach(() => {
  folder = scratchDirectory();
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Read {
  readonly users: ReadonlyMap<string, LegacyUser>;
  readonly leftovers: readonly Leftover[];
}

async function read(options: Partial<SourceOptions>): Promise<Read> {
  const sources = new LegacySources({ from: [], users: null, user: null, env: [], timezone: 'UTC', ...options });
  const users = new Map<string, LegacyUser>();
  const leftovers: Leftover[] = [];
  try {
    for await (const found of sources.users()) {
      if ('user' in found) {
        expect(users.has(found.user.userId)).toBe(false);
        users.set(found.user.userId, found.user);
      } else leftovers.push(found.leftover);
    }
  } finally {
    await sources.close();
  }
  return { users, leftovers };
}

/** @param statements SQL that fills the tables */
function sqlite(statements: string, file = join(folder, 'alwrity.db')): string {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  database.exec(`${schema};\n${statements}`);
  database.close();
  return file;
}

const session = (id: number | bigint, userId: string, others = `2, 33, '2026-01-01 08:00:00', '2026-01-01 09:00:00'`) =>
  `insert into onboarding_sessions (id, user_id, current_step, progress, started_at, updated_at) values (${id}, ${userId}, ${others});`;

const website = (sessionId: number | string, url: string, time = '2026-01-01 08:30:00') =>
  `insert into website_analyses (session_id, website_url, status, created_at, updated_at)
   values (${sessionId}, '${url}', 'completed', '${time}', '${time}');`;

const key = (sessionId: number | string, provider: string, text: string) =>
  `insert into api_keys (session_id, provider, key) values (${sessionId}, '${provider}', '${text}');`;

const progressFile = (name: string, others: object = {}) => {
  const text = JSON.stringify({
    steps: [
      {
        step_number: 1,
        status: 'completed',
        completed_at: '2025-10-01T09:00:00',
        data: { api_keys: { exa: `key of ${name}` } },
      },
    ],
    started_at: '2025-10-01T08:00:00',
    last_updated: '2025-10-01T09:00:00',
    ...others,
  });
  writeFileSync(join(folder, `.onboarding_progress${name && '_'}${name}.json`), text);
};

const codes = (leftovers: readonly Leftover[]) =>
  leftovers.map(({ warnings }) => warnings.map(({ code }) => code).join());
const details = (leftovers: readonly Leftover[]) =>
  leftovers.flatMap(({ warnings }) => warnings.map(({ detail }) => detail));
const addressOf = (user: LegacyUser | undefined) => user?.website?.value['website_url'];

describe('users in a database of all users', () => {
  it('have ids as they are, also numbers, ids with a blank at the end, and beyond 2^53', async () => {
    const file = sqlite(
      session(1, '42') + session(2, '9007199254740993') + session(9007199254740993n, `'blank '`) + session(4, `'ü|🥨'`),
    );
    const { users } = await read({ from: [`sqlite:${file}`] });
    expect([...users.keys()].sort()).toEqual(['42', '9007199254740993', 'blank ', 'ü|🥨'].sort());
  });

  it('have the data of all of their sessions', async () => {
    const file = sqlite(
      session(1, `'eve'`, `1, 17, '2026-01-01 08:00:00', '2026-01-01 08:10:00'`) +
        session(2, `'eve'`, `2, 33, '2026-01-01 08:00:01', '2026-01-01 08:20:00'`) +
        key(1, 'gemini', 'AIza-1') +
        website(1, 'https://older.test', '2026-01-01 08:00:00') +
        website(2, 'https://newer.test', '2026-01-01 08:20:00'),
    );
    const { users } = await read({ from: [`sqlite:${file}`] });
    const eve = users.get('eve');
    expect(addressOf(eve)).toBe('https://newer.test');
    expect(eve?.keys.map(({ provider }) => provider)).toEqual(['gemini']);
    expect(eve?.progress.startedAt.toISOString()).toBe('2026-01-01T08:00:01.000Z');
    expect(eve?.warnings.map(({ code }) => code)).toEqual(['several_sessions']);
  });

  it('have rows that were saved under a number made from their id, with or without a session', async () => {
    const hashed = (id: string) =>
      String(Number.parseInt(createHash('sha256').update(id).digest('hex').slice(0, 8), 16) % 2147483647);
    const file = sqlite(
      session(1, `'eve'`) +
        website(hashed('eve'), 'https://eve.test') +
        website(hashed('adam'), 'https://adam.test') +
        website(77, 'https://lost.test'),
    );
    const alone = await read({ from: [`sqlite:${file}`] });
    expect(addressOf(alone.users.get('eve'))).toBe('https://eve.test');
    expect(details(alone.leftovers)).toEqual([expect.stringContaining('2 of website_analyses')]);
    const listed = await read({ from: [`sqlite:${file}`], users: ['eve', 'adam'] });
    expect(addressOf(listed.users.get('adam'))).toBe('https://adam.test');
    expect(listed.users.get('adam')?.progress.startedAt.toISOString()).toBe('2026-01-01T08:30:00.000Z');
    expect(details(listed.leftovers)).toEqual([expect.stringContaining('1 of website_analyses')]);
  });

  it('get no rows that belong to nobody', async () => {
    const file = sqlite(
      session(1, `'eve'`) +
        session(2, `''`) +
        session(3, '1') +
        key('null', 'gemini', 'AIza-1') +
        key(9, 'exa', 'e') +
        website(2, 'https://a.test') +
        `insert into user_business_info (user_id, business_description) values (1, 'Whose?'), (null, 'Whose?');`,
    );
    const { users, leftovers } = await read({ from: [`sqlite:${file}`] });
    expect([...users.keys()]).toEqual(['1', 'eve']);
    for (const user of users.values()) expect(user).toMatchObject({ keys: [], website: null, business: null });
    expect(details(leftovers)).toEqual([
      '1 of onboarding_sessions name no user: they are nobody’s.',
      '2 of api_keys belong to no session: they are nobody’s.',
      '1 of website_analyses belong to no session: they are nobody’s.',
      '2 of user_business_info name no user of this source; user 1 is everybody of that time.',
    ]);
    expect(leftovers.every(({ isFailure, userId }) => !isFailure && userId === null)).toBe(true);
  });

  it('are read from older tables, which lack columns and other tables', async () => {
    const file = join(folder, 'old.db');
    const database = new DatabaseSync(file);
    database.exec(`create table onboarding_sessions (id integer primary key, user_id integer, current_step integer, progress float);
      insert into onboarding_sessions values (1, 5, 1, 16.666666666666668);`);
    database.close();
    const { users } = await read({ from: [`sqlite:${file}`] });
    expect(users.get('5')?.progress.startedAt).toEqual(new Date(0));
    expect(users.get('5')?.warnings.map(({ code }) => code)).toEqual(['unknown_start']);
  });
});

describe('keys', () => {
  it('are in no document, message or report', async () => {
    const own = 'k3y-of-eve-0001';
    const style = JSON.stringify({ tone: JSON.stringify({ client_secret: 'c1', note: `${own}\u0000` }) });
    const file = sqlite(
      session(1, `'user_1'`, `1, 0, '2026-01-01 08:00:00', '2026-01-01 09:00:00'`) +
        key(1, 'exa', own) +
        key(1, own, 'exa') +
        `insert into website_analyses (session_id, website_url, status, error_message, writing_style)
         values (1, 'https://a.test', 'failed', 'GET https://b.test/?key=${own}', '${style}');` +
        `insert into competitor_analyses (session_id, competitor_url, analysis_data)
         values (1, 'https://c.test', '{"title": "C", "meta": {"exa_api_key": "c2"}}');`,
      join(folder, 'db/a.db'),
    );
    const steps = [{ step_number: 4, status: 'failed', validation_errors: [own], data: { api_keys: { exa: own } } }];
    progressFile('user_1', { steps });
    const { users } = await read({ from: [folder, `sqlite:${file}`] });
    const user = users.get('user_1');
    expect(JSON.stringify({ ...user, keys: [] })).not.toMatch(new RegExp(`${own}|"c[12]"`));
    expect(user?.website?.value).toMatchObject({
      error_message: 'GET https://b.test/?key=[secret]',
      writing_style: { tone: { note: '[secret]\uFFFD' } },
    });
    expect(user?.competitors?.value).toMatchObject([{ title: 'C', meta: {} }]);
    expect(user?.progress.steps.website.validationErrors).toEqual(['GET https://b.test/?key=[secret]']);
    expect(user?.persona).toBeNull();
    expect(user?.keys.map(({ provider, key: secret }) => [provider, secret.reveal()])).toEqual([['exa', own]]);
    expect(user?.warnings.map(({ code, detail }) => `${code} ${detail.split(' ')[0]}`)).toEqual(
      expect.arrayContaining([
        'secret_in_text A',
        'secret_left_out website/writing_style/tone/client_secret',
        'secret_left_out competitors/*/meta/exa_api_key',
        'secret_left_out persona/api_keys',
      ]),
    );
  });
});

describe('a finished user', () => {
  const finished = (id: number, times: string) => session(id, `'user_${id}'`, `6, 100, ${times}`);

  it('stays one, also where no session says when', async () => {
    const file = sqlite(
      finished(1, 'null, null') +
        website(1, 'https://a.test', '2026-01-03 08:00:00') +
        finished(2, `'never', 'infinity'`) +
        finished(3, 'null, null'),
      join(folder, 'db/a.db'),
    );
    progressFile('user_2', {
      steps: [],
      started_at: '2026-01-01T08:00:00',
      last_updated: '2026-01-02T08:00:00',
      is_completed: true,
    });
    const { users } = await read({ from: [folder, `sqlite:${file}`] });
    expect([...users].map(([id, { progress }]) => [id, progress.completedAt?.toISOString()])).toEqual([
      ['user_1', '2026-01-03T08:00:00.000Z'],
      ['user_2', '2026-01-02T08:00:00.000Z'],
      ['user_3', '1970-01-01T00:00:00.000Z'],
    ]);
    for (const { progress } of users.values()) {
      expect(progress.steps.complete).toMatchObject({ status: 'completed', completedAt: progress.completedAt });
    }
    const codesOf = (id: string) => users.get(id)?.warnings.map(({ code }) => code);
    expect(codesOf('user_1')).toContain('unknown_completion');
    expect(codesOf('user_2')).not.toContain('unknown_completion');
  });
});

describe('a SQLite file', () => {
  it('is read with what is in its write-ahead log, and is not changed', async () => {
    const file = sqlite(session(1, `'eve'`));
    const writer = new DatabaseSync(file, { enableForeignKeyConstraints: false });
    writer.exec('pragma journal_mode = wal; pragma wal_autocheckpoint = 0;');
    writer.exec(session(2, `'adam'`));
    const contents = () =>
      readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]);
    const before = contents();
    const { users } = await read({ from: [`sqlite:${file}`] });
    expect([...users.keys()].sort()).toEqual(['adam', 'eve']);
    expect(contents()).toEqual(before);
    writer.close();
  });

  it('leaves no copy of keys behind, even if the import is killed', async () => {
    const copies = () => readdirSync(tmpdir()).filter((name) => name.startsWith('onboarding-import-'));
    // Of another program, or of a run that a machine's end has cut off.
    const before = copies();
    const file = sqlite(session(1, `'eve'`));
    const writer = new DatabaseSync(file);
    writer.exec('pragma journal_mode = wal; pragma wal_autocheckpoint = 0;');
    writer.exec(session(2, `'adam'`));
    const sources = new LegacySources({
      from: [`sqlite:${file}`],
      users: null,
      user: null,
      env: [],
      timezone: 'UTC',
    });
    expect(await sources.count()).toBe(2);
    // The copy is open, and has no name any more.
    expect(copies().filter((name) => !before.includes(name))).toEqual([]);
    await sources.close();
    writer.close();
  });

  it('is read in WAL mode where nothing may be written', async () => {
    const file = sqlite(`pragma journal_mode = wal; ${session(1, `'eve'`)}`);
    chmodSync(folder, 0o555);
    const { users } = await read({ from: [`sqlite:${file}`] });
    chmodSync(folder, 0o755);
    expect([...users.keys()]).toEqual(['eve']);
    expect(readdirSync(folder)).toEqual(['alwrity.db']);
  });

  it('is read after its writer was killed in a transaction', async () => {
    const file = sqlite(session(1, `'eve'`));
    const writer = new DatabaseSync(file);
    writer.exec('pragma cache_size = 2; begin;');
    writer.exec(`with recursive n(i) as (select 10 union all select i + 1 from n where i < 3000)
      insert into onboarding_sessions (id, user_id) select i, 'user ' || i from n`);
    const crashed = join(folder, 'crashed.db');
    cpSync(`${file}-journal`, `${crashed}-journal`);
    cpSync(file, crashed);
    writer.close();
    const { users } = await read({ from: [`sqlite:${crashed}`] });
    expect([...users.keys()]).toEqual(['eve']);
  });

  it('that is locked is a clear line', async () => {
    const file = sqlite(session(1, `'eve'`));
    const writer = new DatabaseSync(file);
    writer.exec('begin exclusive');
    const locked = read({ from: [`sqlite:${file}`] });
    await expect(locked).rejects.toThrow(`--from: sqlite:${file}: SQLite cannot read it (database is locked).`);
    await expect(locked).rejects.toBeInstanceOf(StartupError);
    writer.close();
  });

  it.each<[string, (file: string) => void, RegExp]>([
    ['is not there', (file) => rmSync(file), /it cannot be read \(ENOENT\)/],
    ['is something else', (file) => writeFileSync(file, 'hello'), /it is no SQLite database/],
    ['is cut off', (file) => truncateSync(file, 4096), /SQLite cannot read it \(database disk image is malformed\)/],
    [
      'is another program’s',
      (file) => {
        rmSync(file);
        const database = new DatabaseSync(file);
        database.exec('create table a (b)');
        database.close();
      },
      /has no table onboarding_sessions/,
    ],
  ])('that %s is a clear line', async (_, spoil, message) => {
    const file = sqlite(session(1, `'eve'`));
    spoil(file);
    const spoilt = read({ from: [`sqlite:${file}`] });
    await expect(spoilt).rejects.toThrow(message);
    await expect(spoilt).rejects.toBeInstanceOf(StartupError);
  });
});

describe('a PostgreSQL database', () => {
  const withDatabase = async (migrated: boolean, use: (database: TestDatabase) => Promise<void>) => {
    const database = await TestDatabase.create({ migrated });
    try {
      await use(database);
    } finally {
      await database.drop();
    }
  };

  it('may hold what our columns refuse, in json and in jsonb', () =>
    withDatabase(false, async (database) => {
      await database.query(`
        create table onboarding_sessions (id bigint, user_id text, current_step int, progress float, started_at timestamp, updated_at timestamp);
        insert into onboarding_sessions values (9007199254740993, 'eve', 2, 33, '2026-01-01 08:00:00', '2026-01-01 09:00:00');
        create table website_analyses (id int, session_id bigint, website_url text, writing_style json, crawl_result json, created_at timestamp);
        insert into website_analyses values (1, 9007199254740993, 'https://a.test', '{"tone": "a\\u0000\\ud83d", "n": 12345678901234567890}', 'null', '2026-01-01 08:30:00');
        create table persona_data (id int, session_id bigint, core_persona jsonb, selected_platforms jsonb);
        insert into persona_data values (1, 9007199254740993, '{"identity": {}}', '["blog"]');`);
      const { users } = await read({ from: [database.ownerUrl] });
      expect(users.get('eve')?.website?.value).toEqual({
        website_url: 'https://a.test',
        writing_style: { tone: 'a\uFFFD\uFFFD', n: '12345678901234567890' },
      });
      expect(users.get('eve')?.persona?.value).toEqual({
        core_persona: { identity: {} },
        selected_platforms: ['blog'],
      });
      expect(users.get('eve')?.warnings.map(({ code }) => code)).toEqual(['replaced_characters']);
    }));

  it('of another program is a clear line, also our own', async () => {
    await withDatabase(false, async ({ ownerUrl }) => {
      await expect(read({ from: [ownerUrl] })).rejects.toThrow('has no table onboarding_sessions');
    });
    await withDatabase(true, async (database) => {
      await database.query(
        `insert into onboarding_sessions (id, user_id, started_at, updated_at) values (gen_random_uuid(), 'eve', now(), now())`,
      );
      const own = read({ from: [database.ownerUrl] });
      await expect(own).rejects.toThrow('a row has no number');
      await expect(own).rejects.toBeInstanceOf(StartupError);
    });
  });
});

describe('progress files', () => {
  it('belong to the ids that have their names', async () => {
    for (const name of ['auth0_5f7c_eve', 'a_b', 'auth0|raw.id', 'user_2fClerk', '数²_x', 'nobody_1'])
      progressFile(name);
    const list = ['auth0|5f7c.eve', 'a.b', 'a|b', 'auth0|raw.id', '数² x'];
    const listed = await read({ from: [folder], users: list });
    expect([...listed.users.keys()].sort()).toEqual(['auth0|5f7c.eve', 'auth0|raw.id', '数² x'].sort());
    expect(codes(listed.leftovers).sort()).toEqual(['ambiguous_user', 'unknown_user', 'unknown_user']);
    const unlisted = await read({ from: [folder] });
    expect([...unlisted.users.keys()]).toEqual(['user_2fClerk']);
  });

  it('belong to users of a database in the same run', async () => {
    progressFile('auth0_eve');
    const { users } = await read({
      from: [folder, `sqlite:${sqlite(session(1, `'auth0|eve'`), join(folder, 'db/a.db'))}`],
    });
    expect(users.get('auth0|eve')?.source).toBe('progress-files, sqlite');
    expect(users.get('auth0|eve')?.keys.map(({ provider }) => provider)).toEqual(['exa']);
    expect(users.get('auth0|eve')?.progress.startedAt.toISOString()).toBe('2025-10-01T08:00:00.000Z');
  });

  it('that are damaged keep nobody else back, nor what a database has of the same user', async () => {
    progressFile('user_1');
    progressFile('user_2');
    truncateSync(join(folder, '.onboarding_progress_user_2.json'), 60);
    progressFile('user_3');
    truncateSync(join(folder, '.onboarding_progress_user_3.json'), 0);
    const { users, leftovers } = await read({
      from: [folder, `sqlite:${sqlite(session(1, `'user_3'`), join(folder, 'db/a.db'))}`],
    });
    expect([...users.keys()]).toEqual(['user_1', 'user_3']);
    expect(leftovers.map(({ userId, isFailure }) => [userId, isFailure])).toEqual([
      ['user_2', true],
      ['user_3', true],
    ]);
  });

  it('fill a database: the later document wins, a finished user stays finished', async () => {
    const steps = STEP_KEYS.map((_, index) => ({
      step_number: index + 1,
      status: 'completed',
      completed_at: '2026-01-01T08:40:00',
      data: index === 1 ? { website: 'https://file.test', domainName: 'file.test' } : {},
    }));
    const last_updated = '2026-01-01T08:45:00';
    progressFile('user_1', { steps, last_updated, is_completed: true });
    progressFile('user_2', { steps: steps.slice(0, 2), last_updated });
    progressFile('user_3', { steps: steps.slice(1, 2), last_updated });
    progressFile('user_4', { steps: [{ step_number: 2, status: 'in_progress' }], last_updated, current_step: 2 });
    const file = sqlite(
      [1, 2, 3, 4].map((id) => session(id, `'user_${id}'`)).join('') +
        website(1, 'https://database.test') +
        website(2, 'https://database.test', '2026-01-01 08:50:00') +
        website(3, 'https://file.test/', '2026-01-01 08:50:00') +
        website(4, 'https://database.test'),
      join(folder, 'db/a.db'),
    );
    const { users } = await read({ from: [folder, `sqlite:${file}`] });
    expect(addressOf(users.get('user_1'))).toBe('https://file.test');
    expect(users.get('user_1')?.progress.completedAt?.toISOString()).toBe('2026-01-01T08:40:00.000Z');
    expect(users.get('user_2')?.website?.value).toEqual({ website_url: 'https://database.test', status: 'completed' });
    expect(users.get('user_2')?.progress.steps.api_keys.status).toBe('completed');
    // The same website: the file has what the database dropped.
    expect(users.get('user_3')?.website?.value).toMatchObject({
      website_url: 'https://file.test/',
      domainName: 'file.test',
    });
    expect(users.get('user_4')?.progress).toMatchObject({
      steps: { website: { status: 'completed' } },
      currentStep: null,
    });
  });

  it('that name nobody at all are reported', async () => {
    progressFile('user_1');
    progressFile('');
    cpSync(join(folder, '.onboarding_progress.json'), join(folder, '.onboarding_progress_.json'));
    const { users, leftovers } = await read({ from: [folder], user: 'eve' });
    expect([...users.keys()]).toEqual(['eve', 'user_1']);
    expect(details(leftovers)).toEqual(['.onboarding_progress_.json has no id in its name: it was not imported.']);
  });

  it.each(['nothing', 'empty'])('must be somewhere: %s is a clear line', async (name) => {
    if (name === 'empty') mkdirSync(join(folder, name));
    const missing = read({ from: [join(folder, name)] });
    await expect(missing).rejects.toThrow(name === 'empty' ? 'holds neither' : 'cannot be read (ENOENT)');
    await expect(missing).rejects.toBeInstanceOf(StartupError);
  });
});

describe('workspaces', () => {
  const workspace = (name: string, statements: string, file = `db/alwrity_${name}.db`) =>
    sqlite(statements, join(folder, `workspace_${name}`, file));
  const context = (name: string, file: string, content: object) => {
    const path = join(folder, `workspace_${name}`, 'agent_context', file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(content));
  };

  it('have databases under older names, and older ones next to empty ones', async () => {
    workspace('a', session(1, `'a'`), 'database/alwrity.db');
    workspace('b', session(1, `'b'`), 'database/alwrity_b.db');
    workspace('c', '');
    workspace('c', session(1, `'c'`), 'db/alwrity.db');
    const { users, leftovers } = await read({ from: [folder] });
    expect([...users.keys()]).toEqual(['a', 'b', 'c']);
    expect(leftovers).toEqual([]);
  });

  it('can be given one by one', async () => {
    workspace('a', session(1, `'a'`));
    workspace('b', session(1, `'b'`));
    expect([...(await read({ from: [join(folder, 'workspace_b')] })).users.keys()]).toEqual(['b']);
  });

  it('that are damaged keep nobody else back', async () => {
    workspace('user_1', session(1, `'user_1'`));
    truncateSync(workspace('user_2', session(1, `'user_2'`)), 5000);
    workspace('user_3', session(1, `'user_3'`));
    const { users, leftovers } = await read({ from: [folder] });
    expect([...users.keys()]).toEqual(['user_1', 'user_3']);
    expect(leftovers).toEqual([expect.objectContaining({ userId: 'user_2', isFailure: true })]);
  });

  it('that are gone meanwhile fail their own users alone', async () => {
    for (const name of ['user_1', 'user_2', 'user_3']) workspace(name, session(1, `'${name}'`));
    const sources = new LegacySources({ from: [folder], users: null, user: null, env: [], timezone: 'UTC' });
    expect(await sources.count()).toBe(3);
    rmSync(join(folder, 'workspace_user_2'), { recursive: true });
    const found: unknown[] = [];
    for await (const one of sources.users()) found.push('user' in one ? one.user.userId : one.leftover);
    await sources.close();
    expect(found).toEqual(['user_1', expect.objectContaining({ userId: 'user_2', isFailure: true }), 'user_3']);
  });

  it('may be shared by two users, and hold sessions of background jobs', async () => {
    workspace(
      'custX',
      session(1, `'cust.X'`) + session(2, `'custX'`) + website(1, 'https://one.test') + website(2, 'https://two.test'),
    );
    workspace(
      'auth0x01',
      session(1, `'auth0|x.01'`) +
        session(2, `'auth0x01'`, `1, 0, '2026-02-01 00:00:00', '2026-02-01 00:00:00'`) +
        website(1, 'https://x.test'),
    );
    const { users } = await read({ from: [folder] });
    expect([...users].map(([id, user]) => [id, addressOf(user)])).toEqual([
      ['auth0|x.01', 'https://x.test'],
      ['cust.X', 'https://one.test'],
      ['custX', 'https://two.test'],
    ]);
  });

  it('have flat files, which count for the user whose id is in them', async () => {
    workspace('custX', session(1, `'cust.X'`) + session(2, `'custX'`));
    const data = {
      core_persona: { identity: { persona_name: 'Ana' } },
      source_payload: { brandAvatar: { set: true } },
    };
    context('custX', 'step4_persona_data.json', { user_id: 'cust.X', updated_at: '2026-01-01T10:00:00', data });
    context('custX', 'step2_website_analysis.json', {
      user_id: 'cust.X',
      updated_at: '2025-01-01T10:00:00',
      data: { website_url: 'https://deleted.test' },
    });
    context('custX', 'step5_integrations.json', { user_id: 'stranger', data: { notes: 'not theirs' } });
    writeFileSync(
      join(folder, 'workspace_custX', 'agent_context', 'step3_research_preferences.json'),
      '{"user_id": "cust',
    );
    const { users } = await read({ from: [folder] });
    const user = users.get('cust.X');
    expect(user?.persona?.value).toEqual({ ...{ core_persona: data.core_persona }, brandAvatar: { set: true } });
    expect(user).toMatchObject({ website: null, integrations: null });
    expect(user?.progress.steps.personalization.status).toBe('completed');
    expect(user?.warnings.map(({ code }) => code)).toContain('damaged_file');
    expect(users.get('custX')?.persona).toBeNull();
  });

  const business = (userId: string, description: string, time = '2026-01-01 08:00:00') =>
    `insert into user_business_info (user_id, business_description, updated_at) values (${userId}, '${description}', '${time}');`;

  it('have a business without a name of a user, which is the one user’s', async () => {
    workspace('a', session(1, `'a'`) + business('null', 'Mine'));
    expect((await read({ from: [folder] })).users.get('a')?.business?.value).toEqual({ business_description: 'Mine' });
  });

  it('have businesses of strangers, which are nobody’s', async () => {
    workspace(
      'a',
      session(1, `'a'`) +
        business(`'b'`, 'Theirs', '2026-01-03 08:00:00') +
        business('1', 'Whose?', '2026-01-04 08:00:00'),
    );
    workspace('b', session(1, `'b'`));
    const { users, leftovers } = await read({ from: [folder] });
    expect([...users.values()].map((user) => user.business)).toEqual([null, null]);
    expect(details(leftovers)).toEqual([
      'workspace_a: 2 of user_business_info name no user of this source; user 1 is everybody of that time.',
    ]);
  });

  it('have a business under the user’s own id, which goes before a later one without a name', async () => {
    workspace('a', session(1, `'a'`) + business(`'a'`, 'Mine') + business('null', 'Whose?', '2026-01-03 08:00:00'));
    expect((await read({ from: [folder] })).users.get('a')?.business?.value).toEqual({ business_description: 'Mine' });
  });

  it('may have a database without a byte, which is an empty one', async () => {
    workspace('a', session(1, `'a'`), 'db/alwrity.db');
    writeFileSync(join(folder, 'workspace_a/db/alwrity_a.db'), '');
    mkdirSync(join(folder, 'workspace_b/db'), { recursive: true });
    writeFileSync(join(folder, 'workspace_b/db/alwrity_b.db'), '');
    const { users, leftovers } = await read({ from: [folder] });
    expect([...users.keys()]).toEqual(['a']);
    expect(leftovers).toMatchObject([{ isFailure: false, warnings: [{ code: 'not_started' }] }]);
  });

  it('may hold a flat file of another user, which is reported', async () => {
    workspace('custX', session(1, `'cust.X'`) + session(2, `'custX'`));
    workspace('a', session(1, `'a'`));
    for (const name of ['custX', 'a']) {
      context(name, 'step5_integrations.json', { user_id: 'custX', data: { notes: 'of custX' } });
    }
    const { users } = await read({ from: [folder] });
    const foreign = [...users].flatMap(([id, { warnings }]) =>
      warnings.flatMap(({ code, detail }) => (code === 'foreign_file' ? [`${id}: ${detail}`] : [])),
    );
    expect(foreign).toEqual(['a: step5_integrations.json in workspace_a names another user: it was not imported.']);
  });

  it('may have texts that are no UTF-8, which is reported', async () => {
    workspace(
      'a',
      session(1, `'a'`) +
        website(1, 'https://a.test') +
        `update website_analyses set error_message = cast(x'4fff4b' as text);`,
    );
    workspace('b', session(1, `'b'`));
    context('b', 'step5_integrations.json', { user_id: 'b', data: { notes: 'a?b' } });
    const file = join(folder, 'workspace_b/agent_context/step5_integrations.json');
    writeFileSync(file, Buffer.from(readFileSync(file, 'latin1').replace('a?b', 'a\u00FFb'), 'latin1'));
    const { users } = await read({ from: [folder] });
    expect(users.get('a')?.website?.value['error_message']).toBe('O\uFFFDK');
    expect(users.get('b')?.integrations?.value).toEqual({ notes: 'a\uFFFDb' });
    for (const { warnings } of users.values()) expect(warnings.map(({ code }) => code)).toContain('invalid_utf8');
  });

  it('have sessions without a user, which are nobody’s', async () => {
    workspace('a', session(1, `''`) + session(2, `'a'`));
    const { users, leftovers } = await read({ from: [folder] });
    expect([...users.keys()]).toEqual(['a']);
    expect(details(leftovers)).toEqual(['workspace_a: 1 of onboarding_sessions name no user: they are nobody’s.']);
  });
});

describe('options', () => {
  it('that make no sense are clear lines', async () => {
    await expect(read({ timezone: 'Middle/Earth' })).rejects.toThrow('--timezone: Middle/Earth is no time zone');
    await expect(read({ env: [join(folder, 'none')], user: 'eve' })).rejects.toThrow(/--env: .*\(ENOENT\)/);
    await expect(read({ from: ['postgres://eve:hunter2@127.0.0.1:1/a'] })).rejects.toThrow(
      '--from: PostgreSQL cannot be reached (ECONNREFUSED).',
    );
  });

  it('apply a time zone to files and to what the process wrote into databases', async () => {
    progressFile('user_1');
    const file = sqlite(
      session(1, `'user_2'`, `2, 33, '2026-01-01 08:00:00.5', '2026-01-01 09:00:00'`),
      join(folder, 'db/a.db'),
    );
    const { users } = await read({ from: [folder, `sqlite:${file}`], timezone: 'Asia/Tokyo' });
    expect(users.get('user_1')?.progress.startedAt.toISOString()).toBe('2025-09-30T23:00:00.000Z');
    expect(users.get('user_2')?.progress.startedAt.toISOString()).toBe('2025-12-31T23:00:00.500Z');
    expect(users.get('user_2')?.progress.updatedAt.toISOString()).toBe('2026-01-01T09:00:00.000Z');
  });

  it('give a file of the environment that is no UTF-8: it is read, and reported', async () => {
    const env = join(folder, '.env');
    writeFileSync(env, Buffer.from('# für uns\nEXA_API_KEY=of-the-deployment\n', 'latin1'));
    const { users } = await read({ env: [env], user: 'eve' });
    expect(users.get('eve')?.keys.map(({ provider }) => provider)).toEqual(['exa']);
    expect(users.get('eve')?.warnings.map(({ code }) => code)).toContain('invalid_utf8');
  });

  it('give keys of the environment to a user for providers of which the user has none', async () => {
    const env = join(folder, '.env');
    writeFileSync(env, 'GEMINI_API_KEY=of-the-deployment\nEXA_API_KEY=of-the-deployment\n');
    progressFile('user_1');
    const { users } = await read({ from: [folder], env: [env], user: 'user_1' });
    const keys = users.get('user_1')?.keys.map(({ provider, key: secret }) => [provider, secret.reveal()]);
    expect(Object.fromEntries(keys ?? [])).toEqual({ exa: 'key of user_1', gemini: 'of-the-deployment' });
  });
});
