import pg from 'pg';
import { StartupError } from './startup-error.js';

/**
 * One connection outside the service's pool, for as long as `use` takes.
 * @throws StartupError that names the variable when the server cannot be reached or does not let one in
 */
export async function withClient<T>(variable: string, url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5000,
    application_name: 'onboarding-start',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new StartupError(`${variable}: PostgreSQL cannot be reached (${code ?? message}).`);
  }
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
