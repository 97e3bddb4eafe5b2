import type { Statement } from '../../../storage/wire/statement.js';

/** Who did what with which part of a user's data; never the data. */
export interface AccessFact {
  /** The id in the token of the service or operator. */
  readonly actor: string;
  readonly action: string;
  readonly subject: string | null;
}

/** Values: user, id, actor, action, subject, time. */
export const insertAccessEvent: Statement = {
  name: 'insert-access-event',
  text: `insert into access_events (user_id, id, session_id, actor, action, subject, occurred_at)
         values ($1, $2, (select id from onboarding_sessions where user_id = $1 for key share), $3, $4, $5, $6)`,
};
