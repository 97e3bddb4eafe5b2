import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { StartupError } from '../ground/config/startup-error.js';
import type { OnboardingDatabaseService } from '../onboarding/database/onboarding-database.service.js';
import {
  ImportUndo,
  importedUserIn,
  NoReportLine,
  UNDONE,
  type ImportedUser,
  type Undone,
} from '../operations/legacy-import/import-undo.js';
import { DatabaseUnavailable } from '../storage/wire/wire.problems.js';
import { pendingFile } from './import-report-file.js';
import { table } from './import-summary.js';

/** Users who stay that are named. */
const LISTED = 20;

/**
 * Removes the users whom the run of a report imported, and says who stays. A run that was cut off has stored some users without a
 * line: those are among its pending ones, of whom the others were never stored.
 * @throws StartupError
 */
export async function undoImport(database: OnboardingDatabaseService, file: string, signal: AbortSignal) {
  const undo = new ImportUndo(database);
  const counts = new Map<Undone, number>(UNDONE.map((undone) => [undone, 0]));
  const staying: string[] = [];
  const pending = existsSync(pendingFile(file)) ? pendingFile(file) : null;
  const reported = new Set<string>();
  const remove = (user: ImportedUser) => {
    if (signal.aborted) throw new StartupError('Stopped. Start it again: who was removed is then gone.');
    return undo.remove(user);
  };
  const note = ({ userId }: ImportedUser, undone: Undone) => {
    counts.set(undone, (counts.get(undone) ?? 0) + 1);
    const stays = undone === 'changed' || undone === 'begun again';
    if (stays && staying.length < LISTED) staying.push(JSON.stringify(userId));
  };
  try {
    for await (const user of importedUsers(file)) {
      if (pending) reported.add(user.position);
      note(user, await remove(user));
    }
    if (pending) {
      for await (const user of importedUsers(pending)) {
        if (reported.has(user.position)) continue;
        const undone = await remove(user);
        // Otherwise the run was cut off before the user was stored.
        if (undone === 'removed' || undone === 'changed') note(user, undone);
      }
    }
  } catch (error) {
    throw error instanceof DatabaseUnavailable
      ? new StartupError('The database cannot be reached any more. Start it again: who was removed is then gone.')
      : error;
  } finally {
    console.error(table('undone', [...counts]));
  }
  const more = (counts.get('changed') ?? 0) + (counts.get('begun again') ?? 0) - staying.length;
  if (staying.length > 0) {
    console.error(`Users who have changed since stay: ${staying.join(', ')}${more > 0 ? `, and ${more} more` : ''}`);
  }
}

/** The users whom a report names as imported. A last line that a killed run has left half is passed over, and said. */
async function* importedUsers(file: string): AsyncGenerator<ImportedUser> {
  let number = 0;
  let isCutOff = false;
  for await (const line of linesOf(file)) {
    if (isCutOff) throw noLine(number, file);
    number += 1;
    try {
      const user = importedUserIn(line);
      if (user) yield user;
    } catch (error) {
      if (error instanceof NoReportLine) throw noLine(number, file);
      if (!(error instanceof SyntaxError)) throw error;
      isCutOff = true;
    }
  }
  if (isCutOff) console.error(`The last line of ${file}, ${number}, is cut off: its user was passed over.`);
}

const noLine = (number: number, file: string) =>
  new StartupError(`--undo: line ${number} of ${file} is no line of a report.`);

async function* linesOf(file: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  } catch (error) {
    throw new StartupError(`--undo: ${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}
