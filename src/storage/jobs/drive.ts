import { setTimeout as delay } from 'node:timers/promises';

/** Work without an end. It stops soon after its signal aborts. */
export type Drive = (signal: AbortSignal) => Promise<void>;

/** Milliseconds before a drive that has ended is started again; each failure in a row doubles them, up to the longest pause. */
const PAUSE = 1000;
const LONGEST_PAUSE = 60_000;

/** Milliseconds after which a drive that fails is no longer the same failure again. */
const HEALTHY = 60_000;

/** Starts the drive again whenever it ends or fails, until the signal aborts. */
export async function driveUntil(
  signal: AbortSignal,
  drive: Drive,
  onFailure: (error: unknown) => void,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const startedAt = performance.now();
    try {
      await drive(signal);
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      failures = performance.now() - startedAt > HEALTHY ? 1 : failures + 1;
      onFailure(error);
    }
    await pause(Math.min(LONGEST_PAUSE, PAUSE * 2 ** failures), signal);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // It only ever rejects because the signal aborts, which is what ends the loop.
  await delay(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
