import type { OperatorDatabase, Run } from '../database/operator-database.js';
import type { Basis } from './basis.js';
import { DROP_EMPTY, REFRESH_USERS } from './journeys.sql.js';

/** The lock of refreshes; an erasure asks for it, too (migration-2026-11-28-numbers.ts). */
const LOCK = '6150412873001';

/** Milliseconds for which a refresh waits for erasures that are under way. */
const LOCK_WAIT_MS = 2000;

/** Events of one refresh, at least: those of a transaction are never parted. */
const MOST_EVENTS = 20_000;

/** Users of one step of a rebuild. */
const USERS_AT_ONCE = 2000;

/** How far a refresh has come. */
export interface Refreshed {
  /** Users whose rows were brought up to date. */
  readonly users: number;
  /** Whether there may be more to do at once. */
  readonly isBehind: boolean;
  /** Why everybody is counted anew, where this refresh has begun that. */
  readonly rebuilds: 'first' | 'basis' | 'restored' | null;
}

interface Watermark {
  /** Events of transactions below it are in the numbers. */
  readonly tx: string;
  readonly next_tx: string;
  readonly system_identifier: string;
  readonly same_basis: boolean;
  /** The last user of a rebuild that is under way; null: there is none. */
  readonly rebuilt_to: string | null;
}

/** Whom some transactions have changed, and the transaction before which they all are. */
interface Changed {
  readonly users: readonly string[];
  readonly end: string;
}

/** The snapshot at hand: transactions below `decided` have all ended, and none of `next` or above has begun. */
interface Horizon {
  readonly decided: string;
  readonly next: string;
  readonly system_identifier: string;
}

/**
 * Brings the numbers up to date with the events. It goes by transactions, never by a clock: whatever is committed below the oldest
 * transaction that is still running is in, and nothing can still come below it.
 */
export class AnalyticsRefresh {
  /** @param mostEvents of one refresh; a test has fewer */
  constructor(
    private readonly database: OperatorDatabase,
    private readonly basis: Basis,
    private readonly mostEvents = MOST_EVENTS,
  ) {}

  /** One step, in one transaction: what a step before it has done is never done twice. @throws DatabaseUnavailable */
  refresh(): Promise<Refreshed> {
    return this.database.write(async (run) => {
      await run(`set local lock_timeout = ${LOCK_WAIT_MS}`);
      await run('select pg_advisory_xact_lock($1)', [LOCK]);
      const [horizon] = await run<Horizon>(HORIZON);
      const [watermark] = await run<Watermark>(WATERMARK, [this.#facts]);
      if (!horizon) throw new Error('PostgreSQL has no snapshot.');
      const reason = reasonToRebuild(watermark, horizon);
      if (!watermark || reason) return this.#begin(run, horizon, reason);
      const { rebuilt_to: after } = watermark;
      return after === null ? this.#advance(run, watermark, horizon) : this.#rebuild(run, after);
    });
  }

  get #facts(): string {
    return JSON.stringify(this.basis);
  }

  /** Forgets everything. Events that come from now on are refreshed once everybody is counted. */
  async #begin(run: Run, { decided, next, system_identifier }: Horizon, rebuilds: Refreshed['rebuilds']) {
    await run(FORGET);
    await run(BEGIN, [decided, next, system_identifier, this.#facts]);
    return { users: 0, isBehind: true, rebuilds };
  }

  async #rebuild(run: Run, after: string): Promise<Refreshed> {
    const rows = await run<{ user_id: string }>(NEXT_USERS, [after, USERS_AT_ONCE]);
    const users = rows.map(({ user_id }) => user_id);
    await this.#refreshUsers(run, users);
    await run('update operations.watermark set rebuilt_to = $1', [users.at(-1) ?? null]);
    return { users: users.length, isBehind: true, rebuilds: null };
  }

  async #advance(run: Run, { tx }: Watermark, { decided, next }: Horizon): Promise<Refreshed> {
    // The events lie by transaction, more or less: the planner need not be right about how many there are.
    await run('set local enable_seqscan = off');
    const [{ users, end } = { users: [], end: tx }] = await run<Changed>(CHANGED, [tx, decided, this.mostEvents]);
    await run('set local enable_seqscan = on');
    await this.#refreshUsers(run, users);
    await run('delete from operations.tombstones where tx < $1', [end]);
    await run(ADVANCE, [end, next]);
    return { users: users.length, isBehind: end !== decided, rebuilds: null };
  }

  async #refreshUsers(run: Run, users: readonly string[]): Promise<void> {
    if (users.length === 0) return;
    await run(REFRESH_USERS, [users, this.#facts]);
    for (const statement of DROP_EMPTY) await run(statement);
  }
}

/** A copy of a database has other transactions: what is known by their numbers means nothing there. */
function reasonToRebuild(
  watermark: Watermark | undefined,
  { system_identifier, next }: Horizon,
): Refreshed['rebuilds'] {
  if (!watermark) return 'first';
  if (watermark.system_identifier !== system_identifier || BigInt(watermark.tx) > BigInt(next)) return 'restored';
  return watermark.same_basis ? null : 'basis';
}

const HORIZON = `
  select pg_snapshot_xmin(snapshot)::text as decided, pg_snapshot_xmax(snapshot)::text as next,
         (select system_identifier::text from pg_control_system()) as system_identifier
  from (select pg_current_snapshot() as snapshot) now`;

/** Value: the basis. */
const WATERMARK = `
  select tx::text, next_tx::text, system_identifier, basis = $1::jsonb as same_basis, rebuilt_to
  from operations.watermark`;

const FORGET = `
  truncate operations.journeys, operations.funnel_counts, operations.funnel_times, operations.funnel_standing,
           operations.completions, operations.activity`;

/** Values: the transaction from which on events are refreshed later, the next one, the system, the basis. */
const BEGIN = `
  insert into operations.watermark (tx, as_of, next_tx, next_at, system_identifier, basis, rebuilt_to)
  values ($1, now(), $2, now(), $3, $4, '')
  on conflict (only_one) do update
  set tx = excluded.tx, as_of = excluded.as_of, next_tx = excluded.next_tx, next_at = excluded.next_at,
      system_identifier = excluded.system_identifier, basis = excluded.basis, rebuilt_to = ''`;

/** Values: a user, how many. */
const NEXT_USERS = 'select user_id from onboarding_sessions where user_id > $1 order by user_id limit $2';

/**
 * Users with events of the transactions from $1 on and before $2, or of the first of them that have more than $3 events together, and
 * users who were erased by them; and the transaction before which they are all of those.
 */
const CHANGED = `
  with event as materialized (
    select user_id, tx from progress_events where tx >= $1 and tx < $2 order by tx limit $3 + 1
  ),
  bound as materialized (
    select case when count(*) <= $3 then $2::bigint
                when min(tx) = max(tx) then max(tx) + 1
                else max(tx) end as tx
    from event
  )
  select bound.tx::text as end, array(
    select user_id from event where tx < bound.tx
    union
    select user_id from operations.tombstones where tx < bound.tx
  ) as users
  from bound`;

/**
 * Values: the transaction before which everything is in, and the next one. All that had been committed at `next_at` is in once nothing
 * below `next_tx` is left; where no transaction was running, that is now.
 */
const ADVANCE = `
  update operations.watermark
  set tx = $1,
      as_of = case when $1::bigint >= $2::bigint then now() when $1::bigint >= next_tx then next_at else as_of end,
      next_tx = case when $1::bigint >= next_tx then $2 else next_tx end,
      next_at = case when $1::bigint >= next_tx then now() else next_at end`;
