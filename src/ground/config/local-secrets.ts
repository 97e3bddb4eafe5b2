import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Configuration, ConfigurationError } from './configuration.js';

/** What local development needs and nobody should have to invent: made once, kept under DATA_DIR for the owner's eyes only. */
export interface LocalSecrets {
  readonly jwtSecret: string;
  readonly encryptionKey: string;
  readonly databasePasswords: { readonly superuser: string; readonly owner: string; readonly app: string };
}

/**
 * Reads `DATA_DIR/secrets.json`, or makes it. Two processes that start at once agree on one.
 * @throws ConfigurationError when the directory cannot be used, or the file is damaged
 */
export function localSecrets(dataDirectory: string): LocalSecrets {
  const secrets = parse(readOrMake(dataDirectory));
  if (secrets) return secrets;
  throw new ConfigurationError([
    `DATA_DIR: ${dataDirectory}/secrets.json is damaged: restore it, or remove ${dataDirectory} to begin again without its data`,
  ]);
}

function readOrMake(dataDirectory: string): string {
  const file = join(dataDirectory, 'secrets.json');
  try {
    if (!existsSync(file)) make(file);
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!code) throw error;
    throw new ConfigurationError([`DATA_DIR: ${dataDirectory} cannot be read and written (${code})`]);
  }
}

function make(file: string): void {
  makeDirectory(dirname(file));
  const made = `${file}.${process.pid}`;
  try {
    writeFileSync(made, JSON.stringify(newSecrets(), null, 2), { mode: 0o600 });
    // A hard link appears whole or not at all, and never replaces what another process has made.
    linkSync(made, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(made, { force: true });
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

/** Null where a secret is missing, or the configuration would not take it. */
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
