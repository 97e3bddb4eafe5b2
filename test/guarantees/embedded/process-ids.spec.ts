import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedServices } from '../../support/process/embedded-services.js';
import { isAlive } from '../../support/process/process-alive.js';

const isRoot = process.getuid?.() === 0;
/** Whom PostgreSQL runs as where the service is root. */
const NOBODY = 65_534;

describe('the embedded database, when ids in its files belong to other processes by now', () => {
  let services: EmbeddedServices;
  let other: ChildProcess;

  beforeEach(async () => {
    services = new EmbeddedServices();
    await services.prepare();
    other = spawn(process.execPath, ['--eval', 'setInterval(() => undefined, 1000)'], {
      stdio: 'ignore',
      // As root, PostgreSQL sees only what runs as the same user as itself.
      ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
    });
    await once(other, 'spawn');
  });
  afterEach(async () => {
    other.kill('SIGKILL');
    await services.remove();
  });

  const lease = (pid: number) => services.path('database', 'postgres.users', String(pid));

  it('stops with the service, though its leases are of processes that exist', async () => {
    // One that was written by an earlier version, and one of this version.
    writeFileSync(lease(1), '');
    writeFileSync(lease(other.pid as number), '1\n5432\n');
    const service = await services.start();
    const pid = services.server().pid;
    expect((await service.stop('SIGINT')).code).toBe(0);
    expect(isAlive(pid)).toBe(false);
    expect(services.leftovers()).toEqual([]);
  });

  it('starts, and leaves that process alone', async () => {
    const cluster = services.path('database', 'postgres');
    const lock = join(cluster, 'postmaster.pid');
    writeFileSync(lock, `${other.pid}\n${cluster}\n1\n5432\n\n127.0.0.1\n\nready   \n`);
    if (isRoot) chownSync(lock, NOBODY, NOBODY);
    const service = await services.start();
    expect(services.server().pid).not.toBe(other.pid);
    expect((await service.stop('SIGINT')).code).toBe(0);
    expect([other.exitCode, other.signalCode]).toEqual([null, null]);
    expect(services.leftovers()).toEqual([]);
  });
});
