import { isDeepStrictEqual } from 'node:util';

/** Differences that are kept to be shown. */
const SHOWN = 20;

/** The fields that say what a row is about. */
const HEADS = ['day', 'step', 'from'] as const;

/** Where the numbers and their recount are not the same. */
export class Differences {
  #count = 0;
  #compared = 0;
  readonly #first: string[] = [];

  get count(): number {
    return this.#count;
  }

  /** Rows that were compared. */
  get compared(): number {
    return this.#compared;
  }

  /** The first of them, a line each. */
  get first(): readonly string[] {
    return this.#first;
  }

  /** Compares all rows of one answer. A row in which everything is nothing is as good as none. @param what the answer */
  compare<R extends object>(what: string, numbers: readonly R[], recounted: readonly R[]): void {
    const [ours, theirs] = [byHead(numbers), byHead(recounted)];
    for (const head of new Set([...ours.keys(), ...theirs.keys()])) {
      this.#compared += 1;
      this.#compareRow(`${what}${head}`, ours.get(head), theirs.get(head));
    }
  }

  #compareRow(where: string, numbers: Fields | undefined, recounted: Fields | undefined): void {
    if (!numbers) return this.#note(`${where} is missing`);
    if (!recounted) return this.#note(`${where} is in the numbers, and not in the events`);
    for (const field of new Set([...Object.keys(numbers), ...Object.keys(recounted)])) {
      const [ours, theirs] = [numbers[field], recounted[field]];
      if (isDeepStrictEqual(ours, theirs)) continue;
      this.#note(`${where}: ${field} is ${JSON.stringify(ours)}, recounted ${JSON.stringify(theirs)}`);
    }
  }

  #note(line: string): void {
    this.#count += 1;
    if (this.#count <= SHOWN) this.#first.push(line);
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** Rows by what they are about. */
function byHead(rows: readonly object[]): Map<string, Fields> {
  const fields = rows.map((row) => ({ ...row })).filter(hasSomething);
  return new Map(fields.map((row) => [headOf(row), row]));
}

function headOf(row: Fields): string {
  return HEADS.filter((head) => head in row)
    .map((head) => `, ${head} ${JSON.stringify(row[head])}`)
    .join('');
}

function hasSomething(row: Fields): boolean {
  const heads: readonly string[] = HEADS;
  return Object.entries(row).some(([field, value]) => !heads.includes(field) && !isNothing(value));
}

function isNothing(value: unknown): boolean {
  return value === 0 || value === '0' || value === null || isDeepStrictEqual(value, {});
}
