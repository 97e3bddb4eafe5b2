import { InvalidInput, type FieldError } from './problem.js';

/** Levels of nesting that a document may have. */
export const MAX_JSON_DEPTH = 100;

export const TOO_DEEP = `The body is nested more than ${MAX_JSON_DEPTH} levels deep.`;

export type JsonObject = { [key: string]: unknown };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is empty: empty values leave what is stored as it is. */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

const escape = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** Joins keys to a JSON pointer. */
export function pointer(...keys: readonly (string | number)[]): string {
  return keys.map((key) => `/${escape(String(key)).slice(0, 200)}`).join('');
}

/** Whether PostgreSQL can hold the text as it is: it has no NUL, and UTF-8 has no lone surrogates. */
export function isStorableText(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

/** Why a value cannot be stored, and the path to it. */
interface Unstorable {
  readonly path: (string | number)[];
  readonly problem: 'text' | 'key' | 'number' | 'depth';
}

/**
 * The first place where a JSON value cannot be stored and returned unchanged: a NUL character, a lone surrogate, a number that is
 * not exact, or too deep nesting. Null if there is none.
 */
export function findUnstorable(value: unknown): FieldError | null {
  const unstorable = search(value, 0);
  if (!unstorable) return null;
  const at = pointer(...unstorable.path);
  const here = at || 'The body';
  switch (unstorable.problem) {
    case 'text':
      return { pointer: at, detail: `${here} holds a NUL character or a lone surrogate.` };
    case 'key':
      return { pointer: at, detail: `${here} has a key with a NUL character or a lone surrogate.` };
    case 'number':
      return inexactNumber(at);
    case 'depth':
      return { pointer: at, detail: TOO_DEEP };
  }
}

/** The path is built on the way back, so that a value without a fault costs no path. */
function search(value: unknown, depth: number): Unstorable | null {
  if (typeof value === 'string') return isStorableText(value) ? null : { path: [], problem: 'text' };
  if (typeof value === 'number') return isExact(value) ? null : { path: [], problem: 'number' };
  if (typeof value !== 'object' || value === null) return null;
  if (depth >= MAX_JSON_DEPTH) return { path: [], problem: 'depth' };
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const unstorable = search(value[index], depth + 1);
      if (unstorable) return from(index, unstorable);
    }
    return null;
  }
  for (const key of Object.keys(value)) {
    if (!isStorableText(key)) return { path: [], problem: 'key' };
    const unstorable = search((value as JsonObject)[key], depth + 1);
    if (unstorable) return from(key, unstorable);
  }
  return null;
}

function from(key: string | number, unstorable: Unstorable): Unstorable {
  unstorable.path.unshift(key);
  return unstorable;
}

/** Beyond JavaScript's safe integers, the number returned may differ from the one sent. */
const isExact = (value: number) => Math.abs(value) <= Number.MAX_SAFE_INTEGER;

/** Whether two JSON values are the same to PostgreSQL: in any order of keys, and with one zero. */
export function isSameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) || Array.isArray(other)) {
    return (
      Array.isArray(one) &&
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, index) => isSameJson(item, other[index]))
    );
  }
  if (!isJsonObject(one) || !isJsonObject(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSameJson(one[key], other[key]))
  );
}

/** Counts the keys and values of a JSON value, including itself and its containers. */
export function countItems(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + countItems(item), 1);
  return Object.values(value).reduce((sum: number, item) => sum + 1 + countItems(item), 1);
}

/** The error for a number that would be returned as another one. */
export function inexactNumber(at: string): FieldError {
  return {
    pointer: at,
    detail: `${at || 'The body'} is a number that cannot be kept as it is: it is beyond 2^53 - 1, or too near to 0. Send it as a text.`,
  };
}

/** For values that do not come through HTTP, where the body parser checks the same. @throws InvalidInput */
export function refuseUnstorable(value: unknown): void {
  const unstorable = findUnstorable(value);
  if (unstorable) throw InvalidInput.of([unstorable]);
}
