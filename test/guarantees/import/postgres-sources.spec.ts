import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { SourceConnection } from '../../../src/storage/postgres/source-connection.js';
import { TestDatabase } from '../../support/database/database.js';
import { eventually } from '../../support/process/deadline.js';

describe('a PostgreSQL that users come from', () => {
  let database: TestDatabase;
  let source: SourceConnection;

  beforeAll(async () => {
    database = await TestDatabase.create({ migrated: false });
    await database.query('create table onboarding_sessions (id integer)');
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    source = await SourceConnection.open('--from', database.ownerUrl, { lockTimeoutMs: 200 });
  });
  afterEach(() => source.close());

  const others = `datname = current_database() and application_name = 'onboarding-import'`;
  const endConnections = () => database.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${others}`);

  it('that is lost between two statements says so in a line', async () => {
    await endConnections();
    await expect(source.query('select 1')).rejects.toThrow(
      /^--from: the connection to PostgreSQL was lost \(.+\)\. Start it again/,
    );
  });

  it('that is lost in a statement says so in a line', async () => {
    const sleeping = source.query('select pg_sleep(60)');
    const failing = expect(sleeping).rejects.toThrow(/^--from: the connection to PostgreSQL was lost \(57P01\)/);
    await eventually('it sleeps', async () => {
      const active = await database.query(`select from pg_stat_activity where ${others} and state = 'active'`);
      return active.length > 0;
    });
    await endConnections();
    await failing;
  });

  it('with a locked table is given up after a while, and the line names who holds it', async () => {
    const holder = new pg.Client({ connectionString: database.ownerUrl, application_name: 'old back end' });
    await holder.connect();
    try {
      await holder.query('begin; lock table onboarding_sessions');
      await expect(source.query('select from onboarding_sessions')).rejects.toThrow(
        /^--from: PostgreSQL refuses \(55P03, canceling statement due to lock timeout; .*old back end.* holds locks on tables\)/,
      );
    } finally {
      await holder.end();
    }
  });

  it('that refuses the login says what to look at, and not the password', async () => {
    const url = new URL(database.ownerUrl);
    [url.username, url.password] = ['nobody', 'hunter2'];
    const refused = SourceConnection.open('--from', url.href);
    await expect(refused).rejects.toThrow(/^--from: PostgreSQL refuses the login \(28\w{3}\): look at the user/);
    await expect(refused).rejects.not.toThrow(/hunter2/);
  });
});
