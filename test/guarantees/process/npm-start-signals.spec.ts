import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { copyCheckout, NpmStart, type Part } from '../../support/process/npm-start.js';
import { scratchDirectory } from '../../support/process/scratch-directory.js';

/** Starts that go on at the same time. */
const LANES = 4;

/** Well within the second in which several signals are one. */
const SOON = 50;

interface Row {
  readonly to: Part | 'group';
  readonly signal: NodeJS.Signals;
  readonly times: 'once' | 'twice';
}

interface End {
  /** Exit codes; undefined for a process that a signal has ended. */
  readonly service: number | undefined;
  readonly launcher: number | undefined;
  /** As who started npm sees it. */
  readonly npm: number | NodeJS.Signals;
}

const STOPS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

const rows: readonly Row[] = [
  ...(['npm', 'launcher', 'service', 'group'] as const).flatMap((to) =>
    STOPS.flatMap((signal) => (['once', 'twice'] as const).map((times) => ({ to, signal, times }))),
  ),
  // The service itself cannot stop in order then, and leaves its PostgreSQL to the next start.
  { to: 'npm', signal: 'SIGKILL', times: 'once' },
  { to: 'launcher', signal: 'SIGKILL', times: 'once' },
];

/** npm ends at once by what it does not hand on, and as its child has ended by SIGKILL. */
function expected({ to, signal }: Row): End {
  const endsNpm = signal === 'SIGKILL' || (signal === 'SIGHUP' && (to === 'npm' || to === 'group'));
  return {
    service: 0,
    launcher: to === 'launcher' && signal === 'SIGKILL' ? undefined : 0,
    npm: endsNpm ? signal : 0,
  };
}

describe('npm start', () => {
  const scratch = scratchDirectory();
  const checkout = join(scratch, 'checkout');
  const starts: NpmStart[] = [];
  const ends = new Map(rows.map((row) => [row, Promise.withResolvers<End>()]));

  beforeAll(() => {
    copyCheckout(checkout);
    const queue = [...ends];
    const walk = async (lane: number) => {
      let data = join(scratch, `data-${lane}`);
      for (let next = queue.shift(); next; next = queue.shift()) {
        const [row, { resolve, reject }] = next;
        try {
          resolve(await endOf(row, data));
        } catch (error) {
          reject(error);
          // What it has left must not make the next one fail, too.
          data += '-again';
        }
      }
    };
    // Each is awaited by its own test, which may come later.
    for (const { promise } of ends.values()) promise.catch(() => undefined);
    for (let lane = 0; lane < LANES; lane++) void walk(lane);
  });
  afterAll(async () => {
    await Promise.allSettled([...ends.values()].map(({ promise }) => promise));
    await Promise.all(starts.map((start) => start.kill()));
    rmSync(scratch, { recursive: true, force: true });
  });

  async function endOf({ to, signal, times }: Row, dataDirectory: string): Promise<End> {
    const started = new NpmStart({
      checkout,
      dataDirectory,
      records: join(scratch, `records-${starts.length}`),
      // The second signal finds a stop that is still under way.
      environment: { SHUTDOWN_DELAY_MS: times === 'once' ? '0' : '500' },
    });
    starts.push(started);
    await started.ready();
    started.signal(to, signal);
    if (times === 'twice') {
      await delay(SOON);
      started.signal(to, signal);
    }
    await started.gone();
    return { service: started.exitCode('service'), launcher: started.exitCode('launcher'), npm: await started.ended() };
  }

  it.each(rows)('ends whole, once, on $signal to $to, sent $times', async (row) => {
    expect(await ends.get(row)?.promise).toEqual(expected(row));
  });
});
