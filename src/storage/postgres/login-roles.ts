import pg from 'pg';
import { parseUrl, sqlStateOf } from './owner-connection.js';
import { StartupError } from '../../ground/config/startup-error.js';

/** SQLSTATE for what somebody else has created in the meantime: roles belong to the server, our lock to one database. */
const EXISTS_ALREADY = ['42710', '23505'];

const NOT_PERMITTED = '42501';

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** @throws StartupError that names the variable */
export function loginOf(variable: string, url: string): Login {
  const { user = '', password = '' } = parseUrl(variable, url);
  return { user, password };
}

/** Creates the role of a login if there is none. An existing role keeps its password and its rights. */
export async function createLogin(owner: pg.Client, { user, password }: Login): Promise<void> {
  const { rowCount } = await owner.query('select from pg_roles where rolname = $1', [user]);
  if (rowCount) return;
  const creation = `create role ${pg.escapeIdentifier(user)} login password ${pg.escapeLiteral(password)}`;
  await attempt(owner, creation, EXISTS_ALREADY);
}

/**
 * Makes a role a member of another one that belongs to the server, not to this database. Another owner may have created that one,
 * and since PostgreSQL 16 only its creator can grant it.
 * @throws StartupError with the line that an administrator has to run
 */
export async function joinRole(owner: pg.Client, role: string, member: string): Promise<void> {
  const { rows } = await owner.query<{ isMember: boolean; name: string }>(
    `select pg_has_role($1, $2, 'usage') as "isMember", quote_ident(current_user) as name`,
    [member, role],
  );
  if (rows[0]?.isMember) return;
  const grant = `grant ${role} to ${pg.escapeIdentifier(member)}`;
  if ((await attempt(owner, grant, [...EXISTS_ALREADY, NOT_PERMITTED])) !== NOT_PERMITTED) return;
  throw new StartupError(
    `DATABASE_MIGRATION_URL: the role ${role} was made by another owner. As an administrator: grant ${role} to ${rows[0]?.name} with admin option;`,
  );
}

/** Runs a statement inside a transaction, which goes on after these failures. Returns the code of the failure, or null. */
async function attempt(owner: pg.Client, statement: string, expected: readonly string[]): Promise<string | null> {
  await owner.query('savepoint attempt');
  try {
    await owner.query(statement);
    return null;
  } catch (error) {
    const code = sqlStateOf(error);
    if (code === null || !expected.includes(code)) throw error;
    await owner.query('rollback to savepoint attempt');
    return code;
  }
}
