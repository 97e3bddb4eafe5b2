import { chownSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnBinary, type Place } from './embedded-place.js';
import { causeIn } from './server-output.js';
import { StartupError } from '../../../ground/config/startup-error.js';

/** Runs `initdb` in a temporary directory, which is renamed when complete; of two runs at the same time the first one's stays. */
export async function initializeCluster(
  place: Place,
  cluster: string,
  superuser: string,
  password: string,
): Promise<void> {
  const { directory, user } = place;
  if (existsSync(cluster) && !isInitialized(cluster))
    throw new StartupError(`${cluster} is no cluster of PostgreSQL (PG_VERSION is missing): restore or remove it.`);
  const temporary = mkdtempSync(join(directory, 'initdb-'));
  try {
    const passwordFile = join(temporary, 'password');
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (user.uid !== undefined) for (const path of [temporary, passwordFile]) chownSync(path, user.uid, user.gid);
    const complete = join(temporary, 'cluster');
    const options = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', '--no-sync', `--username=${superuser}`];
    await initdb(place, [...options, `--pwfile=${passwordFile}`, `--pgdata=${complete}`]);
    renameSync(complete, cluster);
  } catch (error) {
    if (!isInitialized(cluster)) throw error;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

export function isInitialized(cluster: string): boolean {
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
