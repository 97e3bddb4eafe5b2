import { Migration } from '@mikro-orm/migrations';

/**
 * The operators' door and their numbers: the role that reads sessions and events of all users, and the schema `operations`, whose
 * tables belong to no single user.
 *
 * Each event knows its transaction, so that the numbers can be brought up to date without missing one. An event from before has none:
 * the first refresh looks at everybody. A run that was cut off can be repeated.
 */
export class Migration20261128Numbers extends Migration {
  override readonly name = 'Migration20261128Numbers';

  /** Each call is a transaction of its own: an index over all events is built while the service goes on writing them. */
  override isTransactional(): boolean {
    return false;
  }

  override async up(): Promise<void> {
    await this.execute(PREPARE_TABLES);
    await this.execute(`drop index concurrently if exists ${INDEX}`);
    await this.execute(
      `create index concurrently ${INDEX} on progress_events using brin (tx) with (pages_per_range = 32, autosummarize = on)`,
    );
    // The planner must know how events lie by transaction, or it reads them all.
    await this.execute('analyze progress_events (tx)');
    await this.execute(`do $migration$ begin ${OPERATIONS}; ${TOMBSTONES}; end $migration$`);
  }

  override async down(): Promise<void> {
    await this.execute(`
      do $$ begin
        drop trigger onboarding_sessions_erased on onboarding_sessions;
        drop schema operations cascade;
        drop policy operator on onboarding_sessions;
        drop policy operator on progress_events;
        alter table progress_events drop column tx;
        alter table onboarding_sessions reset (fillfactor);
      end $$`);
  }
}

const INDEX = 'progress_events_tx_index';

/** Under a lock that users wait behind, so it is not waited for long. The session's table comes first. */
const PREPARE_TABLES = `
  do $$ begin
    begin
      create role onboarding_operator nologin;
    exception when duplicate_object or unique_violation then null;
    end;
    perform set_config('lock_timeout', '2s', true);
    lock table onboarding_sessions, progress_events in access exclusive mode;
    -- Without a default first: one that is not a constant would rewrite every row.
    alter table progress_events add column if not exists tx bigint null;
    alter table progress_events alter column tx set default (pg_current_xact_id()::text)::bigint;
    -- Room on each page for the next version of a row: an update then touches no index.
    alter table onboarding_sessions set (fillfactor = 80);
    drop policy if exists operator on onboarding_sessions;
    create policy operator on onboarding_sessions for select to onboarding_operator using (true);
    drop policy if exists operator on progress_events;
    create policy operator on progress_events for select to onboarding_operator using (true);
  end $$`;

/** What docs/analytics.md tells of: a compact row a user, and sums of what these rows contribute, by flow and day of the start. */
const OPERATIONS = `
  create schema operations;

  create table operations.watermark (
    only_one boolean primary key default true check (only_one),
    tx bigint not null,
    as_of timestamptz not null,
    next_tx bigint not null,
    next_at timestamptz not null,
    system_identifier text not null,
    basis jsonb not null,
    rebuilt_to text null
  );

  create table operations.journeys (
    user_id text primary key,
    flow text not null,
    started_at timestamptz not null,
    last_at timestamptz not null,
    completed_at timestamptz null,
    at_step text null,
    statuses text not null,
    finished int[] not null,
    activity jsonb not null
  ) with (fillfactor = 80);

  create table operations.funnel_counts (
    flow text not null,
    day date not null,
    step text not null,
    within smallint not null,
    entered bigint not null,
    completed bigint not null,
    skipped bigint not null,
    failed bigint not null,
    timed bigint not null,
    seconds numeric not null,
    primary key (day, flow, step, within)
  ) with (fillfactor = 80);

  -- By day and flow, and for whole weeks and months of all flows ('') together, which have few rows.
  create table operations.funnel_times (
    unit text not null,
    flow text not null,
    day date not null,
    step text not null,
    within smallint not null,
    bucket int not null,
    users bigint not null,
    primary key (unit, day, flow, step, within, bucket)
  ) with (fillfactor = 80);

  create table operations.funnel_standing (
    flow text not null,
    day date not null,
    step text not null,
    last_day date not null,
    users bigint not null,
    primary key (day, flow, step, last_day)
  ) with (fillfactor = 80);

  create table operations.completions (
    flow text not null,
    day date not null,
    completed_day date not null,
    users bigint not null,
    primary key (day, flow, completed_day)
  ) with (fillfactor = 80);
  create index completions_completed_day_index on operations.completions (completed_day);

  create table operations.activity (
    day date not null,
    type text not null,
    events bigint not null,
    primary key (day, type)
  ) with (fillfactor = 80);

  -- Sums that have come to nothing, to be deleted.
  create index funnel_counts_empty_index on operations.funnel_counts (day)
    where entered = 0 and completed = 0 and skipped = 0 and failed = 0 and timed = 0;
  create index funnel_times_empty_index on operations.funnel_times (day) where users = 0;
  create index funnel_standing_empty_index on operations.funnel_standing (day) where users = 0;
  create index completions_empty_index on operations.completions (day) where users = 0;
  create index activity_empty_index on operations.activity (day) where events = 0`;

/**
 * A user who is erased leaves a tombstone if the numbers hold a row of theirs, or a refresh is running that may be about to make one.
 * The lock is that of refreshes (analytics-refresh.ts): with it, none begins before this transaction ends.
 */
const TOMBSTONES = `
  create table operations.tombstones (
    user_id text not null,
    tx bigint not null default (pg_current_xact_id()::text)::bigint
  );

  create function operations.note_erasure() returns trigger language plpgsql security definer set search_path = '' as $function$
  begin
    if pg_catalog.pg_try_advisory_xact_lock_shared(6150412873001) then
      insert into operations.tombstones (user_id)
      select old.user_id where exists (select from operations.journeys where user_id = old.user_id);
    else
      insert into operations.tombstones (user_id) values (old.user_id);
    end if;
    return null;
  end $function$;
  revoke execute on function operations.note_erasure() from public;

  create trigger onboarding_sessions_erased after delete on onboarding_sessions
    for each row execute function operations.note_erasure()`;
