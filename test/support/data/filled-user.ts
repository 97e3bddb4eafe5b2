import { expect } from '@jest/globals';
import type { TestApp } from '../service/app.js';
import type { TestDatabase } from '../database/database.js';
import { markedSample } from './marked-samples.js';
import { STEP_NUMBERS } from './samples.js';

/** Every table of users: a new one fails the guarantees until it is named here and filled below. */
export const TABLES = [
  'access_events',
  'api_keys',
  'business_info',
  'competitor_analyses',
  'data_keys',
  'document_versions',
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

/**
 * Takes a user through all steps with a mark in every text, and fills the other tables: the business, a key with a
 * description, and the record of a service that read the user's status.
 */
export async function fillEveryTable(app: TestApp, userId: string, mark: string): Promise<void> {
  const client = await app.as(userId);
  for (const step of STEP_NUMBERS) {
    const { status } = await client.post(`/step/${step}/complete`, markedSample(step, mark));
    expect([step, status]).toEqual([step, 200]);
  }
  const service = await app.as(`service ${mark}`, { scope: 'onboarding:read' });
  const others = [
    await client.post('/business-info', markedBusiness(mark)),
    await client.post('/api-keys', { provider: 'exa', api_key: `another-key-${mark}`, description: mark }),
    await service.get(`/internal/users/${encodeURIComponent(userId)}/status`),
  ];
  expect(others.map(({ status }) => status)).toEqual([200, 200, 200]);
}

/** What a user says of the business, with a mark in every text. */
export function markedBusiness(mark: string) {
  return {
    business_description: `What we do: ${mark}`,
    industry: mark,
    target_audience: mark,
    business_goals: mark,
  };
}
