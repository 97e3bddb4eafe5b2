import type { TestDatabase } from './database.js';

/** What a user's session says of the user's documents, and what they measure, as of one moment. */
export interface StoredSizes {
  readonly session_bytes: number;
  /** Bytes by table. */
  readonly session_sizes: Readonly<Record<string, number>>;
  readonly session_items: number;
  readonly bytes: number;
  readonly sizes: Readonly<Record<string, number>>;
  /** Keys and values. */
  readonly items: number;
}

/** The tables of documents; a document is the row without its keys and times, or one column of the row. */
const DOCUMENTS = {
  website_analyses: 'to_jsonb(d) - $2::text[]',
  research_preferences: 'to_jsonb(d) - $2::text[]',
  persona_data: 'to_jsonb(d) - $2::text[]',
  platform_integrations: 'to_jsonb(d) - $2::text[]',
  competitor_analyses: 'd.details',
};
const NO_DOCUMENT = ['user_id', 'id', 'session_id', 'created_at', 'updated_at'];

const documents = Object.entries(DOCUMENTS).map(
  ([table, document]) => `select '${table}' as name, ${document} as document from ${table} d where user_id = $1`,
);

/** Measures all that is stored of a user. @throws Error for a user without a session */
export async function storedSizesOf(database: TestDatabase, userId: string): Promise<StoredSizes> {
  const [row] = await database.query<StoredSizes & Record<string, unknown>>(
    `with documents as (${documents.join(' union all ')}), tables as (
       select name, sum(octet_length(document::text)) as bytes from documents group by name
     ), items as (
       select count(*) as values,
              sum((select count(*) from jsonb_object_keys(case jsonb_typeof(v) when 'object' then v else '{}' end))) as keys
       from documents, jsonb_path_query(document, 'strict $.**') v
     )
     select document_bytes::int as session_bytes, document_sizes as session_sizes, document_items as session_items,
            (select coalesce(sum(bytes), 0)::int from tables) as bytes,
            (select coalesce(jsonb_object_agg(name, bytes), '{}') from tables) as sizes,
            (select coalesce(values + keys, 0)::int from items) as items
     from onboarding_sessions where user_id = $1`,
    [userId, NO_DOCUMENT],
  );
  if (!row) throw new Error(`${userId} has no session`);
  return row;
}
