import type { Row, Statement } from '../../storage/wire/statement.js';
import { sessionFromRow, type Session } from './session.js';
import { LARGE_DOCUMENTS, SIZED_TABLES } from './document-sizes.js';
import type { DocumentTable } from './records/document-table.js';
import type { JsonObject } from '../../ground/problems/json.js';

/** Tables with one row per user. */
type RowTable = DocumentTable['name'] | 'business_info';

export type SnapshotTable = RowTable | 'competitor_analyses' | 'api_keys';

/** What is stored of one user, as of one moment: the session, and the rows of the tables that were asked for. */
export interface Snapshot {
  readonly session: Session | null;
  readonly documents: { readonly [table in RowTable]?: JsonObject | null };
  /** As posted, in their order. */
  readonly competitors: readonly JsonObject[];
  /** Of which providers the user has a key; the keys themselves are read by themselves. */
  readonly keyProviders: readonly string[];
}

/** Documents that were not read because they are large: their bytes. */
export interface Withheld {
  readonly withheld: number;
}

const COMPETITORS = `(select coalesce(jsonb_agg(details order by position), '[]') from competitor_analyses where user_id = $1)`;

const KEY_PROVIDERS = `(select coalesce(jsonb_agg(provider order by provider), '[]') from api_keys where user_id = $1)`;

function expression(table: SnapshotTable): string {
  if (table === 'competitor_analyses') return COMPETITORS;
  if (table === 'api_keys') return KEY_PROVIDERS;
  return `(select to_jsonb(d) from ${table} d where user_id = $1)`;
}

/**
 * One statement that reads a user's session and any of the tables. Value: the user. Where the user's documents are large it returns
 * how large in their place, unless they are asked for `evenLarge`.
 */
export function snapshotStatement(tables: readonly SnapshotTable[], { evenLarge = false } = {}): Statement {
  const name = `snapshot${evenLarge ? '-large' : ''}${tables.map((table) => `-${table.slice(0, 2)}`).join('')}`;
  const statement = statements.get(name) ?? { name, text: snapshotText(tables, evenLarge) };
  statements.set(name, statement);
  return statement;
}

const statements = new Map<string, Statement>();

const isSized = (table: SnapshotTable) => (SIZED_TABLES as readonly SnapshotTable[]).includes(table);

function snapshotText(tables: readonly SnapshotTable[], evenLarge: boolean): string {
  const isLarge = `s.document_bytes > ${LARGE_DOCUMENTS}`;
  const withholds = !evenLarge && tables.some(isSized);
  const columns = tables.map((table) => {
    const read = expression(table);
    return `, ${withholds && isSized(table) ? `case when ${isLarge} then null else ${read} end` : read} as ${table}`;
  });
  // A user without a session has a row too: nothing but nulls.
  const withheld = withholds ? `, case when ${isLarge} then s.document_bytes end as withheld` : '';
  return `select to_jsonb(s) as session${withheld}${columns.join('')}
          from (select $1::text as user_id) u left join onboarding_sessions s on s.user_id = u.user_id`;
}

export function snapshotFromRow(row: Row): Snapshot | Withheld {
  const { session, withheld, competitor_analyses: competitors, api_keys: keyProviders, ...documents } = row;
  if (typeof withheld === 'number') return { withheld };
  return {
    session: session ? sessionFromRow(session as Row) : null,
    documents: documents,
    competitors: (competitors ?? []) as JsonObject[],
    keyProviders: (keyProviders ?? []) as string[],
  };
}
