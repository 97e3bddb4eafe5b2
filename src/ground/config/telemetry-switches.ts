import type { Environment } from './configuration.js';

/** What OpenTelemetry sends. */
export interface TelemetrySwitches {
  readonly traces: boolean;
  readonly metrics: boolean;
  readonly logs: boolean;
}

/**
 * Reads OpenTelemetry's standard variables: an endpoint switches traces on; metrics and logs need an exporter by name.
 * The SDK reads the same variables from the environment of the process, so a `.env` cannot set them.
 */
export function readTelemetrySwitches(environment: Environment = process.env): TelemetrySwitches {
  const read = (name: string) => environment[name]?.trim() || undefined;
  if (read('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return { traces: false, metrics: false, logs: false };
  const isOn = (exporter: string | undefined) => exporter !== undefined && exporter !== 'none';
  const endpoint = read('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? read('OTEL_EXPORTER_OTLP_ENDPOINT');
  return {
    traces: isOn(read('OTEL_TRACES_EXPORTER') ?? endpoint),
    metrics: isOn(read('OTEL_METRICS_EXPORTER')),
    logs: isOn(read('OTEL_LOGS_EXPORTER')),
  };
}
