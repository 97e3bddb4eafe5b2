import { v7 as uuidv7 } from 'uuid';
import type { JsonObject } from '../../../ground/problems/json.js';
import type { FieldError } from '../../../ground/problems/problem.js';
import { Expression, Statement } from '../../../storage/wire/statement.js';
import { measureDocument } from '../document-sizes.js';
import { nothing, type Command, type SnapshotPart } from '../record.js';
import { keysOf, parsePosted, patchWithClears, postedErrors, type Mapping, type Patch } from './posted-data.js';

/** A table with one row per user: what is posted to it, how it is saved, and how it is read. */
export class DocumentRecord implements SnapshotPart<JsonObject | null> {
  readonly name: string;
  readonly select: Expression;
  readonly isDocument = true;
  /** The keys of posted data that this table saves. */
  readonly keys: ReadonlySet<string>;
  readonly #save: Statement;

  constructor(
    readonly mapping: Mapping,
    private readonly viewOf: (row: JsonObject) => JsonObject,
  ) {
    this.name = mapping.table;
    this.keys = keysOf(mapping);
    this.select = new Expression(`(select to_jsonb(d) from ${mapping.table} d where user_id = $1)`);
    this.#save = saveStatement(mapping);
  }

  fromJson(value: unknown): JsonObject | null {
    return (value as JsonObject | null) ?? null;
  }

  /** What keeps posted data from being saved; `at` is the pointer to them in the request. */
  errors(data: JsonObject, at: string): readonly FieldError[] {
    return postedErrors(this.mapping, data, at);
  }

  /** What posted data change; blank values are passed over. @throws InvalidInput */
  parse(data: JsonObject, at: string): Patch {
    return parsePosted(this.mapping, data, at);
  }

  /** The same for callers inside the process, where null clears. @throws InvalidInput */
  parseWithClears(data: JsonObject): Patch {
    return patchWithClears(this.mapping, data);
  }

  /** Inserts the user's row, or changes just the columns that the patch holds. */
  save({ columns, extra, removed }: Patch): Command {
    const { texts, writes } = measureDocument(this.mapping.table, columns, extra);
    return {
      statement: this.#save,
      values: ({ userId, sessionId, now }) => [userId, uuidv7(), sessionId, now, ...texts, JSON.stringify(removed)],
      parse: nothing,
      writes,
    };
  }

  /** The row as clients read it; null when there is none. */
  view(row: JsonObject | null): JsonObject | null {
    return row && this.viewOf(row);
  }
}

/** Values: user, id for a new row, session, time, the columns, `extra`, keys to take out of it. */
function saveStatement({ table, columns, merged = [], defaults = {} }: Mapping): Statement {
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
  return new Statement(
    `save-${table}`,
    `insert into ${table} as saved
       (user_id, id, session_id, created_at, updated_at, extra, ${columns.join(', ')})
     select $1, $2, $3, $4, $4, $6::jsonb, ${columns.map(posted).join(', ')}
     from jsonb_populate_record(null::${table}, $5::jsonb) as posted
     on conflict (user_id) do update set
       updated_at = excluded.updated_at,
       extra = (saved.extra - array(select jsonb_array_elements_text($7::jsonb))) || excluded.extra,
       ${columns.map(changed).join(',\n       ')}`,
  );
}
