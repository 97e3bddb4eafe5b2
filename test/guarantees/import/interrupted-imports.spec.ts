import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { STEP_KEYS } from '../../../src/onboarding/flow/steps.js';
import { sample } from '../../support/data/samples.js';
import { TestDatabase } from '../../support/database/database.js';
import { eventually } from '../../support/process/deadline.js';
import { runImport } from '../../support/process/import-command.js';
import { scratchDirectory } from '../../support/process/scratch-directory.js';

/** Ends the service's connections to a database, as a restart of PostgreSQL does. */
async function endConnections({ appUrl }: TestDatabase): Promise<void> {
  const client = new pg.Client({ connectionString: appUrl });
  await client.connect();
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'onboarding'`,
  );
  await client.end();
}

describe('an import that is interrupted', () => {
  let database: TestDatabase;
  let scratch: string;

  beforeEach(async () => {
    database = await TestDatabase.create();
    scratch = scratchDirectory();
  });
  afterEach(async () => {
    await database.drop();
    rmSync(scratch, { recursive: true });
  });

  const COUNT = 400;

  /** Progress files of users who are at step 3, each with a key. */
  function manyFiles(): string {
    const path = join(scratch, 'files');
    mkdirSync(path);
    for (let index = 1; index <= COUNT; index++) {
      const time = '2025-10-03T08:00:00.123456';
      const steps = STEP_KEYS.map((_, place) => ({
        ...{ step_number: place + 1, title: 'A step', description: 'A step', validation_errors: [] },
        status: place < 2 ? 'completed' : 'pending',
        completed_at: place < 2 ? time : null,
        data: [{ api_keys: { gemini: `AIzaCANARY${String(index).padStart(29, '0')}` } }, sample(2).data][place] ?? null,
      }));
      const file = { steps, current_step: 3, started_at: time, last_updated: time, is_completed: false };
      const name = `.onboarding_progress_user_${String(index).padStart(27, '0')}.json`;
      writeFileSync(join(path, name), JSON.stringify({ ...file, completed_at: null }));
    }
    return path;
  }

  const sessions = async () => Number((await database.query('select count(*) from onboarding_sessions'))[0]?.['count']);

  it.each(['SIGKILL', 'SIGTERM'] as const)('by %s goes on when it is started again: everybody once', async (signal) => {
    const path = manyFiles();
    const [first, second] = ['first', 'second'].map((name) => join(scratch, name)) as [string, string];
    const options = ['--from', path, '--timezone', 'UTC', '--report'];
    const cutOff = await runImport(database, [...options, first], async (send) => {
      await eventually('some users are imported', async () => (await sessions()) > 20);
      send(signal);
    });
    expect(cutOff.code).toBe(signal === 'SIGKILL' ? null : 1);
    const some = await sessions();
    expect(some).toBeLessThan(COUNT);
    if (signal === 'SIGTERM') expect(cutOff.stderr).toContain('Stopped. Start it again');

    const { code, stderr } = await runImport(database, [...options, second]);
    expect([code, await sessions()]).toEqual([0, COUNT]);
    expect(stderr).toMatch(new RegExp(`^unchanged +${some}$`, 'm'));
    const [events] = await database.query(
      `select count(*)::int, count(distinct user_id)::int as users, min(type) as type from progress_events`,
    );
    expect(events).toEqual({ count: COUNT, users: COUNT, type: 'onboarding_imported' });
    const [keys] = await database.query('select count(*)::int as count from api_keys');
    expect(keys).toEqual({ count: COUNT });

    // Undone report by report; a kill may have cut off the lines of the users at hand.
    for (const report of [first, second]) expect((await runImport(database, ['--undo', report])).code).toBe(0);
    expect(await sessions()).toBeLessThanOrEqual(signal === 'SIGKILL' ? 8 : 0);
  });

  it('by a lost database says so in a line, and goes on when it is started again', async () => {
    const options = ['--from', manyFiles(), '--timezone', 'UTC', '--report'];
    const cutOff = await runImport(database, [...options, join(scratch, 'first')], async () => {
      await eventually('some users are imported', async () => (await sessions()) > 20);
      await endConnections(database);
    });
    expect(cutOff.code).toBe(1);
    expect(cutOff.stderr).toContain('The database cannot be reached any more. Start it again');
    expect(cutOff.stderr).not.toMatch(/^ +at /m);
    expect((await runImport(database, [...options, join(scratch, 'second')])).code).toBe(0);
    expect(await sessions()).toBe(COUNT);
  });
});
