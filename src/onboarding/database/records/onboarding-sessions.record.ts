import { Statement, type Row } from '../../../storage/wire/statement.js';
import { newProgress } from '../../flow/progress.js';
import { nothing, type Command } from '../record.js';
import { sessionFromRow, type Session } from '../session.js';

/** A session before a unit of work. */
export interface OpenedSession {
  readonly session: Session;
  /** Whether this transaction has created it. */
  readonly isNew: boolean;
  /** An upper bound of the keys and values in the user's documents. */
  readonly documentItems: number;
}

/**
 * The user's session, locked until the end of the transaction, and made if there is none: changes of one user's onboarding happen
 * one after the other. No row when another transaction makes or deletes it at the same moment: asking again finds out.
 * Values: user, id for a new session, time.
 */
export const openSession = new Statement(
  'open-session',
  `with made as (
     insert into onboarding_sessions (user_id, id, started_at, updated_at) values ($1, $2, $3, $3)
     on conflict (user_id) do nothing
     returning *
   ), locked as (
     select * from onboarding_sessions where user_id = $1 for update
   )
   select row_to_json(made) as session, true as is_new from made
   union all
   select row_to_json(locked), false from locked`,
);

/** The user's session, neither locked nor created. Value: user. */
export const findSession = new Statement(
  'find-session',
  `select row_to_json(s) as session, false as is_new from onboarding_sessions s where user_id = $1`,
);

export function openedFromRow(row: Row): OpenedSession {
  const session = row['session'] as Row;
  return {
    session: sessionFromRow(session),
    isNew: row['is_new'] === true,
    documentItems: session['document_items'] as number,
  };
}

/** The session that a first change would make. */
export function newSession(userId: string, id: string, now: Date): OpenedSession {
  return {
    session: { id, userId, revision: 0, updatedAt: now, progress: newProgress(now) },
    isNew: true,
    documentItems: 0,
  };
}

/** Begins another session, after the one before was deleted. */
export const beginSession: Command = {
  statement: new Statement(
    'begin-session',
    'insert into onboarding_sessions (user_id, id, started_at, updated_at) values ($1, $2, $3, $3)',
  ),
  values: ({ userId, sessionId, now }) => [userId, sessionId, now],
  parse: nothing,
};

/** States when the session has changed last: for what another back end has recorded. Runs after the session's own change. */
export function dateSession(updatedAt: Date): Command {
  return {
    statement: setSessionTime,
    values: ({ userId, sessionId }) => [userId, sessionId, updatedAt],
    parse: nothing,
  };
}

/** Values: user, session, time. */
const setSessionTime = new Statement(
  'date-session',
  'update onboarding_sessions set updated_at = $3 where user_id = $1 and id = $2',
);

/** Removes everything that is kept of the user: every other row references the session, and goes with it. */
export const deleteUser: Command = {
  statement: new Statement(
    'delete-user',
    `with audit as (delete from access_events where user_id = $1)
     delete from onboarding_sessions where user_id = $1`,
  ),
  values: ({ userId }) => [userId],
  parse: nothing,
};
