import { constants, openSync, write, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { promisify } from 'node:util';
import { pino } from 'pino';

/** Characters that may wait for a reader that does not read: some four thousand lines. */
const LIMIT = 1024 * 1024;

/** Milliseconds until a reader that was not ready is tried again: 64 KB each time, which is what a pipe holds, are 3 MB a second. */
const PAUSE = 20;

const NEWLINE = '\n'.charCodeAt(0);

const writeTo = promisify(write);

/**
 * Where the log's lines go. Nothing waits for them: they are written in the background, one write at a time. Lines that cannot
 * be written, and those for which a stalled reader has left no room, are lost and counted; the first line that gets through
 * again comes after one that says how many are missing. Pino's own destination fails with the first write that does, and then
 * keeps the process from ending while it repeats that write.
 */
export class LogOutput {
  #descriptor: number | null = null;
  #isWriting = false;
  /** Lines that came during the present write. */
  #waiting = '';
  /** What the present write has not written yet. */
  #rest = Buffer.alloc(0);
  /** The reader was not ready, so none of `#rest` is with the operating system. */
  #isPausing = false;
  #endsWithinLine = false;
  #lost = 0;
  #reported = 0;

  /** @param open called with the first line; returns a descriptor on which no write waits for a reader */
  constructor(private readonly open: () => number) {}

  /** How many lines were lost since the process began. */
  get lost(): number {
    return this.#lost;
  }

  write(line: string): void {
    if (this.#waiting.length + line.length > LIMIT) {
      this.#lost++;
      return;
    }
    this.#waiting += line;
    if (!this.#isWriting) void this.#writeWaiting();
  }

  /** Waits until nothing is left to write, or until the deadline. */
  async drain(deadlineMs: number): Promise<void> {
    const deadline = Date.now() + deadlineMs;
    while (this.#isWriting && Date.now() < deadline) await delay(PAUSE);
  }

  async #writeWaiting(): Promise<void> {
    this.#isWriting = true;
    this.#descriptor ??= this.#begin();
    while (this.#waiting !== '') {
      const lines = this.#waiting;
      this.#waiting = '';
      const isComplete = await this.#reportLost(this.#descriptor);
      const missing = isComplete ? await this.#put(this.#descriptor, lines) : countLines(lines);
      // `+= await` would forget those that are lost during the write.
      this.#lost += missing;
    }
    this.#isWriting = false;
  }

  #begin(): number {
    const descriptor = this.open();
    process.once('exit', () => this.#putLast(descriptor));
    return descriptor;
  }

  /** Whether the log now says how many of its lines are missing. */
  async #reportLost(descriptor: number): Promise<boolean> {
    const lost = this.#lost;
    if (lost === this.#reported) return true;
    const { warn: level } = pino.levels.values;
    const line = { level, time: Date.now(), lines: lost - this.#reported, msg: 'lines of this log were lost' };
    const missing = await this.#put(descriptor, `${this.#endsWithinLine ? '\n' : ''}${JSON.stringify(line)}\n`);
    if (missing === 0) this.#reported = lost;
    return missing === 0;
  }

  /** Returns how many lines could not be written. */
  async #put(descriptor: number, lines: string): Promise<number> {
    this.#rest = Buffer.from(lines);
    while (this.#rest.length > 0) {
      try {
        const { bytesWritten } = await writeTo(descriptor, this.#rest);
        this.#endsWithinLine = this.#rest[bytesWritten - 1] !== NEWLINE;
        this.#rest = this.#rest.subarray(bytesWritten);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return countLines(this.#rest.toString());
        this.#isPausing = true;
        await delay(PAUSE, undefined, { ref: false });
        this.#isPausing = false;
      }
    }
    return 0;
  }

  /** The process ends: one more attempt. A write that is with the operating system is finished by it. */
  #putLast(descriptor: number): void {
    let rest = Buffer.concat([...(this.#isPausing ? [this.#rest] : []), Buffer.from(this.#waiting)]);
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest));
    } catch {
      // Lost, as before; nobody is left who could count.
    }
  }
}

const countLines = (text: string) => text.split('\n').length - 1;

/** The log of the process. */
export const standardOutput = new LogOutput(() => {
  // Node makes pipes and sockets non-blocking when `process.stdout` is first read, but not a terminal, which Ctrl-S stops.
  const { fd } = process.stdout;
  if (!isatty(fd)) return fd;
  try {
    return openSync('/dev/stdout', constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd;
  }
});
