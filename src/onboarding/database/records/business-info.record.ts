import type { Statement } from '../../../storage/wire/statement.js';

/** The business in its owner's words. */
export interface BusinessInfo {
  readonly business_description: string;
  readonly industry: string | null;
  readonly target_audience: string | null;
  readonly business_goals: string | null;
}

/** One row per user, replaced as a whole. Values: user, id for a new row, session, time, and the four texts. */
export const saveBusinessInfo: Statement = {
  name: 'save-business-info',
  text: `insert into business_info as saved
           (user_id, id, session_id, created_at, updated_at, business_description, industry, target_audience, business_goals)
         values ($1, $2, $3, $4, $4, $5, $6, $7, $8)
         on conflict (user_id) do update set
           updated_at = excluded.updated_at, business_description = excluded.business_description,
           industry = excluded.industry, target_audience = excluded.target_audience,
           business_goals = excluded.business_goals
         returning to_jsonb(saved) as document`,
};
