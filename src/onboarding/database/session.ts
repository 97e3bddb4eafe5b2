import type { Progress, StepStates } from '../flow/progress.js';
import type { StepNumber } from '../flow/steps.js';
import { bytesOf, itemsOf, SIZED_TABLES, type SizedTable } from './document-sizes.js';
import type { Row, Statement } from '../../storage/wire/statement.js';

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

/** The tables whose documents a change saves, and SQL for the keys and values that all documents have then. */
interface Sizes {
  readonly saved: readonly SizedTable[];
  readonly items: string;
}

/**
 * The progress after a change, and its events, in one statement. A constraint refuses documents beyond their limits. Values: user,
 * session, revision, steps, current step, floor, start, completion, time, actor, events.
 */
function advance(name: string, sizes: Sizes | null): Statement {
  const { measured = '', set = '', from = '' } = sizes ? measure(sizes) : {};
  return {
    name,
    text: `with ${measured} session as (
             update onboarding_sessions
             set revision = $3, steps = $4, current_step = $5, percentage_floor = $6,
                 started_at = $7, completed_at = $8, updated_at = $9${set}
             ${from}
             where user_id = $1 and id = $2
             returning user_id, id
           )
           insert into progress_events (user_id, session_id, revision, type, step, data, actor, occurred_at)
           select session.user_id, session.id, event.revision, event.type, event.step, event.data, $10, $9
           from session, jsonb_to_recordset($11) as event (revision bigint, type text, step smallint, data jsonb)`,
  };
}

function measure({ saved, items }: Sizes) {
  const bytes = saved.map((table) => `'${table}', ${bytesOf(table)}`);
  const total = SIZED_TABLES.map((table) => `coalesce((by_table ->> '${table}')::bigint, 0)`);
  return {
    measured: `sizes as materialized (
                 select document_sizes || jsonb_build_object(${bytes.join(', ')}) as by_table
                 from onboarding_sessions where user_id = $1
               ),`,
    set: `, document_sizes = by_table, document_bytes = ${total.join(' + ')}, document_items = ${items}`,
    from: 'from sizes',
  };
}

/** A change that saves no document. */
export const advanceSession = advance('advance-session', null);

/** How the keys and values are known: one more value is the most that there are now, or they are counted since there may be too many. */
const ITEMS = { bounded: '$12', counted: SIZED_TABLES.map(itemsOf).join(' + ') };

/** One that saves documents of these tables. Each set of tables has its own statement, so that PostgreSQL keeps a plan for each. */
export function advanceWithDocuments(tables: ReadonlySet<SizedTable>, items: keyof typeof ITEMS): Statement {
  const saved = SIZED_TABLES.filter((table) => tables.has(table));
  const name = `advance-${items}-${saved.map((table) => SIZED_TABLES.indexOf(table)).join('')}`;
  const statement = statements.get(name) ?? advance(name, { saved, items: ITEMS[items] });
  statements.set(name, statement);
  return statement;
}

const statements = new Map<string, Statement>();

export const deleteSession: Statement = {
  name: 'delete-session',
  text: `with audit as (delete from access_events where user_id = $1)
         delete from onboarding_sessions where user_id = $1`,
};
