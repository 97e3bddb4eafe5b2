import { fork } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { token } from '../test/support/service/tokens.ts';
import type { Database } from './cluster.ts';
import type { Contestant } from './measure.ts';
import { nextMessage } from './messages.ts';
import { end, type Stops } from './processes.ts';
import { POOL_SIZE, type Service } from './service.ts';
import { nodeFlags, type ServiceBuild } from './service-build.ts';

/** As long as any run may take. */
const DAY_SECONDS = 86_400;

/** The service, asked by these users, each with their own token. */
export async function asContestant(name: string, service: Service, users: readonly string[]): Promise<Contestant> {
  return {
    name,
    url: service.url,
    pid: service.pid,
    users: await Promise.all(users.map(signIn)),
    complaints: () => service.complaints(),
  };
}

export async function signIn(user: string): Promise<{ authorization: string }> {
  const exp = Math.floor(Date.now() / 1000) + DAY_SECONDS;
  return { authorization: `Bearer ${await token(user, { exp })}` };
}

/** The same statements without the service: the floor, or the limit. */
export async function startBare(
  name: 'floor' | 'limit',
  build: ServiceBuild,
  { appUrl, superuserUrl }: Database,
  users: readonly string[],
  stops: Stops,
): Promise<Contestant> {
  const isFloor = name === 'floor';
  const directory = mkdtempSync(join(tmpdir(), 'onboarding-bench-'));
  const log = join(directory, 'floor.log');
  const args = [name, build.folder, isFloor ? appUrl : superuserUrl, String(POOL_SIZE), log];
  const child = fork(join(import.meta.dirname, 'bare-server.ts'), args, {
    env: { NODE_ENV: 'production' },
    // The driver's promises and objects suffer from Node's defaults as the service's do.
    execArgv: [...(await nodeFlags())],
  });
  stops.add(async () => {
    await end(child);
    rmSync(directory, { recursive: true, force: true });
  });
  const { port } = await nextMessage<AddressInfo>(child);
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    pid: child.pid as number,
    users: isFloor ? await Promise.all(users.map(signIn)) : users.map((user) => ({ 'x-user': user })),
    // It complains on this very terminal.
    complaints: () => '',
  };
}
