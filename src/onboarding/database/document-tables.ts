import type { JsonObject } from '../../ground/problems/json.js';
import { STEP_KEYS, type StepKey } from '../flow/steps.js';

/** What users entered: the data of these steps, and the business in its owner's words, which belongs to none. */
export type DocumentKey =
  Extract<StepKey, 'website' | 'research' | 'personalization' | 'integrations'> | 'business_info';

/** The tables that hold it, and which of it is in each. */
const DOCUMENT_OF = {
  website_analyses: 'website',
  research_preferences: 'research',
  competitor_analyses: 'research',
  persona_data: 'personalization',
  platform_integrations: 'integrations',
  business_info: 'business_info',
} as const satisfies Record<string, DocumentKey>;

export type DocumentTable = keyof typeof DOCUMENT_OF;

export const DOCUMENT_TABLES = Object.keys(DOCUMENT_OF) as readonly DocumentTable[];

export const DOCUMENT_KEYS: readonly DocumentKey[] = [...new Set(Object.values(DOCUMENT_OF))];

export function tablesOf(key: DocumentKey): readonly DocumentTable[] {
  return DOCUMENT_TABLES.filter((table) => DOCUMENT_OF[table] === key);
}

/** What is in these tables, in the order of the steps. */
export function documentsIn(tables: Iterable<DocumentTable>): readonly DocumentKey[] {
  const keys = new Set<DocumentKey>([...tables].map((table) => DOCUMENT_OF[table]));
  return DOCUMENT_KEYS.filter((key) => keys.has(key));
}

/** The steps whose data are in these tables. */
export function stepsIn(tables: Iterable<DocumentTable>): readonly StepKey[] {
  const keys: readonly string[] = documentsIn(tables);
  return STEP_KEYS.filter((step) => keys.includes(step));
}

/** Columns that are no part of the document, but stay with it. */
const IDENTITY = ['id', 'created_at'];
const NO_DOCUMENT = ['user_id', 'session_id', 'updated_at'];

const without = (json: string, columns: readonly string[]) => `(${json} - '{${columns.join(',')}}'::text[])`;

/** SQL for the document in a row of a table with one row a user. */
export const documentIn = (row: string): string => without(`to_jsonb(${row})`, [...NO_DOCUMENT, ...IDENTITY]);

/** The same of a row as JSON. */
export function documentInRow(row: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(row).filter(([column]) => ![...NO_DOCUMENT, ...IDENTITY].includes(column)));
}

/** SQL for the document in such a row, with its id and when it was made. */
export const identifiedIn = (row: string): string => without(`to_jsonb(${row})`, NO_DOCUMENT);

/** SQL for the document in what `identifiedIn` has made; a list stays as it is. */
export const documentOf = (table: DocumentTable, identified: string): string =>
  table === 'competitor_analyses' ? identified : without(identified, IDENTITY);

/** SQL for what is in a table, as one JSON value: null where there is nothing. `$1` is the user. */
export function contentOf(table: DocumentTable, inRow = documentIn): string {
  return table === 'competitor_analyses'
    ? `(select jsonb_agg(details order by position) from competitor_analyses where user_id = $1)`
    : `(select ${inRow('d')} from ${table} d where user_id = $1)`;
}
