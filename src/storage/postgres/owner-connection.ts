import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { LOCK_TIMEOUT_MS, sessionsThatLockTables } from './advisory-locks.js';
import { LoginRefused, StartupError } from '../../ground/config/startup-error.js';

/** The time-outs for a lock and for a whole statement, which may have waited for locks. */
const TIMED_OUT = /^(55P03|57014)$/;

/** SQLSTATE classes whose messages name tables and roles, and never quote a value. */
const WITHOUT_VALUES = /^(0A|23|25|28|2B|3D|40|42|53|54|55|57|58)/;

/** A connection as the schema's owner, for commands that cross users: lent by `withConnection`. */
export type OwnerConnection = pg.Client;

/** PostgreSQL's code (SQLSTATE) for the failure of a statement; null for every other error. */
export function sqlStateOf(error: unknown): string | null {
  return error instanceof pg.DatabaseError ? (error.code ?? null) : null;
}

/** What the driver reads from a URL: server, login, and TLS by `sslmode` and related parameters. */
export function readUrl(url: string) {
  // The driver accepts malformed percent-encoding, the ORM throws.
  decodeURIComponent(url);
  const client = new pg.Client({ connectionString: withExplicitTls(url) });
  const { host, port, user, password, database } = client;
  const ssl = client.ssl as boolean | ConnectionOptions;
  // The driver makes the key non-enumerable: a copy of the options would lose it.
  return { host, port, user, password, database, ssl: typeof ssl === 'object' ? { ...ssl, key: ssl.key } : ssl };
}

/** The same for a variable. @throws StartupError that names it */
export function parseUrl(variable: string, url: string) {
  try {
    return readUrl(url);
  } catch (error) {
    const { code, path, message } = error as NodeJS.ErrnoException;
    if (path !== undefined) throw new StartupError(`${variable}: ${path} cannot be read (${code}).`);
    throw new StartupError(`${variable} must be a postgres:// URL (${message}).`);
  }
}

/** The driver treats these modes as `verify-full`, and prints six lines about it unless the URL says so itself. */
function withExplicitTls(url: string): string {
  if (/[?&]uselibpqcompat=true(?=[&#]|$)/.test(url)) return url;
  return url.replace(/([?&]sslmode=)(?:prefer|require|verify-ca)(?=[&#]|$)/g, '$1verify-full');
}

/**
 * Lends one connection outside the service's pool for as long as `use` runs.
 * @throws StartupError that names the variable when the server is unreachable or refuses a statement; the errors of `use`
 */
export async function withConnection<T>(
  variable: string,
  url: string,
  use: (client: OwnerConnection) => Promise<T>,
  { lockTimeoutMs = LOCK_TIMEOUT_MS } = {},
): Promise<T> {
  const client = new pg.Client({
    ...parseUrl(variable, url),
    connectionTimeoutMillis: 5000,
    lock_timeout: lockTimeoutMs,
    application_name: 'onboarding-start',
  });
  let loss: unknown;
  client.on('error', (error) => (loss = error));
  try {
    await client.connect();
  } catch (error) {
    throw unreachable(variable, error);
  }
  try {
    return await use(client);
  } catch (error) {
    if (error instanceof StartupError) throw error;
    if (loss !== undefined) throw unreachable(variable, loss);
    if (error instanceof pg.DatabaseError)
      throw new StartupError(`${variable}: PostgreSQL refuses (${await causeOf(error, client)}).`);
    throw error;
  } finally {
    await client.end();
  }
}

/** Why there is no connection, in one line. */
export function unreachable(variable: string, error: unknown): StartupError {
  const { code, message } = error as NodeJS.ErrnoException;
  const line = `${variable}: PostgreSQL cannot be reached (${code ?? message}).`;
  return code === '28P01' ? new LoginRefused(line) : new StartupError(line);
}

/**
 * A failure in one line: its code, PostgreSQL's message if that quotes no value, and after a time-out the sessions that hold locks.
 * @param client connected to the same database; its transaction is rolled back
 */
export async function causeOf(error: Error, client: pg.Client): Promise<string> {
  const { code } = error as NodeJS.ErrnoException;
  const message = error.message.replace(/\s+/g, ' ');
  if (code === undefined) return message;
  const cause = WITHOUT_VALUES.test(code) ? `${code}, ${message}` : code;
  if (!TIMED_OUT.test(code)) return cause;
  await client.query('rollback');
  const sessions = await sessionsThatLockTables(client);
  return [cause, ...sessions.map((session) => `${session} holds locks on tables`)].join('; ');
}
