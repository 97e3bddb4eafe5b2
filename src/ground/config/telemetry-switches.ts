import type { Environment } from './configuration.js';

/** What OpenTelemetry is to send. */
export interface Signals {
  readonly traces: boolean;
  readonly metrics: boolean;
  readonly logs: boolean;
}

/**
 * What OpenTelemetry's standard variables ask for: traces when there is somewhere to send them, anything else only by name.
 * Its SDK reads them by itself, from the environment of the process: a `.env` cannot set them.
 */
export function readSignals(environment: Environment = process.env): Signals {
  const set = (name: string) => environment[name]?.trim() || undefined;
  if (set('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return { traces: false, metrics: false, logs: false };
  const asked = (exporter: string | undefined) => exporter !== undefined && exporter !== 'none';
  const endpoint = set('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? set('OTEL_EXPORTER_OTLP_ENDPOINT');
  return {
    traces: asked(set('OTEL_TRACES_EXPORTER') ?? endpoint),
    metrics: asked(set('OTEL_METRICS_EXPORTER')),
    logs: asked(set('OTEL_LOGS_EXPORTER')),
  };
}
