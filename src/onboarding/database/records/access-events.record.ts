import { v7 as uuidv7 } from 'uuid';
import { Statement } from '../../../storage/wire/statement.js';
import { nothing, type Command, type Subject } from '../record.js';

/** Who did what with which part of a user's data; never the data. */
export interface AccessFact {
  /** The id in the token of the service or operator. */
  readonly actor: string;
  readonly action: string;
  readonly subject: string | null;
}

/** Records an access. Needs no session: a user without one has accesses too. */
export function recordAccess({ actor, action, subject }: AccessFact): Command<void, Subject> {
  return {
    statement: insertAccessEvent,
    values: ({ userId, now }) => [userId, uuidv7(), actor, action, subject, now],
    parse: nothing,
  };
}

/** Values: user, id, actor, action, subject, time. */
const insertAccessEvent = new Statement(
  'insert-access-event',
  `insert into access_events (user_id, id, session_id, actor, action, subject, occurred_at)
   values ($1, $2, (select id from onboarding_sessions where user_id = $1 for key share), $3, $4, $5, $6)`,
);
