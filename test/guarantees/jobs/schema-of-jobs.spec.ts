import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import pg from 'pg';
import { getConstructionPlans, PgBoss } from 'pg-boss';
import { StartupError } from '../../../src/ground/config/startup-error.js';
import { JOBS_SCHEMA_46 } from '../../../src/storage/postgres/migrations/jobs-schema-46.js';
import { JOBS_SCHEMA_VERSION } from '../../../src/storage/postgres/jobs-schema.js';
import { TestDatabase } from '../../support/database/database.js';
import { startQueue, stopQueue } from '../../support/jobs/test-queue.js';

const { pgboss } = createRequire(import.meta.url)('pg-boss/package.json') as { pgboss: { schema: number } };

/** Files with SQL by which databases have been made, with the SHA-256 of each. */
const LANDED: Readonly<Record<string, string>> = {
  'jobs-schema-46.ts': 'f44314e868992f32cdb324615eb7850736c1009e57ed805002ab8d7d2b394a1e',
};

const UPGRADE =
  'pg-boss wants another schema than the migrations make. Add a migration with the text of getMigrationPlans("jobs", <the version in jobs-schema.ts>), without its transaction, raise that version, and compare with what both files make here.';

/** Without the transaction and the lock around it, and without regard to white space. */
const normalised = (sql: string) =>
  sql
    .replace(/^\s*BEGIN;\s*SET LOCAL [^;]*;\s*SET LOCAL [^;]*;\s*SELECT pg_advisory_xact_lock[^;]*;/, '')
    .replace(/COMMIT;\s*$/, '')
    .replace(/\s+/g, ' ')
    .trim();

describe('the schema of jobs', () => {
  let database: TestDatabase;
  let url: string;
  let operator: pg.Pool;

  beforeAll(async () => {
    database = await TestDatabase.create();
    url = database.operatorUrl;
    operator = new pg.Pool({ connectionString: url, max: 1 });
  });
  afterAll(async () => {
    await operator.end();
    await database.drop();
  });

  it('is what the package in use makes', () => {
    if (pgboss.schema !== JOBS_SCHEMA_VERSION) throw new Error(UPGRADE);
    if (normalised(JOBS_SCHEMA_46) !== normalised(getConstructionPlans('jobs'))) throw new Error(UPGRADE);
  });

  it.each(Object.entries(LANDED))('is made by a text that is not edited: %s', (file, landed) => {
    const hash = createHash('sha256')
      .update(readFileSync(`src/storage/postgres/migrations/${file}`))
      .digest('hex');
    if (hash !== landed) throw new Error(`${file} was edited, to ${hash}. Databases have been made by it.`);
  });

  it('is complete in the database, as pg-boss sees it without a right to change it', async () => {
    const db = { executeSql: (text: string, values?: unknown[]) => operator.query(text, values) };
    const boss = new PgBoss({ db, schema: 'jobs', migrate: false, createSchema: false });
    const drift = await boss.detectSchemaDrift();
    expect(drift).toMatchObject({ ok: true });
  });

  it('belongs to the owner: who works on jobs may change rows alone, and others nothing', async () => {
    for (const statement of [
      'create table jobs.mine (id int)',
      'drop table jobs.job',
      'alter table jobs.queue add column mine int',
      'truncate jobs.job',
      `select jobs.create_queue('mine', '{"policy":"standard","partition":"true"}')`,
    ])
      await expect(operator.query(statement)).rejects.toMatchObject({ code: '42501' });
    const app = new pg.Client({ connectionString: database.appUrl });
    await app.connect();
    try {
      for (const statement of ['select from jobs.job', 'select jobs.job_now()'])
        await expect(app.query(statement)).rejects.toMatchObject({ code: '42501' });
    } finally {
      await app.end();
    }
  });

  it('lets nobody run its functions but those who are told to', async () => {
    const rows = await database.query<{ name: string; acl: string }>(
      `select proname as name, proacl::text as acl from pg_proc where pronamespace = 'jobs'::regnamespace order by 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual([
      'create_queue',
      'delete_queue',
      'job_now',
      'job_table_format',
      'job_table_run',
      'job_table_run_async',
    ]);
    // An entry without a name before the sign is everybody's.
    for (const { acl } of rows) expect(acl).not.toMatch(/[{,]=/);
  });

  it('of another version is refused at the start, with what to do', async () => {
    await database.query('update jobs.version set version = 45');
    try {
      const start = startQueue(url, () => undefined);
      await expect(start).rejects.toThrow(StartupError);
      await expect(start).rejects.toThrow(/DATABASE_OPERATOR_URL.* version 45.* needs 46.*npm run migrate/);
    } finally {
      await database.query('update jobs.version set version = 46');
    }
    await stopQueue(await startQueue(url, () => undefined));
  });
});
