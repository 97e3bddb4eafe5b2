import { setTimeout as delay } from 'node:timers/promises';

/** Long enough for a start on a machine that is busy with other things; whatever takes longer hangs. */
const DEADLINE_MS = 60_000;

/** Waits for a condition, and fails when it does not come true in time. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs = DEADLINE_MS,
): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Still not so after ${deadlineMs} ms: ${what}`);
    await delay(20);
  }
}

/** What a promise comes to, unless it takes too long. */
export async function within<T>(what: string, promise: Promise<T>, deadlineMs = DEADLINE_MS): Promise<T> {
  const giveUp = new AbortController();
  const late = delay(deadlineMs, undefined, { signal: giveUp.signal }).then(() => {
    throw new Error(`Not done after ${deadlineMs} ms: ${what}`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    giveUp.abort();
    late.catch(() => undefined);
  }
}
