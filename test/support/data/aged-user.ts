import type { TestDatabase } from '../database/database.js';

/** The columns of a user's rows that say when something was. */
const TIMES = {
  onboarding_sessions: ['updated_at', 'started_at', 'completed_at'],
  progress_events: ['occurred_at'],
  api_keys: ['created_at', 'updated_at', 'verified_at'],
  website_analyses: ['created_at', 'updated_at'],
  research_preferences: ['created_at', 'updated_at'],
  competitor_analyses: ['created_at'],
  persona_data: ['created_at', 'updated_at'],
  platform_integrations: ['created_at', 'updated_at'],
};

/** Makes all that a user has done so many days older. */
export async function ageBy(database: TestDatabase, userId: string, days: number): Promise<void> {
  for (const [table, columns] of Object.entries(TIMES)) {
    const set = columns.map((column) => `${column} = ${column} - make_interval(days => $2)`);
    await database.query(`update ${table} set ${set.join(', ')} where user_id = $1`, [userId, days]);
  }
}
