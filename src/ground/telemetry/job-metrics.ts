import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Counter, Gauge, type Registry } from 'prom-client';

/** What the channels publish. */
interface Depth {
  readonly queue: string;
  readonly waiting: number;
  readonly active: number;
  readonly failed: number;
  readonly oldestSeconds: number;
}
interface Failure {
  readonly queue: string;
}

const STATES = ['waiting', 'active', 'failed'] as const;

/** Counts background jobs, by queue: those of all processes, but only this process's failures. */
export class JobMetrics {
  readonly #channels: readonly (readonly [string, (message: unknown) => void])[];

  constructor(registry: Registry) {
    const registers = [registry];
    const jobs = new Gauge({
      name: 'onboarding_jobs',
      help: 'Jobs of all processes that wait, are worked on, or were tried as often as they may be',
      labelNames: ['queue', 'state'],
      registers,
    });
    const oldest = new Gauge({
      name: 'onboarding_jobs_oldest_waiting_seconds',
      help: 'How long the job has waited that waits longest for a process',
      labelNames: ['queue'],
      registers,
    });
    const failures = new Counter({
      name: 'onboarding_job_failures_total',
      help: 'Tries of jobs that failed in this process',
      labelNames: ['queue'],
      registers,
    });
    this.#channels = [
      [
        'onboarding.jobs.depths',
        (message) => {
          for (const { queue, oldestSeconds, ...counts } of message as readonly Depth[]) {
            for (const state of STATES) jobs.set({ queue, state }, counts[state]);
            oldest.set({ queue }, oldestSeconds);
          }
        },
      ],
      ['onboarding.jobs.failures', (message) => failures.inc({ queue: (message as Failure).queue })],
    ];
  }

  start(): void {
    for (const [name, count] of this.#channels) subscribe(name, count);
  }

  stop(): void {
    for (const [name, count] of this.#channels) unsubscribe(name, count);
  }
}
