import { fork } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { token } from '../test/support/service/tokens.ts';
import type { Database } from './cluster.ts';
import type { Contestant } from './measure.ts';
import { nextMessage } from './messages.ts';
import { end, type Stops } from './processes.ts';
import { POOL_SIZE, type Service } from './service.ts';
import type { ServiceBuild } from './service-build.ts';

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

/** The limit: the same statements without the service. */
export async function startLimit(
  build: ServiceBuild,
  { superuserUrl }: Database,
  users: readonly string[],
  stops: Stops,
): Promise<Contestant> {
  const child = fork(join(import.meta.dirname, 'limit-server.ts'), [build.folder, superuserUrl, String(POOL_SIZE)], {
    env: { NODE_ENV: 'production' },
  });
  stops.add(() => end(child));
  const { port } = await nextMessage<AddressInfo>(child);
  return {
    name: 'limit',
    url: `http://127.0.0.1:${port}`,
    pid: child.pid as number,
    users: users.map((user) => ({ 'x-user': user })),
    // It complains on this very terminal.
    complaints: () => '',
  };
}
