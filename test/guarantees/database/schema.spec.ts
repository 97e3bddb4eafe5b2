import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { schemaDifference } from '../../../src/storage/postgres/schema-difference.js';
import { keysOf } from '../../support/database/catalogue.js';
import { TestDatabase } from '../../support/database/database.js';
import { TABLES } from '../../support/data/filled-user.js';

const MIGRATIONS = 'mikro_orm_migrations';

describe('schema', () => {
  let database: TestDatabase;
  let appRole: string;

  beforeAll(async () => {
    database = await TestDatabase.create();
    appRole = decodeURIComponent(new URL(database.appUrl).username);
  });
  afterAll(() => database.drop());

  /** Runs statements in one transaction of a user's, as the service's role. */
  async function asUser(userId: string, ...statements: string[]): Promise<void> {
    const client = new pg.Client({ connectionString: database.appUrl });
    await client.connect();
    try {
      await client.query('begin');
      await client.query(`select set_config('app.user_id', $1, true)`, [userId]);
      for (const statement of statements) await client.query(statement);
      await client.query('commit');
    } finally {
      await client.end();
    }
  }

  it('has the tables that are listed', async () => {
    expect(await database.tables()).toEqual(TABLES);
  });

  it('is what the entities say', async () => {
    expect(await schemaDifference(database.ownerUrl)).toBe('');
  });

  it('leads every key and index with the user', async () => {
    const keys = await keysOf(database);
    // But for the one by which the numbers find what transactions have changed.
    const others = keys.filter(({ columns }) => columns[0] !== 'user_id');
    expect(others.map(({ table, kind, columns }) => [table, kind, columns])).toEqual([
      ['progress_events', 'i', ['tx']],
    ]);
    const tablesWith = (kind: string) => keys.filter((key) => key.kind === kind).map(({ table }) => table);
    expect(tablesWith('p')).toEqual(TABLES);
    expect(tablesWith('u')).toEqual(['onboarding_sessions']);
    expect(tablesWith('f')).toEqual(TABLES.filter((table) => table !== 'onboarding_sessions'));
    expect(tablesWith('i')).toEqual([...TABLES, 'onboarding_sessions', 'progress_events'].toSorted());
  });

  it('hangs every row off the session of its own user, and removes it with that', async () => {
    const references = await database.query<{ table: string; definition: string }>(
      `select conrelid::regclass::text as table, pg_get_constraintdef(oid) as definition
       from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace order by 1`,
    );
    const definition =
      'FOREIGN KEY (user_id, session_id) REFERENCES onboarding_sessions(user_id, id) ON DELETE CASCADE';
    const tables = TABLES.filter((table) => table !== 'onboarding_sessions');
    expect(references).toEqual(tables.map((table) => ({ table, definition })));
  });

  it('never leaves the user or the session open, but for the audit of a user who has none', async () => {
    const open = await database.query<{ column: string }>(
      `select table_name || '.' || column_name as column from information_schema.columns
       where table_schema = 'public' and column_name in ('user_id', 'session_id', 'id') and is_nullable = 'YES' and table_name <> $1`,
      [MIGRATIONS],
    );
    expect(open.map(({ column }) => column)).toEqual(['access_events.session_id']);
    const types = await database.query<{ type: string }>(
      `select distinct data_type || coalesce(' ' || collation_name, '') as type from information_schema.columns
       where table_schema = 'public' and column_name = 'user_id'`,
    );
    expect(types).toEqual([{ type: 'text' }]);
  });

  it('forces row-level security on every table', async () => {
    const tables = await database.query<{ name: string; forced: boolean }>(
      `select relname as name, relrowsecurity and relforcerowsecurity as forced from pg_class
       where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname <> $1 order by 1`,
      [MIGRATIONS],
    );
    expect(tables).toEqual(TABLES.map((name) => ({ name, forced: true })));
  });

  it('opens rows to their user, to maintenance, those of sessions and events to operators who read, and to nobody else', async () => {
    const policies = await database.query<{ table: string; roles: string; cmd: string; qual: string; check: string }>(
      `select tablename as table, roles::text as roles, cmd, qual, with_check as check from pg_policies
       where permissive = 'PERMISSIVE' order by tablename, roles::text desc`,
    );
    const qual = `(user_id = current_setting('app.user_id'::text))`;
    expect(policies).toEqual(
      TABLES.flatMap((table) => [
        { table, roles: '{public}', cmd: 'ALL', qual, check: null },
        ...(['onboarding_sessions', 'progress_events'].includes(table)
          ? [{ table, roles: '{onboarding_operator}', cmd: 'SELECT', qual: 'true', check: null }]
          : []),
        { table, roles: '{onboarding_maintenance}', cmd: 'ALL', qual: 'true', check: 'true' },
      ]),
    );
    const unscoped = policies.filter(
      ({ roles, qual: reads }) => roles.includes('public') && !reads.includes('app.user_id'),
    );
    expect(unscoped).toEqual([]);
  });

  it('has no sequence but that of the migrations, and nothing that runs by itself but the trigger of erasures', async () => {
    const [found] = await database.query(
      `select (select array_agg(sequencename::text) from pg_sequences where schemaname = 'public') as sequences,
              (select count(*)::int from pg_trigger where not tgisinternal) as triggers,
              (select count(*)::int from pg_rewrite r join pg_class c on c.oid = r.ev_class
               where c.relnamespace = 'public'::regnamespace) as rules,
              (select count(*)::int from pg_proc where pronamespace = 'public'::regnamespace) as functions,
              (select count(*)::int from pg_constraint
               where condeferrable and connamespace = 'public'::regnamespace) as deferrable`,
    );
    expect(found).toEqual({ sequences: [`${MIGRATIONS}_id_seq`], triggers: 1, rules: 0, functions: 0, deferrable: 0 });
  });

  describe('the service’s role', () => {
    it('owns nothing, is nothing special and a member of nothing', async () => {
      const [role] = await database.query(
        `select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,
                (select count(*)::int from pg_shdepend where refobjid = r.oid and deptype = 'o') as owns,
                (select count(*)::int from pg_auth_members where member = r.oid) as memberships,
                pg_has_role(r.oid, 'onboarding_maintenance', 'member') as maintains,
                has_schema_privilege(r.oid, 'public', 'create') as creates
         from pg_roles r where rolname = $1`,
        [appRole],
      );
      expect(role).toEqual({
        rolsuper: false,
        rolbypassrls: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolreplication: false,
        owns: 0,
        memberships: 0,
        maintains: false,
        creates: false,
      });
    });

    it('has the rights it needs on each table, and none beyond', async () => {
      const rights = await database.query<{ name: string; rights: string }>(
        `select c.relname as name, string_agg(lower(g.privilege_type), ' ' order by g.privilege_type) as rights
         from pg_class c cross join aclexplode(c.relacl) g
         where c.relnamespace = 'public'::regnamespace and g.grantee in (0, (select oid from pg_roles where rolname = $1))
         group by 1 order by 1`,
        [appRole],
      );
      const expected = (name: string) => {
        if (name === MIGRATIONS) return 'select';
        if (['access_events', 'document_versions'].includes(name)) return 'delete insert select';
        return name === 'progress_events' ? 'insert select' : 'delete insert select update';
      };
      const names = [...TABLES, MIGRATIONS].toSorted();
      expect(rights).toEqual(names.map((name) => ({ name, rights: expected(name) })));
    });

    it('cannot rewrite history', async () => {
      await asUser('alice', session('alice'), event('alice', 1));
      for (const statement of [
        'update progress_events set type = type',
        'delete from progress_events',
        'truncate progress_events',
        event('alice', 1) + ` on conflict (user_id, revision) do update set type = 'changed'`,
        `update access_events set actor = 'somebody else'`,
        `update document_versions set content = null`,
        'truncate document_versions',
      ]) {
        await expect(asUser('alice', statement)).rejects.toMatchObject({ code: '42501' });
      }
      await expect(asUser('alice', event('alice', 1))).rejects.toMatchObject({ code: '23505' });
    });

    it('cannot give the rows of a session to another one, by way of the session either', async () => {
      await asUser('carol', session('carol'), event('carol', 1));
      const events = () => database.query(`select * from progress_events where user_id = 'carol'`);
      const before = await events();
      for (const statement of [
        'update onboarding_sessions set id = gen_random_uuid()',
        `update onboarding_sessions set user_id = 'carol', id = gen_random_uuid()`,
        `update progress_events set session_id = gen_random_uuid()`,
      ]) {
        await expect(asUser('carol', statement)).rejects.toMatchObject({
          code: expect.stringMatching(/^(23503|42501)$/),
        });
      }
      expect(await events()).toEqual(before);
    });
  });

  const session = (user: string, columns = '', values = '') =>
    `insert into onboarding_sessions (user_id, id, started_at, updated_at${columns}) values ('${user}', gen_random_uuid(), now(), now()${values})`;
  const event = (user: string, revision: number, step = 'null') =>
    `insert into progress_events (user_id, revision, session_id, type, step, state, actor, occurred_at)
     select user_id, ${revision}, id, 'tested', ${step}, '{}', user_id, now() from onboarding_sessions where user_id = '${user}'`;

  it.each([`'1'`, `'6'`, `'0'`, `''`, `'-3'`, `'Website'`])('refuses %s for the key of a step', async (step) => {
    const violation = { code: '23514' };
    await expect(asUser('step', session('step', ', current_step', `, ${step}`))).rejects.toMatchObject(violation);
    await expect(asUser('step', session('step'), event('step', 1, step))).rejects.toMatchObject(violation);
  });

  it.each(['1', '6', '07'])(
    'refuses the state of a step %s, which a process of an older version would write',
    async (step) => {
      const insert = session('numbered', ', steps', `, '{"website": {}, "${step}": {}}'`);
      await expect(asUser('numbered', insert)).rejects.toMatchObject({ code: '23514' });
    },
  );

  it('takes the keys of steps, also ones that come later, and none', async () => {
    for (const step of [`'api_keys'`, `'complete'`, `'review_2'`, 'null']) {
      const user = `step-${step.replaceAll("'", '')}`;
      await asUser(user, session(user, ', current_step', `, ${step}`), event(user, 1, step));
    }
  });

  it.each(['-0.01', '-1', '100.01', '101', '999.99', `'NaN'`])('refuses %s percent', async (percentage) => {
    const insert = session('percent', ', percentage_floor', `, ${percentage}`);
    await expect(asUser('percent', insert)).rejects.toMatchObject({ code: '23514' });
  });

  it('takes 0 to 100 percent', async () => {
    for (const percentage of ['0', '0.01', '33.33', '99.99', '100']) {
      const user = `percent-${percentage}`;
      await asUser(user, session(user, ', percentage_floor', `, ${percentage}`));
    }
  });

  it('refuses a second session, and a research depth that is none', async () => {
    await asUser('twice', session('twice'));
    await expect(asUser('twice', session('twice'))).rejects.toMatchObject({ code: '23505' });
    const depth = `insert into research_preferences (user_id, id, session_id, research_depth, created_at, updated_at)
                   select user_id, gen_random_uuid(), id, 'basic', now(), now() from onboarding_sessions`;
    await expect(asUser('twice', depth)).rejects.toMatchObject({ code: '23514' });
  });
});
