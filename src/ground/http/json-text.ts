import { MAX_JSON_DEPTH, pointer } from '../problems/json.js';

/** Most keys and values of a body, including lists and objects. */
export const MAX_JSON_ITEMS = 100_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** What a scan of a JSON text has found; it stops at the first limit. */
export interface JsonScan {
  /** It opens more than `MAX_JSON_DEPTH` levels. */
  readonly isTooDeep: boolean;
  /** It has more than `MAX_JSON_ITEMS` keys and values. */
  readonly hasTooMany: boolean;
  /** The offset of the first number that is not 0, and would become 0. */
  readonly vanishing: number | null;
}

/**
 * Scans the bytes of a JSON text before it is parsed: the parser takes seconds for a body of nothing but brackets or keys, and
 * blocks all other requests meanwhile. The scan takes about a millisecond per megabyte of any content. Invalid JSON is left to the
 * parser.
 */
export function scanJson(json: Buffer): JsonScan {
  let depth = 0;
  let items = 0;
  let vanishing: number | null = null;
  for (let at = 0; at < json.length && depth <= MAX_JSON_DEPTH && items <= MAX_JSON_ITEMS; at++) {
    const byte = json[at] as number;
    if (byte === QUOTE) {
      items += 1;
      at = endOfString(json, at);
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      items += 1;
      depth += 1;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      depth -= 1;
    } else if (isWord(byte)) {
      items += 1;
      const end = endOfWord(json, at);
      if (vanishing === null && isNumberStart(byte) && vanishes(json, at, end)) vanishing = at;
      at = end - 1;
    }
  }
  return { isTooDeep: depth > MAX_JSON_DEPTH, hasTooMany: items > MAX_JSON_ITEMS, vanishing };
}

/** The JSON pointer of what begins at an offset of a text that is JSON. */
export function pointerAt(json: Buffer, offset: number): string {
  /** The position in each open container: a key, or the index in a list. */
  const path: (string | number)[] = [];
  for (let at = 0; at < offset; at++) {
    const byte = json[at] as number;
    if (byte === OPEN_LIST) path.push(0);
    else if (byte === OPEN_OBJECT) path.push('');
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) path.pop();
    else if (byte === COMMA) {
      const index = path.at(-1);
      if (typeof index === 'number') path[path.length - 1] = index + 1;
    } else if (byte === QUOTE) {
      const end = endOfString(json, at);
      if (isKey(json, end)) path[path.length - 1] = JSON.parse(json.toString('utf8', at, end + 1)) as string;
      at = end;
    }
  }
  return pointer(...path);
}

/** The closing quote of the string that opens at `start`; the end where there is none. */
function endOfString(json: Buffer, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return Math.min(at, json.length);
}

/** Whether a colon follows the string that closes at `end`. */
function isKey(json: Buffer, end: number): boolean {
  let at = end + 1;
  while ((json[at] as number) <= 0x20) at += 1;
  return json[at] === COLON;
}

/** Whether a byte that is no quote and no bracket belongs to a number, `true`, `false` or `null`. */
function isWord(byte: number): boolean {
  return byte > 0x20 && byte !== COMMA && byte !== COLON;
}

function endOfWord(json: Buffer, start: number): number {
  let at = start + 1;
  while (at < json.length && isWord(json[at] as number) && !isBoundary(json[at] as number)) at += 1;
  return at;
}

const isBoundary = (byte: number) =>
  byte === QUOTE || byte === OPEN_LIST || byte === CLOSE_LIST || byte === OPEN_OBJECT || byte === CLOSE_OBJECT;

const isNumberStart = (byte: number) => byte === MINUS || (byte >= ZERO && byte <= NINE);

/** Bytes of the shortest number that may vanish: `1e-324`. */
const SHORTEST_VANISHING = 6;

/** Whether a number other than 0 is nearer to 0 than any that JavaScript has. */
function vanishes(json: Buffer, start: number, end: number): boolean {
  if (end - start < SHORTEST_VANISHING) return false;
  const text = json.toString('latin1', start, end);
  return Number(text) === 0 && /^-?[0.]*[1-9]/.test(text);
}
