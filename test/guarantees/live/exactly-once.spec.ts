import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { ChangeHints } from '../../../src/onboarding/database/change-hints.js';
import { TestDatabase } from '../../support/database/database.js';
import { OwnCluster } from '../../support/database/own-cluster.js';
import { Follower, truthOf } from '../../support/live/follower.js';
import { writeAtRandom } from '../../support/live/random-writes.js';
import { eventually } from '../../support/process/deadline.js';
import { ServiceProcess } from '../../support/process/service-process.js';
import { TestApp, testEnvironment } from '../../support/service/app.js';
import { Client } from '../../support/service/client.js';
import { Random } from '../../torture/random.js';

jest.setTimeout(120_000);

const SEED = Date.now() % 1_000_000;

/** What the last hint that was lost costs: a check every 25 seconds finds it. */
const UP_TO_DATE_MS = 40_000;

const usersOf = (count: number) => Array.from({ length: count }, (_, index) => `follower ${index}`);

/** Waits until all clients are live and know everything, and holds what they were told against the table. */
async function judge(
  followers: readonly Follower[],
  query: <T extends object>(text: string) => Promise<T[]>,
): Promise<void> {
  const users = followers.map(({ user }) => user);
  const truth = await truthOf(users, query);
  const ofUser = (user: string) => truth.get(user) ?? { position: '0', events: [] };
  const behind = () => followers.filter((follower) => !follower.isUpToDate(ofUser(follower.user)));
  await eventually('everybody knows everything', () => behind().length === 0, UP_TO_DATE_MS).catch(() => undefined);
  for (const follower of followers) follower.judge(ofUser(follower.user));
  expect([SEED, followers.flatMap(({ violations }) => violations).slice(0, 10)]).toEqual([SEED, []]);
  expect(behind().map(({ user, position }) => [SEED, user, position])).toEqual([]);
}

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
    await judge(followers, (text) => database.query(text));
    await Promise.all(followers.map((follower) => follower.stop()));
    const reconnects = followers.reduce((sum, { connections }) => sum + connections, 0) - followers.length;
    const events = followers.reduce((sum, { eventCount }) => sum + eventCount, 0);
    // Otherwise it has looked at nothing.
    expect([writes, reconnects, events].map((count) => count > 50)).toEqual([true, true, true]);
  });
});

describe('processes that are killed and stopped, on a PostgreSQL that crashes', () => {
  let cluster: OwnCluster;
  let services: ServiceProcess[] = [];

  beforeAll(async () => {
    cluster = await OwnCluster.create();
    services = await Promise.all([start(), start()]);
  });
  afterAll(async () => {
    await Promise.all(services.map((service) => service.stop('SIGKILL')));
    await cluster.remove();
  });

  const start = () =>
    ServiceProcess.start(
      testEnvironment(cluster.appUrl, {
        DATABASE_LISTEN_URL: cluster.appUrl,
        DATABASE_TIMEOUT_MS: '2000',
        LOG_LEVEL: 'error',
      }),
    );

  it('tell each client every event exactly once and in order, or that its onboarding was reset', async () => {
    const random = new Random(SEED);
    const users = usersOf(20);
    const anyUrl = () => random.pick(services).url;
    const followers = users.flatMap((user) =>
      [undefined, '0'].map(
        (after) => new Follower({ user, url: anyUrl, random: () => random.next(), ...(after && { after }) }),
      ),
    );
    let isOver = false;
    const writers = Array.from({ length: 4 }, () =>
      writeAtRandom(
        () => Client.as(anyUrl(), random.pick(users)),
        random,
        () => isOver,
      ),
    );
    const replace = async (index: number, signal: NodeJS.Signals) => {
      await services[index]?.stop(signal);
      services[index] = await start();
    };
    const faults: readonly (() => Promise<unknown>)[] = [
      () => replace(0, 'SIGKILL'),
      () => Promise.resolve(cluster.proxy.cut()),
      async () => {
        await cluster.crash();
        await cluster.restart();
      },
      () => replace(1, 'SIGTERM'),
      () => cluster.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app'`),
      () => replace(1, 'SIGKILL'),
    ];
    for (const fault of faults) {
      await fault();
      const before = followers.reduce((sum, { eventCount }) => sum + eventCount, 0);
      await eventually(
        'clients are told of changes again',
        () => followers.reduce((sum, { eventCount }) => sum + eventCount, 0) > before + 20,
      );
    }
    isOver = true;
    const writes = (await Promise.all(writers)).reduce((sum, count) => sum + count, 0);
    expect(writes).toBeGreaterThan(50);
    await judge(followers, (text) => cluster.query(text));
    await Promise.all(followers.map((follower) => follower.stop()));
  });
});
