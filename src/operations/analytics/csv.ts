/** What a cell may hold; null: it is empty. */
export type Cell = string | number | boolean | null;

/** A table as it is downloaded. */
export interface Table {
  /** The file's name, without `.csv`. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A table as RFC 4180 describes it, with a row of headers. */
export function csvOf({ columns, rows }: Table): string {
  return [columns, ...rows].map((row) => `${row.map(textOf).join(',')}\r\n`).join('');
}

/** A program for spreadsheets would calculate what begins like this. */
const FORMULA = /^[=+\-@\t\r]/;

function textOf(cell: Cell): string {
  const text = cell === null ? '' : String(cell);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
