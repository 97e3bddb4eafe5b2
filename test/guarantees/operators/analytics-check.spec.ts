import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AnalyticsChecked } from '../../../src/operations/analytics/recount/analytics-check.js';
import { NumbersIncomplete } from '../../../src/operations/analytics/recount/analytics-check.js';
import { sample } from '../../support/data/samples.js';
import { deploymentOf, Numbers } from '../../support/operators/numbers.js';
import { eventually } from '../../support/process/deadline.js';
import { runCommand, type CommandOptions } from '../../support/process/command.js';
import { TestApp, testEnvironment } from '../../support/service/app.js';

/** Each sum that figures are made of, and what makes it wrong. */
const SUMS = [
  ['funnel_counts', 'entered = entered + 1', 'entered = entered - 1'],
  ['funnel_counts', 'completed = completed + 1', 'completed = completed - 1'],
  ['funnel_counts', 'skipped = skipped + 1', 'skipped = skipped - 1'],
  ['funnel_counts', 'failed = failed + 1', 'failed = failed - 1'],
  ['funnel_counts', 'timed = timed + 1', 'timed = timed - 1'],
  ['funnel_counts', 'seconds = seconds + 1', 'seconds = seconds - 1'],
  ['funnel_times', 'bucket = bucket + 5', 'bucket = bucket - 5'],
  ['funnel_standing', 'users = users + 1', 'users = users - 1'],
  ['completions', 'users = users + 1', 'users = users - 1'],
  ['completions', 'completed_day = completed_day - 1', 'completed_day = completed_day + 1'],
  ['activity', 'events = events + 1', 'events = events - 1'],
  ['journeys', `last_at = last_at - interval '1 day'`, `last_at = last_at + interval '1 day'`],
] as const;

describe('the check of the numbers', () => {
  let app: TestApp;
  let numbers: Numbers;

  beforeAll(async () => {
    app = await TestApp.start();
    numbers = new Numbers(app.database, deploymentOf({ wizard: 'six', hasKey: false }));
    const alice = await app.as('alice');
    const bob = await app.as('bob');
    await Promise.all([alice, bob].map((user) => user.post('/step/1/complete', sample(1))));
    for (const step of [2, 3]) expect((await alice.post(`/step/${step}/complete`, sample(step))).status).toBe(200);
    for (const step of [4, 5]) expect((await alice.post(`/step/${step}/skip`)).status).toBe(200);
    expect((await alice.post('/complete')).status).toBe(200);
    expect(await numbers.expectExact()).toBe(2);
  });
  afterAll(async () => {
    await numbers.stop();
    await app.stop();
  });

  const countOf = ({ differences }: AnalyticsChecked) => differences.count;

  it.each(SUMS)('finds a wrong sum: %s, %s', async (table, wrong, right) => {
    await app.database.query(`update operations.${table} set ${wrong}`);
    expect(countOf(await numbers.check())).toBeGreaterThan(0);
    await app.database.query(`update operations.${table} set ${right}`);
  });

  it('finds nothing where all is right', async () => {
    expect(countOf(await numbers.check())).toBe(0);
  });

  it.each([
    ['events of which the numbers know nothing', `update progress_events set type = 'other' where revision = 1`],
    ['times', `update progress_events set occurred_at = occurred_at - interval '1 day'`],
    ['states', `update progress_events set state = state || '{"completed_at": null}' where user_id = 'alice'`],
  ])('finds %s', async (_, statement) => {
    await app.database.query(statement);
    expect(countOf(await numbers.check())).toBeGreaterThan(0);
    await app.database.query('update progress_events set tx = default');
    await numbers.expectExact();
  });

  it('agrees on what odd times come to', async () => {
    await app.database.query(`
      update progress_events
      set tx = default, state = state || '{"started_at": "1900-01-01T00:00:00.000Z", "completed_at": "2026-11-20T00:00:00.5Z"}'
      where user_id = 'alice'`);
    await numbers.expectExact();
    await app.database.query(`
      update progress_events
      set tx = default, state = state || '{"started_at": "2026-12-24T00:00:00.000001+01:00", "completed_at": null}'
      where user_id = 'alice'`);
    await numbers.expectExact();
    await app.database.query(`
      update progress_events set tx = default, state = state || jsonb_build_object('started_at', occurred_at, 'completed_at', occurred_at)
      where user_id = 'alice'`);
    await numbers.expectExact();
  });

  it('says how many changes are not in the numbers', async () => {
    expect((await (await app.as('bob')).post('/step/2/complete', sample(2))).status).toBe(200);
    await expect(numbers.check({ looks: 1 })).rejects.toMatchObject({ pending: 1 });
    expect(await numbers.expectExact()).toBe(2);
    await app.database.query(`delete from onboarding_sessions where user_id = 'bob'`);
    await expect(numbers.check({ looks: 2 })).rejects.toMatchObject({ pending: 1 });
    expect(await numbers.expectExact()).toBe(1);
    await app.database.query(`update operations.watermark set rebuilt_to = ''`);
    await expect(numbers.check({ looks: 1 })).rejects.toEqual(new NumbersIncomplete(null));
    expect(await numbers.expectExact()).toBe(1);
  });

  describe('as a command', () => {
    const run = (options: CommandOptions = {}) => {
      const owner = { DATABASE_MIGRATION_URL: app.database.ownerUrl };
      return runCommand('cli/check-analytics', testEnvironment(app.database.appUrl, owner), options);
    };

    it('says that each figure is the same', async () => {
      const { code, stdout, stderr } = await run();
      expect([code, stdout]).toEqual([
        0,
        expect.stringMatching(
          /^1 users were counted again, and \d+ rows of figures compared\.\nEach figure is the same\.$/m,
        ),
      ]);
      expect(stderr).toContain('Recounting');
    });

    it('shows the first differences, and ends with 1', async () => {
      await app.database.query(`update operations.completions set users = users + 1`);
      const { code, stdout, stderr } = await run();
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^\d+ figures differ\./m)]);
      expect(stdout).toMatch(
        /^cohorts, from .*, unit day, from "\d{4}-\d\d-\d\d": completed is {"0":2}, recounted {"0":1}$/m,
      );
      await app.database.query(`update operations.completions set users = users - 1`);
    });

    it('says that it was stopped', async () => {
      await app.database.query('update progress_events set tx = default');
      const { code, stderr } = await run({
        meanwhile: async (signal) => {
          const looking = `select from pg_stat_activity where datname = current_database() and query = 'rollback'`;
          await eventually('the command looks', async () => (await app.database.query(looking)).length > 0);
          signal('SIGTERM');
        },
      });
      expect([code, stderr]).toEqual([1, expect.stringContaining('Stopped.')]);
      await numbers.expectExact();
    });

    it('needs the connection of the owner', async () => {
      const { code, stderr } = await runCommand('cli/check-analytics', testEnvironment(app.database.appUrl));
      expect([code, stderr]).toEqual([1, 'DATABASE_MIGRATION_URL must name the connection of the schema’s owner.\n']);
    });
  });
});
