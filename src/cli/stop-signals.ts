/** Milliseconds in which signals count as one: a supervisor signals each process of a group, and npm passes its signal on. */
const ONE_SIGNAL = 1000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Calls `stop` once, with the first signal, or when `scripts/run.mjs`, which holds the other end of this process's channel,
 * stops it or ends. Calls `endNow` with each signal that comes more than a second later: somebody is tired of waiting for the stop.
 */
export function onStopSignal(stop: () => void, endNow: () => void): void {
  let stoppedAt: number | undefined;
  const stopOnce = () => {
    if (stoppedAt !== undefined) return;
    stoppedAt = performance.now();
    stop();
  };
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (stoppedAt !== undefined && performance.now() - stoppedAt > ONE_SIGNAL) endNow();
      else stopOnce();
    });
  }
  process.on('disconnect', stopOnce);
  if (process.connected === false) stopOnce();
}
