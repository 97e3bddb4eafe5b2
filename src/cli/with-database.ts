import { loadConfiguration } from '../ground/config/load-configuration.js';
import { startDatabase, type StartedDatabase } from '../storage/postgres/start-database.js';
import { onStopSignal } from './stop-signals.js';

/**
 * Runs a command on the configured database, or on the embedded one, which is stopped afterwards. The first signal to stop aborts
 * `signal`; a later one ends the process.
 * @param say gets a line about everything that takes a while
 */
export async function withDatabase(
  say: (line: string) => void,
  work: (database: StartedDatabase, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const starting = startDatabase(loadConfiguration(), say);
  onStopSignal(
    () => stop.abort(),
    () => void starting.then((database) => database.stop()).finally(() => process.exit(1)),
  );
  // The launcher's channel would keep the process alive.
  process.channel?.unref();
  const database = await starting;
  try {
    await work(database, stop.signal);
  } finally {
    await database.stop();
  }
}
