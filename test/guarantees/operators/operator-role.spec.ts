import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { TestApp } from '../../support/service/app.js';
import { fillEveryTable, TABLES } from '../../support/data/filled-user.js';

const MARK = 'zqmarkofalice';

/** By hand, not from the sources: what operators may read of each table of `public`. A new table or column fails until it is here. */
const COLUMNS: Readonly<Record<string, { readonly open: readonly string[]; readonly closed: readonly string[] }>> = {
  onboarding_sessions: {
    open: [
      ...['user_id', 'id', 'revision', 'steps', 'current_step', 'percentage_floor', 'started_at', 'updated_at'],
      ...['completed_at', 'flow', 'flow_source', 'onboarding_type'],
    ],
    closed: ['validation_errors', 'document_sizes', 'document_bytes', 'document_items'],
  },
  progress_events: {
    open: [
      ...['user_id', 'session_id', 'revision', 'type', 'step', 'data', 'state', 'documents', 'actor', 'cause'],
      ...['occurred_at', 'tx'],
    ],
    closed: ['validation_errors'],
  },
};

interface Column {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  /** That the server keeps with each row, such as `xmin`. */
  readonly isSystem: boolean;
}

const PERMISSION_DENIED = '42501';
const NO_SUCH_SETTING = '42704';

describe('the operators’ role', () => {
  let app: TestApp;
  let columns: Column[];

  beforeAll(async () => {
    app = await TestApp.start();
    await fillEveryTable(app, 'alice', MARK);
    await fillEveryTable(app, 'bob', 'another');
    columns = await app.database.query<Column>(
      `select n.nspname as schema, c.relname as table, a.attname as column, a.attnum < 0 as "isSystem"
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
       where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^(pg_|information_schema$)'
       order by 1, 2, a.attnum`,
    );
  });
  afterAll(() => app.stop());

  async function connected<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return await use(client);
    } finally {
      await client.end();
    }
  }

  const asOperator = <T>(use: (client: pg.Client) => Promise<T>) => connected(app.database.operatorUrl, use);

  /** PostgreSQL's code for the failure; null where there is none. */
  async function codeOf(client: pg.Client, statement: string): Promise<string | null> {
    try {
      await client.query(statement);
      return null;
    } catch (error) {
      return (error as pg.DatabaseError).code ?? 'none';
    }
  }

  const isOpen = ({ table, column }: Column) => COLUMNS[table]?.open.includes(column) ?? false;
  const inPublic = () => columns.filter(({ schema }) => schema === 'public');

  it('is tried on every table and column that there is', () => {
    const tables = [...new Set(inPublic().map(({ table }) => table))];
    expect(tables).toEqual([...TABLES, 'mikro_orm_migrations'].toSorted());
    for (const [name, { open, closed }] of Object.entries(COLUMNS)) {
      const own = inPublic().filter(({ table, isSystem }) => table === name && !isSystem);
      expect(own.map(({ column }) => column).toSorted()).toEqual([...open, ...closed].toSorted());
    }
    expect(inPublic().filter(isOpen)).toHaveLength(24);
    expect(inPublic().length).toBeGreaterThan(150);
  });

  it.each([
    // The policy of users may be the first to refuse.
    ['no user is set', [], [PERMISSION_DENIED, NO_SUCH_SETTING]],
    ['a user is set', [`set app.user_id = 'alice'`], [PERMISSION_DENIED]],
  ])('reads these columns and no other while %s', (_when, before, refusals) =>
    asOperator(async (client) => {
      for (const statement of before) await client.query(statement);
      for (const column of inPublic()) {
        const code = await codeOf(client, `select "${column.column}" from public."${column.table}"`);
        expect([column, isOpen(column) ? [null] : refusals]).toEqual([column, expect.arrayContaining([code])]);
      }
    }),
  );

  it.each([...TABLES, 'mikro_orm_migrations'])('reads and changes nothing of %s as a whole', (table) =>
    asOperator(async (client) => {
      const names = inPublic()
        .filter((column) => column.table === table && !column.isSystem)
        .map(({ column }) => column);
      const name = names[0] ?? '';
      const statements = [
        `select * from ${table}`,
        `copy ${table} to stdout`,
        `select to_jsonb(t) from ${table} t`,
        `insert into ${table} default values`,
        ...names.map((column) => `insert into ${table} (${column}) values (default)`),
        ...names.map((column) => `update ${table} set ${column} = default`),
        `delete from ${table}`,
        `truncate ${table}`,
        `select ${name} from ${table} for update`,
        `lock table ${table} in access exclusive mode`,
        `create index on ${table} (${name})`,
        `create trigger t before insert on ${table} execute function suppress_redundant_updates_trigger()`,
        `alter table ${table} disable row level security`,
        `create policy p on ${table} using (true)`,
        `drop table ${table}`,
      ];
      await client.query(`set app.user_id = 'alice'`);
      for (const statement of statements) {
        await client.query('begin');
        expect([statement, await codeOf(client, statement)]).toEqual([statement, PERMISSION_DENIED]);
        await client.query('rollback');
      }
    }),
  );

  it('sees the sessions and events of all users', () =>
    asOperator(async (client) => {
      for (const table of ['onboarding_sessions', 'progress_events']) {
        const { rows } = await client.query(`select distinct user_id from ${table} order by 1`);
        expect(rows).toEqual([{ user_id: 'alice' }, { user_id: 'bob' }]);
      }
    }));

  it('finds nothing that a user entered in anything that it can read, and no key', async () => {
    const dump = JSON.stringify(await app.database.dump());
    expect(dump.split(MARK).length).toBeGreaterThan(50);
    // What it has found out about the values of columns is there to be read, too.
    await app.database.query('analyze');
    const [keys] = await app.database.query<{ material: string[] }>(
      `select array_agg(distinct value) as material
       from (select to_jsonb(k) as row from api_keys k union all select to_jsonb(k) from data_keys k) k
       cross join jsonb_each_text(row) where value ~ '^\\\\x[0-9a-f]{16,}$'`,
    );
    const material = keys?.material ?? [];
    expect(material.length).toBeGreaterThan(4);
    await asOperator(async (client) => {
      const { rows } = await client.query<{ schema: string; table: string; columns: string[] }>(
        `select n.nspname as schema, c.relname as table, array_agg(quote_ident(a.attname)) as columns
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
         join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         where c.relkind in ('r', 'p', 'v', 'm', 'f') and has_schema_privilege(n.oid, 'usage')
           and has_column_privilege(c.oid, a.attnum, 'select')
         group by 1, 2`,
      );
      const schemas = new Set(rows.map(({ schema }) => schema));
      for (const schema of ['public', 'operations', 'pg_catalog']) expect([...schemas]).toContain(schema);
      for (const { schema, table, columns: readable } of rows) {
        const found = await client.query<{ row: string }>(
          `select to_jsonb(t)::text as row from (select ${readable.join(', ')} from ${schema}.${table}) t`,
        );
        const text = found.rows.map(({ row }) => row).join('\n');
        expect([schema, table, text.includes(MARK)]).toEqual([schema, table, false]);
        for (const value of material) expect([schema, table, text.includes(value)]).toEqual([schema, table, false]);
      }
    });
  });

  it('uses every table of `operations`, and makes none', () =>
    asOperator(async (client) => {
      const tables = [...new Set(columns.filter(({ schema }) => schema === 'operations').map(({ table }) => table))];
      expect(tables.length).toBeGreaterThan(5);
      await client.query('begin');
      for (const table of tables) {
        for (const statement of ['select from', 'delete from', 'truncate'])
          expect([table, await codeOf(client, `${statement} operations.${table}`)]).toEqual([table, null]);
      }
      await client.query('rollback');
      expect(await codeOf(client, 'create table operations.x ()')).toBe(PERMISSION_DENIED);
      expect(await codeOf(client, 'create table public.x ()')).toBe(PERMISSION_DENIED);
    }));

  it('cannot become another role', () =>
    asOperator(async (client) => {
      const { rows } = await client.query<{ name: string }>(
        `select quote_ident(rolname) as name from pg_roles where rolsuper or rolname = 'onboarding_maintenance' or rolname ~ '^pg_'`,
      );
      const users = [app.database.ownerUrl, app.database.appUrl].map((url) => new URL(url).username);
      const names = [...rows.map(({ name }) => name), ...users];
      expect(names.length).toBeGreaterThan(6);
      for (const name of names)
        expect([name, await codeOf(client, `set role ${name}`)]).toEqual([name, PERMISSION_DENIED]);
    }));

  it('is not for the service’s own role, and neither is what belongs to no single user', () =>
    connected(app.database.appUrl, async (client) => {
      expect(await codeOf(client, 'set role onboarding_operator')).toBe(PERMISSION_DENIED);
      await client.query(`set app.user_id = 'alice'`);
      for (const { schema, table } of columns.filter(({ schema }) => schema !== 'public')) {
        for (const statement of ['select from', 'delete from', 'truncate'])
          expect([table, await codeOf(client, `${statement} ${schema}.${table}`)]).toEqual([table, PERMISSION_DENIED]);
      }
    }));
});
