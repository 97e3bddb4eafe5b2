import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { JobQueue, Work } from '../../../src/storage/jobs/job-queue.js';
import { TestDatabase } from '../../support/database/database.js';
import { LoggedLines, startQueue, stopQueue } from '../../support/jobs/test-queue.js';
import { eventually } from '../../support/process/deadline.js';

const QUEUE = 'test-job';

interface Data {
  readonly id: string;
}

/** Milliseconds that a stop has for all that is under way. */
const GRACEFUL_STOP = 10_000;

describe('a job', () => {
  let database: TestDatabase;
  let url: string;
  let logged: LoggedLines;
  /** Stopped after each test. */
  const queues: JobQueue[] = [];

  beforeAll(async () => {
    database = await TestDatabase.create();
    url = database.operatorUrl;
    logged = new LoggedLines();
  });
  afterEach(async () => {
    await Promise.all(queues.splice(0).map((queue) => stopQueue(queue)));
    await database.query('delete from jobs.job');
    logged.lines.length = 0;
  });
  afterAll(async () => {
    logged.stop();
    await database.drop();
  });

  const start = async (work: Work<Data>, options = {}) => {
    const queue = await startQueue(url, (each) => each.define<Data>(QUEUE, options, work));
    queues.push(queue);
    return queue;
  };
  const stored = () =>
    database.query<{ state: string; retry_count: number; output: unknown }>(
      'select state::text, retry_count, output from jobs.job where name = $1',
      [QUEUE],
    );

  it('is done once, by one process, however often it is sent while it waits or runs', async () => {
    const done: string[] = [];
    const release = new AbortController();
    const work = async ({ id }: Data) => {
      if (!release.signal.aborted) await once(release.signal, 'abort');
      done.push(id);
    };
    const [first, second] = [await start(work), await start(work)];
    const sent = await Promise.all([first, second, first].map((queue) => queue.send(QUEUE, { id: 'a' }, { key: 'a' })));
    expect(sent.filter((isNew) => isNew)).toHaveLength(1);
    expect(await second.send(QUEUE, { id: 'b' }, { key: 'b' })).toBe(true);
    await eventually('it runs', async () => (await stored()).some(({ state }) => state === 'active'));
    expect(await first.send(QUEUE, { id: 'a' }, { key: 'a' })).toBe(false);
    release.abort();
    await eventually('both are done', () => done.length === 2);
    await eventually('both are noted', async () => (await stored()).every(({ state }) => state === 'completed'));
    expect(done.sort()).toEqual(['a', 'b']);
    expect(await first.send(QUEUE, { id: 'a' }, { key: 'a' })).toBe(true);
  });

  it('that fails is tried again, as often as it may be; the log says why, and the database does not', async () => {
    let tries = 0;
    const queue = await start(
      () => {
        tries += 1;
        return Promise.reject(new Error(`sk-secret of try ${tries}`));
      },
      { retryLimit: 1, retryDelay: 1 },
    );
    await queue.send(QUEUE, { id: 'a' }, { key: 'a' });
    await eventually('it has failed for good', async () => (await stored())[0]?.state === 'failed');
    expect(tries).toBe(2);
    const errors = logged.of('error');
    expect(errors).toHaveLength(2);
    expect(errors[0]).toMatch(/A job has failed.*test-job|test-job.*A job has failed|sk-secret of try 1/);
    expect(JSON.stringify(await stored())).not.toContain('sk-secret');
  });

  it('in hand during a stop sees its signal at once, and goes on in another process', async () => {
    const begun: string[] = [];
    let aborted = 0;
    const work =
      (name: string): Work<Data> =>
      async (_, signal) => {
        begun.push(name);
        if (name === 'second') return;
        await once(signal, 'abort');
        aborted = performance.now();
        throw new Error('not done');
      };
    const first = await start(work('first'), { retryDelay: 0 });
    await first.send(QUEUE, { id: 'a' }, { key: 'a' });
    await eventually('it runs', () => begun.length === 1);
    const stopping = performance.now();
    first.onModuleDestroy();
    await first.onApplicationShutdown();
    expect(aborted - stopping).toBeLessThan(2000);
    expect(performance.now() - stopping).toBeLessThan(GRACEFUL_STOP);
    expect(logged.of('error')).toEqual([]);
    await start(work('second'), { retryDelay: 0 });
    await eventually('it is done', async () => (await stored())[0]?.state === 'completed');
    expect(begun).toEqual(['first', 'second']);
  });

  it('that ignores its signal does not keep a stop from ending in time', async () => {
    const release = new AbortController();
    let hasBegun = false;
    const queue = await start(async () => {
      hasBegun = true;
      await once(release.signal, 'abort');
    });
    await queue.send(QUEUE, { id: 'a' }, { key: 'a' });
    await eventually('it runs', () => hasBegun);
    const stopping = performance.now();
    await stopQueue(queue);
    expect(performance.now() - stopping).toBeLessThan(GRACEFUL_STOP);
    expect((await stored())[0]?.state).toBe('retry');
    release.abort();
  });

  it('may be sent by a request that is answered during the stop', async () => {
    const queue = await start(() => Promise.resolve());
    queue.onModuleDestroy();
    expect(await queue.send(QUEUE, { id: 'a' }, { key: 'a' })).toBe(true);
  });

  it('of a queue that is defined twice, or too late, is a defect that shows at once', async () => {
    const queue = await start(() => Promise.resolve());
    expect(() => queue.keepRunning('late', () => Promise.resolve())).toThrow('before the application starts');
    await expect(
      startQueue(url, (each) => {
        each.keepRunning('twice', () => Promise.resolve());
        each.define('twice', {}, () => Promise.resolve());
      }),
    ).rejects.toThrow('twice is defined twice');
  });
});

describe('queues that nobody sends anything to', () => {
  it('cost PostgreSQL at most two transactions a second', async () => {
    const database = await TestDatabase.create();
    const url = database.operatorUrl;
    const queue = await startQueue(url, (each) => {
      each.define(QUEUE, {}, () => Promise.resolve());
      each.keepRunning('test-drive', async (signal) => void (await once(signal, 'abort')));
    });
    const transactions = async () => {
      const [row] = await database.query<{ count: number }>(
        `select (xact_commit + xact_rollback)::int as count from pg_stat_database where datname = current_database()`,
      );
      return row?.count ?? 0;
    };
    try {
      // Backends report what they did only once in a while.
      const MEASURED = 30_000;
      await new Promise((done) => setTimeout(done, 10_000));
      const before = await transactions();
      await new Promise((done) => setTimeout(done, MEASURED));
      const perSecond = ((await transactions()) - before) / (MEASURED / 1000);
      process.stdout.write(`${perSecond.toFixed(2)} transactions a second\n`);
      expect(perSecond).toBeGreaterThan(0.2);
      expect(perSecond).toBeLessThan(2);
    } finally {
      await stopQueue(queue);
      await database.drop();
    }
  });
});
