import { Statement } from '../../../storage/wire/statement.js';
import type { Progress } from '../../flow/progress.js';
import { changedErrors, stateOf, validationErrorsOf, type ProgressState } from '../../flow/progress-state.js';
import type { ProgressFact } from '../../flow/transitions.js';
import { bytesOf, itemsOf, MAX_DOCUMENT_ITEMS, SIZED_TABLES } from '../document-sizes.js';
import { DOCUMENT_TABLES, type DocumentTable } from '../document-tables.js';
import { dropOldVersions } from '../document-versions.js';
import { nothing, type Command } from '../record.js';
import type { Session } from '../session.js';

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
  /** The progress before the first fact. */
  readonly before: Progress;
  readonly facts: readonly ProgressFact[];
  readonly origin: Origin;
  /** The tables whose documents were saved. */
  readonly saved: ReadonlySet<DocumentTable>;
  /** A bound of the keys and values that all documents have then. */
  readonly documentItems: number;
  /** Versions that are kept of each document. */
  readonly documentVersions: number;
}

/**
 * Writes the progress after a change, which is that of the last fact, and its events, in one statement. A constraint refuses
 * documents beyond their limits.
 */
export function advanceSession(change: Advance): Command {
  const { statement, limits } = advanceFor(change);
  return {
    statement,
    values: ({ userId, sessionId, now }) => [
      ...[userId, sessionId, now],
      JSON.stringify(eventsOf(change)),
      JSON.stringify(validationErrorsOf(change.session.progress)),
      ...limits,
    ],
    parse: nothing,
  };
}

function eventsOf({ session, before, facts, origin }: Advance) {
  const first = session.revision - facts.length + 1;
  return facts.map(({ type, step, data, progress }, index) => ({
    ...{ revision: first + index, type, step, data, ...origin },
    state: stateOf(progress),
    validation_errors: changedErrors(facts[index - 1]?.progress ?? before, progress),
  }));
}

/** Columns of a session that are its state, with their types. */
export const SESSION_STATE = {
  steps: 'jsonb',
  current_step: 'text',
  percentage_floor: 'numeric',
  started_at: 'timestamptz',
  completed_at: 'timestamptz',
  flow: 'text',
  flow_source: 'text',
  onboarding_type: 'text',
} satisfies Record<keyof ProgressState, string>;

const columns = Object.entries(SESSION_STATE);

/** SQL that gives a session the columns of a `state`. */
export const SET_STATE = columns.map(([column]) => `${column} = state.${column}`).join(', ');

/** SQL for a `state` as a row of `jsonb_to_record`. */
export const STATE_ROW = `state (${columns.map(([column, type]) => `${column} ${type}`).join(', ')})`;

/** What an advance does besides, where documents are saved. */
interface Documents {
  /** Further queries of the `with`. */
  readonly queries?: string;
  readonly set?: string;
  readonly from?: string;
  /** SQL for the tables whose documents changed with an event. */
  readonly changed?: string;
}

/** Values: user, session, time, events, all validation errors; then the limits. */
function advanceStatement(label: string, documents: Documents): Statement {
  const { queries = '', set = '', from = '', changed = `'{}'::text[]` } = documents;
  return new Statement(
    label,
    `with ${queries} session as (
       update onboarding_sessions s
       set revision = ($4::jsonb -> -1 ->> 'revision')::bigint, updated_at = $3,
           validation_errors = $5,
           ${SET_STATE}${set}
       from jsonb_to_record($4::jsonb -> -1 -> 'state')
         as ${STATE_ROW}${from}
       where s.user_id = $1 and s.id = $2
       returning s.user_id, s.id
     )
     insert into progress_events
       (user_id, session_id, revision, type, step, data, state, validation_errors, documents, actor, cause, occurred_at)
     select session.user_id, session.id, event.revision, event.type, event.step, event.data, event.state,
            event.validation_errors, ${changed}, event.actor, event.cause, $3
     from session, jsonb_to_recordset($4::jsonb) as event
       (revision bigint, type text, step text, data jsonb, state jsonb, validation_errors jsonb, actor text, cause text)`,
  );
}

/** Drops versions of these documents, and says which have one of an event. The sixth value: versions that stay. */
const versioned = (tables: readonly DocumentTable[]) => ({
  queries: `dropped as (${dropOldVersions(tables, '$6')}),`,
  changed: `array(select document from document_versions v where v.user_id = $1 and v.revision = event.revision)`,
});

/** The keys and values of all documents: a bound that comes as a value, or a count where there may be too many. */
const ITEMS = { bounded: '$7', counted: SIZED_TABLES.map(itemsOf).join(' + ') };

/** Measures what is saved, too. @param items SQL for the keys and values that all documents have then */
function measured(tables: readonly DocumentTable[], items: string): Documents {
  const saved = SIZED_TABLES.filter((table) => tables.includes(table));
  const bytes = saved.map((table) => `'${table}', ${bytesOf(table)}`);
  const total = SIZED_TABLES.map((table) => `coalesce((by_table ->> '${table}')::bigint, 0)`);
  const { queries, changed } = versioned(tables);
  return {
    changed,
    queries: `sizes as materialized (
                select document_sizes || jsonb_build_object(${bytes.join(', ')}) as by_table
                from onboarding_sessions where user_id = $1
              ),
              ${queries}`,
    set: `, document_sizes = by_table, document_bytes = ${total.join(' + ')}, document_items = ${items}`,
    from: ', sizes',
  };
}

/** A change that saves no document. */
const advance = advanceStatement('advance-session', {});

/** One that saves documents, but none that counts towards what a user may store. */
const advanceSmall = advanceStatement('advance-small', versioned(['business_info']));

/** How a session advances, and the limits that the statement takes as its last values. */
function advanceFor({ saved: tables, documentItems, documentVersions }: Advance) {
  if (tables.size === 0) return { statement: advance, limits: [] };
  const saved = DOCUMENT_TABLES.filter((table) => tables.has(table));
  if (saved.every((table) => table === 'business_info')) return { statement: advanceSmall, limits: [documentVersions] };
  return documentItems <= MAX_DOCUMENT_ITEMS
    ? { statement: advanceWithDocuments(saved, 'bounded'), limits: [documentVersions, documentItems] }
    : { statement: advanceWithDocuments(saved, 'counted'), limits: [documentVersions] };
}

/** Each set of tables has its own statement, so that PostgreSQL keeps a plan for each. */
function advanceWithDocuments(saved: readonly DocumentTable[], items: keyof typeof ITEMS): Statement {
  const key = [items, ...saved].join(' ');
  const statement = statements.get(key) ?? advanceStatement(`advance-${items}`, measured(saved, ITEMS[items]));
  statements.set(key, statement);
  return statement;
}

const statements = new Map<string, Statement>();
