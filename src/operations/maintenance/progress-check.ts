import { isDeepStrictEqual } from 'node:util';
import { CHANGES_CHANNEL, hintAt } from '../../onboarding/database/change-hints.js';
import { errorsOf } from '../../onboarding/database/records/progress-events.record.js';
import { SESSION_STATE, SET_STATE, STATE_ROW } from '../../onboarding/database/records/session-advance.record.js';
import type { ProgressState, ValidationErrors } from '../../onboarding/flow/progress-state.js';
import { lastStatement, type EventTrail } from '../../onboarding/flow/replay.js';
import { sqlStateOf, type OwnerConnection } from '../../storage/postgres/owner-connection.js';

const BATCH_SIZE = 500;

/** Users of one finding whose ids are kept. */
const LISTED = 20;

/** SQLSTATE classes of data that a table does not take. */
const REFUSED = /^2[23]/;

/**
 * What was found about a user: the session is the `same` as its events say; it `differs`, and they are complete; it was `mended`;
 * or the events are `incomplete`, and say nothing.
 */
export type Finding = 'same' | 'differs' | 'mended' | 'incomplete';

/** Users of one finding. */
export interface FoundUsers {
  readonly count: number;
  /** The first of them. */
  readonly ids: readonly string[];
}

/** What a check has found so far, also where it was cut off. */
export class Findings {
  readonly #found = new Map<Finding, FoundUsers>();
  #checked = 0;

  /** @param last the last user who is done; a check goes on after this one */
  constructor(private lastUser: string) {}

  get last(): string {
    return this.lastUser;
  }

  get checked(): number {
    return this.#checked;
  }

  of(finding: Finding): FoundUsers {
    return this.#found.get(finding) ?? { count: 0, ids: [] };
  }

  /** @param finding null: the user was deleted meanwhile */
  add(userId: string, finding: Finding | null): void {
    this.lastUser = userId;
    if (!finding) return;
    this.#checked += 1;
    const { count, ids } = this.of(finding);
    this.#found.set(finding, { count: count + 1, ids: count < LISTED ? [...ids, userId] : ids });
  }
}

export interface CheckOptions {
  /** Writes what the events say to the sessions that differ. */
  readonly repair: boolean;
  /** Stops it after the user at hand. */
  readonly signal?: AbortSignal;
}

/** A session, and all of its events. */
interface CheckedRow extends EventTrail {
  readonly user_id: string;
  readonly session: {
    readonly revision: number;
    readonly state: ProgressState;
    readonly validation_errors: ValidationErrors;
  };
}

/**
 * Compares each session with what its events say, over the owner's connection, while the service goes on serving. A user's session
 * and events are read by one statement, so a change at the same time is in both or in neither. A repair reads them again behind
 * the lock on the session.
 */
export class ProgressCheck {
  constructor(
    private readonly owner: OwnerConnection,
    private readonly options: CheckOptions,
  ) {}

  /**
   * @param findings gets what is found, user by user, so that it has it when the connection is lost, too
   * @param onProgress called after each batch with the number of users who were checked, and of all to be checked
   * @returns whether no user is left
   */
  async run(findings: Findings, onProgress: (done: number, total: number) => void): Promise<boolean> {
    const total = await this.#count(findings.last);
    for (;;) {
      const rows = await this.#read(NEXT_USERS, findings.last);
      if (rows.length === 0) return true;
      for (const row of rows) {
        if (this.options.signal?.aborted) return false;
        const finding = compare(row);
        const isMendable = this.options.repair && finding === 'differs';
        findings.add(row.user_id, isMendable ? await this.#mend(row.user_id) : finding);
      }
      onProgress(findings.checked, total);
    }
  }

  async #count(after: string): Promise<number> {
    const { rows } = await this.owner.query<{ users: number }>(
      'select count(*)::int as users from onboarding_sessions where user_id > $1',
      [after],
    );
    return rows[0]?.users ?? 0;
  }

  async #read(statement: string, userId: string): Promise<CheckedRow[]> {
    return (await this.owner.query<CheckedRow>(statement, [userId])).rows;
  }

  /** Null: the user was deleted meanwhile. One user whose events state what no session can be must not keep the others from their repair. */
  async #mend(userId: string): Promise<Finding | null> {
    await this.owner.query('begin');
    try {
      // A statement of its own: one that waits for the lock would see the events of before.
      await this.owner.query('select from onboarding_sessions where user_id = $1 for update', [userId]);
      const [row] = await this.#read(ONE_USER, userId);
      const finding = row ? compare(row) : null;
      if (finding === 'differs') await this.owner.query(MEND, [userId, new Date()]);
      await this.owner.query('commit');
      if (finding !== 'differs') return finding;
      await this.owner.query('select pg_notify($1, $2)', [CHANGES_CHANNEL, hintAt(userId)]);
      return 'mended';
    } catch (error) {
      await this.owner.query('rollback').catch(() => undefined);
      if (REFUSED.test(sqlStateOf(error) ?? '')) return 'incomplete';
      throw error;
    }
  }
}

/** A session that is further than its last event lacks events at the end. */
function compare({ session, ...trail }: CheckedRow): Finding {
  const stated = lastStatement(trail);
  if (!stated || session.revision > stated.revision) return 'incomplete';
  const isSame =
    session.revision === stated.revision &&
    isDeepStrictEqual(session.validation_errors, stated.validation_errors) &&
    isDeepStrictEqual(valuesOf(session.state), valuesOf(stated.state));
  return isSame ? 'same' : 'differs';
}

const STATE = Object.entries(SESSION_STATE) as [keyof ProgressState, string][];

/** All of a state, as it is stored, also what this version makes nothing of. Rows and events spell times differently. */
function valuesOf(state: ProgressState): unknown[] {
  return STATE.map(([column, type]) => {
    const value = state[column] ?? null;
    return type === 'timestamptz' && value !== null ? Date.parse(value as string) : value;
  });
}

/** SQL for the state of a session as an event has it. */
const stateOf = (session: string) =>
  `jsonb_build_object(${STATE.map(([column]) => `'${column}', ${session}.${column}`).join(', ')})`;

/** SQL for the sessions of a query, with their events. Its value: a user. */
const compared = (sessions: string) => `
  with picked as materialized (${sessions})
  select s.user_id, trail.count, last.event as last,
         jsonb_build_object('revision', s.revision, 'state', ${stateOf('s')}, 'validation_errors', s.validation_errors) as session
  from picked s
  cross join lateral (
    select count(*)::int as count from progress_events e where e.user_id = s.user_id and e.revision > 0
  ) trail
  left join lateral (
    select jsonb_build_object(
             'revision', e.revision, 'state', nullif(e.state, '{}'), 'validation_errors', ${errorsOf('e.user_id = s.user_id')}
           ) as event
    from progress_events e where e.user_id = s.user_id order by e.revision desc limit 1
  ) last on true
  order by s.user_id`;

const NEXT_USERS = compared(
  `select * from onboarding_sessions where user_id > $1 order by user_id limit ${BATCH_SIZE}`,
);

const ONE_USER = compared('select * from onboarding_sessions where user_id = $1');

/** Writes what the last event states, and one more event that says so. Values: user, time. */
const MEND = `
  with last as (
    select * from progress_events where user_id = $1 order by revision desc limit 1
  ), mended as (
    update onboarding_sessions s
    set revision = last.revision + 1, updated_at = $2, validation_errors = ${errorsOf('e.user_id = $1')},
        ${SET_STATE}
    from last, jsonb_to_record(last.state) as ${STATE_ROW}
    where s.user_id = $1
    returning s.*
  )
  insert into progress_events
    (user_id, session_id, revision, type, data, state, actor, cause, occurred_at)
  select user_id, id, revision, 'progress_repaired', '{}', ${stateOf('mended')}, 'system', 'repair', $2
  from mended`;
