import type { Command, Query, Subject } from '../../../src/onboarding/database/record.js';
import type { UserDatabase } from '../../../src/onboarding/database/user-database.js';
import { Statement, type Row } from '../../../src/storage/wire/statement.js';

/** SQL of any kind as a command, as a careless or malicious record would give it. */
export function rawCommand(text: string, values: readonly unknown[] = []): Command<Row[], Subject> {
  return { statement: new Statement('raw', text), values: () => values, parse: (rows) => [...rows] };
}

/** SQL of any kind as a query. The text must take the user as its one value. */
export function rawQuery(text: string): Query<Row[]> {
  return { statement: new Statement('raw', text), parse: (rows) => [...rows] };
}

/** Runs SQL of any kind in a user's transaction. */
export function runAs(
  database: UserDatabase,
  userId: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return database.writeForUser(userId, rawCommand(text, values));
}
