import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Configuration, ConfigurationError } from './configuration.js';

/** The secrets of local development: generated once, kept under DATA_DIR in a file that only its owner can read. */
export interface LocalSecrets {
  readonly jwtSecret: string;
  readonly encryptionKey: string;
  readonly databasePasswords: { readonly superuser: string; readonly owner: string; readonly app: string };
}

/**
 * Reads `DATA_DIR/secrets.json`, or creates it. Two processes that start at once agree on one.
 * @throws ConfigurationError when the directory cannot be used, or the file is damaged
 */
export function localSecrets(dataDirectory: string): LocalSecrets {
  const secrets = parse(readOrCreate(dataDirectory));
  if (secrets) return secrets;
  throw new ConfigurationError([
    `DATA_DIR: ${dataDirectory}/secrets.json is damaged: restore it, or remove ${dataDirectory} to begin again without its data`,
  ]);
}

function readOrCreate(dataDirectory: string): string {
  const file = join(dataDirectory, 'secrets.json');
  try {
    if (!existsSync(file)) create(file);
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!code) throw error;
    throw new ConfigurationError([`DATA_DIR: ${dataDirectory} cannot be read and written (${code})`]);
  }
}

function create(file: string): void {
  makeDirectory(dirname(file));
  const temporary = `${file}.${process.pid}`;
  try {
    writeFileSync(temporary, JSON.stringify(newSecrets(), null, 2), { mode: 0o600 });
    // A hard link appears whole or not at all, and never replaces the file of another process.
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** As `mkdir -p`. Node's recursive `mkdirSync` never returns below `/proc`, where the system answers ENOENT to every `mkdir`. */
function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  makeDirectory(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function newSecrets(): LocalSecrets {
  const secret = () => randomBytes(32).toString('base64url');
  return {
    jwtSecret: secret(),
    encryptionKey: `local:${randomBytes(32).toString('base64')}`,
    databasePasswords: { superuser: secret(), owner: secret(), app: secret() },
  };
}

/** Null if a secret is missing, or the configuration would refuse it. */
function parse(text: string): LocalSecrets | null {
  try {
    const secrets = JSON.parse(text) as LocalSecrets;
    const { jwtSecret, encryptionKey, databasePasswords } = secrets;
    new Configuration({ AUTH_JWT_SECRET: jwtSecret, API_KEY_ENCRYPTION_KEYS: encryptionKey });
    const { superuser, owner, app } = databasePasswords;
    const all: readonly unknown[] = [jwtSecret, encryptionKey, superuser, owner, app];
    return all.every((secret) => typeof secret === 'string' && secret.trim() !== '') ? secrets : null;
  } catch {
    return null;
  }
}
