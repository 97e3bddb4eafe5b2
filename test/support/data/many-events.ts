import type { TestDatabase } from '../database/database.js';

/** Gives a user so many events: those that there are, and then the last one again and again. */
export async function repeatEvents(database: TestDatabase, userId: string, count: number): Promise<void> {
  await database.query(
    `insert into progress_events
       (user_id, session_id, revision, type, step, data, state, validation_errors, documents, actor, cause, occurred_at)
     select user_id, session_id, more, 'data_saved', null, '{}', state, '{}', '{}', actor, cause, occurred_at
     from (select * from progress_events where user_id = $1 order by revision desc limit 1) last,
          generate_series(last.revision + 1, $2::bigint) more`,
    [userId, count],
  );
  await setRevision(database, userId);
}

/** Takes away the last of them. */
export async function dropEvent(database: TestDatabase, userId: string): Promise<void> {
  await database.query(
    `delete from progress_events where user_id = $1
     and revision = (select max(revision) from progress_events where user_id = $1)`,
    [userId],
  );
  await setRevision(database, userId);
}

export async function eventsOf(database: TestDatabase, userId: string): Promise<number> {
  const rows = await database.query<{ count: number }>(
    'select count(*)::int as count from progress_events where user_id = $1',
    [userId],
  );
  return rows[0]?.count ?? 0;
}

async function setRevision(database: TestDatabase, userId: string): Promise<void> {
  await database.query(
    `update onboarding_sessions set revision = (select max(revision) from progress_events where user_id = $1)
     where user_id = $1`,
    [userId],
  );
}
