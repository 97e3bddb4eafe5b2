import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';

/** A named pipe, whose reader reads when a test says so. */
export class Fifo {
  #reader: number;

  constructor(readonly path: string) {
    const { status, stderr } = spawnSync('mkfifo', [path], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    this.#reader = openReader(path);
  }

  /** A descriptor to write to, which is the caller's to close. */
  openWriter(flags = 0): number {
    return openSync(this.path, constants.O_WRONLY | flags);
  }

  /** What is in it now. */
  read(): string {
    const chunk = Buffer.alloc(1024 * 1024);
    try {
      return chunk.toString('utf8', 0, readSync(this.#reader, chunk));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return '';
      throw error;
    }
  }

  /** Writing fails from now on. */
  close(): void {
    closeSync(this.#reader);
  }

  reopen(): void {
    this.#reader = openReader(this.path);
  }
}

const openReader = (path: string) => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
