const FIRST_MS = 5_000;
const LONGEST_MS = 30_000;

/** How long to wait between attempts: any time up to a limit that doubles. Clients that lose the service together come back spread out. */
export class Backoff {
  #limit = FIRST_MS;

  next(): number {
    const wait = Math.random() * this.#limit;
    this.#limit = Math.min(2 * this.#limit, LONGEST_MS);
    return wait;
  }

  reset(): void {
    this.#limit = FIRST_MS;
  }
}

/** A timer fires at once when its time does not fit into 31 bits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Waits so long, at most 24.8 days, or until the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(ms, LONGEST_TIMER_MS));
    signal.addEventListener('abort', end);
  });
}
