import { DriverException, MikroORM, type Options } from '@mikro-orm/postgresql';
import pg from 'pg';
import { causeOf, withConnection } from './owner-connection.js';
import { MAINTENANCE_ROLE, OPERATOR_ROLE } from './entities/ownership.js';
import { LOCK_TIMEOUT_MS, lockForSession, type Waiting } from './advisory-locks.js';
import { migrations } from './migrations/migrations.js';
import { createLogin, loginOf } from './login-roles.js';
import { grantOperators, OPERATOR_SCHEMAS } from './operator-rights.js';
import { ormOptions } from './orm-options.js';
import { refuseSameRole } from './check-operator.js';
import { StartupError } from '../../ground/config/startup-error.js';

const MIGRATIONS_TABLE = 'mikro_orm_migrations';

/**
 * The service's rights on each table. Events, versions and the audit are never changed. Events are deleted only with their session,
 * the audit only with all other data of its user.
 */
const ALL_RIGHTS = 'select, insert, update, delete';
const RIGHTS: Readonly<Record<string, string>> = {
  onboarding_sessions: ALL_RIGHTS,
  website_analyses: ALL_RIGHTS,
  research_preferences: ALL_RIGHTS,
  competitor_analyses: ALL_RIGHTS,
  persona_data: ALL_RIGHTS,
  platform_integrations: ALL_RIGHTS,
  business_info: ALL_RIGHTS,
  document_versions: 'select, insert, delete',
  data_keys: ALL_RIGHTS,
  api_keys: ALL_RIGHTS,
  progress_events: 'select, insert',
  access_events: 'select, insert, delete',
};

export interface Preparing extends Waiting {
  /** The operators' connection: its role is created, too, if there is none. */
  readonly operatorUrl?: string | undefined;
}

/**
 * Prepares a database for the service, as its owner: creates the roles of its logins if there are none, migrates, and grants rights.
 * Processes that start at the same time do it one after the other.
 * @throws StartupError
 */
export async function prepareDatabase(
  ownerUrl: string,
  appUrl: string,
  { say, timeoutMs = LOCK_TIMEOUT_MS, operatorUrl }: Preparing = { say: () => undefined },
): Promise<void> {
  const app = loginOf('DATABASE_URL', appUrl);
  const { user: ownerName } = loginOf('DATABASE_MIGRATION_URL', ownerUrl);
  if (app.user === ownerName) {
    throw new StartupError(
      'DATABASE_URL and DATABASE_MIGRATION_URL name the same role: give the service a role of its own.',
    );
  }
  const operator = operatorUrl === undefined ? undefined : loginOf('DATABASE_OPERATOR_URL', operatorUrl);
  if (operator) {
    refuseSameRole(operator.user, 'DATABASE_URL', appUrl);
    refuseSameRole(operator.user, 'DATABASE_MIGRATION_URL', ownerUrl);
  }
  const prepare = async (owner: pg.Client) => {
    // Not inside the transaction: a migration that builds an index next to readers waits for transactions that were there before,
    // and those of the starts that wait here would end after it.
    await lockForSession(owner, 'onboarding migrations', { say, timeoutMs });
    await owner.query('begin');
    for (const login of [app, ...(operator ? [operator] : [])]) await createLogin(owner, login);
    await checkMaintenanceRole(owner, ownerName);
    // The ORM takes longer than the rest of a start, so it runs only if there is something to migrate.
    if (!isUpToDate(await appliedMigrations(owner)))
      await migrate(owner, ormOptions({ url: ownerUrl, poolSize: 2, timeoutMs, isPatient: true }));
    await grant(owner, app.user);
    await grantOperators(owner, operator?.user);
    await owner.query('commit');
  };
  await withConnection('DATABASE_MIGRATION_URL', ownerUrl, prepare, { lockTimeoutMs: timeoutMs });
}

/**
 * Roles belong to the server: another owner may have created the maintenance role, and since PostgreSQL 16 only its creator can
 * grant it. The grant is tried and rolled back, since the migration grants it on another connection.
 */
async function checkMaintenanceRole(owner: pg.Client, user: string): Promise<void> {
  const { rowCount } = await owner.query(
    `select from pg_roles where rolname = $1 and not pg_has_role(current_user, oid, 'usage')`,
    [MAINTENANCE_ROLE],
  );
  if (!rowCount) return;
  await owner.query('savepoint maintenance');
  try {
    await owner.query(`grant ${MAINTENANCE_ROLE} to current_user`);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== '42501') throw error;
    throw new StartupError(
      `DATABASE_MIGRATION_URL: the role ${MAINTENANCE_ROLE} was made by another owner. As an administrator: grant ${MAINTENANCE_ROLE} to ${pg.escapeIdentifier(user)};`,
    );
  }
  await owner.query('rollback to savepoint maintenance');
}

/** Runs pending migrations one after the other; those before one that fails stay applied. */
async function migrate(owner: pg.Client, options: Options): Promise<void> {
  const orm = new MikroORM(options);
  let running = '';
  orm.migrator.on('migrating', ({ name }) => {
    running = ` ${name}`;
  });
  try {
    await orm.migrator.up();
  } catch (error) {
    if (!(error instanceof DriverException)) throw error;
    throw new StartupError(
      `The migration${running} fails (${await causeOf(error, owner)}). Those before it are done: mend that, and start again.`,
    );
  } finally {
    await orm.close(true);
  }
}

async function grant(owner: pg.Client, user: string): Promise<void> {
  const role = pg.escapeIdentifier(user);
  await owner.query(`grant usage on schema public to ${role}`);
  await owner.query(`grant select on ${MIGRATIONS_TABLE} to ${role}`);
  for (const [table, rights] of Object.entries(RIGHTS)) await owner.query(`grant ${rights} on ${table} to ${role}`);
}

interface Findings {
  readonly version: number;
  readonly encoding: string;
  readonly super: boolean;
  readonly bypasses: boolean;
  readonly maintains: boolean;
  readonly operates: boolean;
  readonly owns: boolean;
  /** A schema of what belongs to no single user, where the role has a right. */
  readonly schema: string | null;
}

/**
 * Checks over the service's own connection that the database is reachable, of a supported version and up to date, and that the
 * role has no right that would open another user's rows.
 * @throws StartupError
 */
export async function checkDatabase(appUrl: string): Promise<void> {
  await withConnection('DATABASE_URL', appUrl, async (client) => {
    const { user } = loginOf('DATABASE_URL', appUrl);
    await checkMigrations(client);
    const { rows } = await client.query<Findings>(
      `select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding,
              exists (select from pg_roles r where r.rolsuper and pg_has_role(current_user, r.oid, 'member')) as super,
              exists (select from pg_roles r where r.rolbypassrls and pg_has_role(current_user, r.oid, 'member')) as bypasses,
              pg_has_role(current_user, '${MAINTENANCE_ROLE}', 'member') as maintains,
              pg_has_role(current_user, '${OPERATOR_ROLE}', 'member') as operates,
              (select min(nspname::text) from pg_namespace
               where nspname = any($1) and has_schema_privilege(oid, 'usage, create')) as schema,
              exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                      where n.nspname = 'public' and pg_has_role(current_user, c.relowner, 'member')) as owns`,
      [Object.keys(OPERATOR_SCHEMAS)],
    );
    const findings = rows[0] as Findings;
    if (findings.version < 150_000) throw new StartupError('DATABASE_URL: the service needs PostgreSQL 15 or later.');
    if (findings.encoding !== 'UTF8') throw new StartupError('DATABASE_URL: the database must be encoded in UTF8.');
    const excess = [
      findings.super && 'is a superuser or may become one',
      findings.bypasses && 'may bypass row-level security',
      findings.maintains && `is a member of ${MAINTENANCE_ROLE}`,
      findings.operates && `is a member of ${OPERATOR_ROLE}`,
      findings.owns && 'owns tables',
      findings.schema !== null && `has rights in the schema ${findings.schema}`,
    ].find((reason) => reason !== false);
    if (excess) {
      throw new StartupError(
        `DATABASE_URL: the role ${user} ${excess}, so users would not be kept apart. Name a role that does not exist yet, and let DATABASE_MIGRATION_URL create it.`,
      );
    }
  });
}

async function checkMigrations(client: pg.Client): Promise<void> {
  if (isUpToDate(await appliedMigrations(client))) return;
  throw new StartupError(
    'DATABASE_URL: the schema is behind. Run `npm run migrate` with DATABASE_MIGRATION_URL set to its owner.',
  );
}

/** The names of the migrations that have run; none if there is no record of them that this role may read. */
async function appliedMigrations(client: pg.Client): Promise<ReadonlySet<string>> {
  const isReadable = `to_regclass('${MIGRATIONS_TABLE}') is not null and has_table_privilege('${MIGRATIONS_TABLE}', 'select')`;
  const { rows } = await client.query<{ readable: boolean }>(`select ${isReadable} as readable`);
  if (!rows[0]?.readable) return new Set();
  const applied = await client.query<{ name: string }>(`select name from ${MIGRATIONS_TABLE}`);
  return new Set(applied.rows.map(({ name }) => name));
}

function isUpToDate(applied: ReadonlySet<string>): boolean {
  return migrations.every(({ name }) => applied.has(name));
}
