/** A statement written by hand. Its name lets PostgreSQL keep the plan: one text per name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** A row as the driver gives it, by column. */
export type Row = Record<string, unknown>;

/** Runs a statement inside a user's transaction. */
export type Run = (statement: Statement, values: readonly unknown[]) => Promise<Row[]>;
