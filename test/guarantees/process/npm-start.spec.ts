import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../support/process/deadline.js';
import { copyCheckout, NpmStart } from '../../support/process/npm-start.js';
import { scratchDirectory } from '../../support/process/scratch-directory.js';

/** Longer than the second in which several signals are one. */
const LATER = 1500;

describe('npm start', () => {
  let scratch: string;
  let checkout: string;
  let started: NpmStart;

  beforeEach(() => {
    scratch = scratchDirectory();
    checkout = join(scratch, 'checkout');
    copyCheckout(checkout);
  });
  afterEach(async () => {
    await started.kill();
    rmSync(scratch, { recursive: true, force: true });
  });

  function start(environment: Record<string, string> = {}, script?: string): NpmStart {
    const places = { checkout, dataDirectory: join(scratch, 'data'), records: join(scratch, 'records') };
    started = new NpmStart({ ...places, environment, script });
    return started;
  }

  it.each(['group', 'npm'] as const)('ends at once on a later second signal to %s, PostgreSQL included', async (to) => {
    await start({ SHUTDOWN_DELAY_MS: '60000' }).ready();
    started.signal(to, 'SIGINT');
    await delay(LATER);
    expect(started.exitCode('service')).toBeUndefined();
    started.signal(to, 'SIGINT');
    await started.gone();
    expect([started.exitCode('service'), started.exitCode('launcher'), await started.ended()]).toEqual([1, 1, 1]);
  });

  it('takes the service along when its launcher fails', async () => {
    await start().ready();
    started.signal('launcher', 'SIGUSR2');
    await started.gone();
    expect([started.exitCode('service'), started.exitCode('launcher'), await started.ended()]).toEqual([0, 1, 1]);
    expect(started.output).toContain('a defect of the launcher');
  });

  it('ends PostgreSQL, too, when the service fails', async () => {
    await start().ready();
    started.signal('service', 'SIGUSR2');
    await started.gone();
    expect([started.exitCode('service'), started.exitCode('launcher'), await started.ended()]).toEqual([1, 1, 1]);
    expect(started.output).toContain('a defect of the service');
  });

  it('reports a service that was killed, and leaves no note of it', async () => {
    await start().ready();
    started.signal('service', 'SIGKILL');
    expect(await started.ended()).toBe(137);
    expect(started.exitCode('launcher')).toBe(137);
    expect(readdirSync(join(checkout, 'dist', 'running'))).toEqual([]);
  });

  it('starts nothing when npm has ended before it', async () => {
    // As when npm, on a full disk, cannot say what it runs.
    const script = 'node scripts/run.mjs main';
    await start({}, `(while kill -0 $$ 2>&-; do sleep 0.05; done; exec ${script}) &`).ended();
    await eventually('it says so', () => started.output === 'npm has ended: nothing is started.\n');
    await eventually('it ends', () => started.exitCode('launcher') === 1);
    expect(existsSync(join(scratch, 'data'))).toBe(false);
  });

  it('says in a line why it does not start from a folder in which it cannot write', async () => {
    // A file where a folder must be: even an administrator cannot write into it.
    writeFileSync(join(checkout, 'dist', 'running'), '');
    expect(await start().ended()).toBe(1);
    const lines = started.output.split('\n').filter((line) => line !== '' && !line.startsWith('>'));
    expect(lines).toEqual([
      expect.stringMatching(/^E[A-Z]+: .*dist\/running.* Which builds are in use is noted there\.$/),
    ]);
    expect(existsSync(join(scratch, 'data'))).toBe(false);
  });
});
