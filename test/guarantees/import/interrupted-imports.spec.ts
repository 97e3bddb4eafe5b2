import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { STEP_KEYS } from '../../../src/onboarding/flow/steps.js';
import { sample } from '../../support/data/samples.js';
import { TestDatabase } from '../../support/database/database.js';
import { eventually } from '../../support/process/deadline.js';
import { linesOf, runImport } from '../../support/process/import-command.js';
import type { CommandOptions } from '../../support/process/command.js';
import { scratchDirectory } from '../../support/process/scratch-directory.js';

/** The service's connections to a database. */
const CONNECTIONS = `
  select pid from pg_stat_activity where datname = current_database() and application_name = 'onboarding'`;

/** Ends them, as a restart of PostgreSQL does. */
const END_CONNECTIONS = `select pg_terminate_backend(pid) from (${CONNECTIONS}) service`;

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

  /** So many that it is still at work when something has been seen of it. */
  const COUNT = 600;

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
    const cutOff = await runImport(database, [...options, first], {
      async meanwhile(send) {
        await eventually('some users are imported', async () => (await sessions()) > 20);
        send(signal);
      },
    });
    expect(cutOff.code).toBe(signal === 'SIGKILL' ? null : 1);
    // What PostgreSQL was sent before a kill it still commits.
    await eventually('its connections are gone', async () => (await database.query(CONNECTIONS)).length === 0);
    const some = await sessions();
    expect(some).toBeLessThan(COUNT);
    expect(existsSync(`${first}.pending`)).toBe(signal === 'SIGKILL');
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

    // A kill may have cut off the lines of the users at hand.
    const undone = await runImport(database, ['--undo', first]);
    expect(undone.stderr).toMatch(new RegExp(`^removed +${some}\nchanged +0\nbegun again +0\ngone +0$`, 'm'));
    expect(await sessions()).toBe(COUNT - some);
    expect((await runImport(database, ['--undo', second])).code).toBe(0);
    expect(await sessions()).toBe(0);
  });

  it('by a lost database says so in a line, and goes on when it is started again', async () => {
    const options = ['--from', manyFiles(), '--timezone', 'UTC', '--report'];
    // Connected by now: the import does not wait.
    const other = new pg.Client({ connectionString: database.appUrl });
    await other.connect();
    const cutOff = await runImport(database, [...options, join(scratch, 'first')], {
      async meanwhile() {
        await eventually('some users are imported', async () => (await sessions()) > 20);
        await other.query(END_CONNECTIONS);
      },
    });
    await other.end();
    expect(cutOff.code).toBe(1);
    expect(cutOff.stderr).toContain('The database cannot be reached any more. Start it again');
    expect(cutOff.stderr).not.toMatch(/^ +at /m);
    expect((await runImport(database, [...options, join(scratch, 'second')])).code).toBe(0);
    expect(await sessions()).toBe(COUNT);
    for (const name of ['first', 'second']) {
      expect((await runImport(database, ['--undo', join(scratch, name)])).code).toBe(0);
    }
    expect(await sessions()).toBe(0);
  });

  it('is not interrupted where nobody reads how far it is', async () => {
    const report = join(scratch, 'report');
    const options = ['--from', manyFiles(), '--timezone', 'UTC', '--report', report];
    expect((await runImport(database, options, { stderr: 'closed' })).code).toBe(0);
    expect(linesOf(report)).toHaveLength(COUNT);
    expect(await sessions()).toBe(COUNT);
  });

  it('is undone with the users who were stored when the line of no user could be written any more', async () => {
    const path = manyFiles();
    const report = join(scratch, 'report');
    const options = ['--from', path, '--timezone', 'UTC', '--report', report];
    expect((await runImport(database, options)).code).toBe(0);
    expect(existsSync(`${report}.pending`)).toBe(false);
    const lines = readFileSync(report, 'utf8').split('\n');
    // As a kill leaves it: some lines are missing, a last one is half there, and a user was not stored.
    const notStored = { ...JSON.parse(lines[0] ?? ''), user_id: 'not stored' };
    writeFileSync(`${report}.pending`, [...lines.slice(0, -1), JSON.stringify(notStored), '{"user_'].join('\n'));
    writeFileSync(report, lines.slice(0, 100).join('\n').slice(0, -5));
    const { stderr } = await runImport(database, ['--undo', report]);
    expect(stderr).toMatch(new RegExp(`^removed +${COUNT}\nchanged +0\nbegun again +0\ngone +0$`, 'm'));
    expect(await sessions()).toBe(0);
  });

  it('by a report that cannot grow any more says so in a line, and is undone whole', async () => {
    const report = join(scratch, 'report');
    const options = ['--from', manyFiles(), '--timezone', 'UTC', '--report', report];
    const end = await runImport(database, options, { mostFileKb: 64 });
    expect(end.code).toBe(1);
    expect(end.stderr).toContain(`--report: ${report} cannot be written (EFBIG). Start it again`);
    expect(end.stderr).toMatch(/^outcome +lines$/m);
    expect(end.stderr).not.toMatch(/^ +at /m);
    const some = await sessions();
    expect(some).toBeGreaterThan(0);
    const undone = await runImport(database, ['--undo', report]);
    expect([undone.code, undone.stderr]).toEqual([0, expect.stringMatching(new RegExp(`^removed +${some}$`, 'm'))]);
    expect(await sessions()).toBe(0);
  });

  it.each<[string, CommandOptions['stdout'], string]>([
    ['a full disk', { file: '/dev/full' }, 'ENOSPC'],
    ['a reader who has gone', 'closed', 'EPIPE'],
  ])('by %s behind its standard output says so in a line, and in the table', async (_, stdout, code) => {
    const end = await runImport(database, ['--from', manyFiles(), '--timezone', 'UTC'], { stdout });
    expect(end.code).toBe(1);
    expect(end.stderr).toContain(`Standard output cannot be written (${code}). Start it again`);
    expect(end.stderr).toMatch(/^outcome +lines$/m);
    expect(end.stderr).not.toMatch(/^ +at /m);
    expect(await sessions()).toBeLessThanOrEqual(8);
  });
});
