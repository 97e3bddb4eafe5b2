import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { JobQueue } from '../../../src/storage/jobs/job-queue.js';
import { TestDatabase } from '../../support/database/database.js';
import { DRIVEN, Drivers, LoggedLines, startQueue, stopQueue } from '../../support/jobs/test-queue.js';
import { DrivingProcess } from '../../support/jobs/driving-process.js';
import { eventually } from '../../support/process/deadline.js';

/** Milliseconds that a stop has for all that is under way. */
const GRACEFUL_STOP = 10_000;

describe('a drive', () => {
  let database: TestDatabase;
  let url: string;
  let logged: LoggedLines;
  /** Stopped after each test. */
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    database = await TestDatabase.create();
    url = database.operatorUrl;
    logged = new LoggedLines();
  });
  afterEach(async () => {
    await Promise.all(stops.splice(0).map((stop) => stop()));
    await database.query('delete from jobs.job');
    logged.lines.length = 0;
  });
  afterAll(async () => {
    logged.stop();
    await database.drop();
  });

  const start = async (define: (queue: JobQueue) => void, works = true) => {
    const queue = await startQueue(url, define, { works });
    stops.push(() => stopQueue(queue));
    return queue;
  };
  const startDriving = async () => {
    const driving = await DrivingProcess.start(url);
    stops.push(() => driving.stop('SIGKILL'));
    return driving;
  };

  it('runs in exactly one of two queues, and in the other one as soon as the first is stopped', async () => {
    const drivers = new Drivers();
    const names = ['first', 'second'] as const;
    const queues = await Promise.all(
      names.map((name) => startQueue(url, (queue) => queue.keepRunning(DRIVEN, drivers.drive(name)))),
    );
    stops.push(...queues.map((queue) => () => stopQueue(queue)));
    await eventually('one of them drives', () => drivers.begun.length > 0);
    const [driver = ''] = drivers.begun;
    const driving = queues[names.indexOf(driver as 'first')] as JobQueue;
    const stopped = performance.now();
    await stopQueue(driving);
    expect(performance.now() - stopped).toBeLessThan(GRACEFUL_STOP);
    await eventually('the other one drives', () => drivers.begun.length > 1);
    expect(new Set(drivers.begun)).toEqual(new Set(names));
    expect(drivers.most).toBe(1);
    expect(logged.of('error')).toEqual([]);
  });

  it('goes on in another process after a kill -9, and says how soon', async () => {
    const processes = [await startDriving(), await startDriving()];
    for (let round = 0; round < 2; round++) {
      await eventually('one of them drives', () => processes.some(({ drives }) => drives));
      expect(processes.filter(({ drives }) => drives)).toHaveLength(1);
      const [driver, other] = processes[0]?.drives ? processes : [...processes].reverse();
      if (!driver || !other) throw new Error('There are two processes.');
      await driver.stop('SIGKILL');
      const killed = performance.now();
      await eventually('the other process drives', () => other.drives);
      process.stdout.write(`It went on after ${Math.round(performance.now() - killed)} ms.\n`);
      processes.splice(processes.indexOf(driver), 1, await startDriving());
    }
  });

  it('stops in a process that was paused, as soon as it goes on: another one has the drive by then', async () => {
    const processes = [await startDriving(), await startDriving()];
    await eventually('one of them drives', () => processes.some(({ drives }) => drives));
    const [driver, next] = processes[0]?.drives ? processes : [...processes].reverse();
    if (!driver || !next) throw new Error('There are two processes.');
    driver.pause();
    await eventually('the other one drives', () => next.drives);
    driver.goOn();
    await eventually('the paused one has stopped', () => !driver.drives, 5000);
    expect(next.drives).toBe(true);
  });

  it('is started again after it ends or fails, with a line and a pause that grows', async () => {
    const starts: number[] = [];
    await start((queue) =>
      queue.keepRunning(DRIVEN, () => {
        starts.push(performance.now());
        return starts.length <= 2 ? Promise.reject(new Error(`failure ${starts.length}`)) : Promise.resolve();
      }),
    );
    await eventually('it has ended four times', () => starts.length >= 4);
    const [first = 0, second = 0, third = 0] = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
    expect(first).toBeGreaterThan(1900);
    expect(second).toBeGreaterThan(3900);
    expect(third).toBeLessThan(second);
    const errors = logged.of('error');
    expect(errors).toHaveLength(2);
    for (const [index, line] of errors.entries()) expect(line).toMatch(`failure ${index + 1}`);
    expect(errors[0]).toContain(DRIVEN);
  });

  it('is not worked on with JOBS=off, and neither are jobs, which can be sent all the same', async () => {
    const drivers = new Drivers();
    const done: object[] = [];
    const define = (name: string) => (queue: JobQueue) => {
      queue.keepRunning(DRIVEN, drivers.drive(name));
      queue.define('test-job', {}, (data) => Promise.resolve(void done.push({ ...data, by: name })));
    };
    const idle = await start(define('idle'), false);
    expect(await idle.send('test-job', { id: 7 }, { key: '7' })).toBe(true);
    // Longer than a process that works takes to look twice.
    await delay(5000);
    expect([drivers.begun, done]).toEqual([[], []]);
    await start(define('busy'));
    await eventually('the other process works', () => drivers.begun.length > 0 && done.length > 0);
    expect([drivers.begun, done]).toEqual([['busy'], [{ id: 7, by: 'busy' }]]);
  });
});
