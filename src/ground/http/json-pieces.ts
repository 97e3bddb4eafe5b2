/** Levels of nesting that are split into pieces; deeper values are written at once. */
const LEVELS = 8;

/** Characters of a piece, roughly: a millisecond of work. */
const PIECE = 128 * 1024;

/** Long texts and their JSON, for reuse: views show documents in two spellings. */
type LongTexts = Map<string, readonly string[]>;

/** The JSON text of a value, the same as `JSON.stringify` writes, in pieces that are made one by one. */
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

function* partsOf(value: unknown, level: number, longTexts: LongTexts): Generator<string> {
  if (typeof value === 'string' && value.length > PIECE) yield* partsOfText(value, longTexts);
  else if (typeof value !== 'object' || value === null || level === LEVELS || isWrittenByItself(value)) {
    // As in a list, where values that JSON cannot express become null.
    yield JSON.stringify(value) ?? 'null';
  } else if (Array.isArray(value)) {
    let before = '[';
    for (const item of value) {
      yield before;
      yield* partsOf(item, level + 1, longTexts);
      before = ',';
    }
    yield before === '[' ? '[]' : ']';
  } else {
    let before = '{';
    for (const [key, item] of Object.entries(value)) {
      if (item === undefined || typeof item === 'function' || typeof item === 'symbol') continue;
      yield `${before}${JSON.stringify(key)}:`;
      yield* partsOf(item, level + 1, longTexts);
      before = ',';
    }
    yield before === '{' ? '{}' : '}';
  }
}

const isWrittenByItself = (value: object) => typeof (value as { toJSON?: unknown }).toJSON === 'function';

function* partsOfText(text: string, longTexts: LongTexts): Generator<string> {
  const earlier = longTexts.get(text);
  if (earlier) return yield* earlier;
  const parts = ['"'];
  yield '"';
  for (let at = 0; at < text.length;) {
    // Surrogate pairs stay together.
    const cut = at + PIECE;
    const end = /[\ud800-\udbff]/.test(text.charAt(cut - 1)) ? cut + 1 : cut;
    const part = JSON.stringify(text.slice(at, end)).slice(1, -1);
    parts.push(part);
    yield part;
    at = end;
  }
  parts.push('"');
  yield '"';
  longTexts.set(text, parts);
}
