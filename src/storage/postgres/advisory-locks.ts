import type pg from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { StartupError } from '../../ground/config/startup-error.js';

/** As long as a statement of a migration may take while it holds locks. */
export const LOCK_TIMEOUT_MS = 60_000;

const POLL_MS = 50;
/** Processes that start at the same time are usually done sooner. */
const SILENCE_MS = 1000;

export interface Waiting {
  /** Gets one line when the wait takes long. */
  readonly say: (line: string) => void;
  readonly timeoutMs?: number;
}

/**
 * Takes an advisory lock until the connection ends, so that processes that start at the same time prepare a database one after the
 * other. It is waited for outside of a transaction: PostgreSQL neither creates databases in one, nor builds an index past one that waits.
 * @throws StartupError that names the session which holds the lock, after the time-out
 */
export function lockForSession(client: pg.Client, name: string, waiting: Waiting): Promise<void> {
  return waitForLock(client, 'pg_try_advisory_lock', name, waiting);
}

/** Polls, so that between two attempts the connection can look up who holds the lock: every role that may connect can. */
async function waitForLock(
  client: pg.Client,
  attempt: string,
  name: string,
  { say, timeoutMs = LOCK_TIMEOUT_MS }: Waiting,
): Promise<void> {
  const begun = Date.now();
  for (let silent = true; !(await succeeds(client, attempt, name)); await delay(POLL_MS)) {
    const waited = Date.now() - begun;
    if (waited >= timeoutMs) {
      const seconds = Math.round(waited / 1000);
      throw new StartupError(
        `The lock "${name}" was not free within ${seconds} s: ${await holderOf(client, name)} holds it. End that session, or start again after it.`,
      );
    }
    if (silent && waited >= SILENCE_MS) {
      say(`Waiting for the lock "${name}": ${await holderOf(client, name)} holds it.`);
      silent = false;
    }
  }
}

async function succeeds(client: pg.Client, attempt: string, name: string): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(`select ${attempt}(hashtext($1)) as locked`, [name]);
  return rows[0]?.locked ?? false;
}

/** PostgreSQL splits the number of such a lock into two columns. */
async function holderOf(client: pg.Client, name: string): Promise<string> {
  const isOurs = `locktype = 'advisory' and objsubid = 1 and (classid::bigint << 32) | objid::bigint = hashtext($1)`;
  const [holder] = await sessionsWith(client, isOurs, [name]);
  return holder ?? 'another session';
}

/** The other sessions that hold locks on the service's tables: one of them may be the reason for a time-out. */
export function sessionsThatLockTables(client: pg.Client): Promise<readonly string[]> {
  const isTable = `locktype = 'relation' and relation in (select oid from pg_class where relnamespace = 'public'::regnamespace)`;
  return sessionsWith(client, isTable);
}

interface Session {
  readonly pid: number;
  readonly role: string | null;
  readonly application: string | null;
  /** Null where our role may not see it, and for sessions without an address. */
  readonly address: string | null;
}

async function sessionsWith(client: pg.Client, isLock: string, values: unknown[] = []): Promise<string[]> {
  const { rows } = await client.query<Session>(
    `select distinct pid, usename as role, application_name as application, host(client_addr) as address
     from pg_locks join pg_stat_activity using (pid)
     where granted and pid <> pg_backend_pid() and ${isLock}
       and database = (select oid from pg_database where datname = current_database())`,
    values,
  );
  return rows.map(({ pid, ...details }) =>
    [
      `process ${pid}`,
      ...Object.entries(details).flatMap(([name, value]) => (value ? `${name} ${value.replace(/\s+/g, ' ')}` : [])),
    ].join(', '),
  );
}
