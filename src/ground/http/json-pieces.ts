/** Levels whose values are written each by themselves; what is deeper is written at once. */
const LEVELS = 8;

/** Characters of a piece, about: a millisecond of work. */
const PIECE = 128 * 1024;

/** Long texts that are written already, as JSON: views show documents in two spellings. */
type Written = Map<string, readonly string[]>;

/** The JSON text of a value, the same as `JSON.stringify` writes, in pieces that are made when they are asked for. */
export function* jsonPieces(value: unknown): Generator<string> {
  let piece = '';
  for (const part of partsOf(value, 0, new Map())) {
    piece += part;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

function* partsOf(value: unknown, level: number, written: Written): Generator<string> {
  if (typeof value === 'string' && value.length > PIECE) yield* partsOfText(value, written);
  else if (typeof value !== 'object' || value === null || level === LEVELS || isWrittenByItself(value)) {
    // As in a list, which has no place for what JSON does not know.
    yield JSON.stringify(value) ?? 'null';
  } else if (Array.isArray(value)) {
    let before = '[';
    for (const item of value) {
      yield before;
      yield* partsOf(item, level + 1, written);
      before = ',';
    }
    yield before === '[' ? '[]' : ']';
  } else {
    let before = '{';
    for (const [key, item] of Object.entries(value)) {
      if (item === undefined || typeof item === 'function' || typeof item === 'symbol') continue;
      yield `${before}${JSON.stringify(key)}:`;
      yield* partsOf(item, level + 1, written);
      before = ',';
    }
    yield before === '{' ? '{}' : '}';
  }
}

const isWrittenByItself = (value: object) => typeof (value as { toJSON?: unknown }).toJSON === 'function';

function* partsOfText(text: string, written: Written): Generator<string> {
  const earlier = written.get(text);
  if (earlier) return yield* earlier;
  const parts = ['"'];
  yield '"';
  for (let at = 0; at < text.length;) {
    // The two halves of a character stay together.
    const cut = at + PIECE;
    const end = /[\ud800-\udbff]/.test(text.charAt(cut - 1)) ? cut + 1 : cut;
    const part = JSON.stringify(text.slice(at, end)).slice(1, -1);
    parts.push(part);
    yield part;
    at = end;
  }
  parts.push('"');
  yield '"';
  written.set(text, parts);
}
