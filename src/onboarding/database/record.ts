import type { Expression, Row, Statement } from '../../storage/wire/statement.js';
import type { DocumentWrite } from './document-sizes.js';

/*
 * What a record gives: reads and changes of one user's rows as values. The record knows the table and its SQL; the code that
 * runs such a value knows neither.
 */

/** A read of one user's rows, and what they mean. */
export interface Query<T> {
  /** Its first value is the user. */
  readonly statement: Statement;
  /** Those that follow. */
  readonly values?: readonly unknown[];
  readonly parse: (rows: readonly Row[]) => T;
}

/** Whose rows a command changes, and when. */
export interface Subject {
  readonly userId: string;
  /** The moment of every change in the same transaction. */
  readonly now: Date;
}

/** A subject whose session is open, and locked until the transaction ends. */
export interface SessionSubject extends Subject {
  readonly sessionId: string;
  /** That of the event which the command belongs to. */
  readonly revision: number;
}

/** A change of one user's rows. */
export interface Command<T = void, S extends Subject = SessionSubject> {
  readonly statement: Statement;
  /** In the order of the statement's parameters. */
  readonly values: (subject: S) => readonly unknown[];
  readonly parse: (rows: readonly Row[]) => T;
  /** The document that it writes: an event follows, and what was there before becomes a version. */
  readonly writes?: DocumentWrite;
  /** What it makes of a part of a snapshot, for dry runs; left out: it changes none that is read. */
  readonly preview?: Preview;
}

/** A command whose new rows have another time than that of the change: for what another back end has recorded. */
export function at<T>(command: Command<T>, now: Date): Command<T> {
  return { ...command, values: (subject) => command.values({ ...subject, now }) };
}

/** What a command makes of what is read, without the database: the value that its rows would then have. */
export interface Preview {
  /** The name of the part. */
  readonly part: string;
  readonly apply: (value: unknown, now: Date) => unknown;
}

/** For commands whose statement returns no rows. */
export const nothing = (): void => undefined;

/** What one record adds to a snapshot: one JSON value of the user, and what it means. */
export interface SnapshotPart<T> {
  /** The table. */
  readonly name: string;
  /** One JSON value, null where there is none; `$1` is the user. */
  readonly select: Expression;
  /** Whether it holds a user's documents: these are withheld from a snapshot while they are large. */
  readonly isDocument: boolean;
  readonly fromJson: (value: unknown) => T;
}
