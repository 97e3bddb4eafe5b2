import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from './configuration.js';

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
  try {
    return readOrMake(dataDirectory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code) throw new ConfigurationError([`DATA_DIR: ${dataDirectory} cannot be read and written (${code})`]);
    // A parser's message would quote the file.
    if (error instanceof SyntaxError)
      throw new ConfigurationError([`DATA_DIR: ${dataDirectory}/secrets.json is damaged`]);
    throw error;
  }
}

function readOrMake(dataDirectory: string): LocalSecrets {
  const file = join(dataDirectory, 'secrets.json');
  mkdirSync(dataDirectory, { recursive: true });
  const made = `${file}.${process.pid}`;
  writeFileSync(made, JSON.stringify(newSecrets(), null, 2), { mode: 0o600 });
  try {
    // A hard link appears whole or not at all, and never replaces what another process has made.
    linkSync(made, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(made);
  }
  return JSON.parse(readFileSync(file, 'utf8')) as LocalSecrets;
}

function newSecrets(): LocalSecrets {
  const secret = () => randomBytes(32).toString('base64url');
  return {
    jwtSecret: secret(),
    encryptionKey: `local:${randomBytes(32).toString('base64')}`,
    databasePasswords: { superuser: secret(), owner: secret(), app: secret() },
  };
}
