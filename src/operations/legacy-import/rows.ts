import type { TextRow } from './legacy-database.js';
import { latest, type LocalTime } from './local-time.js';
import type { Dated } from './legacy-user.js';
import { cleanJson, cleanText, decodeOnce, isAbsent, parsePythonJson } from './python-json.js';
import type { Warnings } from './warnings.js';

/** Levels around a column when it is posted: the body, and its data. */
const COLUMN_DEPTH = 2;

/** The value of a JSON column: null in all its spellings is null, a text that holds JSON is decoded once. */
export function readColumn(column: string, text: string | null | undefined, warnings: Warnings): unknown {
  if (text === null || text === undefined) return null;
  reportInvalid(text, warnings);
  const value = cleanJson(decodeOnce(parseColumn(column, text, warnings)), warnings, COLUMN_DEPTH);
  return isAbsent(value) ? null : value;
}

/** What is no JSON is a text. */
function parseColumn(column: string, text: string, warnings: Warnings): unknown {
  try {
    return parsePythonJson(text);
  } catch {
    warnings.add('not_json', `${column} holds no JSON: it was kept as a text.`);
    return text;
  }
}

/** A text column; blank is null. */
export function readText(text: string | null | undefined, warnings: Warnings): string | null {
  if (text === null || text === undefined || text.trim() === '') return null;
  reportInvalid(text, warnings);
  return cleanText(text, warnings);
}

/** The driver of SQLite, which checks no encoding, replaces what is no UTF-8 without a word. */
function reportInvalid(text: string, warnings: Warnings): void {
  if (!text.includes('\uFFFD')) return;
  warnings.add('invalid_utf8', 'Texts of a database hold U+FFFD, mostly in place of characters that were no UTF-8.');
}

/** When a row was saved last. */
export function savedAt(row: TextRow, time: LocalTime): Date | null {
  return time.parseStored(row['updated_at']) ?? time.parseStored(row['created_at']);
}

/** Rows, the one that was saved last at the end; of equal ones that of the highest id. */
export function byAge(rows: readonly TextRow[], time: LocalTime): readonly TextRow[] {
  const age = (row: TextRow) => savedAt(row, time)?.getTime() ?? 0;
  return [...rows].sort(
    (one, other) => age(one) - age(other) || Number(BigInt(one['id'] ?? 0) - BigInt(other['id'] ?? 0)),
  );
}

/** The times of a document that is a row. */
export function datedRow<T>(value: T, row: TextRow, time: LocalTime): Dated<T> {
  const createdAt = time.parseStored(row['created_at']);
  return { value, createdAt, updatedAt: latest(time.parseStored(row['updated_at']), createdAt) };
}
