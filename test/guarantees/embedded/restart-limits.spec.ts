import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../../support/process/deadline.js';
import { EmbeddedServices } from '../../support/process/embedded-services.js';
import { isAlive } from '../../support/process/process-alive.js';
import type { ServiceProcess } from '../../support/process/service-process.js';

describe('the restart of the embedded database', () => {
  let services: EmbeddedServices;

  beforeEach(() => {
    services = new EmbeddedServices();
  });
  afterEach(() => services.remove());

  it('does not outlive a service that is stopped in the middle of it', async () => {
    for (const ms of [0, 300, 500]) {
      const service = await services.start();
      services.killServer();
      await pause(ms);
      const { code, stderr } = await service.stop('SIGINT');
      expect([code, stderr]).toEqual([0, '']);
      expect(services.leftovers()).toEqual([]);
    }
  });

  it('is not started over and over when it keeps ending', async () => {
    const service = await services.start();
    const seen = new Set<number>();
    const end = Date.now() + 4000;
    while (Date.now() < end) {
      const pid = serverPid();
      if (pid !== undefined && !seen.has(pid)) {
        seen.add(pid);
        process.kill(pid, 'SIGKILL');
      }
      await pause(10);
    }
    // At once, then after half a second, one, two, four: it would be hundreds without these pauses.
    expect(seen.size).toBeGreaterThanOrEqual(2);
    expect(seen.size).toBeLessThanOrEqual(5);
    await eventually('it runs again in the end', async () => (await ready(service)) === 200);
    expect((await service.stop()).code).toBe(0);
  });

  async function ready(service: ServiceProcess): Promise<number> {
    return (await service.anonymous().get('//health/ready')).status;
  }

  /** Undefined while none runs. */
  function serverPid(): number | undefined {
    try {
      const { pid } = services.server();
      return isAlive(pid) ? pid : undefined;
    } catch {
      return undefined;
    }
  }
});
