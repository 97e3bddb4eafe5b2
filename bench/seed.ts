import type pg from 'pg';
import { sample } from '../test/support/data/samples.ts';
import { token } from '../test/support/service/tokens.ts';
import { asSuperuser, type Database } from './cluster.ts';

/** How many users ask when two servers are compared; the others are there. */
const ASKING = 1000;

const TEMPLATE = 'template';

/** So many that the seeding of keys takes no longer than it must. */
const AT_ONCE = 16;

/** Fills a database, and returns the users who are to ask, spread evenly over all. */
export async function fillForComparison(
  serviceUrl: string,
  database: Database,
  users: number,
): Promise<readonly string[]> {
  await fill(serviceUrl, database, users);
  const asking = await chooseUsers(database, Math.min(users, ASKING));
  await replaceKeys(serviceUrl, database, asking);
  await settle(database);
  return asking;
}

/** Makes users who have saved every step: one goes through the service, and its rows are copied. Copied keys do not open. */
export async function fill(serviceUrl: string, { superuserUrl }: Database, users: number): Promise<void> {
  for (const step of [1, 2, 3, 4, 5]) await completeStep(serviceUrl, TEMPLATE, step);
  await post(serviceUrl, TEMPLATE, '/business-info', { business_description: 'Marketing for small shops' });
  await asSuperuser(superuserUrl, (client) => copyTemplate(client, users));
}

/** So many users, spread evenly over all. */
export async function chooseUsers({ superuserUrl }: Database, count: number): Promise<readonly string[]> {
  const { rows } = await asSuperuser(superuserUrl, (client) =>
    client.query<{ user_id: string }>(
      `select user_id
       from (select user_id, row_number() over (order by user_id) as n, count(*) over () as users
             from onboarding_sessions) numbered
       where n * $1 / users <> (n - 1) * $1 / users`,
      [count],
    ),
  );
  return rows.map(({ user_id }) => user_id);
}

/** A key opens only for the user for whom it was sealed: these users save theirs by themselves. */
async function replaceKeys(serviceUrl: string, { superuserUrl }: Database, users: readonly string[]): Promise<void> {
  await asSuperuser(superuserUrl, async (client) => {
    for (const table of ['api_keys', 'data_keys']) {
      await client.query(`delete from ${table} where user_id = any ($1)`, [users]);
    }
  });
  const left = [...users];
  const worker = async () => {
    for (let user = left.pop(); user !== undefined; user = left.pop()) await completeStep(serviceUrl, user, 1);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** What PostgreSQL would else do some time during the measurements. */
export async function settle({ superuserUrl }: Database): Promise<void> {
  await asSuperuser(superuserUrl, async (client) => {
    await client.query('vacuum (analyze)');
    await client.query('checkpoint');
  });
}

async function copyTemplate(client: pg.Client, users: number): Promise<void> {
  // What is copied references what is there: a check for each row would only take time.
  await client.query(`set session_replication_role = 'replica'`);
  const { rows: columns } = await client.query<{ table: string; column: string }>(
    `select table_name as "table", column_name as "column" from information_schema.columns
     where table_name in (select table_name from information_schema.columns where column_name = 'user_id')
       and table_schema = 'public'
     order by ordinal_position`,
  );
  const copy = (table: string, changed: Record<string, string>, from: string, values: unknown[]) => {
    const own = columns.filter((row) => row.table === table).map(({ column }) => column);
    const copied = own.map((column) => changed[column] ?? `template.${column}`);
    return client.query(
      `insert into ${table} (${own.join(', ')})
       select ${copied.join(', ')} from ${table} template, ${from}
       where template.user_id = '${TEMPLATE}'`,
      values,
    );
  };
  const newId = 'gen_random_uuid()';
  const newUser = { user_id: `${newId}::text`, id: newId };
  await copy('onboarding_sessions', newUser, 'generate_series(1, $1::int)', [users]);
  const tables = new Set(columns.map(({ table }) => table).filter((table) => table !== 'onboarding_sessions'));
  for (const table of tables) {
    const changed = { user_id: 'session.user_id', session_id: 'session.id', id: newId };
    await copy(table, changed, `(select * from onboarding_sessions where user_id <> '${TEMPLATE}') session`, []);
  }
  await client.query(`set session_replication_role = 'origin'`);
  await client.query(`delete from onboarding_sessions where user_id = '${TEMPLATE}'`);
}

function completeStep(serviceUrl: string, user: string, step: number): Promise<void> {
  return post(serviceUrl, user, `/step/${step}/complete`, sample(step));
}

async function post(serviceUrl: string, user: string, path: string, body: unknown): Promise<void> {
  const response = await fetch(`${serviceUrl}/api/onboarding${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await token(user)}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${answer}`);
}
