import { v7 as uuidv7 } from 'uuid';
import type { JsonObject } from '../../../ground/problems/json.js';
import { Expression, Statement } from '../../../storage/wire/statement.js';
import { smallDocument } from '../document-sizes.js';
import { restoringRow, savingRow } from '../document-versions.js';
import { nothing, type Command, type SnapshotPart } from '../record.js';
import { dateRow, datingRow, type RowTimes } from './row-times.js';

/** The business in its owner's words. */
export interface BusinessInfo {
  readonly business_description: string;
  readonly industry: string | null;
  readonly target_audience: string | null;
  readonly business_goals: string | null;
}

const TABLE = 'business_info';

/** One row per user. */
export const businessInfoRecord = {
  name: TABLE,
  select: new Expression(`(select row_to_json(d) from ${TABLE} d where user_id = $1)`),
  isDocument: false,
  fromJson: (value: unknown) => (value as JsonObject | null) ?? null,

  /** Saves the row, or replaces the one that is there, and returns it. */
  save({ business_description, industry, target_audience, business_goals }: BusinessInfo): Command<JsonObject> {
    const texts = [business_description, industry, target_audience, business_goals];
    return {
      statement: saveBusinessInfo,
      values: ({ userId, sessionId, now, revision }) => [userId, sessionId, now, revision, uuidv7(), ...texts],
      parse: ([row]) => row?.['document'] as JsonObject,
      writes: smallDocument(TABLE),
    };
  },

  /** States the times of a row that was saved in the same transaction. */
  date(times: RowTimes): Command {
    return dateRow(dateBusinessInfo, times);
  },

  /** Puts back what was there before the event of a revision, of which there is a version. */
  restore(version: number): Command {
    return {
      statement: restoreBusinessInfo,
      values: ({ userId, sessionId, now, revision }) => [userId, sessionId, now, revision, version],
      parse: nothing,
      writes: smallDocument(TABLE),
    };
  },
} satisfies SnapshotPart<JsonObject | null> & {
  readonly save: unknown;
  readonly date: unknown;
  readonly restore: unknown;
};

const COLUMNS = ['business_description', 'industry', 'target_audience', 'business_goals'];

/** Values: user, session, time, revision, an id for a new row, and the four texts. */
const saveBusinessInfo = new Statement(
  'save-business-info',
  savingRow(
    TABLE,
    COLUMNS,
    `insert into ${TABLE} as saved (user_id, id, session_id, created_at, updated_at, ${COLUMNS.join(', ')})
     values ($1, $5, $2, $3, $3, $6, $7, $8, $9)
     on conflict (user_id) do update set
       updated_at = excluded.updated_at, ${COLUMNS.map((column) => `${column} = excluded.${column}`).join(', ')}`,
    'select to_jsonb(saved) as document from saved',
  ),
);

const dateBusinessInfo = datingRow(TABLE);

/** Values: user, session, time, revision, the version's revision. */
const restoreBusinessInfo = new Statement('restore-business-info', restoringRow(TABLE, COLUMNS));
