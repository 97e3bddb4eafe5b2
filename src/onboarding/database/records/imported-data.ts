import { isJsonObject, type JsonObject } from '../../../ground/problems/json.js';
import type { FieldError } from '../../../ground/problems/problem.js';
import {
  isOfKind,
  kindErrors,
  patchOf,
  postedValue,
  spellingsOf,
  withoutEmpty,
  type Kind,
  type Mapping,
  type Patch,
} from './posted-data.js';

/** Data of another back end as a patch, and what of them could not be posted today. */
export interface ImportedData {
  readonly patch: Patch;
  readonly errors: readonly FieldError[];
}

/** Whether a column of a kind can hold a value: columns of documents and lists hold any JSON. */
const FITS: { readonly [kind in Kind]?: (value: unknown) => boolean } = {
  text: (value) => typeof value === 'string',
  flag: (value) => typeof value === 'boolean',
};

/**
 * Data that another back end holds, as they are: only blank and empty values are passed over. A value that its column cannot hold
 * goes to `extra` as `<column>_text`.
 */
export function parseImported(mapping: Mapping, data: JsonObject): ImportedData {
  const misfits = misfitsOf(mapping, data);
  const fitting = Object.keys(misfits).reduce((rest, column) => withoutColumn(mapping, rest, column), data);
  const { columns, extra, removed } = withoutEmpty(patchOf(mapping, fitting));
  const texts = Object.entries(misfits).map(([column, value]) => [`${column}_text`, textOf(value)] as const);
  return {
    patch: { columns, extra: { ...extra, ...Object.fromEntries(texts) }, removed },
    errors: [...kindErrors(mapping, data, ''), ...ruleErrors(mapping, data)],
  };
}

function misfitsOf(mapping: Mapping, data: JsonObject): JsonObject {
  const values = mapping.columns.map((column) => [column, postedValue(mapping, column, data)] as const);
  return Object.fromEntries(
    values.filter(([column, value]) => {
      const fits = FITS[mapping.kinds[column] as Kind]?.(value) ?? true;
      const rule = mapping.rules?.[column];
      const isRefused = rule?.isConstraint === true && rule.errors(value, '').length > 0;
      return value !== undefined && (!fits || isRefused);
    }),
  );
}

/** The data without a column, in all of its spellings and at both levels. */
function withoutColumn(mapping: Mapping, data: JsonObject, column: string): JsonObject {
  const spellings = spellingsOf(mapping, column);
  const without = (level: JsonObject) =>
    Object.fromEntries(Object.entries(level).filter(([key]) => !spellings.includes(key)));
  const { nested } = mapping;
  const inner = nested === null ? null : data[nested];
  return nested !== null && isJsonObject(inner) ? { ...without(data), [nested]: without(inner) } : without(data);
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** What breaks a rule, of the values that are of the right kind. */
function ruleErrors(mapping: Mapping, data: JsonObject): readonly FieldError[] {
  return Object.entries(mapping.rules ?? {}).flatMap(([key, rule]) => {
    const value = postedValue(mapping, key, data);
    const kind = mapping.kinds[key] ?? mapping.typed[key];
    return value === undefined || !kind || !isOfKind(kind, value) ? [] : rule.errors(value, '');
  });
}
