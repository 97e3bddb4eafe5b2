import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OwnCluster } from '../../support/database/own-cluster.js';
import { Follower } from '../../support/live/follower.js';
import { judgeAll, usersOf } from '../../support/live/judge.js';
import { writeAtRandom } from '../../support/live/random-writes.js';
import { eventually } from '../../support/process/deadline.js';
import { ServiceProcess } from '../../support/process/service-process.js';
import { testEnvironment } from '../../support/service/app.js';
import { Client } from '../../support/service/client.js';
import { Random } from '../../torture/random.js';

const SEED = Date.now() % 1_000_000;

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
    await judgeAll(followers, (text) => cluster.query(text), SEED);
    await Promise.all(followers.map((follower) => follower.stop()));
  });
});
