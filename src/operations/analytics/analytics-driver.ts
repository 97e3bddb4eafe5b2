import { Logger } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import type { AnalyticsRefresh, Refreshed } from './analytics-refresh.js';

/** Milliseconds between two refreshes that have nothing more to do. */
const INTERVAL = 2000;

const REASONS = {
  first: 'they were never counted before',
  basis: 'the wizard or the keys of the deployment have changed, or the way of counting',
  restored: 'the database was restored from a copy',
} as const satisfies Record<NonNullable<Refreshed['rebuilds']>, string>;

/** Keeps the numbers up to date: one process at a time does. */
export class AnalyticsDriver {
  readonly #logger = new Logger('analytics');
  #isRebuilding = false;

  constructor(
    private readonly refresh: Pick<AnalyticsRefresh, 'refresh'>,
    private readonly intervalMs = INTERVAL,
  ) {}

  /** Refreshes until the signal aborts; a refresh under way is finished. @throws the errors of a refresh */
  async drive(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const refreshed = await this.refresh.refresh();
      this.#tell(refreshed);
      if (!refreshed.isBehind) await this.#pause(signal);
    }
  }

  #tell({ rebuilds, isBehind }: Refreshed): void {
    if (rebuilds) this.#logger.log(`All users are counted anew: ${REASONS[rebuilds]}`);
    else if (this.#isRebuilding && !isBehind) this.#logger.log('All users are counted');
    this.#isRebuilding = rebuilds !== null || (this.#isRebuilding && isBehind);
  }

  async #pause(signal: AbortSignal): Promise<void> {
    // It only ever rejects because the signal aborts, which is what ends the loop.
    await delay(this.intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
