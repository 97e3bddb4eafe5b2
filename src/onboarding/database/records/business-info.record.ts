import { v7 as uuidv7 } from 'uuid';
import type { JsonObject } from '../../../ground/problems/json.js';
import { Expression, Statement } from '../../../storage/wire/statement.js';
import type { Command, SnapshotPart } from '../record.js';

/** The business in its owner's words. */
export interface BusinessInfo {
  readonly business_description: string;
  readonly industry: string | null;
  readonly target_audience: string | null;
  readonly business_goals: string | null;
}

/** One row per user. */
export const businessInfoRecord = {
  name: 'business_info',
  select: new Expression(`(select to_jsonb(d) from business_info d where user_id = $1)`),
  isDocument: false,
  fromJson: (value: unknown) => (value as JsonObject | null) ?? null,

  /** Saves the row, or replaces the one that is there, and returns it. */
  save({ business_description, industry, target_audience, business_goals }: BusinessInfo): Command<JsonObject> {
    const texts = [business_description, industry, target_audience, business_goals];
    return {
      statement: saveBusinessInfo,
      values: ({ userId, sessionId, now }) => [userId, uuidv7(), sessionId, now, ...texts],
      parse: ([row]) => row?.['document'] as JsonObject,
    };
  },
} satisfies SnapshotPart<JsonObject | null> & { readonly save: unknown };

/** Values: user, id for a new row, session, time, and the four texts. */
const saveBusinessInfo = new Statement(
  'save-business-info',
  `insert into business_info as saved
     (user_id, id, session_id, created_at, updated_at, business_description, industry, target_audience, business_goals)
   values ($1, $2, $3, $4, $4, $5, $6, $7, $8)
   on conflict (user_id) do update set
     updated_at = excluded.updated_at, business_description = excluded.business_description,
     industry = excluded.industry, target_audience = excluded.target_audience,
     business_goals = excluded.business_goals
   returning to_jsonb(saved) as document`,
);
