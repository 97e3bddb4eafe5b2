import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OwnCluster } from '../../support/database/own-cluster.js';
import { DRIVEN, Drivers, LoggedLines, startQueue, stopQueue } from '../../support/jobs/test-queue.js';
import { eventually } from '../../support/process/deadline.js';
import { StartupError } from '../../../src/ground/config/startup-error.js';
import { DatabaseUnavailable } from '../../../src/storage/wire/wire.problems.js';
import type { JobQueue } from '../../../src/storage/jobs/job-queue.js';

const QUEUE = 'test-job';

/** Milliseconds that a stop has for all that is under way. */
const GRACEFUL_STOP = 10_000;

describe('while PostgreSQL crashes and comes back', () => {
  let cluster: OwnCluster;
  let url: string;
  let logged: LoggedLines;
  const drivers = new Drivers();
  const done: string[] = [];
  let queues: JobQueue[] = [];

  beforeAll(async () => {
    cluster = await OwnCluster.create();
    url = cluster.operatorUrl;
    logged = new LoggedLines();
    queues = await Promise.all(
      ['first', 'second'].map((name) =>
        startQueue(url, (queue) => {
          queue.keepRunning(DRIVEN, drivers.drive(name));
          queue.define<{ id: string }>(QUEUE, {}, ({ id }) => Promise.resolve(void done.push(id)));
        }),
      ),
    );
  });
  afterAll(async () => {
    await Promise.all(queues.map((queue) => stopQueue(queue)));
    logged.stop();
    await cluster.remove();
  });

  it('drives stop before others may begin, jobs wait, the log has a line at each end, and work goes on', async () => {
    const [first] = queues;
    await eventually('one drives', () => drivers.now.size === 1);
    await cluster.crash();
    await expect(first?.send(QUEUE, { id: 'refused' }, { key: 'a' })).rejects.toThrow(DatabaseUnavailable);
    await eventually('nobody drives', () => drivers.now.size === 0);
    await cluster.restart();
    await eventually(
      'a job can be sent',
      async () => (await first?.send(QUEUE, { id: 'a' }, { key: 'a' }).catch(() => false)) === true,
    );
    await eventually('it is done', () => done.length > 0);
    await eventually('one drives again', () => drivers.now.size === 1);
    expect(done).toEqual(['a']);
    expect(drivers.most).toBe(1);
    expect(logged.of('error')).toEqual([]);
    // Of each process: a line when it begins, and one when it is over.
    const ofWarnings = (text: string) => logged.of('warn').filter((line) => line.includes(text));
    expect(ofWarnings('PostgreSQL does not answer')).toHaveLength(2);
    expect(ofWarnings('PostgreSQL answers again')).toHaveLength(2);
    expect(logged.of('warn')).toHaveLength(4);
  });

  it('a stop ends in time although PostgreSQL is gone', async () => {
    await eventually('one drives', () => drivers.now.size === 1);
    await cluster.crash();
    const stopping = performance.now();
    await Promise.all(queues.map((queue) => stopQueue(queue)));
    expect(performance.now() - stopping).toBeLessThan(GRACEFUL_STOP);
    expect(drivers.now.size).toBe(0);
    await cluster.restart();
  });

  it('a stop ends in time although PostgreSQL is silent', async () => {
    let queue: JobQueue | undefined;
    // A start gives up a server that still recovers.
    await eventually('it starts', async () => {
      const starting = startQueue(url, (each) => each.keepRunning(DRIVEN, drivers.drive('third')));
      queue = await starting.catch((error: unknown) => {
        if (!(error instanceof StartupError)) throw error;
        return undefined;
      });
      return queue !== undefined;
    });
    await eventually('it drives', () => drivers.now.size === 1);
    cluster.proxy.stall();
    const stopping = performance.now();
    await stopQueue(queue as unknown as JobQueue);
    expect(performance.now() - stopping).toBeLessThan(GRACEFUL_STOP);
  });
});
