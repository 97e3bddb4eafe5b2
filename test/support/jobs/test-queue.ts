import { Logger } from '@nestjs/common';
import { once } from 'node:events';
import type { Drive } from '../../../src/storage/jobs/drive.js';
import { JobQueue } from '../../../src/storage/jobs/job-queue.js';

export const DRIVEN = 'test-drive';

/** Starts what was made as an application does, after its queues are defined. */
export async function startQueue(
  url: string,
  define: (queue: JobQueue) => void,
  { works = true } = {},
): Promise<JobQueue> {
  const queue = new JobQueue(url, works);
  define(queue);
  try {
    await queue.onApplicationBootstrap();
  } catch (error) {
    await stopQueue(queue);
    throw error;
  }
  return queue;
}

export async function stopQueue(queue: JobQueue): Promise<void> {
  queue.onModuleDestroy();
  await queue.onApplicationShutdown();
}

/** Counts who drives, and how many at most at the same time. */
export class Drivers {
  /** The names of those that drive now. */
  readonly now = new Set<string>();
  /** All that have begun, in order. */
  readonly begun: string[] = [];
  most = 0;

  /** A drive that goes on until it is told to stop. */
  drive(name: string): Drive {
    return async (signal) => {
      this.now.add(name);
      this.begun.push(name);
      this.most = Math.max(this.most, this.now.size);
      try {
        if (!signal.aborted) await once(signal, 'abort');
      } finally {
        this.now.delete(name);
      }
    };
  }
}

/** What is logged from now on, as text, by level. */
export class LoggedLines {
  readonly lines: string[] = [];

  constructor() {
    const keep =
      (level: string) =>
      (message: unknown, ...rest: unknown[]) =>
        void this.lines.push([level, message, ...rest].map((part) => asText(part)).join(' '));
    Logger.overrideLogger({ log: keep('log'), warn: keep('warn'), error: keep('error'), debug: () => undefined });
  }

  of(level: string): string[] {
    return this.lines.filter((line) => line.startsWith(`${level} `));
  }

  stop(): void {
    Logger.overrideLogger(false);
  }
}

function asText(part: unknown): string {
  if (typeof part === 'string') return part;
  const { err, ...more } = part as { readonly err?: Error };
  return `${err?.message ?? ''} ${JSON.stringify(more)}`;
}
