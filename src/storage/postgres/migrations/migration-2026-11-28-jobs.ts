import { Migration } from '@mikro-orm/migrations';
import { JOBS_SCHEMA_46 } from './jobs-schema-46.js';

/**
 * The schema `jobs`, which belongs to pg-boss: background jobs wait there. It is made here and not by pg-boss, so that the service
 * needs no right to change it.
 */
export class Migration20261128Jobs extends Migration {
  override readonly name = 'Migration20261128Jobs';

  override async up(): Promise<void> {
    await this.execute(JOBS_SCHEMA_46);
    // Some of them run the text that they are given: with the rights of who calls them, but nobody needs to.
    await this.execute('revoke execute on all functions in schema jobs from public');
  }

  override async down(): Promise<void> {
    await this.execute('drop schema jobs cascade');
  }
}
