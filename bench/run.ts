import type { Plan } from './measure.ts';
import type { Stops } from './processes.ts';
import type { ServiceBuild } from './service-build.ts';

/** What every kind of run is given. */
export interface Run {
  readonly build: ServiceBuild;
  readonly stops: Stops;
  /** Told what takes a while. */
  readonly say: (line: string) => void;
}

export interface Report {
  /** For the terminal. */
  readonly text: string;
  /** For the file. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** A run that measures two servers against each other. */
export type CompareOptions = Plan & { readonly users: number };
