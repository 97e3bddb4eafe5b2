import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { ChangeHints } from '../../../src/onboarding/database/change-hints.js';
import { TestDatabase } from '../../support/database/database.js';
import { Follower } from '../../support/live/follower.js';
import { judgeAll, usersOf } from '../../support/live/judge.js';
import { writeAtRandom } from '../../support/live/random-writes.js';
import { TestApp } from '../../support/service/app.js';
import { Client } from '../../support/service/client.js';
import { Random } from '../../torture/random.js';

const SEED = Date.now() % 1_000_000;

describe('two processes of which each fifth hint is lost', () => {
  let database: TestDatabase;
  let apps: TestApp[] = [];

  beforeAll(async () => {
    database = await TestDatabase.create();
    apps = await Promise.all([TestApp.start({ database }), TestApp.start({ database })]);
  });
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    await database.drop();
  });

  it('tell each client every event exactly once and in order, or that its onboarding was reset', async () => {
    const random = new Random(SEED);
    for (const app of apps) {
      const hints = app.nest.get(ChangeHints);
      const tell = hints.tell.bind(hints);
      jest.spyOn(hints, 'tell').mockImplementation((userId) => {
        if (random.next() > 0.2) tell(userId);
      });
    }
    const users = usersOf(30);
    const anyUrl = () => random.pick(apps).url;
    const followers = users.flatMap((user) =>
      [undefined, '0'].map(
        (after) => new Follower({ user, url: anyUrl, random: () => random.next(), ...(after && { after }) }),
      ),
    );
    let isOver = false;
    const writers = Array.from({ length: 6 }, () =>
      writeAtRandom(
        () => Client.as(anyUrl(), random.pick(users)),
        random,
        () => isOver,
      ),
    );
    const isReset = () => followers.some(({ snapshots }) => snapshots.includes('reset'));
    const end = performance.now() + 7000;
    while (performance.now() < end || !isReset()) {
      await pause(50);
      random.pick(followers).cut();
    }
    isOver = true;
    const writes = (await Promise.all(writers)).reduce((sum, count) => sum + count, 0);
    await judgeAll(followers, (text) => database.query(text), SEED);
    await Promise.all(followers.map((follower) => follower.stop()));
    const reconnects = followers.reduce((sum, { connections }) => sum + connections, 0) - followers.length;
    const events = followers.reduce((sum, { eventCount }) => sum + eventCount, 0);
    // Otherwise it has looked at nothing.
    expect([writes, reconnects, events].map((count) => count > 50)).toEqual([true, true, true]);
  });
});
