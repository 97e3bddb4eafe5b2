import type { JsonObject } from '../../../src/ground/problems/json.js';
import type { TestDatabase } from '../database/database.js';

/** The tables of documents, and which of them a restore names together. */
export const DOCUMENT_TABLES = {
  website_analyses: 'website',
  research_preferences: 'research',
  competitor_analyses: 'research',
  persona_data: 'personalization',
  platform_integrations: 'integrations',
  business_info: 'business_info',
} as const;

export type Table = keyof typeof DOCUMENT_TABLES;
export type DocumentKey = (typeof DOCUMENT_TABLES)[Table];

export const TABLES_OF_DOCUMENTS = Object.keys(DOCUMENT_TABLES) as readonly Table[];
export const DOCUMENT_KEYS = [...new Set(Object.values(DOCUMENT_TABLES))];

/** What a table holds of a user: the row without its keys and times, the list of competitors, or null for nothing. */
export type Content = JsonObject | readonly unknown[] | null;

export type Documents = Readonly<Record<Table, Content>>;

/** Progress as the session's row has it. */
export interface StoredProgress {
  readonly steps: Readonly<Record<string, { readonly status: string; readonly completed_at: string | null }>>;
  readonly validation_errors: Readonly<Record<string, readonly string[]>>;
  readonly current_step: string | null;
  readonly percentage_floor: number;
  readonly started_at: string;
  readonly completed_at: string | null;
  readonly onboarding_type: string | null;
}

export interface StoredEvent {
  readonly revision: number;
  readonly type: string;
  readonly cause: string;
  readonly data: JsonObject;
}

/** All that a restore is about, of one user, as of one moment: read from the tables, not by the service. */
export interface StoredOnboarding {
  /** Null: there is no session. */
  readonly id: string | null;
  readonly revision: number;
  readonly progress: StoredProgress | null;
  readonly flow: string | null;
  readonly documents: Documents;
  /** Of the rows that a table has one of. */
  readonly ids: Readonly<Partial<Record<Table, string>>>;
  /** Sealed keys, to the byte. */
  readonly keys: unknown;
  readonly events: readonly StoredEvent[];
}

const PROGRESS = [
  ...['steps', 'validation_errors', 'current_step', 'percentage_floor'],
  ...['started_at', 'completed_at', 'onboarding_type'],
];

const rowTables = TABLES_OF_DOCUMENTS.filter((table) => table !== 'competitor_analyses');
const contents = TABLES_OF_DOCUMENTS.map((table) =>
  table === 'competitor_analyses'
    ? `'${table}', (select jsonb_agg(details order by position) from ${table} where user_id = $1)`
    : `'${table}', (select to_jsonb(d) - $2::text[] from ${table} d where user_id = $1)`,
);

export async function storedOnboardingOf(database: TestDatabase, userId: string): Promise<StoredOnboarding> {
  const [row = {}] = await database.query(
    `select (select to_jsonb(s) from onboarding_sessions s where user_id = $1) as session,
            jsonb_build_object(${contents.join(', ')}) as documents,
            jsonb_build_object(${rowTables.map((table) => `'${table}', (select id from ${table} where user_id = $1)`).join(', ')}) as ids,
            (select jsonb_agg(to_jsonb(k) order by provider) from api_keys k where user_id = $1) as api_keys,
            (select to_jsonb(d) from data_keys d where user_id = $1) as data_key,
            (select coalesce(jsonb_agg(jsonb_build_object('revision', revision, 'type', type, 'cause', cause, 'data', data)
              order by revision), '[]') from progress_events where user_id = $1) as events`,
    [userId, ['user_id', 'id', 'session_id', 'created_at', 'updated_at']],
  );
  const session = row['session'] as (JsonObject & { id: string; revision: number; flow: string | null }) | null;
  const progress = session && Object.fromEntries(PROGRESS.map((column) => [column, session[column]]));
  return {
    id: session?.id ?? null,
    revision: session?.revision ?? 0,
    progress: progress as StoredProgress | null,
    flow: session?.flow ?? null,
    documents: row['documents'] as Documents,
    ids: row['ids'] as StoredOnboarding['ids'],
    keys: [row['api_keys'], row['data_key']],
    events: row['events'] as StoredEvent[],
  };
}

/** Every row of a user's with the transactions that wrote it: an update that changes nothing shows, too. */
export async function rowVersionsOf(database: TestDatabase, userId: string): Promise<Record<string, unknown>> {
  const tables = await database.tables();
  const versions = tables.map(
    (table) =>
      `'${table}', (select jsonb_agg(jsonb_build_array(xmin::text, xmax::text, ctid::text, to_jsonb(t)) order by ctid)
                    from ${table} t where user_id = $1)`,
  );
  const [row] = await database.query(`select jsonb_build_object(${versions.join(', ')}) as rows`, [userId]);
  return row?.['rows'] as Record<string, unknown>;
}
