import { randomUUID } from 'node:crypto';
import type { UserDatabase } from '../../src/onboarding/database/user-database.js';
import type { Row } from '../../src/storage/wire/statement.js';

/** Runs SQL of any kind in a user's transaction, as a careless or malicious unit of work would. */
export function runAs(
  database: UserDatabase,
  userId: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return database.writeForUser(userId, { name: randomUUID(), text }, values);
}
