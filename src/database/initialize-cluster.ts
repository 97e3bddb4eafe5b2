import { spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from './embedded-place.js';
import { StartupError } from './startup-error.js';

/** `initdb` into a directory aside, which takes its place when it is whole; of two that are made at once the first stays. */
export async function initializeCluster(
  { directory, binaries, user }: Place,
  cluster: string,
  superuser: string,
  password: string,
): Promise<void> {
  const aside = mkdtempSync(join(directory, 'initdb-'));
  try {
    const passwordFile = join(aside, 'password');
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (user.uid !== undefined) for (const path of [aside, passwordFile]) chownSync(path, user.uid, user.gid);
    const made = join(aside, 'cluster');
    const options = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', '--no-sync', `--username=${superuser}`];
    await run(join(binaries, 'bin', 'initdb'), [...options, `--pwfile=${passwordFile}`, `--pgdata=${made}`], user);
    renameSync(made, cluster);
  } catch (error) {
    if (!existsSync(join(cluster, 'PG_VERSION'))) throw error;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function run(command: string, args: string[], user: Place['user']): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { ...user, stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    child.on('error', fail);
    child.on('exit', (code) => {
      if (code === 0) done();
      else
        fail(new StartupError(`The embedded PostgreSQL cannot be made: ${complaint.trim().split('\n').at(-1) ?? ''}`));
    });
  });
}
