import { constants, openSync, write, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { promisify } from 'node:util';
import { pino } from 'pino';

/** Most characters that wait for a slow reader: about four thousand lines. */
const LIMIT = 1024 * 1024;

/** Milliseconds before the next write to a full pipe. A pipe holds 64 KB, so that is 3 MB a second. */
const PAUSE = 20;

const NEWLINE = '\n'.charCodeAt(0);

const writeTo = promisify(write);

/**
 * Writes log lines in the background, one write at a time; nothing waits for them. Lines that cannot be written, and lines for
 * which a stalled reader has left no room, are lost and counted; a line that says how many are missing comes before the next one
 * that gets through. Pino's own destination fails with the first write that fails, and keeps the process from ending while it
 * repeats that write.
 */
export class LogOutput {
  #descriptor: number | null = null;
  #isWriting = false;
  /** Lines that arrived during the current write. */
  #waiting = '';
  /** The bytes that the current write has not written yet. */
  #rest = Buffer.alloc(0);
  /** The reader was not ready, so the operating system has none of `#rest`. */
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
      // `this.#lost += await …` would forget lines that are lost during the write.
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

  /** One more attempt when the process ends. The operating system finishes a write that it already has. */
  #putLast(descriptor: number): void {
    let rest = Buffer.concat([...(this.#isPausing ? [this.#rest] : []), Buffer.from(this.#waiting)]);
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest));
    } catch {
      // Lost, and no longer counted.
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
