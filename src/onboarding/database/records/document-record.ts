import { v7 as uuidv7 } from 'uuid';
import type { JsonObject } from '../../../ground/problems/json.js';
import type { FieldError } from '../../../ground/problems/problem.js';
import { Expression, Statement } from '../../../storage/wire/statement.js';
import { copiedDocument, measureDocument } from '../document-sizes.js';
import { restoringRow, savingRow } from '../document-versions.js';
import { nothing, type Command, type SnapshotPart } from '../record.js';
import { parseImported, type ImportedData } from './imported-data.js';
import {
  keysOf,
  parsePosted,
  patchedRow,
  patchWithClears,
  postedErrors,
  type Mapping,
  type Patch,
} from './posted-data.js';
import { dateRow, datingRow, type RowTimes } from './row-times.js';

/** A table with one row per user: what is posted to it, how it is saved, and how it is read. */
export class DocumentRecord implements SnapshotPart<JsonObject | null> {
  readonly name: string;
  readonly select: Expression;
  readonly isDocument = true;
  /** The keys of posted data that this table saves. */
  readonly keys: ReadonlySet<string>;
  readonly #save: Statement;
  readonly #restore: Statement;
  readonly #date: Statement;

  constructor(
    readonly mapping: Mapping,
    private readonly viewOf: (row: JsonObject) => JsonObject,
  ) {
    this.name = mapping.table;
    this.keys = keysOf(mapping);
    this.select = new Expression(`(select row_to_json(d) from ${mapping.table} d where user_id = $1)`);
    this.#save = saveStatement(mapping);
    this.#restore = restoreStatement(mapping);
    this.#date = datingRow(mapping.table);
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

  /** The same for data that another back end holds: kept as they are where they can be, and what could not be posted is named. */
  parseImported(data: JsonObject): ImportedData {
    return parseImported(this.mapping, data);
  }

  /** Inserts the user's row, or changes just the columns that the patch holds. */
  save({ columns, extra, removed }: Patch): Command {
    const { texts, writes } = measureDocument(this.mapping.table, columns, extra);
    return {
      statement: this.#save,
      values: ({ userId, sessionId, now, revision }) => [
        userId,
        sessionId,
        now,
        revision,
        uuidv7(),
        ...texts,
        JSON.stringify(removed),
      ],
      parse: nothing,
      writes,
      preview: {
        part: this.name,
        apply: (row, now) => patchedRow(this.mapping, this.fromJson(row), { columns, extra, removed }, now),
      },
    };
  }

  /** Puts back what was there before the event of a revision, of which there is a version. */
  restore(version: number): Command {
    return {
      statement: this.#restore,
      values: ({ userId, sessionId, now, revision }) => [userId, sessionId, now, revision, version],
      parse: nothing,
      writes: copiedDocument(this.mapping.table),
    };
  }

  /** States the times of a row that was saved in the same transaction. */
  date(times: RowTimes): Command {
    return dateRow(this.#date, times);
  }

  /** The row as clients read it; null when there is none. */
  view(row: JsonObject | null): JsonObject | null {
    return row && this.viewOf(row);
  }
}

/** Values: user, session, time, revision, an id for a new row, the columns, `extra`, keys to take out of it. */
function saveStatement({ table, columns, merged = [], defaults = {} }: Mapping): Statement {
  const posted = (column: string) => {
    const fallback = defaults[column];
    return fallback === undefined ? `posted.${column}` : `coalesce(posted.${column}, ${literal(fallback)})`;
  };
  const changed = (column: string) => {
    const value = merged.includes(column)
      ? `case when excluded.${column} is null then null else coalesce(saved.${column}, '{}') || excluded.${column} end`
      : `excluded.${column}`;
    return `${column} = case when $6::jsonb ? '${column}' then ${value} else saved.${column} end`;
  };
  const save = `
      insert into ${table} as saved
        (user_id, id, session_id, created_at, updated_at, extra, ${columns.join(', ')})
      select $1, $5, $2, $3, $3, $7::jsonb, ${columns.map(posted).join(', ')}
      from jsonb_populate_record(null::${table}, $6::jsonb) as posted
      on conflict (user_id) do update set
        updated_at = excluded.updated_at,
        extra = (saved.extra - array(select jsonb_array_elements_text($8::jsonb))) || excluded.extra,
        ${columns.map(changed).join(',\n        ')}`;
  return new Statement(`save-${table}`, savingRow(table, ['extra', ...columns], save));
}

/** SQL for a default value, which holds no quotation marks. */
function literal(value: unknown): string {
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? `'${value}'` : `'${JSON.stringify(value)}'::jsonb`;
}

/** Values: user, session, time, revision, the version's revision. */
function restoreStatement({ table, columns }: Mapping): Statement {
  return new Statement(`restore-${table}`, restoringRow(table, ['extra', ...columns]));
}
