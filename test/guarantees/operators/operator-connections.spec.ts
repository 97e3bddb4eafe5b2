import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OperatorDatabase } from '../../../src/operations/database/operator-database.js';
import { DatabaseUnavailable } from '../../../src/storage/wire/wire.problems.js';
import { TestDatabase } from '../../support/database/database.js';
import { eventually } from '../../support/process/deadline.js';
import { TestApp } from '../../support/service/app.js';

const APPLICATION = 'onboarding-operators';

describe('the operators’ connections', () => {
  let database: TestDatabase;
  let app: TestApp;
  let operators: OperatorDatabase;

  beforeAll(async () => {
    database = await TestDatabase.create();
    app = await TestApp.start({ database, environment: { DATABASE_OPERATOR_URL: database.operatorUrl } });
    operators = app.nest.get(OperatorDatabase, { strict: false });
  });
  afterAll(async () => {
    await app.stop();
    await database.drop();
  });

  const SETTINGS = `select current_user as role, current_setting('application_name') as application,
      current_setting('transaction_read_only') as "isReadOnly", current_setting('default_transaction_read_only') as "onlyReads",
      current_setting('statement_timeout') as timeout, current_setting('work_mem') as memory`;
  const own = () => ({ role: new URL(database.operatorUrl).username, application: APPLICATION });

  it('read as of one moment, with a limit for each statement, and change nothing', async () => {
    expect(await operators.read((run) => run(SETTINGS))).toEqual([
      { ...own(), isReadOnly: 'on', onlyReads: 'on', timeout: '15s', memory: '64MB' },
    ]);
    const writing = operators.read((run) => run(`insert into operations.tombstones (user_id) values ('alice')`));
    await expect(writing).rejects.toThrow(DatabaseUnavailable);
    expect(await database.query('select from operations.tombstones')).toEqual([]);
  });

  it('write to what belongs to no single user, or do nothing at all', async () => {
    expect(await operators.write((run) => run(SETTINGS))).toMatchObject([
      { ...own(), isReadOnly: 'off', timeout: '0' },
    ]);
    const insert = `insert into operations.tombstones (user_id) values ($1)`;
    await operators.write((run) => run(insert, ['alice']));
    const failing = operators.write(async (run) => {
      await run(insert, ['bob']);
      throw new Error('on the way');
    });
    await expect(failing).rejects.toThrow('on the way');
    expect(await database.query('select user_id from operations.tombstones')).toEqual([{ user_id: 'alice' }]);
  });

  it('are opened again after the server has ended them', async () => {
    await operators.read((run) => run('select 1'));
    const [ended] = await operators.write((run) =>
      run(
        `select count(pg_terminate_backend(pid))::int as count from pg_stat_activity
         where datname = current_database() and application_name = $1 and pid <> pg_backend_pid()`,
        [APPLICATION],
      ),
    );
    expect(ended?.['count']).toBeGreaterThan(0);
    await eventually('a read is answered', () =>
      operators
        .read((run) => run('select 1'))
        .then(
          () => true,
          () => false,
        ),
    );
  });

  it('are closed when the service stops', async () => {
    const other = await TestApp.start({ database, environment: { DATABASE_OPERATOR_URL: database.operatorUrl } });
    const count = async () => {
      const [row] = await database.query<{ open: number }>(
        `select count(*)::int as open from pg_stat_activity where application_name = $1 and datname = current_database()`,
        [APPLICATION],
      );
      return row?.open ?? 0;
    };
    const before = await count();
    const others = other.nest.get(OperatorDatabase, { strict: false });
    await Promise.all([others.read((run) => run('select 1')), others.write((run) => run('select 1'))]);
    expect(await count()).toBe(before + 2);
    await other.stop();
    await eventually('they are gone', async () => (await count()) === before);
  });

  it('are not there without DATABASE_OPERATOR_URL', async () => {
    const other = await TestApp.start({ database, environment: { DATABASE_OPERATOR_URL: undefined } });
    expect(() => other.nest.get(OperatorDatabase, { strict: false })).toThrow();
    await other.stop();
  });
});
