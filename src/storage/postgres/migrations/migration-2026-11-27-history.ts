import { Migration } from '@mikro-orm/migrations';

/** Users of one transaction: a fraction of a second of work. */
const BATCH = 2000;

/** Bounds of validation errors, which are a client's texts. */
const MAX_ERRORS = 20;
const MAX_ERROR_LENGTH = 500;

/** The session's columns that an event states. */
const STATE = [
  'steps',
  'current_step',
  'percentage_floor',
  'started_at',
  'completed_at',
  'flow',
  'flow_source',
  'onboarding_type',
];

/**
 * Each event states the progress that it leads to, validation errors have a column of their own, and a document that is replaced
 * becomes a version. Events from before state nothing: each user gets one more, which states where they are, at the time of
 * their last change. The processes of older versions are stopped first; one that is not is refused from the first statement on.
 *
 * Users are carried over a few thousand at a time, each time in a transaction of its own. A run that was cut off can be repeated:
 * it finds what is done.
 */
export class Migration20261127History extends Migration {
  override readonly name = 'Migration20261127History';

  /** Each statement is a transaction of its own. */
  override isTransactional(): boolean {
    return false;
  }

  override async up(): Promise<void> {
    // A constant default rewrites nothing. It is for the events that are there: who writes further ones states the progress.
    await this.#inOneStep(`
      alter table onboarding_sessions add column if not exists validation_errors jsonb not null default '{}';
      alter table progress_events
        add column if not exists state jsonb not null default '{}',
        add column if not exists validation_errors jsonb not null default '{}',
        add column if not exists documents text[] not null default '{}';
      alter table progress_events alter column state drop default;
      ${this.#createVersions()}`);
    await this.#inBatches(STATE_PROGRESS);
  }

  override async down(): Promise<void> {
    await this.#inBatches(GIVE_ERRORS_BACK);
    await this.#inOneStep(`
      drop table document_versions;
      alter table onboarding_sessions drop column validation_errors;
      alter table progress_events drop column state, drop column validation_errors, drop column documents`);
  }

  #createVersions(): string {
    return `
      create table if not exists document_versions (
        user_id text not null,
        document text not null,
        revision bigint not null,
        session_id uuid not null,
        content jsonb null,
        bytes int not null,
        primary key (user_id, document, revision),
        constraint document_versions_user_id_session_id_foreign
          foreign key (user_id, session_id) references onboarding_sessions (user_id, id) on delete cascade
      );
      alter table document_versions enable row level security;
      alter table document_versions force row level security;
      drop policy if exists maintenance on document_versions;
      create policy maintenance on document_versions to onboarding_maintenance using (true) with check (true);
      drop policy if exists document_versions_owner_policy on document_versions;
      create policy document_versions_owner_policy on document_versions
        using (user_id = current_setting('app.user_id'))`;
  }

  /** One transaction under a lock that users wait behind, so it is not waited for long. The session's table comes first. */
  async #inOneStep(statements: string): Promise<void> {
    await this.execute(`
      do $$ begin
        perform set_config('lock_timeout', '2s', true);
        lock table onboarding_sessions, progress_events in access exclusive mode;
        ${statements};
      end $$`);
  }

  async #inBatches(statement: string): Promise<void> {
    let after = '';
    for (;;) {
      const [batch] = await this.execute(statement, [after]);
      const { last } = batch as { last: string | null };
      if (last === null) return;
      after = last;
    }
  }
}

/** SQL for the users that follow the one of `?`. */
const USERS = `
  batch as materialized (
    select user_id from onboarding_sessions where user_id > ? order by user_id limit ${BATCH}
  )`;

/** SQL for the validation errors of one step, within their bounds. */
const BOUNDED_ERRORS = `
  (select jsonb_agg(left(error, ${MAX_ERROR_LENGTH}) order by place)
   from jsonb_array_elements_text(entry.value -> 'validation_errors') with ordinality listed (error, place)
   where place <= ${MAX_ERRORS})`;

/** Moves validation errors into their column, and states the progress of each user whose last event does not. The last user; null: none. */
const STATE_PROGRESS = `
  with ${USERS}, moved as (
    update onboarding_sessions s
    set revision = revision + 1,
        steps = (select coalesce(jsonb_object_agg(key, value - 'validation_errors'), '{}') from jsonb_each(s.steps)),
        validation_errors = (
          select coalesce(jsonb_object_agg(key, ${BOUNDED_ERRORS}), '{}') from jsonb_each(s.steps) entry
          where jsonb_typeof(entry.value -> 'validation_errors') = 'array' and entry.value -> 'validation_errors' <> '[]'
        )
    from batch
    where s.user_id = batch.user_id and not exists (
      select from progress_events e where e.user_id = s.user_id and e.revision = s.revision and e.state <> '{}'
    )
    returning s.*
  ), stated as (
    insert into progress_events
      (user_id, session_id, revision, type, data, state, validation_errors, actor, cause, occurred_at)
    select user_id, id, revision, 'progress_repaired', '{}',
           jsonb_build_object(${STATE.map((column) => `'${column}', ${column}`).join(', ')}),
           validation_errors, 'system', 'repair', updated_at
    from moved
  )
  select max(user_id) as last from batch`;

/** Moves validation errors back to their steps. The last user; null: none. */
const GIVE_ERRORS_BACK = `
  with ${USERS}, moved as (
    update onboarding_sessions s
    set steps = (
      select coalesce(
        jsonb_object_agg(key, value || jsonb_build_object('validation_errors', coalesce(s.validation_errors -> key, '[]'))),
        '{}')
      from jsonb_each(s.steps))
    from batch where s.user_id = batch.user_id
  )
  select max(user_id) as last from batch`;
