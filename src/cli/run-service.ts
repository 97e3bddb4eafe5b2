import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { setTimeout as delay } from 'node:timers/promises';
import type { Configuration } from '../config/configuration.js';
import { loadConfiguration, readEnvironment } from '../config/load-configuration.js';
import { readSignals } from '../config/signals.js';
import { createApp } from '../configure-app.js';
import { startDatabase } from '../database/start-database.js';
import { explainListenError } from '../database/startup-error.js';
import { HealthController } from '../health/health.controller.js';
import { standardOutput } from '../http/log-output.js';
import { developmentToken } from './development-token.js';
import { run } from './run.js';

/** Milliseconds that a reader has for the last lines of the log. */
const LAST_LINES = 1000;

/** What was started and must be stopped, the latest first. */
type Stops = (() => Promise<void>)[];

/** Starts the service; it runs until SIGINT or SIGTERM, and then stops whatever it started. */
export async function runService(): Promise<void> {
  // Whoever reads what it says may have gone, or has no room; it goes on without them.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const stops: Stops = [() => standardOutput.drain(LAST_LINES)];
  const starting = run(() => start(stops));
  stopOnSignal(starting, stops);
  await starting;
  if (process.exitCode) await stopAll(stops);
}

async function start(stops: Stops): Promise<void> {
  const environment = readEnvironment();
  const given = loadConfiguration(environment);
  const database = await startDatabase(given, console.log);
  stops.push(() => database.stop());
  const configuration = loadConfiguration({ ...environment, DATABASE_URL: database.url });
  const signals = readSignals();
  if (signals.traces) {
    const { startTracing } = await import('../watching/tracing.js');
    stops.push(startTracing(signals));
  }
  const app = await createApp(configuration);
  stops.push(() => app.close());
  const address = await listen(app, configuration);
  stops.push(() => turnAway(app, configuration));
  if (configuration.isLocal) await greet(address, configuration);
}

/** Returns the address. Nest's own `listen` would write a line about what goes wrong, beside the one that says how to mend it. */
async function listen(app: NestFastifyApplication, { PORT, HOST }: Configuration): Promise<string> {
  try {
    return await app.getHttpAdapter().getInstance().listen({ port: PORT, host: HOST });
  } catch (error) {
    throw explainListenError(error, 'PORT', PORT, HOST);
  }
}

/** What is in front of the service has a moment to see that it is not ready, while the port still takes what is sent. */
async function turnAway(app: NestFastifyApplication, { SHUTDOWN_DELAY_MS }: Configuration): Promise<void> {
  app.get(HealthController).announceStop();
  await delay(SHUTDOWN_DELAY_MS);
}

/** A first signal stops everything in order; a second one ends the process at once. */
function stopOnSignal(starting: Promise<void>, stops: Stops): void {
  let stopping = false;
  const stop = () => {
    if (stopping) process.exit(1);
    stopping = true;
    void starting.then(() => stopAll(stops)).then(() => process.exit(0));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

async function stopAll(stops: Stops): Promise<void> {
  for (let stop = stops.pop(); stop; stop = stops.pop()) await stop();
}

/** For whoever starts it on their own machine: where it is, and a first request to paste. */
async function greet(listensAt: string, configuration: Configuration): Promise<void> {
  const address = listensAt.replace('[::1]', 'localhost');
  const lines = ['', `The onboarding service is ready at ${address}`, `The API is described at        ${address}/docs`];
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
