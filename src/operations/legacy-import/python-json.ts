import { isJsonObject, isStorableText, MAX_JSON_DEPTH } from '../../ground/problems/json.js';
import type { Warnings } from './warnings.js';

/** Numbers that Python writes and JSON does not have, the longest first. */
const PYTHON_NUMBERS = ['-Infinity', 'Infinity', 'NaN'];

/**
 * Parses what Python's `json` writes: also `NaN` and infinities, which become null. Integers that JavaScript cannot hold become
 * texts of their digits. @throws SyntaxError
 */
export function parsePythonJson(text: string): unknown {
  try {
    return parseExactly(text);
  } catch (error) {
    const standard = withoutPythonNumbers(text);
    if (standard === text) throw error;
    return parseExactly(standard);
  }
}

function parseExactly(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return JSON.parse(text, keepDigits as (key: string, value: unknown) => unknown);
}

/** A reviver: JavaScript gives it the digits as they were written. */
function keepDigits(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  const isInexact = typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;
  return isInexact && source !== undefined && /^-?\d+$/.test(source) ? source : value;
}

/** The text with null for each of Python's numbers outside strings. */
function withoutPythonNumbers(text: string): string {
  const parts: string[] = [];
  let kept = 0;
  for (let at = 0; at < text.length;) {
    if (text[at] === '"') {
      at = endOfString(text, at);
      continue;
    }
    const number = PYTHON_NUMBERS.find((name) => text.startsWith(name, at));
    if (number !== undefined) {
      parts.push(text.slice(kept, at), 'null');
      kept = at + number.length;
    }
    at += number?.length ?? 1;
  }
  return parts.join('') + text.slice(kept);
}

/** The place after the string that begins at a quote. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

/** The text without NUL and lone surrogates, which PostgreSQL refuses. */
export function cleanText(text: string, warnings: Warnings): string {
  if (isStorableText(text)) return text;
  warnings.add('replaced_characters', 'NUL characters or lone surrogates were replaced by U+FFFD.');
  return text.toWellFormed().replaceAll('\u0000', '\uFFFD');
}

/**
 * The value as PostgreSQL can hold it and as a client can post it back.
 * @param depth levels around the value in the body of such a post
 */
export function cleanJson(value: unknown, warnings: Warnings, depth = 0): unknown {
  if (typeof value === 'string') return cleanText(value, warnings);
  if (typeof value === 'number') return cleanNumber(value, warnings);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_JSON_DEPTH) {
    return deepText(value, warnings);
  }
  if (Array.isArray(value)) return value.map((item) => cleanJson(item, warnings, depth + 1));
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) =>
      isPostable(key, warnings) ? [[cleanText(key, warnings), cleanJson(item, warnings, depth + 1)]] : [],
    ),
  );
}

/** Our requests refuse a key that changes the prototype of a JavaScript object. */
function isPostable(key: string, warnings: Warnings): boolean {
  if (key !== '__proto__') return true;
  warnings.add('key_left_out', 'A key named __proto__ was left out.');
  return false;
}

function deepText(value: object, warnings: Warnings): string | null {
  const limit = `${MAX_JSON_DEPTH} levels deep`;
  try {
    const text = cleanText(JSON.stringify(value), warnings);
    warnings.add('too_deep', `What is nested more than ${limit} was kept as a text.`);
    return text;
  } catch {
    // Thousands of levels are more than JavaScript's stack takes.
    warnings.add('too_deep', `What is nested much more than ${limit} was not imported.`);
    return null;
  }
}

function cleanNumber(value: number, warnings: Warnings): unknown {
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
  const isFinite = Number.isFinite(value);
  warnings.add('inexact_number', 'Numbers beyond 2^53 - 1 were kept as texts, infinite ones as null.');
  return isFinite ? String(value) : null;
}

/** Whether a value says nothing: null in all its spellings, an empty text, object or list. */
export function isAbsent(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}

/** A text that holds an object or a list as JSON, parsed once; every other value as it is. */
export function decodeOnce(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[{[]/.test(value)) return value;
  try {
    return parsePythonJson(value);
  } catch {
    // It only looks like JSON: a text.
    return value;
  }
}
