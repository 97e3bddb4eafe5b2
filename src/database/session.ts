import type { Progress, StepStates } from '../steps/progress.js';
import type { StepNumber } from '../steps/steps.js';
import { bytesOf, itemsOf, SIZED_TABLES } from './document-sizes.js';
import type { Row, Statement } from './statement.js';

/** One user's session: who, since when, how many changes, and the facts of the progress. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  /** Counts the changes: one event each, without gaps. */
  readonly revision: number;
  readonly updatedAt: Date;
  readonly progress: Progress;
}

/**
 * Names the state of a user's onboarding: the revision, and of which session, since a hard reset begins another one that counts
 * from the start. Shown as the ETag of what is read.
 */
export function entityTagOf(session: Session | null): string {
  return session ? `"${session.revision}.${session.id}"` : '"0"';
}

/** A session from its row as JSON. */
export function sessionFromRow(row: Row): Session {
  return {
    id: row['id'] as string,
    userId: row['user_id'] as string,
    revision: Number(row['revision']),
    updatedAt: new Date(row['updated_at'] as string),
    progress: {
      steps: row['steps'] as StepStates,
      currentStep: row['current_step'] as StepNumber | null,
      percentageFloor: Number(row['percentage_floor']),
      startedAt: new Date(row['started_at'] as string),
      completedAt: row['completed_at'] === null ? null : new Date(row['completed_at'] as string),
    },
  };
}

/**
 * The user's session, locked until the end of the transaction, and made if there is none: changes of one user's onboarding happen
 * one after the other. No row when another transaction has made or deleted it this very moment: asking again finds out.
 * Values: user, id for a new session, time.
 */
export const openSession: Statement = {
  name: 'open-session',
  text: `with made as (
           insert into onboarding_sessions (user_id, id, started_at, updated_at) values ($1, $2, $3, $3)
           on conflict (user_id) do nothing
           returning *
         ), locked as (
           select * from onboarding_sessions where user_id = $1 for update
         )
         select to_jsonb(made) as session, true as is_new from made
         union all
         select to_jsonb(locked), false from locked`,
};

/** The bytes of the saved tables, `$12`, beside those of the others. */
const MEASURED = SIZED_TABLES.map(
  (table) => `'${table}', case when '${table}' = any($12::text[]) then ${bytesOf(table)} end`,
);

/**
 * The progress after a change, and its events, in one statement. Values: user, session, revision, steps, current step, floor, start,
 * completion, time, actor, events; where documents are saved, their tables as an array.
 * @param items SQL for the keys and values that the user's documents have now; null where none is saved
 */
function advance(name: string, items: string | null): Statement {
  const sizes = `sizes as (
             select document_sizes || jsonb_strip_nulls(jsonb_build_object(${MEASURED.join(', ')})) as by_table
             from onboarding_sessions where user_id = $1
           ),`;
  const sized = `, document_sizes = by_table, document_items = ${items},
                 document_bytes = (select sum(value::bigint) from jsonb_each_text(by_table))`;
  return {
    name,
    text: `with ${items === null ? '' : sizes} session as (
             update onboarding_sessions
             set revision = $3, steps = $4, current_step = $5, percentage_floor = $6,
                 started_at = $7, completed_at = $8, updated_at = $9${items === null ? '' : sized}
             ${items === null ? '' : 'from sizes'}
             where user_id = $1 and id = $2
             returning user_id, id
           )
           insert into progress_events (user_id, session_id, revision, type, step, data, actor, occurred_at)
           select session.user_id, session.id, event.revision, event.type, event.step, event.data, $10, $9
           from session, jsonb_to_recordset($11) as event (revision bigint, type text, step smallint, data jsonb)`,
  };
}

/** A change that saves no document. */
export const advanceSession = advance('advance-session', null);

/** One that saves documents. A constraint refuses them beyond their limits. One more value: the most items that there are now. */
export const advanceWithDocuments = advance('advance-with-documents', '$13');

/** The same where the items have to be counted, since there may be too many. */
export const advanceCounted = advance('advance-counted', SIZED_TABLES.map(itemsOf).join(' + '));

export const deleteSession: Statement = {
  name: 'delete-session',
  text: `with audit as (delete from access_events where user_id = $1)
         delete from onboarding_sessions where user_id = $1`,
};
