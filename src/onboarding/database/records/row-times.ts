import { Statement } from '../../../storage/wire/statement.js';
import type { DocumentTable } from '../document-tables.js';
import { nothing, type Command } from '../record.js';

/** When a row was made and changed last, as another back end has recorded it. */
export interface RowTimes {
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The statement that states the times of the one row that a user has in a table. Values: user, two times. */
export function datingRow(table: DocumentTable): Statement {
  return new Statement(`date-${table}`, `update ${table} set created_at = $2, updated_at = $3 where user_id = $1`);
}

export function dateRow(statement: Statement, { createdAt, updatedAt }: RowTimes): Command {
  return { statement, values: ({ userId }) => [userId, createdAt, updatedAt], parse: nothing };
}
