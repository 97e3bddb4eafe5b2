import type pg from 'pg';
import { OPERATOR_ROLE } from './entities/ownership.js';
import { joinRole } from './login-roles.js';

/** What operators may read of users' tables, by column. Left out are texts of clients, which may hold what a user entered. */
export const OPERATOR_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  onboarding_sessions: [
    'user_id',
    'id',
    'revision',
    'steps',
    'current_step',
    'percentage_floor',
    'started_at',
    'updated_at',
    'completed_at',
    'flow',
    'flow_source',
    'onboarding_type',
  ],
  progress_events: [
    'user_id',
    'session_id',
    'revision',
    'type',
    'step',
    'data',
    'state',
    'documents',
    'actor',
    'cause',
    'occurred_at',
    'tx',
  ],
};

interface SchemaRights {
  readonly tables: readonly string[];
  readonly sequences: readonly string[];
  readonly functions: readonly string[];
}

/** The schemas of what belongs to no single user, and what operators may do there. */
export const OPERATOR_SCHEMAS: Readonly<Record<string, SchemaRights>> = {
  operations: {
    tables: ['select', 'insert', 'update', 'delete', 'truncate'],
    sequences: ['usage', 'select'],
    functions: [],
  },
  jobs: { tables: ['select', 'insert', 'update', 'delete'], sequences: ['usage', 'select'], functions: ['execute'] },
};

/** Gives the operators' role its rights, no matter what it had, and the login its membership. */
export async function grantOperators(owner: pg.Client, login: string | undefined): Promise<void> {
  await owner.query(`grant usage on schema public to ${OPERATOR_ROLE}`);
  for (const [table, columns] of Object.entries(OPERATOR_COLUMNS)) {
    // A column that has left the list goes with it.
    await owner.query(`revoke all on ${table} from ${OPERATOR_ROLE}`);
    await owner.query(`grant select (${columns.join(', ')}) on ${table} to ${OPERATOR_ROLE}`);
  }
  for (const schema of await existingSchemas(owner)) await grantSchema(owner, schema);
  if (login !== undefined) await joinRole(owner, OPERATOR_ROLE, login);
}

async function existingSchemas(owner: pg.Client): Promise<string[]> {
  const { rows } = await owner.query<{ name: string }>(
    'select nspname as name from pg_namespace where nspname = any($1)',
    [Object.keys(OPERATOR_SCHEMAS)],
  );
  return rows.map(({ name }) => name);
}

async function grantSchema(owner: pg.Client, schema: string): Promise<void> {
  await owner.query(`grant usage on schema ${schema} to ${OPERATOR_ROLE}`);
  for (const [kind, rights] of Object.entries(OPERATOR_SCHEMAS[schema] ?? {}) as [string, string[]][]) {
    if (rights.length === 0) continue;
    await owner.query(`grant ${rights.join(', ')} on all ${kind} in schema ${schema} to ${OPERATOR_ROLE}`);
  }
}
