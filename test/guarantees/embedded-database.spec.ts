import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../src/config/configuration.js';
import { eventually } from '../support/deadline.js';
import { isAlive } from '../support/process-alive.js';
import { sample } from '../support/samples.js';
import { scratchDirectory } from '../support/scratch-directory.js';
import { ServiceProcess } from '../support/service-process.js';
import { JWT_SECRET } from '../support/tokens.js';

// Processes are started here, and wait for each other.
jest.setTimeout(120_000);

const isRoot = process.getuid?.() === 0;

describe('the embedded database', () => {
  let scratch: string;
  let environment: Environment;
  let services: ServiceProcess[] = [];

  beforeEach(() => {
    scratch = scratchDirectory();
    environment = { DATA_DIR: join(scratch, 'data'), AUTH_JWT_SECRET: JWT_SECRET, LOG_LEVEL: 'warn' };
  });
  afterEach(async () => {
    await Promise.all(services.filter(({ isRunning }) => isRunning).map((service) => service.stop('SIGINT')));
    services = [];
    rmSync(scratch, { recursive: true, force: true });
  });

  async function start(more: Environment = {}): Promise<ServiceProcess> {
    const service = await ServiceProcess.start({ ...environment, ...more });
    services.push(service);
    return service;
  }

  /** The process of the PostgreSQL that runs on the cluster. */
  function postmaster(directory = join(scratch, 'data', 'database')): number {
    return Number(readFileSync(join(directory, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
  }

  async function write(service: ServiceProcess): Promise<void> {
    const alice = await service.as('alice');
    for (const step of [1, 2, 3, 4, 5]) {
      expect((await alice.post(`/step/${step}/complete`, sample(step))).status).toBe(200);
    }
  }

  async function read(service: ServiceProcess): Promise<unknown> {
    const { status, body } = await (await service.as('alice')).get('/init');
    expect([status, body.onboarding.completion_percentage]).toEqual([200, 83.33]);
    return body;
  }

  it('stops with the service, and the next start finds the data', async () => {
    const first = await start();
    await write(first);
    const written = await read(first);
    const pid = postmaster();
    expect(isAlive(pid)).toBe(true);
    const { code, stderr } = await first.stop('SIGINT');
    expect([code, stderr, isAlive(pid)]).toEqual([0, '', false]);
    const second = await start();
    expect(await read(second)).toEqual(written);
    expect(postmaster()).not.toBe(pid);
  });

  it('outlives a killed service, and is adopted by the next', async () => {
    const first = await start();
    await write(first);
    const written = await read(first);
    const pid = postmaster();
    expect((await first.stop('SIGKILL')).signal).toBe('SIGKILL');
    expect(isAlive(pid)).toBe(true);
    const second = await start();
    expect(postmaster()).toBe(pid);
    expect(await read(second)).toEqual(written);
    expect((await second.stop('SIGINT')).code).toBe(0);
    expect(isAlive(pid)).toBe(false);
  });

  it('is started anew when it was killed with the service', async () => {
    const first = await start();
    await write(first);
    const written = await read(first);
    const pid = postmaster();
    await first.stop('SIGKILL');
    process.kill(pid, 'SIGKILL');
    await eventually('PostgreSQL is gone', () => !isAlive(pid));
    const second = await start();
    expect(postmaster()).not.toBe(pid);
    expect(await read(second)).toEqual(written);
  });

  it('is left to the other service when one of two stops', async () => {
    const first = await start();
    const second = await start();
    const pid = postmaster();
    await write(first);
    const written = await read(first);
    expect((await first.stop()).code).toBe(0);
    expect(isAlive(pid)).toBe(true);
    expect(await read(second)).toEqual(written);
    expect((await second.stop()).code).toBe(0);
    expect(isAlive(pid)).toBe(false);
  });

  it('is one when two services start at once on an empty directory', async () => {
    const [first, second] = await Promise.all([start(), start()]);
    await write(first);
    expect(await read(second)).toEqual(await read(first));
    const pid = postmaster();
    expect((await first.stop()).code).toBe(0);
    expect(isAlive(pid)).toBe(true);
    expect((await second.stop()).code).toBe(0);
    expect(isAlive(pid)).toBe(false);
  });

  it('works where PostgreSQL cannot reach the directory, and then says where the data are', async () => {
    const closed = join(scratch, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o700);
    const dataDirectory = join(closed, 'data');
    const first = await start({ DATA_DIR: dataDirectory });
    const [, elsewhere] = /its data are in (\S+)/.exec(first.stdout) ?? [];
    // Only root runs PostgreSQL as somebody else, who may be locked out.
    expect(elsewhere !== undefined).toBe(isRoot);
    try {
      await write(first);
      const written = await read(first);
      const pid = postmaster(elsewhere ?? join(dataDirectory, 'database'));
      expect((await first.stop('SIGINT')).code).toBe(0);
      expect(isAlive(pid)).toBe(false);
      const second = await start({ DATA_DIR: dataDirectory });
      expect(await read(second)).toEqual(written);
      await second.stop();
    } finally {
      if (elsewhere) rmSync(elsewhere, { recursive: true, force: true });
    }
  });
});
