import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { channel } from 'node:diagnostics_channel';
import { DatabaseUnavailable } from '../../storage/wire/wire.problems.js';
import { AnalyticsReads, type AnalyticsState } from './analytics-reads.js';

/** Milliseconds between two looks. */
const INTERVAL = 15_000;

/** Where metrics learn how far the numbers are, if there are any. */
const states = channel('onboarding.analytics.states');

/** Looks how far the numbers are, whichever process refreshes them: also whether none does. */
@Injectable()
export class AnalyticsWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger('analytics');
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly reads: AnalyticsReads) {}

  onApplicationBootstrap(): void {
    if (!states.hasSubscribers) return;
    this.#timer = setInterval(() => void this.#look(), INTERVAL).unref();
    void this.#look();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    states.publish(await this.#state());
  }

  async #state() {
    try {
      return figuresOf(await this.reads.state());
    } catch (error) {
      // The metrics of outages tell of a database that does not answer.
      if (!(error instanceof DatabaseUnavailable))
        this.#logger.error({ err: error }, 'The state of the numbers is unknown');
      return {};
    }
  }
}

function figuresOf(state: AnalyticsState | null) {
  if (!state) return { rebuilding: 1 };
  const { as_of, pending, is_rebuilding } = state;
  return { lagSeconds: (Date.now() - as_of.getTime()) / 1000, pending, rebuilding: is_rebuilding ? 1 : 0 };
}
