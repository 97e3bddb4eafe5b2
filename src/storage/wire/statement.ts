import { createHash } from 'node:crypto';

/** Bytes of a name that PostgreSQL tells apart (NAMEDATALEN less the final zero). */
const MAX_NAME_LENGTH = 63;

/** Hexadecimal digits of the digest in a name. */
const DIGEST_LENGTH = 16;

/**
 * One text of SQL. PostgreSQL keeps its plan under `name`, which ends with a digest of the text: two texts never share a name,
 * however their labels begin. Only the rooms that may write SQL can import this file.
 */
export class Statement {
  readonly #text: string;
  /** Unique to the text: a connection prepares it once. */
  readonly name: string;

  /** @param label what it does, in a few words of ASCII: for traces, and for people who read PostgreSQL's own statistics */
  constructor(
    readonly label: string,
    text: string,
  ) {
    this.#text = text;
    const digest = createHash('sha256').update(text).digest('hex').slice(0, DIGEST_LENGTH);
    this.name = `${label.slice(0, MAX_NAME_LENGTH - DIGEST_LENGTH - 1)}-${digest}`;
  }

  get text(): string {
    return this.#text;
  }
}

/**
 * SQL for one value, which becomes a part of statements. A class for the same reason: a text is no SQL, so a room that cannot import
 * this file cannot make any.
 */
export class Expression {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get text(): string {
    return this.#text;
  }
}

/** A statement with its values, in the order of its parameters. */
export interface Bound {
  readonly statement: Statement;
  readonly values: readonly unknown[];
}

/** A row as the driver gives it, by column. */
export type Row = Record<string, unknown>;
