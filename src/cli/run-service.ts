import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { setTimeout as delay } from 'node:timers/promises';
import type { AppOptions } from '../app.module.js';
import type { Configuration } from '../ground/config/configuration.js';
import { loadConfiguration, readEnvironment } from '../ground/config/load-configuration.js';
import { readTelemetrySwitches } from '../ground/config/telemetry-switches.js';
import { createApp } from '../configure-app.js';
import { startDatabase, type StartedDatabase } from '../storage/postgres/start-database.js';
import { explainListenError } from '../ground/config/startup-error.js';
import { HealthController } from '../ground/health/health.routes.js';
import { standardOutput } from '../ground/http/log-output.js';
import { developmentToken } from '../ground/auth/development-token.js';
import { run } from './run.js';
import { onStopSignal } from './stop-signals.js';

/** Milliseconds for the last lines of the log to be read. */
const LAST_LINES = 1000;

/** Connections that may wait to be accepted: thousands come at once when another process has stopped. The system may allow fewer. */
const BACKLOG = 4096;

/** Starts the service, which runs until it is stopped, and then stops everything that it has started. */
export async function runService(options: AppOptions): Promise<void> {
  // The reader of its output may be gone, or its disk full: the service goes on without it.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const service = new Service(options);
  onStopSignal(
    () => void service.stop(),
    () => void service.endNow(),
  );
  process.on('uncaughtException', (error) => {
    console.error(error);
    void service.endNow();
  });
  await service.start();
}

class Service {
  /** Stops what was started, the latest last. */
  readonly #stops: (() => Promise<void>)[] = [() => standardOutput.drain(LAST_LINES)];
  #starting = Promise.resolve();
  #stopping: Promise<void> | null = null;
  /** Set as soon as it begins to start: it is a separate process, which would outlive this one. */
  #embeddedDatabase: Promise<StartedDatabase> | null = null;

  constructor(private readonly options: AppOptions) {}

  /** Ends the process if the start fails. */
  async start(): Promise<void> {
    if (this.#stopping) return;
    this.#starting = run(() => this.#startAll());
    await this.#starting;
    if (process.exitCode) await this.stop();
  }

  /** Stops everything in order, once it has started, and ends the process. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  /** Ends the process at once, also during a start or a stop. Only the embedded database is shut down properly. */
  async endNow(): Promise<void> {
    process.exitCode = 1;
    try {
      await (await this.#embeddedDatabase)?.stop();
    } finally {
      process.exit();
    }
  }

  async #startAll(): Promise<void> {
    const environment = readEnvironment();
    const initial = loadConfiguration(environment);
    const starting = startDatabase(initial, console.log);
    if (!initial.DATABASE_URL) this.#embeddedDatabase = starting;
    const database = await starting;
    this.#stops.push(() => database.stop());
    const { url: DATABASE_URL, operatorUrl: DATABASE_OPERATOR_URL } = database;
    if (!DATABASE_OPERATOR_URL)
      console.log('DATABASE_OPERATOR_URL is not set: there are no routes for operators, no numbers and no jobs.');
    const configuration = loadConfiguration({ ...environment, DATABASE_URL, DATABASE_OPERATOR_URL });
    const telemetry = readTelemetrySwitches();
    if (telemetry.traces) {
      const { startTracing } = await import('../ground/telemetry/tracing.js');
      this.#stops.push(startTracing(telemetry));
    }
    const app = await createApp(configuration, undefined, this.options);
    this.#stops.push(() => app.close());
    const address = await listen(app, configuration);
    this.#stops.push(() => announceStop(app, configuration));
    if (configuration.isLocal) await greet(address, configuration);
  }

  async #stopAll(): Promise<void> {
    await this.#starting;
    for (const stop of this.#stops.reverse()) {
      try {
        await stop();
      } catch (error) {
        // The others are stopped all the same.
        console.error(error);
        process.exitCode = 1;
      }
    }
    process.exit();
  }
}

/** Returns the address. Nest's own `listen` would log a failure, too, without saying how to fix it. */
async function listen(app: NestFastifyApplication, { PORT, HOST }: Configuration): Promise<string> {
  try {
    return await app.getHttpAdapter().getInstance().listen({ port: PORT, host: HOST, backlog: BACKLOG });
  } catch (error) {
    throw explainListenError(error, 'PORT', PORT, HOST);
  }
}

/** Gives load balancers time to see that the service is not ready, while the port still accepts requests. */
async function announceStop(app: NestFastifyApplication, { SHUTDOWN_DELAY_MS }: Configuration): Promise<void> {
  app.get(HealthController).announceStop();
  await delay(SHUTDOWN_DELAY_MS);
}

/** Tells a developer the address of the service, and a first request to paste. */
async function greet(listensAt: string, configuration: Configuration): Promise<void> {
  const address = listensAt.replace('[::1]', 'localhost');
  const lines = [
    '',
    `The onboarding service is ready at ${address}`,
    `The API is described at            ${address}/docs`,
    `A page to see it live              ${address}/demo`,
  ];
  if (configuration.AUTH_JWT_SECRET) {
    const token = await developmentToken(configuration, 'alice');
    lines.push(
      '',
      'A first request, as the user alice:',
      '',
      `curl -s -H 'Authorization: Bearer ${token}' ${address}/api/onboarding/init`,
    );
  }
  console.log([...lines, '', 'Ctrl-C stops it.', ''].join('\n'));
}
