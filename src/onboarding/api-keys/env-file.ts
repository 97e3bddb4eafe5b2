import { Injectable, Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { Configuration } from '../../ground/config/configuration.js';
import { parseEnvBlock, withoutVariable, withVariable } from '../../ground/config/env-block.js';
import type { Secret } from '../../ground/secrets/secret.js';

interface Edited {
  readonly content: string;
  /** The value cannot be written, and the variable is not in the file. */
  readonly isLeftOut?: boolean;
}

type Edit = (content: string) => Promise<Edited>;

/**
 * In local development keys are also written to a file, for programs that look for them there. Changes are made one after the
 * other, each on a copy that then takes the file's place. Never in production.
 */
@Injectable()
export class EnvFile {
  readonly #logger = new Logger('keys');
  readonly #path: string | null;
  #last: Promise<unknown> = Promise.resolve();

  constructor({ isLocal, WRITE_ENV_FILE, ENV_FILE }: Configuration) {
    this.#path = isLocal && WRITE_ENV_FILE ? ENV_FILE : null;
  }

  /**
   * Sets a variable to the key that is saved when this change has its turn: only the database knows which of several saves was the
   * last. Returns a warning for what could not be done: the key is saved all the same.
   */
  write(variable: string, readSaved: () => Promise<Secret | null>): Promise<string[]> {
    return this.#change(variable, async (content) => {
      const secret = await readSaved();
      if (!secret) return { content };
      const written = withVariable(content, variable, secret.reveal());
      // The key that was there is no longer the latest: other programs must not go on with it.
      return written === null ? { content: withoutVariable(content, variable), isLeftOut: true } : { content: written };
    });
  }

  /** Removes a variable that the service wrote, if it still holds that key. */
  remove(variable: string, secret: Secret): Promise<string[]> {
    return this.#change(variable, (content) => {
      const isThere = parseEnvBlock(content)[variable] === secret.reveal();
      return Promise.resolve({ content: isThere ? withoutVariable(content, variable) : content });
    });
  }

  #change(variable: string, edit: Edit): Promise<string[]> {
    const path = this.#path;
    if (path === null) return Promise.resolve([]);
    const change = this.#last.then(() => this.#rewrite(path, variable, edit));
    this.#last = change;
    return change;
  }

  async #rewrite(path: string, variable: string, edit: Edit): Promise<string[]> {
    try {
      // A symbolic link stays: the file that it points to is replaced.
      const target = await realpath(path).catch(orWhenMissing(path));
      const content = await readFile(target).then(textOf, orWhenMissing(''));
      const edited = await edit(content);
      if (edited.content !== content) await replaceFile(target, edited.content);
      if (!edited.isLeftOut) return [];
      return [`The key was saved, but ${variable} was not written to ${path}: other programs might misread its value.`];
    } catch (error) {
      this.#logger.warn({ err: error }, 'The file for local development cannot be written');
      return [`The key was saved, but ${variable} could not be written to ${path}.`];
    }
  }
}

/** UTF-8 only: another encoding could not be written back byte for byte. @throws TypeError */
const textOf = (bytes: Buffer) => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);

function orWhenMissing<T>(fallback: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code !== 'ENOENT') throw error;
    return fallback;
  };
}

/** Replaces the whole file or nothing; only its owner can read it. */
async function replaceFile(path: string, content: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    const file = await open(aside, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}
