import pg from 'pg';

/** Holds the lock on every user's session, so that every change of one waits. */
export class SessionLock {
  private constructor(private readonly client: pg.Client) {}

  /** @param ownerUrl of somebody who sees all users' rows */
  static take(ownerUrl: string): Promise<SessionLock> {
    return SessionLock.#hold(ownerUrl, 'select from onboarding_sessions for update');
  }

  /** Holds tables of documents instead: a save waits in the middle, when its session is created or locked but not committed. */
  static onTables(ownerUrl: string, ...tables: readonly string[]): Promise<SessionLock> {
    return SessionLock.#hold(ownerUrl, `lock table ${tables.join(', ')} in exclusive mode`);
  }

  static async #hold(ownerUrl: string, statement: string): Promise<SessionLock> {
    const client = new pg.Client({ connectionString: ownerUrl });
    await client.connect();
    await client.query('begin');
    await client.query(statement);
    return new SessionLock(client);
  }

  /** How many wait for a lock in this database. */
  async waiting(): Promise<number> {
    // PostgreSQL shows a transaction the same sessions each time, and none that has connected since the first look.
    await this.client.query('select pg_stat_clear_snapshot()');
    const { rowCount } = await this.client.query(
      `select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()`,
    );
    return rowCount ?? 0;
  }

  async release(): Promise<void> {
    await this.client.end();
  }
}
