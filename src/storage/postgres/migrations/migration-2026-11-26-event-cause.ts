import { Migration } from '@mikro-orm/migrations';

/** Each event says why it happened. Events from before come from the wizard; so do those of a process that does not know the column. */
export class Migration20261126EventCause extends Migration {
  override readonly name = 'Migration20261126EventCause';

  override up(): void {
    // Users wait behind this lock, so it is not waited for long. A constant default rewrites nothing.
    this.addSql(`set local lock_timeout = '2s'`);
    this.addSql(`alter table progress_events add column cause text not null default 'wizard'`);
  }

  override down(): void {
    this.addSql(`set local lock_timeout = '2s'`);
    this.addSql(`alter table progress_events drop column cause`);
  }
}
