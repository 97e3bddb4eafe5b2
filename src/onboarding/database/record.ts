import type { Expression, Row, Statement } from '../../storage/wire/statement.js';
import type { DocumentWrite } from './document-sizes.js';

/*
 * What a record gives: reads and changes of one user's rows as values. The record knows the table and its SQL; the code that
 * runs such a value knows neither.
 */

/** A read of one user's rows: a statement whose one value is the user, and what its rows mean. */
export interface Query<T> {
  readonly statement: Statement;
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
}

/** A change of one user's rows. */
export interface Command<T = void, S extends Subject = SessionSubject> {
  readonly statement: Statement;
  /** In the order of the statement's parameters. */
  readonly values: (subject: S) => readonly unknown[];
  readonly parse: (rows: readonly Row[]) => T;
  /** The documents that it writes: they count towards what a user may store. */
  readonly writes?: DocumentWrite;
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
