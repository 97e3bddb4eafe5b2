import { InvalidInput, type FieldError } from './problem.js';

export type JsonObject = { [key: string]: unknown };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Levels of nesting that a document may have. */
export const MAX_JSON_DEPTH = 100;

export const TOO_DEEP = `The body is nested more than ${MAX_JSON_DEPTH} levels deep.`;

const escape = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** Joins keys to a JSON pointer. */
export function pointer(...keys: readonly (string | number)[]): string {
  return keys.map((key) => `/${escape(String(key)).slice(0, 200)}`).join('');
}

/** Whether PostgreSQL can hold the text as it is: it has no NUL, and UTF-8 has no lone surrogates. */
export function isStorableText(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Whether a JSON text opens more levels than a document may have. Looked at before parsing: the parser takes seconds for a body
 * of nothing but brackets, and holds up everybody meanwhile.
 */
export function isNestedTooDeep(json: Buffer): boolean {
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i];
    if (byte === QUOTE) i = endOfString(json, i);
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth += 1;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth -= 1;
    if (depth > MAX_JSON_DEPTH) return true;
  }
  return false;
}

/** The closing quote of the string that opens at `start`; the end where there is none. */
function endOfString(json: Buffer, start: number): number {
  for (let end = json.indexOf(QUOTE, start + 1); end !== -1; end = json.indexOf(QUOTE, end + 1)) {
    let backslashes = 0;
    while (json[end - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return json.length;
}

/**
 * The first place where a JSON value could not be stored and returned just as it came: a NUL character, a lone surrogate,
 * a number that JSON cannot write back, or nesting without end. Null when all of it can.
 */
export function findUnstorable(value: unknown, at = '', depth = 0): FieldError | null {
  if (typeof value === 'string') {
    return isStorableText(value)
      ? null
      : { pointer: at, detail: `${at || 'The body'} holds a NUL character or a lone surrogate.` };
  }
  if (typeof value === 'number') {
    return Number.isFinite(value)
      ? null
      : { pointer: at, detail: `${at || 'The body'} is a number that is out of range.` };
  }
  if (typeof value !== 'object' || value === null) return null;
  if (depth >= MAX_JSON_DEPTH) {
    return { pointer: at, detail: TOO_DEEP };
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const found = findUnstorable(item, `${at}/${index}`, depth + 1);
      if (found) return found;
    }
    return null;
  }
  for (const [key, item] of Object.entries(value)) {
    if (!isStorableText(key)) {
      return { pointer: at, detail: `${at || 'The body'} has a key with a NUL character or a lone surrogate.` };
    }
    const found = findUnstorable(item, at + pointer(key), depth + 1);
    if (found) return found;
  }
  return null;
}

/** For what does not come through HTTP, where a hook asks the same. @throws InvalidInput */
export function refuseUnstorable(value: unknown): void {
  const found = findUnstorable(value);
  if (found) throw InvalidInput.of([found]);
}
