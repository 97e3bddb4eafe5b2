import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedServices, readSteps, writeSteps } from '../../support/process/embedded-services.js';
import { isAlive } from '../../support/process/process-alive.js';

/** Only root runs PostgreSQL as somebody else, who may be locked out. */
const isRoot = process.getuid?.() === 0;

describe('the embedded database, where others may not go', () => {
  let services: EmbeddedServices;

  beforeEach(() => {
    services = new EmbeddedServices();
  });
  afterEach(() => services.remove());

  it('works where PostgreSQL cannot reach the directory, and then says where the data are', async () => {
    const closed = join(services.scratch, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o700);
    const dataDirectory = join(closed, 'data');
    const first = await services.start({ DATA_DIR: dataDirectory });
    const [, elsewhere] = /its data are in (\S+)/.exec(first.stdout) ?? [];
    expect(elsewhere !== undefined).toBe(isRoot);
    try {
      await writeSteps(first);
      const written = await readSteps(first);
      const pid = services.server(elsewhere ?? join(dataDirectory, 'database')).pid;
      expect((await first.stop('SIGINT')).code).toBe(0);
      expect(isAlive(pid)).toBe(false);
      const second = await services.start({ DATA_DIR: dataDirectory });
      expect(await readSteps(second)).toEqual(written);
      await second.stop();
    } finally {
      if (elsewhere) rmSync(elsewhere, { recursive: true, force: true });
    }
  });

  it('starts as root under a umask that closes what it makes to everybody else', async () => {
    const before = process.umask(0o077);
    try {
      const service = await services.start();
      const [, elsewhere] = /its data are in (\S+)/.exec(service.stdout) ?? [];
      expect(elsewhere !== undefined).toBe(isRoot);
      try {
        await writeSteps(service);
        expect((await service.stop()).code).toBe(0);
        expect(services.leftovers()).toEqual([]);
      } finally {
        if (elsewhere) rmSync(elsewhere, { recursive: true, force: true });
      }
    } finally {
      process.umask(before);
    }
  });
});
