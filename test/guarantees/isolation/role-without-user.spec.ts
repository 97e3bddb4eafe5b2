import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { TestApp } from '../../support/service/app.js';
import { fillEveryTable, rowsOf, TABLES, type Dump } from '../../support/data/filled-user.js';

/** The schemas of the operators: operator-role.spec.ts tries each table of theirs. */
const OF_NO_SINGLE_USER = ['operations', 'jobs'];

/** What the service's role gets to see when nobody says on whose behalf it speaks: nothing, never everything. */
describe('the service’s role without a user', () => {
  let app: TestApp;
  let alices: Dump;

  beforeAll(async () => {
    app = await TestApp.start();
    await fillEveryTable(app, 'alice', 'alicesmark');
    alices = await rowsOf(app.database, 'alice');
  });
  afterAll(async () => {
    expect(await rowsOf(app.database, 'alice')).toEqual(alices);
    await app.stop();
  });

  async function connected(use: (client: pg.Client) => Promise<void>): Promise<void> {
    const client = new pg.Client({ connectionString: app.database.appUrl });
    await client.connect();
    try {
      await use(client);
    } finally {
      await client.end();
    }
  }

  /** Leaves the connection as a pool gets it back after a user's transaction. */
  async function afterTransactionOf(client: pg.Client, userId: string, table: string): Promise<void> {
    await client.query('begin');
    await client.query(`select set_config('app.user_id', $1, true)`, [userId]);
    expect((await client.query(`select * from ${table}`)).rows).toHaveLength(alices[table]?.length ?? 0);
    await client.query('commit');
  }

  it('is tried on every table', async () => {
    const tables = await app.database.query<{ name: string }>(
      `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_toast'
         and n.nspname <> all($1)
       order by 1`,
      [OF_NO_SINGLE_USER],
    );
    expect(tables.map(({ name }) => name)).toEqual([...TABLES, 'mikro_orm_migrations'].toSorted());
    for (const table of TABLES) expect([table, alices[table]?.length]).not.toEqual([table, 0]);
  });

  it('has no way into the schemas of what belongs to no single user', () =>
    connected(async (client) => {
      const { rows } = await client.query(
        `select nspname from pg_namespace where nspname = any($1) and has_schema_privilege(oid, 'usage, create')`,
        [OF_NO_SINGLE_USER],
      );
      expect(rows).toEqual([]);
    }));

  it.each(TABLES)('is refused %s on a fresh connection', (table) =>
    connected(async (client) => {
      for (const statement of [`select * from ${table}`, `select count(*) from ${table}`, `copy ${table} to stdout`]) {
        await expect(client.query(statement)).rejects.toMatchObject({ code: '42704' });
      }
    }),
  );

  it.each(TABLES)('sees and changes no row of %s on a connection that a user had', (table) =>
    connected(async (client) => {
      await afterTransactionOf(client, 'alice', table);
      expect((await client.query(`select * from ${table}`)).rows).toEqual([]);
      expect((await client.query(`select * from ${table} where user_id = 'alice'`)).rows).toEqual([]);
      const row = JSON.stringify(alices[table]?.[0]);
      const insert = `insert into ${table} select * from jsonb_populate_record(null::${table}, $1)`;
      await expect(client.query(insert, [row])).rejects.toMatchObject({ code: '42501' });
      if (table === 'progress_events') return;
      // The audit and the versions may go, but not be changed.
      if (!['access_events', 'document_versions'].includes(table)) {
        expect((await client.query(`update ${table} set user_id = user_id`)).rowCount).toBe(0);
      }
      expect((await client.query(`delete from ${table}`)).rowCount).toBe(0);
    }),
  );

  it.each(['Alice', 'alice ', '%', '', `alice' or '1'='1`])('sees nothing of alice’s as %j', (userId) =>
    connected(async (client) => {
      await client.query('begin');
      await client.query(`select set_config('app.user_id', $1, true)`, [userId]);
      for (const table of TABLES) expect((await client.query(`select * from ${table}`)).rows).toEqual([]);
      await client.query('rollback');
    }),
  );

  it('cannot keep rows for nobody: the empty id is what the setting holds while nobody speaks', () =>
    connected(async (client) => {
      await afterTransactionOf(client, 'alice', 'onboarding_sessions');
      const session = `insert into onboarding_sessions (user_id, id, started_at, updated_at)
                       values ('', gen_random_uuid(), now(), now())`;
      await expect(client.query(session)).rejects.toMatchObject({ code: '23514' });
      const audit = `insert into access_events (user_id, id, actor, action, occurred_at)
                     values ('', gen_random_uuid(), 'a', 'b', now())`;
      await expect(client.query(audit)).rejects.toMatchObject({ code: '23514' });
    }));
});
