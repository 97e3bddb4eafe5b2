import { Statement, type Row } from '../../../storage/wire/statement.js';
import type { ProgressState, ValidationErrors } from '../../flow/progress-state.js';
import type { StatedEvent } from '../../flow/replay.js';
import type { StepKey } from '../../flow/steps.js';
import type { EventType } from '../../flow/transitions.js';
import type { DocumentTable } from '../document-tables.js';
import type { Query } from '../record.js';
import { sessionFromRow, type Session } from '../session.js';

/** What happened once to one user's onboarding, as it is stored; without validation errors, which are a client's texts. */
export interface ProgressEvent {
  readonly revision: number;
  readonly type: EventType;
  readonly step: StepKey | null;
  readonly occurredAt: Date;
  readonly actor: string;
  readonly cause: string;
  readonly data: Readonly<Record<string, string | number | null>>;
  /** The progress that it led to; null in events from before progress was stated. */
  readonly state: ProgressState | null;
  /** The tables whose documents changed with it. */
  readonly documents: readonly DocumentTable[];
}

/** Some of a user's events, the latest first, and the session as it is. */
export interface EventPage {
  readonly session: Session | null;
  readonly events: readonly ProgressEvent[];
}

/** The user's latest events before a revision. */
export function eventsBefore(revision: number, most: number): Query<EventPage> {
  return {
    statement: latestEvents,
    values: [revision, most],
    parse: ([row = {}]) => ({
      session: row['session'] ? sessionFromRow(row['session'] as Row) : null,
      events: (row['events'] as readonly Row[]).map(eventFromRow),
    }),
  };
}

/** SQL for the columns of an event as `ProgressEvent` has them. */
export const EVENT_COLUMNS = `revision, type, step, occurred_at, actor, cause, data, nullif(state, '{}') as state, documents`;

/** Values: user, the revision before which they are, how many. */
const latestEvents = new Statement(
  'latest-events',
  `select to_jsonb(s) as session, (
     select coalesce(jsonb_agg(to_jsonb(e) order by revision desc), '[]')
     from (select ${EVENT_COLUMNS} from progress_events
           where user_id = $1 and revision < $2 order by revision desc limit $3) e
   ) as events
   from (select $1::text as user_id) u left join onboarding_sessions s on s.user_id = u.user_id`,
);

/** An event from its row as JSON. */
export function eventFromRow(row: Row): ProgressEvent {
  return {
    revision: Number(row['revision']),
    type: row['type'] as EventType,
    step: row['step'] as StepKey | null,
    occurredAt: new Date(row['occurred_at'] as string),
    actor: row['actor'] as string,
    cause: row['cause'] as string,
    data: row['data'] as ProgressEvent['data'],
    state: row['state'] as ProgressState | null,
    documents: row['documents'] as readonly DocumentTable[],
  };
}

/** A place in the events of a user: after that many of the session. No session: before the first event of whichever session there is. */
export interface Place {
  readonly sessionId: string | null;
  readonly revision: number;
}

/** What has happened since a place. */
export interface Since {
  /** Where the user is; before the first event where there is no session. */
  readonly place: Place;
  /** Null where there is no session, and undefined where it was not read, since the user is still at that place. */
  readonly session: Session | null | undefined;
  /** All events since that place, in order; null where there are none, too many, or other ones. */
  readonly events: readonly ProgressEvent[] | null;
}

/**
 * What has happened to a user since a place, as of one moment.
 * @param most events; where there are more, none is read
 * @param withSession reads the session also where the user is still at that place
 */
export function eventsSince({ sessionId, revision }: Place, most: number, withSession: boolean): Query<Since> {
  return {
    statement: laterEvents,
    values: [sessionId, revision, most, withSession],
    parse: ([row]) => {
      if (!row) return { place: { sessionId: null, revision: 0 }, session: null, events: null };
      return {
        place: { sessionId: row['id'] as string, revision: Number(row['revision']) },
        session: row['session'] ? sessionFromRow(row['session'] as Row) : undefined,
        events: row['events'] ? (row['events'] as readonly Row[]).map(eventFromRow) : null,
      };
    },
  };
}

/** Values: user, session, revision, most events, whether the session is read in any case. */
const laterEvents = new Statement(
  'later-events',
  `select s.id, s.revision,
     case when $5::boolean or s.id is distinct from $2::uuid or s.revision <> $3::bigint then row_to_json(s) end as session,
     case when coalesce(s.id = $2, true) and s.revision > $3 and s.revision <= $3 + $4::bigint then (
       select json_agg(e order by e.revision)
       from (select ${EVENT_COLUMNS} from progress_events where user_id = $1 and revision > $3) e
     ) end as events
   from onboarding_sessions s where s.user_id = $1`,
);

/** SQL for the validation errors that hold after the events `e` of a condition: of each step those that changed last. */
export function errorsOf(condition: string): string {
  return `(
    select coalesce(jsonb_object_agg(step, errors) filter (where errors <> '[]'), '{}')
    from (
      select distinct on (changed.step) changed.step, changed.errors
      from progress_events e, jsonb_each(e.validation_errors) as changed (step, errors)
      where ${condition}
      order by changed.step, e.revision desc
    ) latest)`;
}

/** The progress that the event of a revision states, with its validation errors; null where there is no such event. */
export function statedAt(revision: number): Query<StatedEvent | null> {
  return {
    statement: statedEvent,
    values: [revision],
    parse: ([row]) =>
      row
        ? {
            revision: Number(row['revision']),
            state: row['state'] as ProgressState | null,
            validation_errors: row['validation_errors'] as ValidationErrors,
          }
        : null,
  };
}

/** Values: user, revision. */
const statedEvent = new Statement(
  'stated-event',
  `select revision, nullif(state, '{}') as state, ${errorsOf('e.user_id = $1 and e.revision <= $2')} as validation_errors
   from progress_events where user_id = $1 and revision = $2`,
);
