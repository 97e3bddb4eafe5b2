import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { StartupError } from '../ground/config/startup-error.js';
import type { OnboardingDatabaseService } from '../onboarding/database/onboarding-database.service.js';
import {
  ImportUndo,
  importedUserIn,
  UNDONE,
  type ImportedUser,
  type Undone,
} from '../operations/legacy-import/import-undo.js';
import { DatabaseUnavailable } from '../storage/wire/wire.problems.js';
import { table } from './import-summary.js';

/** Users who stay that are named. */
const LISTED = 20;

/** Removes the users whom the run of a report imported, and says who stays. @throws StartupError */
export async function undoImport(database: OnboardingDatabaseService, file: string, signal: AbortSignal) {
  const undo = new ImportUndo(database);
  const counts = new Map<Undone, number>(UNDONE.map((undone) => [undone, 0]));
  const changed: string[] = [];
  try {
    for await (const user of importedUsers(file)) {
      if (signal.aborted) throw new StartupError('Stopped. Start it again: who was removed is then gone.');
      const undone = await undo.remove(user);
      counts.set(undone, (counts.get(undone) ?? 0) + 1);
      if (undone === 'changed' && changed.length < LISTED) changed.push(JSON.stringify(user.userId));
    }
  } catch (error) {
    throw error instanceof DatabaseUnavailable
      ? new StartupError('The database cannot be reached any more. Start it again: who was removed is then gone.')
      : error;
  } finally {
    console.error(table('undone', [...counts]));
  }
  const more = (counts.get('changed') ?? 0) - changed.length;
  if (changed.length > 0) {
    console.error(`Users who have changed since stay: ${changed.join(', ')}${more > 0 ? `, and ${more} more` : ''}`);
  }
}

/** The users whom a report names as imported. A last line that a killed run has left half is passed over, and said. */
async function* importedUsers(file: string): AsyncGenerator<ImportedUser> {
  let number = 0;
  let isCutOff = false;
  for await (const line of linesOf(file)) {
    if (isCutOff) throw new StartupError(`--undo: line ${number} of ${file} is no line of a report.`);
    number += 1;
    const user = userIn(line);
    if (user) yield user;
    isCutOff = user === undefined;
  }
  if (isCutOff) console.error(`The last line of ${file}, ${number}, is cut off: its user was passed over.`);
}

/** Undefined for what is no line of a report. */
function userIn(line: string): ImportedUser | null | undefined {
  try {
    return importedUserIn(line);
  } catch {
    return undefined;
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  } catch (error) {
    throw new StartupError(`--undo: ${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}
