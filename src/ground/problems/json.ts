import { InvalidInput, type FieldError } from './problem.js';

/** Levels of nesting that a document may have. */
export const MAX_JSON_DEPTH = 100;

export const TOO_DEEP = `The body is nested more than ${MAX_JSON_DEPTH} levels deep.`;

export type JsonObject = { [key: string]: unknown };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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

/** What keeps a value from being stored, and the keys that lead to it. */
interface Unstorable {
  readonly path: (string | number)[];
  readonly problem: 'text' | 'key' | 'number' | 'depth';
}

/**
 * The first place where a JSON value could not be stored and returned just as it came: a NUL character, a lone surrogate, a number
 * that is not exact, or nesting without end. Null when all of it can.
 */
export function findUnstorable(value: unknown): FieldError | null {
  const found = search(value, 0);
  if (!found) return null;
  const at = pointer(...found.path);
  const here = at || 'The body';
  switch (found.problem) {
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

/** The path is put together on the way back, so that values which can be stored cost none. */
function search(value: unknown, depth: number): Unstorable | null {
  if (typeof value === 'string') return isStorableText(value) ? null : { path: [], problem: 'text' };
  if (typeof value === 'number') return isExact(value) ? null : { path: [], problem: 'number' };
  if (typeof value !== 'object' || value === null) return null;
  if (depth >= MAX_JSON_DEPTH) return { path: [], problem: 'depth' };
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const found = search(value[index], depth + 1);
      if (found) return from(index, found);
    }
    return null;
  }
  for (const key of Object.keys(value)) {
    if (!isStorableText(key)) return { path: [], problem: 'key' };
    const found = search((value as JsonObject)[key], depth + 1);
    if (found) return from(key, found);
  }
  return null;
}

function from(key: string | number, found: Unstorable): Unstorable {
  found.path.unshift(key);
  return found;
}

/** Beyond the integers that JavaScript tells apart, what is returned may be another number than the one that came. */
const isExact = (value: number) => Math.abs(value) <= Number.MAX_SAFE_INTEGER;

/** The keys and values that a JSON value has, itself and its containers among them. */
export function countItems(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + countItems(item), 1);
  return Object.values(value).reduce((sum: number, item) => sum + 1 + countItems(item), 1);
}

/** A number that would come back as another one. */
export function inexactNumber(at: string): FieldError {
  return {
    pointer: at,
    detail: `${at || 'The body'} is a number that cannot be kept as it is: it is beyond 2^53 - 1, or too near to 0. Send it as a text.`,
  };
}

/** For what does not come through HTTP, where a hook asks the same. @throws InvalidInput */
export function refuseUnstorable(value: unknown): void {
  const found = findUnstorable(value);
  if (found) throw InvalidInput.of([found]);
}
