import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/process/deadline.js';
import { EmbeddedServices, processes, readSteps, writeSteps } from '../../support/process/embedded-services.js';
import { isAlive } from '../../support/process/process-alive.js';
import type { ServiceProcess } from '../../support/process/service-process.js';

const RESTARTED = /^The embedded PostgreSQL had ended: it runs again as process \d+\.$/m;

describe('the embedded database, when it ends while services run', () => {
  let services: EmbeddedServices;

  beforeEach(() => {
    services = new EmbeddedServices();
  });
  afterEach(() => services.remove());

  async function isReady(service: ServiceProcess): Promise<boolean> {
    const { status } = await service.anonymous().get('//health/ready');
    expect([200, 503]).toContain(status);
    return status === 200;
  }

  it.each([
    ['was killed', () => services.killServer()],
    ['was stopped by somebody else', () => process.kill(services.server().pid, 'SIGINT')],
  ])('is started again on its port when it %s, and what was acknowledged is there', async (_how, end) => {
    const service = await services.start();
    await writeSteps(service);
    const written = await readSteps(service);
    const { pid, port } = services.server();
    end();
    await eventually('it is gone', () => !isAlive(pid));
    const alice = await service.as('alice');
    const statuses = new Set<number>();
    await eventually('requests are answered again', async () => {
      const { status } = await alice.get('/init');
      statuses.add(status);
      return status === 200;
    });
    // Meanwhile nothing but an outage is told.
    for (const status of statuses) expect([200, 503]).toContain(status);
    expect(await readSteps(service)).toEqual(written);
    const again = services.server();
    expect(again.pid).not.toBe(pid);
    expect(again.port).toBe(port);
    await eventually('it says so', () => RESTARTED.test(service.stdout));
    const { code, stdout, stderr } = await service.stop();
    expect([code, stderr, services.leftovers()]).toEqual([0, '', []]);
    expect(stdout.split('\n').filter((line) => RESTARTED.test(line))).toHaveLength(1);
  });

  it('is started again by one of the services that share it, and adopted by the others', async () => {
    const [first, second] = [await services.start(), await services.start()];
    await writeSteps(first);
    const { pid, port } = services.server();
    services.killServer();
    await eventually('it is gone', () => !isAlive(pid));
    // One more that starts meanwhile finds it at the same port, or starts it there.
    const third = await services.start();
    const all = [first, second, third];
    for (const service of all) await eventually('every service is ready', () => isReady(service));
    expect(services.server().port).toBe(port);
    expect(await readSteps(second)).toEqual(await readSteps(first));
    const last = services.server().pid;
    const postmasters = processes().filter(({ command }) => command.includes(`-D ${services.dataDirectory}`));
    expect(postmasters.map((postmaster) => postmaster.pid)).toEqual([last]);
    expect((await first.stop()).code).toBe(0);
    expect((await third.stop()).code).toBe(0);
    expect(isAlive(last)).toBe(true);
    expect((await second.stop()).code).toBe(0);
    expect(services.leftovers()).toEqual([]);
    expect(all.filter(({ stdout }) => RESTARTED.test(stdout)).length).toBeLessThanOrEqual(1);
  });
});
