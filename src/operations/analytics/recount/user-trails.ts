import type { Run } from '../../database/operator-database.js';
import type { CountedState, UserTrail } from './recounted-user.js';

/** Events that are fetched at once. */
const FETCHED = 5000;

interface EventRow {
  readonly user_id: string;
  readonly type: string;
  readonly state: CountedState | null;
  /** Microseconds. */
  readonly occurred_at: string;
}

/** All users with their events, one after the other. @param run of a transaction that sees one moment */
export async function* userTrails(run: Run): AsyncGenerator<UserTrail> {
  await run(EVENTS);
  let user: EventRow[] = [];
  for (;;) {
    const rows = await run<EventRow>(`fetch ${FETCHED} from recounted_events`);
    for (const row of rows) {
      if (user[0] && user[0].user_id !== row.user_id) yield await trailOf(run, user);
      if (user[0]?.user_id !== row.user_id) user = [];
      user.push(row);
    }
    if (rows.length === 0) break;
  }
  if (user.length > 0) yield await trailOf(run, user);
  await run('close recounted_events');
}

async function trailOf(run: Run, rows: readonly EventRow[]): Promise<UserTrail> {
  const events = rows.map(({ type, state, occurred_at }) => ({ type, state, occurredAt: Number(occurred_at) }));
  if (events.at(-1)?.state) return { events, session: null };
  const [session] = await run<{ state: CountedState }>(SESSION, [rows[0]?.user_id]);
  return { events, session: session?.state ?? null };
}

const EVENTS = `
  declare recounted_events no scroll cursor for
  select user_id, type, nullif(state, '{}') as state, (extract(epoch from occurred_at) * 1000000)::bigint::text as occurred_at
  from progress_events order by user_id, revision`;

/** Value: a user. */
const SESSION = `
  select jsonb_build_object('steps', steps, 'started_at', started_at, 'completed_at', completed_at,
                            'flow', flow, 'flow_source', flow_source) as state
  from onboarding_sessions where user_id = $1`;
