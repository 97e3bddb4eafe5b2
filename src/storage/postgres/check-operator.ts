import type pg from 'pg';
import { OPERATOR_ROLE } from './entities/ownership.js';
import { loginOf } from './login-roles.js';
import { OPERATOR_COLUMNS, OPERATOR_SCHEMAS } from './operator-rights.js';
import { withConnection } from './owner-connection.js';
import { StartupError } from '../../ground/config/startup-error.js';

const VARIABLE = 'DATABASE_OPERATOR_URL';

/**
 * Checks over the operators' own connection that their role reads the columns of sessions and events that operators need, of all
 * users, and has no other right to users' tables, neither by itself nor by another role that it could become.
 * @throws StartupError
 */
export async function checkOperator(operatorUrl: string, appUrl: string): Promise<void> {
  const { user } = loginOf(VARIABLE, operatorUrl);
  refuseSameRole(user, 'DATABASE_URL', appUrl);
  await withConnection(VARIABLE, operatorUrl, async (client) => {
    refuseExcess(user, await findExcess(client));
    await checkMembership(client, user);
    await checkColumns(client, user);
    await checkSchemas(client, user);
    // Where the operators' policy does not apply, that of users does, and it fails while no user is set.
    await client.query('select user_id from onboarding_sessions limit 1');
  });
}

/** @throws StartupError if another variable names the role of the operators, too */
export function refuseSameRole(operator: string, variable: string, url: string): void {
  if (loginOf(variable, url).user !== operator) return;
  throw new StartupError(`${VARIABLE} and ${variable} name the same role: give operators a role of their own.`);
}

interface Findings {
  readonly super: boolean;
  readonly bypasses: boolean;
  readonly creates: boolean;
  readonly replicates: boolean;
  readonly owns: boolean;
  /** Another role than the operators' that it may become. */
  readonly other: string | null;
}

async function findExcess(client: pg.Client): Promise<string | undefined> {
  const isPossible = (attribute: string) =>
    `exists (select from pg_roles r where r.${attribute} and pg_has_role(current_user, r.oid, 'member'))`;
  const { rows } = await client.query<Findings>(
    `select ${isPossible('rolsuper')} as super, ${isPossible('rolbypassrls')} as bypasses,
            ${isPossible('rolcreaterole')} as creates, ${isPossible('rolreplication')} as replicates,
            exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                    where n.nspname = 'public' and pg_has_role(current_user, c.relowner, 'member')) as owns,
            (select min(rolname::text) from pg_roles r
             where pg_has_role(current_user, r.oid, 'member') and rolname not in (current_user, '${OPERATOR_ROLE}')) as other`,
  );
  const findings = rows[0] as Findings;
  return [
    findings.super && 'is a superuser or may become one',
    findings.bypasses && 'may bypass row-level security',
    findings.creates && 'may create roles',
    findings.replicates && 'may replicate the whole server',
    findings.owns && 'owns tables',
    findings.other !== null && `is a member of ${findings.other}`,
  ].find((reason) => reason !== false);
}

function refuseExcess(user: string, excess: string | undefined): void {
  if (excess === undefined) return;
  throw new StartupError(
    `${VARIABLE}: the role ${user} ${excess}, so operators would reach what users entered. Name a role that does not exist yet, and let DATABASE_MIGRATION_URL create it.`,
  );
}

/** A member that does not inherit is one by name only: the operators' policy does not apply to it. */
async function checkMembership(client: pg.Client, user: string): Promise<void> {
  const { rows } = await client.query<{ isMember: boolean; inherits: boolean }>(
    `select pg_has_role(current_user, '${OPERATOR_ROLE}', 'member') as "isMember",
            pg_has_role(current_user, '${OPERATOR_ROLE}', 'usage') as inherits`,
  );
  if (rows[0]?.inherits) return;
  if (!rows[0]?.isMember) throw lacking(user, `membership of ${OPERATOR_ROLE}`);
  throw new StartupError(
    `${VARIABLE}: the role ${user} is a member of ${OPERATOR_ROLE} and does not inherit its rights. As an administrator: alter role ${user} inherit; and, from PostgreSQL 16 on: grant ${OPERATOR_ROLE} to ${user} with inherit true;`,
  );
}

function lacking(user: string, right: string): StartupError {
  return new StartupError(
    `${VARIABLE}: the role ${user} lacks ${right}. Run \`npm run migrate\` with DATABASE_MIGRATION_URL and ${VARIABLE} set.`,
  );
}

/** Compares the rights to every table and column of `public` with the list. @throws StartupError */
async function checkColumns(client: pg.Client, user: string): Promise<void> {
  const expected = Object.entries(OPERATOR_COLUMNS).flatMap(([table, columns]) =>
    columns.map((column) => `select on ${table}.${column}`),
  );
  const { rows } = await client.query<{ held: string }>(
    `select format('%s on %s', p, c.relname) as held
     from ${TABLES} cross join unnest($1::text[]) p where has_table_privilege(c.oid, p)
     union all
     select format('%s on %s.%s', p, c.relname, a.attname)
     from ${TABLES} join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
     cross join unnest($2::text[]) p where has_column_privilege(c.oid, a.attnum, p)
     order by 1`,
    [await tableRights(client), COLUMN_RIGHTS],
  );
  const held = rows.map((row) => row.held);
  const surplus = held.find((right) => !expected.includes(right));
  if (surplus !== undefined)
    throw new StartupError(
      `${VARIABLE}: the role ${user} has a right too many, ${surplus}, so operators would reach what users entered. Revoke it from ${user}, ${OPERATOR_ROLE} and public.`,
    );
  const missing = expected.find((right) => !held.includes(right));
  if (missing !== undefined) throw lacking(user, missing);
}

const TABLES = `pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm', 'f')`;

const COLUMN_RIGHTS = ['select', 'insert', 'update', 'references'];

/** Those to a table as a whole. PostgreSQL 17 has one more. */
async function tableRights(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ version: number }>(
    `select current_setting('server_version_num')::int as version`,
  );
  const rights = [...COLUMN_RIGHTS, 'delete', 'truncate', 'trigger'];
  return (rows[0]?.version ?? 0) < 170_000 ? rights : [...rights, 'maintain'];
}

/** Whether every table of the operators' own schemas may be used. @throws StartupError */
async function checkSchemas(client: pg.Client, user: string): Promise<void> {
  for (const [schema, { tables }] of Object.entries(OPERATOR_SCHEMAS)) {
    const { rows } = await client.query<{ missing: string }>(
      `select format('%s on %s.%s', p, n.nspname, c.relname) as missing
       from pg_namespace n join pg_class c on c.relnamespace = n.oid and c.relkind in ('r', 'p')
       cross join unnest($2::text[]) p
       where n.nspname = $1
         and not (has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, p))
       order by 1 limit 1`,
      [schema, tables],
    );
    if (rows[0]) throw lacking(user, rows[0].missing);
  }
}
