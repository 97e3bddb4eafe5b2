import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { moveBack } from '../support/data/due/earlier.js';
import { completeSteps, finishDemanded, saveKey, KEYS, start } from '../support/data/due/states.js';
import { TestDatabase } from '../support/database/database.js';
import { TestApp } from '../support/service/app.js';
import { done } from '../support/service/done.js';
import { codesOf, dueOf, itemsOf, type Due } from '../support/service/due.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const DAYS = 14;

describe('a deadline', () => {
  let database: TestDatabase;
  let app: TestApp;
  let without: TestApp;

  beforeAll(async () => {
    database = await TestDatabase.create();
    app = await TestApp.start({ database, environment: { ONBOARDING_DEADLINE_DAYS: String(DAYS) } });
    without = await TestApp.start({ database });
  });
  afterAll(async () => {
    await Promise.all([app.stop(), without.stop()]);
    await database.drop();
  });

  const isDue = ['currently_due', 'eventually_due', 'past_due'];
  const dueTimes = (due: Due) => [
    ...new Set(
      itemsOf(due)
        .filter(({ list }) => isDue.includes(list))
        .map(({ due_at }) => due_at),
    ),
  ];

  it('is that many days after the start, on what is due and on nothing else', async () => {
    const user = await app.as('in time');
    const { started_at } = (await start(user)).body;
    const deadline = new Date(new Date(started_at as string).getTime() + DAYS * DAY_MS).toISOString();
    const due = await dueOf(user);
    expect([due.deadline, dueTimes(due), due.past_due]).toEqual([deadline, [deadline], []]);
    expect(due.recommended.map(({ due_at }) => due_at)).toEqual(due.recommended.map(() => null));
    expect(due.recommended.length).toBeGreaterThan(0);
  });

  it('does not move when steps are completed', async () => {
    const user = await app.as('does not move');
    await start(user);
    const { deadline } = await dueOf(user);
    await completeSteps(user, 1, 2);
    expect((await dueOf(user)).deadline).toBe(deadline);
  });

  it('puts everything that is due into `past_due` once it is over, and blocks no more and no less', async () => {
    const user = await app.as('late');
    await saveKey(user, KEYS.exa);
    const before = await dueOf(user);
    await moveBack(database, 'late', DAYS + 1);
    const after = await dueOf(user);
    expect([after.currently_due, after.eventually_due]).toEqual([[], []]);
    expect(after.past_due.map(({ code }) => code)).toEqual(
      [...before.currently_due, ...before.eventually_due].map(({ code }) => code),
    );
    expect(codesOf(after).past_due).toEqual([
      'api_key_missing',
      'api_keys_step_open',
      'website_missing',
      'research_missing',
    ]);
    expect([after.blocked_by, after.can_complete]).toEqual([before.blocked_by, false]);
    expect(dueTimes(after)).toEqual([after.deadline]);
    expect(codesOf(after).recommended).toEqual(codesOf(before).recommended);
  });

  it('has the last step past due, too, and lets a late user complete', async () => {
    const user = await app.as('late at the end');
    await finishDemanded(user);
    await moveBack(database, 'late at the end', DAYS + 1);
    const due = await dueOf(user);
    expect([due.past_due.map(({ code }) => code), due.blocked_by, due.can_complete]).toEqual([
      ['final_step_open'],
      [],
      true,
    ]);
    await done(user.post('/complete'));
    const after = await dueOf(user);
    expect([after.deadline, after.past_due, dueTimes(after)]).toEqual([null, [], []]);
  });

  it('is over after its last moment, and not a day before', async () => {
    const user = await app.as('to the day');
    await start(user);
    await moveBack(database, 'to the day', DAYS - 1);
    expect((await dueOf(user)).past_due).toEqual([]);
    await moveBack(database, 'to the day', 1);
    expect((await dueOf(user)).past_due.length).toBeGreaterThan(0);
  });

  it('begins again with a reset', async () => {
    const user = await app.as('resets');
    await completeSteps(user, 1);
    await moveBack(database, 'resets', DAYS + 1);
    expect((await dueOf(user)).past_due).not.toEqual([]);
    const { started_at } = (await done(user.post('/reset'))).body;
    const due = await dueOf(user);
    expect([due.past_due, due.deadline]).toEqual([
      [],
      new Date(new Date(started_at as string).getTime() + DAYS * DAY_MS).toISOString(),
    ]);
  });

  it('is there for nobody before the start, and nowhere without the variable', async () => {
    const stranger = await dueOf(await app.as('not begun'));
    expect([stranger.deadline, dueTimes(stranger)]).toEqual([null, [null]]);
    await start(await app.as('elsewhere'));
    await moveBack(database, 'elsewhere', 5000);
    const due = await dueOf(await without.as('elsewhere'));
    expect([due.deadline, due.past_due, dueTimes(due)]).toEqual([null, [], [null]]);
  });
});
