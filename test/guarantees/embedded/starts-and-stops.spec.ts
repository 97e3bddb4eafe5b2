import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgres } from '../../../src/storage/postgres/embedded/embedded-postgres.js';
import { eventually } from '../../support/process/deadline.js';
import { EmbeddedServices, readSteps, writeSteps } from '../../support/process/embedded-services.js';
import { isAlive } from '../../support/process/process-alive.js';

describe('the embedded database', () => {
  let services: EmbeddedServices;

  beforeEach(() => {
    services = new EmbeddedServices();
  });
  afterEach(() => services.remove());

  const start = (more = {}) => services.start(more);
  const postmaster = (directory?: string) => services.server(directory).pid;

  it('stops with the service, and the next start finds the data', async () => {
    const first = await start();
    await writeSteps(first);
    const written = await readSteps(first);
    const pid = postmaster();
    expect(isAlive(pid)).toBe(true);
    const { code, stderr } = await first.stop('SIGINT');
    expect([code, stderr, isAlive(pid)]).toEqual([0, '', false]);
    const second = await start();
    expect(await readSteps(second)).toEqual(written);
    expect(postmaster()).not.toBe(pid);
  });

  it('outlives a killed service, and is adopted by the next', async () => {
    const first = await start();
    await writeSteps(first);
    const written = await readSteps(first);
    const pid = postmaster();
    expect((await first.stop('SIGKILL')).signal).toBe('SIGKILL');
    expect(isAlive(pid)).toBe(true);
    const second = await start();
    expect(postmaster()).toBe(pid);
    expect(await readSteps(second)).toEqual(written);
    expect((await second.stop('SIGINT')).code).toBe(0);
    expect(isAlive(pid)).toBe(false);
  });

  it('is started anew when it was killed with the service', async () => {
    const first = await start();
    await writeSteps(first);
    const written = await readSteps(first);
    const pid = postmaster();
    await first.stop('SIGKILL');
    process.kill(pid, 'SIGKILL');
    await eventually('PostgreSQL is gone', () => !isAlive(pid));
    const second = await start();
    expect(postmaster()).not.toBe(pid);
    expect(await readSteps(second)).toEqual(written);
  });

  it('is left to the other service when one of two stops', async () => {
    const first = await start();
    const second = await start();
    const pid = postmaster();
    await writeSteps(first);
    const written = await readSteps(first);
    expect((await first.stop()).code).toBe(0);
    expect(isAlive(pid)).toBe(true);
    expect(await readSteps(second)).toEqual(written);
    expect((await second.stop()).code).toBe(0);
    expect(isAlive(pid)).toBe(false);
  });

  it('is one when two services start at once on an empty directory', async () => {
    const [first, second] = await Promise.all([start(), start()]);
    await writeSteps(first);
    expect(await readSteps(second)).toEqual(await readSteps(first));
    const pid = postmaster();
    expect((await first.stop()).code).toBe(0);
    expect(isAlive(pid)).toBe(true);
    expect((await second.stop()).code).toBe(0);
    expect(isAlive(pid)).toBe(false);
  });

  it('is waited for while it recovers, however long that takes', async () => {
    const lines: string[] = [];
    const say = (line: string) => void lines.push(line);
    const open = () => EmbeddedPostgres.start({ directory: services.scratch, superuserPassword: 'superuser', say });
    await (await open()).stop();
    const cluster = join(services.scratch, 'postgres');
    // A server that stands by for another one recovers until it is promoted, and lets nobody in meanwhile.
    writeFileSync(join(cluster, 'standby.signal'), '');
    appendFileSync(join(cluster, 'postgresql.auto.conf'), 'hot_standby = off\n');
    const opening = open();
    await eventually('it says that it waits', () => lines.length > 0);
    writeFileSync(join(cluster, 'promote'), '');
    process.kill(postmaster(services.scratch), 'SIGUSR1');
    const postgres = await opening;
    expect(lines).toEqual([
      expect.stringMatching(/^Waiting for the embedded PostgreSQL, which recovers .+postgres\.log$/),
    ]);
    await postgres.stop();
    expect(services.leftovers()).toEqual([]);
  });
});
