import { Migration } from '@mikro-orm/migrations';

/** Tables that reference the session of their user. */
const REFERRING = [
  'website_analyses',
  'research_preferences',
  'competitor_analyses',
  'persona_data',
  'platform_integrations',
  'business_info',
  'data_keys',
  'api_keys',
  'progress_events',
  'access_events',
];

/** Tables that may lack their check: the first migration got it after it had run on databases. */
const CHECKED = ['onboarding_sessions', 'access_events'];

/**
 * A row stays with the session that it was written for: an update of the session no longer changes the rows that reference it. And
 * no database takes rows of the empty user, which is what a connection without a user may look like.
 *
 * Users keep reading and writing meanwhile: each constraint is added as not valid, under a short lock, and then validated in a
 * transaction of its own, under a lock that lets reads and writes through.
 */
export class Migration20261126References extends Migration {
  override readonly name = 'Migration20261126References';

  /** Each statement is a transaction of its own. A run that was cut off can be repeated. */
  override isTransactional(): boolean {
    return false;
  }

  override up(): void {
    for (const table of CHECKED) this.#replace(table, `${table}_user_id_check`, `check (user_id <> '')`);
    for (const table of REFERRING) this.#refer(table, 'on delete cascade');
  }

  override down(): void {
    for (const table of REFERRING.toReversed()) this.#refer(table, 'on update cascade on delete cascade');
  }

  #refer(table: string, actions: string): void {
    const references = 'foreign key (user_id, session_id) references onboarding_sessions (user_id, id)';
    this.#replace(table, `${table}_user_id_session_id_foreign`, `${references} ${actions}`);
  }

  #replace(table: string, constraint: string, definition: string): void {
    // Users wait behind this lock, so it is not waited for long. The session's table comes first, as in the service's transactions.
    this.addSql(`
      do $$ begin
        perform set_config('lock_timeout', '2s', true);
        lock table onboarding_sessions, ${table} in access exclusive mode;
        alter table ${table}
          drop constraint if exists ${constraint},
          add constraint ${constraint} ${definition} not valid;
      end $$`);
    this.addSql(`alter table ${table} validate constraint ${constraint}`);
  }
}
