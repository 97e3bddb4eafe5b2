import type { TestDatabase } from '../../database/database.js';

/** Columns with times of a user's, by table. */
const TIMES = {
  onboarding_sessions: ['started_at', 'updated_at'],
  progress_events: ['occurred_at'],
  website_analyses: ['created_at', 'updated_at'],
  research_preferences: ['created_at', 'updated_at'],
  persona_data: ['created_at', 'updated_at'],
  platform_integrations: ['created_at', 'updated_at'],
} as const;

/** As if all that a user has done so far had been done some days earlier. */
export async function moveBack(database: TestDatabase, userId: string, days: number): Promise<void> {
  for (const [table, columns] of Object.entries(TIMES)) {
    const moved = columns.map((column) => `${column} = ${column} - make_interval(days => $2)`);
    await database.query(`update ${table} set ${moved.join(', ')} where user_id = $1`, [userId, days]);
  }
}
