import pg from 'pg';
import { countItems } from '../../ground/problems/json.js';
import { StepProblem } from '../flow/flow.problems.js';
import type { Flow } from '../flow/flow.js';
import { DOCUMENT_TABLES, documentIn, stepsIn, type DocumentTable } from './document-tables.js';

/** The tables that hold what users entered in the steps. */
export type SizedTable = Exclude<DocumentTable, 'business_info'>;

export const SIZED_TABLES = DOCUMENT_TABLES.filter((table): table is SizedTable => table !== 'business_info');

/** Bytes of JSON text that all documents of one user may have together, as PostgreSQL writes them. */
const MAX_DOCUMENT_BYTES = 10 * 1024 * 1024;

/** Keys and values that they may have together. */
export const MAX_DOCUMENT_ITEMS = 30_000;

/** Bytes above which documents are read in turns: with both spellings of their contents, the answer may have a megabyte. */
export const LARGE_DOCUMENTS = 512 * 1024;

/** More items than a row has besides what is posted: its columns and their names. */
const ROW_ITEMS = 64;

/** Documents that a command writes to a table. */
export interface DocumentWrite {
  readonly table: DocumentTable;
  /** Keys and values that the table's documents may grow by. */
  readonly items: number;
  /** Whether it is too large alone; together with what is stored already, the database finds out. */
  readonly isTooLarge: boolean;
}

/** Parts of a document as the JSON texts that are sent, and what they add. */
export function measureDocument(
  table: SizedTable,
  ...parts: readonly unknown[]
): { readonly texts: readonly string[]; readonly writes: DocumentWrite } {
  const items = parts.reduce((sum: number, part) => sum + countItems(part), 0);
  const texts = parts.map((part) => JSON.stringify(part));
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  const isTooLarge = items > MAX_DOCUMENT_ITEMS || length > MAX_DOCUMENT_BYTES;
  return { texts, writes: { table, items: items + ROW_ITEMS, isTooLarge } };
}

/** A document that is copied inside the database: how much it adds is counted there. */
export function copiedDocument(table: DocumentTable): DocumentWrite {
  return { table, items: MAX_DOCUMENT_ITEMS + 1, isTooLarge: false };
}

/** The texts of a table whose columns have limits: they do not count. */
export function smallDocument(table: DocumentTable): DocumentWrite {
  return { table, items: 0, isTooLarge: false };
}

/** Whether documents are beyond what the database takes, by the same measures: for dry runs. */
export function areTooLarge(documents: readonly unknown[]): boolean {
  return shareOfLimits(documents) > 1;
}

/** How much documents take of what one user may have, in bytes or in keys and values; above 1 the database refuses them. */
export function shareOfLimits(documents: readonly unknown[]): number {
  const sum = (measure: (document: unknown) => number) =>
    documents.reduce((total: number, document) => total + measure(document), 0);
  return Math.max(sum(storedBytes) / MAX_DOCUMENT_BYTES, sum(countItems) / MAX_DOCUMENT_ITEMS);
}

/** Bytes of a JSON value as PostgreSQL writes it: with a space after each colon and comma, and numbers without an exponent. */
export function storedBytes(value: unknown): number {
  if (typeof value === 'number') return digitsOf(value);
  if (typeof value !== 'object' || value === null) return Buffer.byteLength(JSON.stringify(value));
  const items = Array.isArray(value)
    ? value.map(storedBytes)
    : Object.entries(value).map(([key, item]) => storedBytes(key) + 2 + storedBytes(item));
  return items.reduce((total, bytes) => total + bytes, 2 * Math.max(items.length, 1));
}

function digitsOf(value: number): number {
  const [mantissa = '', exponent] = String(value).split('e');
  if (exponent === undefined) return mantissa.length;
  const digits = mantissa.replace(/[-.]/g, '').length;
  const length = Number(exponent) > 0 ? Math.max(digits, Number(exponent) + 1) : digits - Number(exponent) + 1;
  return length + (mantissa.startsWith('-') ? 1 : 0);
}

/** The user's documents would grow beyond their limits. Nothing was saved. */
export class DocumentsTooLarge extends StepProblem {
  readonly status = 413;
  readonly title = 'Too much data';
  constructor(
    tables: Iterable<DocumentTable>,
    /** Whose numbers the steps have. */
    flow: Flow,
  ) {
    const names = stepsIn(tables).map((step) => flow.nameOf(step));
    const subject = names.length > 0 ? names.join(' and ') : 'This';
    super(
      `${subject} could not be saved: all steps together may hold ${MAX_DOCUMENT_BYTES / 1024 / 1024} MB and ` +
        `${MAX_DOCUMENT_ITEMS.toLocaleString('en')} keys and values. Nothing was changed; please leave something out.`,
      flow,
    );
  }
}

/** Whether a statement has failed on a limit of ours, or on one of PostgreSQL's own (class 54), which are wider. */
export function isTooLarge(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false;
  const { code = '', constraint = '' } = error;
  return code.startsWith('54') || /^onboarding_sessions_document_(bytes|items)_check$/.test(constraint);
}

/** One JSON value a document, of one user: `$1`. */
function documentsOf(table: SizedTable): string {
  const document = table === 'competitor_analyses' ? 'd.details' : documentIn('d');
  return `(select ${document} as document from ${table} d where d.user_id = $1) documents`;
}

/** SQL for the bytes of a table's documents. */
export function bytesOf(table: SizedTable): string {
  return `(select coalesce(sum(octet_length(document::text)), 0) from ${documentsOf(table)})`;
}

/** SQL for the keys and values of a table's documents. Takes a microsecond or two for each. */
export function itemsOf(table: SizedTable): string {
  const values = `(select count(*) from jsonb_path_query(document, 'strict $.**'))`;
  const objects = `jsonb_path_query(document, 'strict $.** ? (@.type() == "object")')`;
  const keys = `(select count(*) from ${objects} object, jsonb_object_keys(object))`;
  return `(select coalesce(sum(${values} + ${keys}), 0) from ${documentsOf(table)})`;
}
