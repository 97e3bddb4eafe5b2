import { expect } from '@jest/globals';
import type { TestApp } from './app.js';
import type { TestDatabase } from './database.js';
import { markedSample } from './marked-samples.js';

/** Every table of users: a new one fails the guarantees until it is named here and filled below. */
export const TABLES = [
  'access_events',
  'api_keys',
  'business_info',
  'competitor_analyses',
  'onboarding_sessions',
  'persona_data',
  'platform_integrations',
  'progress_events',
  'research_preferences',
  'website_analyses',
];

/** Rows by table. */
export type Dump = Record<string, unknown[]>;

/** Every row of one user's, by table. */
export async function rowsOf(database: TestDatabase, userId: string): Promise<Dump> {
  const [found] = await database.query<{ rows: Dump }>(
    `select jsonb_build_object(${TABLES.map((table) => `'${table}', ${rowsIn(table)}`).join(', ')}) as rows`,
    [userId],
  );
  return found?.rows ?? {};
}

const rowsIn = (table: string) =>
  `(select coalesce(jsonb_agg(to_jsonb(t) order by to_jsonb(t)::text), '[]') from ${table} t where user_id = $1)`;

/** Takes a user through all six steps with a mark in every text, and adds a row to the tables that no route fills. */
export async function fillEveryTable(app: TestApp, userId: string, mark: string): Promise<void> {
  const client = await app.as(userId);
  for (const step of [1, 2, 3, 4, 5, 6]) {
    const { status } = await client.post(`/step/${step}/complete`, markedSample(step, mark));
    expect([step, status]).toEqual([step, 200]);
  }
  const rowIn = (table: string, columns: string, values: string) =>
    app.database.query(
      `insert into ${table} (user_id, session_id, id, ${columns})
       select user_id, id, gen_random_uuid(), ${values} from onboarding_sessions where user_id = $1`,
      [userId, mark],
    );
  await rowIn('business_info', 'business_description, created_at, updated_at', '$2, now(), now()');
  await rowIn('api_keys', 'provider, sealed_key, created_at, updated_at', `$2, '\\x00', now(), now()`);
  await rowIn('access_events', 'actor, action, subject, occurred_at', `'support', 'read', $2, now()`);
}
