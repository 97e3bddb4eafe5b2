import { StartupError } from '../../ground/config/startup-error.js';
import { Problem, Unavailable } from '../../ground/problems/problem.js';
import { KeysUnavailable } from '../../onboarding/database/key-store.js';
import { DatabaseUnavailable } from '../../storage/wire/wire.problems.js';
import { sqlStateOf } from '../../storage/postgres/owner-connection.js';
import type { Warning } from './legacy-user.js';

/** SQLSTATE of failures that concern one user's rows: time-outs for a lock, deadlocks. */
const BUSY = new Set(['55P03', '57014', '40001', '40P01']);

/**
 * Why a user could not be imported, for the report. No message of PostgreSQL's: some quote values.
 * @throws the error where it concerns more than this user
 */
export function failureOf(error: unknown): Warning {
  if (error instanceof StartupError) throw error;
  if (error instanceof DatabaseUnavailable) {
    if (!BUSY.has(sqlStateOf(error.cause) ?? '')) throw error;
    return {
      code: 'user_busy',
      detail: 'The database did not finish in time, such as while somebody else changes this user: import again.',
    };
  }
  if (error instanceof KeysUnavailable) {
    return { code: 'keys_do_not_open', detail: 'The keys that the user has here do not open.' };
  }
  if (error instanceof Unavailable) throw error;
  if (error instanceof Problem) {
    return { code: error.title.toLowerCase().replaceAll(' ', '_'), detail: error.detail };
  }
  const sqlState = sqlStateOf(error);
  if (sqlState !== null) return { code: 'refused_by_database', detail: `PostgreSQL refuses this user (${sqlState}).` };
  if (error instanceof RangeError && /call stack/.test(error.message)) {
    return { code: 'nested_too_deep', detail: 'A document is nested thousands of levels deep.' };
  }
  return { code: 'defect', detail: `The import has a defect: ${placeOf(error)}. All other users are imported.` };
}

/** Where a defect is, without the message, which may quote what a user entered. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const place = error.stack?.split('\n').find((line) => /^ +at /.test(line));
  return `${error.name}${place ? ` ${place.trim()}` : ''}`;
}
