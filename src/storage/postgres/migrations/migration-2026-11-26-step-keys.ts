import { Migration } from '@mikro-orm/migrations';

/** The keys of the steps that were numbered 1 to 6. */
const KEYS = `array['api_keys', 'website', 'research', 'personalization', 'integrations', 'complete']`;

/** Users of one transaction: a fraction of a second of work. */
const BATCH = 2000;

const NUMBERED = `'$.keyvalue().key ? (@ like_regex "^[0-9]")'`;

/** How a name of a step in the old form becomes one in the new form, and what the tables then hold. */
interface Direction {
  /** SQL for the new name of a step in `events`, from the old one. */
  readonly event: string;
  /** The same for the session's current step. */
  readonly current: string;
  /** SQL for the new name of a key of `steps`; null drops the key. */
  readonly key: string;
  readonly type: 'text' | 'smallint';
  /** Checks of the new form. */
  readonly steps: string | null;
  readonly name: (column: string) => string;
}

const TO_KEYS: Direction = {
  event: `(${KEYS})[step]`,
  current: `(${KEYS})[current_step]`,
  key: `case when entry.key ~ '^[1-6]$' then (${KEYS})[entry.key::int] else entry.key end`,
  type: 'text',
  steps: `not jsonb_path_exists(steps, ${NUMBERED})`,
  name: (column) => `${column} ~ '^[a-z]'`,
};

/** Steps that the older version does not know have no number, and are left out. */
const TO_NUMBERS: Direction = {
  event: `array_position(${KEYS}, step)`,
  current: `array_position(${KEYS}, current_step)`,
  key: `case when entry.key ~ '^[1-6]$' then entry.key else array_position(${KEYS}, entry.key)::text end`,
  type: 'smallint',
  steps: null,
  name: (column) => `${column} >= 1 and ${column} <= 6`,
};

/**
 * Steps are stored by their keys, and the session remembers its user's wizard. The processes of older versions are stopped first;
 * one that is not is refused from the first statement on, so that no row mixes both forms.
 *
 * The rows are carried over a few thousand users at a time, each time in a transaction of its own. A run that was cut off can be
 * repeated: it finds what is done.
 */
export class Migration20261126StepKeys extends Migration {
  override readonly name = 'Migration20261126StepKeys';

  /** Each statement is a transaction of its own. */
  override isTransactional(): boolean {
    return false;
  }

  override async up(): Promise<void> {
    await this.#inOneStep(`
      alter table onboarding_sessions
        add column if not exists flow text null,
        add column if not exists flow_source text null,
        add column if not exists onboarding_type text null,
        drop constraint if exists onboarding_sessions_flow_source_check,
        add constraint onboarding_sessions_flow_source_check check (flow_source in ('learnt', 'explicit'))`);
    await this.#convert(TO_KEYS);
  }

  override async down(): Promise<void> {
    await this.#convert(TO_NUMBERS);
    await this.#inOneStep(`
      alter table onboarding_sessions drop column flow, drop column flow_source, drop column onboarding_type`);
  }

  async #convert(to: Direction): Promise<void> {
    if (!(await this.#isDone(to))) {
      await this.#begin(to);
      await this.#carryOver(to);
      await this.#finish(to);
    }
    await this.#validate(to);
  }

  /** Whether the columns have the new form: they change together, at the end. */
  async #isDone({ type }: Direction): Promise<boolean> {
    const [column] = await this.execute(`
      select data_type from information_schema.columns
      where table_schema = current_schema() and table_name = 'progress_events' and column_name = 'step'`);
    return (column as { data_type: string }).data_type === type;
  }

  /** Columns for the new names. From here on the old ones take nothing: a check that is not valid holds for what is written. */
  #begin({ type, steps }: Direction): Promise<void> {
    return this.#inOneStep(`
      alter table onboarding_sessions
        drop constraint if exists onboarding_sessions_steps_check,
        drop constraint if exists onboarding_sessions_current_step_check,
        add column if not exists current_step_new ${type} null,
        add constraint onboarding_sessions_current_step_check check (current_step is null) not valid
        ${steps ? `, add constraint onboarding_sessions_steps_check check (${steps}) not valid` : ''};
      alter table progress_events
        drop constraint if exists progress_events_step_check,
        add column if not exists step_new ${type} null,
        add constraint progress_events_step_check check (step is null) not valid`);
  }

  async #carryOver(to: Direction): Promise<void> {
    let after = '';
    for (;;) {
      const [batch] = await this.execute(batchStatement(to), [after]);
      const { last } = batch as { last: string | null };
      if (last === null) return;
      after = last;
    }
  }

  async #finish({ name }: Direction): Promise<void> {
    await this.#inOneStep(`
      alter table onboarding_sessions drop column current_step;
      alter table onboarding_sessions rename column current_step_new to current_step;
      alter table onboarding_sessions
        add constraint onboarding_sessions_current_step_check check (${name('current_step')}) not valid;
      alter table progress_events drop column step;
      alter table progress_events rename column step_new to step;
      alter table progress_events add constraint progress_events_step_check check (${name('step')}) not valid`);
  }

  /** Looks at every row, and lets users through. */
  async #validate({ steps }: Direction): Promise<void> {
    await this.execute('alter table onboarding_sessions validate constraint onboarding_sessions_current_step_check');
    if (steps)
      await this.execute('alter table onboarding_sessions validate constraint onboarding_sessions_steps_check');
    await this.execute('alter table progress_events validate constraint progress_events_step_check');
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
}

/** Carries over the users that follow the one of `?`. The last of them; null when there are none. */
function batchStatement({ event, current, key }: Direction): string {
  return `
    with batch as materialized (
      select user_id from onboarding_sessions where user_id > ? order by user_id limit ${BATCH}
    ), sessions as (
      update onboarding_sessions s
      set current_step_new = coalesce(s.current_step_new, ${current}),
          current_step = null,
          steps = (
            select coalesce(jsonb_object_agg(named.key, named.value), '{}')
            from jsonb_each(s.steps) entry, lateral (select ${key} as key, entry.value as value) named
            where named.key is not null
          )
      from batch where s.user_id = batch.user_id and (s.current_step is not null or s.steps <> '{}')
    ), events as (
      update progress_events e
      set step_new = ${event}, step = null
      from batch where e.user_id = batch.user_id and e.step is not null
    )
    select max(user_id) as last from batch`;
}
