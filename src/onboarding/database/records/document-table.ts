import type { JsonObject } from '../../../ground/problems/json.js';
import type { Statement } from '../../../storage/wire/statement.js';

/** A table with one row per user, whose columns a user's data are saved to. */
export interface DocumentTable {
  readonly name: 'website_analyses' | 'research_preferences' | 'persona_data' | 'platform_integrations';
  /** Columns of data, beside the keys, the times and `extra`. */
  readonly columns: readonly string[];
  /** Columns that a save adds keys to, where it replaces others. */
  readonly merged?: readonly string[];
  /** SQL literals for columns that are never null. */
  readonly defaults?: Readonly<Record<string, string>>;
}

/** What a save changes: a key that is absent is left as it is, null clears. `extra` adds keys; `removed` takes some out of it. */
export interface Patch {
  readonly columns: JsonObject;
  readonly extra: JsonObject;
  readonly removed: readonly string[];
}

export function isEmptyPatch({ columns, extra, removed }: Patch): boolean {
  return Object.keys(columns).length + Object.keys(extra).length + removed.length === 0;
}

/**
 * Inserts the user's row or changes just the columns that the patch holds.
 * Values: user, id for a new row, session, time, the columns, `extra`, keys to take out of it.
 */
export function saveStatement(table: DocumentTable): Statement {
  const known = statements.get(table);
  if (known) return known;
  const statement = writeStatement(table);
  statements.set(table, statement);
  return statement;
}

const statements = new WeakMap<DocumentTable, Statement>();

function writeStatement({ name, columns, merged = [], defaults = {} }: DocumentTable): Statement {
  const posted = (column: string) => {
    const fallback = defaults[column];
    return fallback ? `coalesce(posted.${column}, ${fallback})` : `posted.${column}`;
  };
  const changed = (column: string) => {
    const value = merged.includes(column)
      ? `case when excluded.${column} is null then null else coalesce(saved.${column}, '{}') || excluded.${column} end`
      : `excluded.${column}`;
    return `${column} = case when $5::jsonb ? '${column}' then ${value} else saved.${column} end`;
  };
  return {
    name: `save-${name}`,
    text: `insert into ${name} as saved
             (user_id, id, session_id, created_at, updated_at, extra, ${columns.join(', ')})
           select $1, $2, $3, $4, $4, $6::jsonb, ${columns.map(posted).join(', ')}
           from jsonb_populate_record(null::${name}, $5::jsonb) as posted
           on conflict (user_id) do update set
             updated_at = excluded.updated_at,
             extra = (saved.extra - array(select jsonb_array_elements_text($7::jsonb))) || excluded.extra,
             ${columns.map(changed).join(',\n             ')}`,
  };
}
