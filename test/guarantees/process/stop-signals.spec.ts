import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { testEnvironment } from '../../support/service/app.js';
import { TestDatabase } from '../../support/database/database.js';
import { eventually, within } from '../../support/process/deadline.js';
import { sample } from '../../support/data/samples.js';
import { isRefused, ServiceProcess } from '../../support/process/service-process.js';
import { SessionLock } from '../../support/database/session-lock.js';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Within the second in which several signals are one, and longer than it. */
const SOON = 50;
const LATER = 1500;

describe('a service that is told to stop', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await TestDatabase.create();
  });
  afterAll(() => database.drop());

  // Requests wait for a lock here for as long as the test wants them to.
  const start = () =>
    ServiceProcess.start(testEnvironment(database.appUrl, { LOG_LEVEL: 'warn', DATABASE_TIMEOUT_MS: '60000' }));

  it.each(SIGNALS)('ends with code 0 on %s', async (signal) => {
    const service = await start();
    const { code, stderr } = await service.stop(signal);
    expect([code, stderr]).toEqual([0, '']);
    await eventually('its connections are closed', async () => {
      const connections = await database.query(
        `select from pg_stat_activity where datname = current_database() and application_name = 'onboarding'`,
      );
      return connections.length === 0;
    });
  });

  it.each(SIGNALS)('finishes on %s what it has begun, even if it is sent twice within a second', async (signal) => {
    const service = await start();
    const alice = await service.as('alice');
    expect((await alice.post('/start')).status).toBe(200);
    const lock = await SessionLock.take(database.ownerUrl);
    const answer = alice.post('/step/2/complete', sample(2));
    await eventually('the request waits for the lock', async () => (await lock.waiting()) === 1);
    service.kill(signal);
    await delay(SOON);
    service.kill(signal);
    await eventually('nobody else is let in', () => isRefused(service.url));
    expect(service.isRunning).toBe(true);
    await lock.release();
    expect((await within('the answer comes', answer)).status).toBe(200);
    const { code, stderr } = await service.ended();
    expect([code, stderr]).toEqual([0, '']);
    const rows = await database.query(`select from website_analyses where user_id = 'alice'`);
    expect(rows).toHaveLength(1);
  });

  it('ends at once on a second signal that comes later', async () => {
    const service = await start();
    const bob = await service.as('bob');
    await bob.post('/start');
    const lock = await SessionLock.take(database.ownerUrl);
    const answer = bob.post('/step/2/complete', sample(2)).catch(() => 'cut off');
    await eventually('the request waits for the lock', async () => (await lock.waiting()) === 1);
    service.kill('SIGINT');
    await eventually('nobody else is let in', () => isRefused(service.url));
    await delay(LATER);
    expect(service.isRunning).toBe(true);
    service.kill('SIGINT');
    expect((await service.ended()).code).toBe(1);
    expect(await answer).toBe('cut off');
    await lock.release();
    expect(await database.query(`select from website_analyses where user_id = 'bob'`)).toEqual([]);
  });
});
