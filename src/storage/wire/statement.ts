/** A statement written by hand. Its name lets PostgreSQL keep the plan: one text per name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** A statement with its values, in the order of its parameters. */
export interface Bound {
  readonly statement: Statement;
  readonly values: readonly unknown[];
}

/** A row as the driver gives it, by column. */
export type Row = Record<string, unknown>;

/** A statement that a unit of work wants run, and who reads its answer. */
export interface Command extends Bound {
  readonly answer: Later<unknown>;
}

/** What a statement answers: to be read once the transaction is stored, and not before. */
export class Later<T> {
  #rows: readonly Row[] | null = null;

  constructor(private readonly read: (rows: readonly Row[]) => T) {}

  /** For `UserDatabase`, after the commit. */
  settle(rows: readonly Row[]): void {
    this.#rows = rows;
  }

  get value(): T {
    if (!this.#rows) throw new Error('An answer was asked for before the transaction was stored');
    return this.read(this.#rows);
  }
}
