import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Gauge, type Registry } from 'prom-client';

/** The channel on which the state of the numbers is announced, every few seconds. */
const STATES = 'onboarding.analytics.states';

/** What is left out is unknown: nothing was ever counted, or the database does not answer. */
interface State {
  readonly lagSeconds?: number;
  readonly pending?: number;
  readonly rebuilding?: number;
}

/** Says how far the numbers are behind. */
export class AnalyticsMetrics {
  readonly #note: (state: unknown) => void;

  constructor(registry: Registry) {
    const gauge = (name: string, help: string) => {
      const created = new Gauge({ name, help, registers: [registry] });
      // Without a value until there is one.
      created.remove();
      return created;
    };
    const gauges = {
      lagSeconds: gauge(
        'onboarding_analytics_lag_seconds',
        'Seconds since the moment until which the numbers are complete',
      ),
      pending: gauge('onboarding_analytics_pending_events', 'Events that are stored, but not in the numbers yet'),
      rebuilding: gauge(
        'onboarding_analytics_rebuilding',
        '1: everybody is being counted anew, and there are no numbers',
      ),
    } satisfies Record<keyof State, Gauge>;
    this.#note = (state) => {
      for (const [name, gauge] of Object.entries(gauges)) {
        const value = (state as State)[name as keyof State];
        if (value === undefined) gauge.remove();
        else gauge.set(value);
      }
    };
  }

  start(): void {
    subscribe(STATES, this.#note);
  }

  stop(): void {
    unsubscribe(STATES, this.#note);
  }
}
