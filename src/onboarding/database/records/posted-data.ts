import { isBlank, isJsonObject, pointer, refuseUnstorable, type JsonObject } from '../../../ground/problems/json.js';
import { InvalidInput, type FieldError } from '../../../ground/problems/problem.js';
import type { SizedTable } from '../document-sizes.js';

/** What a posted value must be. `document`: an object; `texts`: a list of texts; `either`: an object or a list. */
export type Kind = 'text' | 'flag' | 'document' | 'list' | 'texts' | 'either';

const MAX_TEXT_LENGTH = 10_000;
const MAX_LIST_LENGTH = 10_000;

const KINDS: Readonly<Record<Kind, { readonly expected: string; readonly accepts: (value: unknown) => boolean }>> = {
  text: {
    expected: `a text of at most ${MAX_TEXT_LENGTH} characters`,
    accepts: (value) => typeof value === 'string' && value.length <= MAX_TEXT_LENGTH,
  },
  flag: { expected: 'true or false', accepts: (value) => typeof value === 'boolean' },
  document: { expected: 'an object', accepts: isJsonObject },
  list: {
    expected: `a list of at most ${MAX_LIST_LENGTH} items`,
    accepts: (value) => Array.isArray(value) && value.length <= MAX_LIST_LENGTH,
  },
  texts: {
    expected: `a list of at most ${MAX_LIST_LENGTH} texts`,
    accepts: (value) =>
      Array.isArray(value) && value.length <= MAX_LIST_LENGTH && value.every((item) => typeof item === 'string'),
  },
  either: { expected: 'an object or a list', accepts: (value) => isJsonObject(value) || Array.isArray(value) },
};

export function isOfKind(kind: Kind, value: unknown): boolean {
  return KINDS[kind].accepts(value);
}

/** What a value must be beyond its kind. */
export interface Rule {
  /** What is wrong with it; `at` is the pointer to the data that it came with. */
  readonly errors: (value: unknown, at: string) => readonly FieldError[];
  /** The spelling in which a value without errors is stored; left out: as it comes. */
  readonly spell?: (value: unknown) => unknown;
  /** Whether the table itself refuses a value with errors. */
  readonly isConstraint?: boolean;
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

/** A table with one row per user: its columns, and how posted data become a row of it. */
export interface Mapping {
  readonly table: SizedTable;
  /** Columns of data; the keys, the times and `extra` are in every table. */
  readonly columns: readonly string[];
  /** Columns of data that are neither saved nor shown at present. */
  readonly hidden?: readonly string[];
  /** Columns that a save adds keys to, where it replaces others. */
  readonly merged?: readonly string[];
  /** Values of columns that are never null. */
  readonly defaults?: JsonObject;
  readonly kinds: Readonly<Record<string, Kind>>;
  /** By column or other typed key. */
  readonly rules?: Readonly<Record<string, Rule>>;
  /** Spellings of a column besides its own name and its camelCase, the winning one first. */
  readonly spellings?: Readonly<Record<string, readonly string[]>>;
  /** A key whose object may hold the same keys as the top level, and wins over it. */
  readonly nested: string | null;
  /** Keys that become keys of a column's document. */
  readonly folded?: { readonly into: string; readonly kinds: Readonly<Record<string, Kind>> };
  /** Keys without a column whose type is checked all the same: they are kept in `extra`. */
  readonly typed: Readonly<Record<string, Kind>>;
  /** Keys that other tables keep, or copies that reading adds: never in `extra`. */
  readonly neverExtra: readonly string[];
}

/** What clients post back because they have read it, and what must never be stored unsealed. */
const NEVER_STORED = [
  'id',
  'user_id',
  'session_id',
  'created_at',
  'updated_at',
  'extra',
  'has_data',
  'api_keys',
  'apiKeys',
  // A fact of the session: in what is read back, it would make another wizard's post look like one of the wizard that posts it.
  'onboarding_type',
  // Columns of step 2 only; while brand analysis is switched off nothing keeps them.
  'brand_analysis',
  'brandAnalysis',
  'content_strategy_insights',
  'contentStrategyInsights',
];

const camelCases = new Map<string, string>();

/** Caches what it returns: call it with names of columns only, which are few. */
export function camelCase(column: string): string {
  const cached = camelCases.get(column);
  if (cached !== undefined) return cached;
  const camel = column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  camelCases.set(column, camel);
  return camel;
}

interface Source {
  readonly data: JsonObject;
  readonly at: string;
}

/** The levels of posted data, the winning one first. */
function sources({ nested }: Mapping, data: JsonObject, at: string): Source[] {
  const inner = nested === null ? undefined : data[nested];
  return [...(nested !== null && isJsonObject(inner) ? [{ data: inner, at: at + pointer(nested) }] : []), { data, at }];
}

/** The names under which a column is posted, the winning one first. */
export function spellingsOf(mapping: Mapping, column: string): readonly string[] {
  return [...(mapping.spellings?.[column] ?? []), camelCase(column), column];
}

/** The keys of posted data that the table saves in a place of their own, in every spelling. */
export function keysOf(mapping: Mapping): ReadonlySet<string> {
  const { kinds, folded, typed, nested, neverExtra } = mapping;
  return new Set([
    ...Object.keys(kinds).flatMap((column) => spellingsOf(mapping, column)),
    ...Object.keys(folded?.kinds ?? {}),
    ...Object.keys(typed).filter((key) => !neverExtra.includes(key)),
    ...(nested === null ? [] : [nested]),
  ]);
}

/** Every posted value of a typed key that is not of its kind. `at` is the pointer to `data` in the request. */
export function kindErrors(mapping: Mapping, data: JsonObject, at: string): FieldError[] {
  const { nested, kinds, folded, typed } = mapping;
  const expected = new Map<string, Kind>([
    ...Object.entries(kinds).flatMap(([column, kind]) =>
      spellingsOf(mapping, column).map((key) => [key, kind] as const),
    ),
    ...Object.entries(folded?.kinds ?? {}),
    ...Object.entries(typed),
  ]);
  if (nested !== null) expected.set(nested, 'document');
  return sources(mapping, data, at).flatMap((source) =>
    Object.entries(source.data).flatMap(([key, value]) => {
      const kind = expected.get(key);
      if (kind === undefined || isBlank(value) || isOfKind(kind, value)) return [];
      return [{ pointer: source.at + pointer(key), detail: `${key} must be ${KINDS[kind].expected}.` }];
    }),
  );
}

/**
 * What keeps posted data from being stored, whichever door they come through: values of a wrong kind, or else the first value
 * that breaks a rule. What a step demands beyond that is in its handler.
 */
export function postedErrors(mapping: Mapping, data: JsonObject, at: string): readonly FieldError[] {
  const errors = kindErrors(mapping, data, at);
  if (errors.length > 0) return errors;
  for (const [key, rule] of Object.entries(mapping.rules ?? {})) {
    const value = postedValue(mapping, key, data);
    const broken = value === undefined ? [] : rule.errors(value, at);
    if (broken.length > 0) return broken;
  }
  return [];
}

/** The first value of the winning spelling at the winning level; undefined when there is none. */
export function postedValue(mapping: Mapping, column: string, data: JsonObject): unknown {
  return sources(mapping, data, '')
    .flatMap((source) => spellingsOf(mapping, column).map((key) => source.data[key]))
    .find((value) => !isBlank(value));
}

/** What posted data change. Blank values change nothing; one that breaks a rule is kept as it came. */
export function patchOf(mapping: Mapping, data: JsonObject): Patch {
  const columns: JsonObject = {};
  for (const column of mapping.columns) {
    const value = postedValue(mapping, column, data);
    const spell = mapping.rules?.[column]?.spell;
    if (value !== undefined) columns[column] = spell?.(value) ?? value;
  }
  const levels = sources(mapping, data, '').toReversed();
  const { folded } = mapping;
  const notExtra = new Set([
    ...NEVER_STORED,
    ...mapping.neverExtra,
    ...mapping.columns.flatMap((column) => spellingsOf(mapping, column)),
    ...Object.keys(folded?.kinds ?? {}),
    ...(mapping.nested === null ? [] : [mapping.nested]),
  ]);
  const extra: JsonObject = {};
  for (const { data: level } of levels) {
    for (const [key, value] of Object.entries(level)) {
      if (isBlank(value)) continue;
      if (!notExtra.has(key)) extra[key] = value;
      else if (folded && Object.hasOwn(folded.kinds, key)) {
        columns[folded.into] = { ...(columns[folded.into] as JsonObject | undefined), [key]: value };
      }
    }
  }
  return { columns, extra, removed: [] };
}

/** The patch without documents and lists that are empty: a page posts such values of what it has not gathered. */
export function withoutEmpty({ columns, extra, removed }: Patch): Patch {
  const isEmpty = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  const filled = (values: JsonObject) =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => !isEmpty(value)));
  return { columns: filled(columns), extra: filled(extra), removed };
}

/** Posted data as a patch; `at` is the pointer to them in the request. @throws InvalidInput naming what keeps them from being stored */
export function parsePosted(mapping: Mapping, data: JsonObject, at: string): Patch {
  const [first, ...others] = postedErrors(mapping, data, at);
  if (first) throw InvalidInput.of([first, ...others]);
  return patchOf(mapping, data);
}

/**
 * For callers inside the process: the same, but null clears.
 * @throws InvalidInput naming the fields that are wrong, or cannot be stored as they are
 */
export function patchWithClears(mapping: Mapping, data: JsonObject): Patch {
  refuseUnstorable(data);
  const patch = parsePosted(mapping, data, '');
  const columns = { ...patch.columns };
  const cleared = Object.keys(data).filter((key) => data[key] === null);
  for (const column of mapping.columns) {
    if (columns[column] === undefined && spellingsOf(mapping, column).some((key) => cleared.includes(key)))
      columns[column] = null;
  }
  return { ...patch, columns, removed: cleared };
}

/** The row that a patch makes of a user's row, or of none: what the statement of `DocumentRecord.save` does in the database. */
export function patchedRow(mapping: Mapping, row: JsonObject | null, patch: Patch, now: Date): JsonObject {
  const { columns: shown, hidden = [], defaults = {}, merged = [] } = mapping;
  const time = now.toISOString();
  const before: JsonObject = row ?? {
    ...Object.fromEntries([...shown, ...hidden].map((column) => [column, null])),
    created_at: time,
  };
  const columns = row ? patch.columns : { ...defaults, ...patch.columns };
  const changed = Object.entries(columns).map(([column, posted]): [string, unknown] => {
    const value = posted ?? defaults[column] ?? null;
    const isMerged = merged.includes(column) && value !== null;
    const kept = isMerged ? (before[column] as JsonObject | null) : null;
    return [column, isMerged ? { ...kept, ...(value as JsonObject) } : value];
  });
  const extra = Object.entries((before['extra'] ?? {}) as JsonObject).filter(([key]) => !patch.removed.includes(key));
  return {
    ...before,
    ...Object.fromEntries(changed),
    extra: { ...Object.fromEntries(extra), ...patch.extra },
    updated_at: time,
  };
}

/** Times as the wire has them: ISO 8601 in UTC. */
export const isoTime = (value: unknown): string => new Date(value as string).toISOString();

/** A row as it is read: every column, its times, and the keys of `extra` next to them. */
export function viewDocument({ columns }: Pick<Mapping, 'columns'>, row: JsonObject): JsonObject {
  return {
    ...(row['extra'] as JsonObject),
    ...Object.fromEntries(columns.map((column) => [column, row[column]])),
    id: row['id'],
    created_at: isoTime(row['created_at']),
    updated_at: isoTime(row['updated_at']),
  };
}
