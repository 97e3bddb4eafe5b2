import { chownSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnBinary, type Place } from './embedded-place.js';
import { causeIn } from './server-output.js';
import { StartupError } from '../../../ground/config/startup-error.js';

/** `initdb` into a directory aside, which takes its place when it is whole; of two that are made at once the first stays. */
export async function initializeCluster(
  place: Place,
  cluster: string,
  superuser: string,
  password: string,
): Promise<void> {
  const { directory, user } = place;
  if (existsSync(cluster) && !isMade(cluster))
    throw new StartupError(`${cluster} is no cluster of PostgreSQL (PG_VERSION is missing): restore or remove it.`);
  const aside = mkdtempSync(join(directory, 'initdb-'));
  try {
    const passwordFile = join(aside, 'password');
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (user.uid !== undefined) for (const path of [aside, passwordFile]) chownSync(path, user.uid, user.gid);
    const made = join(aside, 'cluster');
    const options = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', '--no-sync', `--username=${superuser}`];
    await initdb(place, [...options, `--pwfile=${passwordFile}`, `--pgdata=${made}`]);
    renameSync(made, cluster);
  } catch (error) {
    if (!isMade(cluster)) throw error;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

export function isMade(cluster: string): boolean {
  return existsSync(join(cluster, 'PG_VERSION'));
}

function initdb(place: Place, args: readonly string[]): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawnBinary(place, 'initdb', args, ['ignore', 'ignore', 'pipe']);
    let output = '';
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', fail);
    child.on('close', (code) => {
      if (code === 0) done();
      else fail(new StartupError(`The embedded PostgreSQL cannot be made: ${causeIn(output)}.`));
    });
  });
}
