import { Migration } from '@mikro-orm/migrations';

/** Keys are kept: each user gets a data key, and each key its version and what its provider said of it. No key was kept before. */
export class Migration20261124Vault extends Migration {
  override readonly name = 'Migration20261124Vault';

  override up(): void {
    this.addSql(`
      create table data_keys (
        user_id text not null,
        session_id uuid not null,
        key_id text not null,
        version int not null,
        sealed_key bytea not null,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        primary key (user_id),
        constraint data_keys_user_id_session_id_foreign
          foreign key (user_id, session_id) references onboarding_sessions (user_id, id) on update cascade on delete cascade
      )`);
    this.addSql(`alter table data_keys enable row level security`);
    this.addSql(`alter table data_keys force row level security`);
    this.addSql(`create policy maintenance on data_keys to onboarding_maintenance using (true) with check (true)`);
    this.addSql(`create policy data_keys_owner_policy on data_keys using (user_id = current_setting('app.user_id'))`);
    this.addSql(`
      alter table api_keys
        add column version int not null,
        add column description text null,
        add column verification text null,
        add column verified_at timestamptz null,
        add constraint api_keys_verification_check check (verification in ('configured', 'invalid', 'unverified'))`);
  }

  override down(): void {
    this.addSql(`
      alter table api_keys
        drop column version, drop column description, drop column verification, drop column verified_at`);
    this.addSql(`drop table data_keys`);
  }
}
