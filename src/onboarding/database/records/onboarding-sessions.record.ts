import { Statement, type Row } from '../../../storage/wire/statement.js';
import { newProgress } from '../../flow/progress.js';
import type { ProgressFact } from '../../flow/transitions.js';
import { bytesOf, itemsOf, MAX_DOCUMENT_ITEMS, SIZED_TABLES, type SizedTable } from '../document-sizes.js';
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
   select to_jsonb(made) as session, true as is_new from made
   union all
   select to_jsonb(locked), false from locked`,
);

/** The user's session, neither locked nor created. Value: user. */
export const findSession = new Statement(
  'find-session',
  `select to_jsonb(s) as session, false as is_new from onboarding_sessions s where user_id = $1`,
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

/** Who makes a change, and why: part of each of its events. */
export interface Origin {
  /** Never a bare id, which could be that of a user, a service or an operator. */
  readonly actor: 'user' | 'system' | `service:${string}` | `operator:${string}`;
  /** A job's id, or a revision, after the colon. */
  readonly cause: 'wizard' | 'service' | 'support' | 'import' | 'repair' | `bulk:${string}` | `restore:${number}`;
}

/** How a session moves on: its new state, what happened, and which documents were saved. */
export interface Advance {
  /** With the revision of the last fact. */
  readonly session: Session;
  readonly facts: readonly ProgressFact[];
  readonly origin: Origin;
  /** The tables whose documents were saved. */
  readonly saved: ReadonlySet<SizedTable>;
  /** A bound of the keys and values that all documents have then. */
  readonly documentItems: number;
}

/** Writes the progress after a change and its events, in one statement. A constraint refuses documents beyond their limits. */
export function advanceSession({ session, facts, origin, saved, documentItems }: Advance): Command {
  const isBounded = documentItems <= MAX_DOCUMENT_ITEMS;
  const statement = saved.size === 0 ? advance : advanceWithDocuments(saved, isBounded ? 'bounded' : 'counted');
  const bound = saved.size > 0 && isBounded ? [documentItems] : [];
  return {
    statement,
    values: ({ now }) => [...sessionValues(session), now, JSON.stringify(eventsOf(session, facts, origin)), ...bound],
    parse: nothing,
  };
}

function sessionValues({ userId, id, revision, progress }: Session): unknown[] {
  const { steps, currentStep, percentageFloor, startedAt, completedAt, flow, onboardingType } = progress;
  const wizard = [flow?.id ?? null, flow?.source ?? null, onboardingType];
  return [userId, id, revision, JSON.stringify(steps), currentStep, percentageFloor, startedAt, completedAt, ...wizard];
}

function eventsOf({ revision }: Session, facts: readonly ProgressFact[], origin: Origin) {
  const first = revision - facts.length + 1;
  return facts.map((fact, index) => ({ ...fact, ...origin, revision: first + index }));
}

/** The tables whose documents a change saves, and SQL for the keys and values that all documents have then. */
interface Sizes {
  readonly saved: readonly SizedTable[];
  readonly items: string;
}

/** Values: user, session, revision, steps, current step, floor, start, completion, flow, its source, type, time, events. */
function advanceStatement(label: string, sizes: Sizes | null): Statement {
  const { measured = '', set = '', from = '' } = sizes ? measure(sizes) : {};
  return new Statement(
    label,
    `with ${measured} session as (
       update onboarding_sessions
       set revision = $3, steps = $4, current_step = $5, percentage_floor = $6,
           started_at = $7, completed_at = $8, flow = $9, flow_source = $10, onboarding_type = $11, updated_at = $12${set}
       ${from}
       where user_id = $1 and id = $2
       returning user_id, id
     )
     insert into progress_events (user_id, session_id, revision, type, step, data, actor, cause, occurred_at)
     select session.user_id, session.id, event.revision, event.type, event.step, event.data, event.actor, event.cause, $12
     from session, jsonb_to_recordset($13)
       as event (revision bigint, type text, step text, data jsonb, actor text, cause text)`,
  );
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
const advance = advanceStatement('advance-session', null);

/** The keys and values of all documents: a bound that comes as a value, or a count where there may be too many. */
const ITEMS = { bounded: '$14', counted: SIZED_TABLES.map(itemsOf).join(' + ') };

/** A change that saves documents of these tables. Each set of tables has its own statement, so that PostgreSQL keeps a plan for each. */
function advanceWithDocuments(tables: ReadonlySet<SizedTable>, items: keyof typeof ITEMS): Statement {
  const saved = SIZED_TABLES.filter((table) => tables.has(table));
  const key = [items, ...saved].join(' ');
  const statement = statements.get(key) ?? advanceStatement(`advance-${items}`, { saved, items: ITEMS[items] });
  statements.set(key, statement);
  return statement;
}

const statements = new Map<string, Statement>();

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
