import { isJsonObject, pointer, type JsonObject } from '../../../ground/problems/json.js';
import type { FieldError } from '../../../ground/problems/problem.js';
import { Expression, Statement } from '../../../storage/wire/statement.js';
import { copiedDocument, measureDocument } from '../document-sizes.js';
import { contentOf } from '../document-tables.js';
import { keepingVersion, replacedByWanted, wantedVersion } from '../document-versions.js';
import { nothing, type Command, type SnapshotPart } from '../record.js';

/** Competitors that one user may have. */
export const MAX_COMPETITORS = 500;
const MAX_URL_LENGTH = 2048;

/** What is wrong with a list of competitors; apart from its `url` a competitor may hold anything. */
export function competitorErrors(competitors: readonly unknown[], at: string): FieldError[] {
  if (competitors.length > MAX_COMPETITORS) {
    return [{ pointer: at, detail: `competitors must be at most ${MAX_COMPETITORS}.` }];
  }
  return competitors.flatMap((competitor, index) => {
    const here = at + pointer(index);
    if (!isJsonObject(competitor)) return [{ pointer: here, detail: 'A competitor must be an object.' }];
    const { url } = competitor;
    if (typeof url !== 'string' || url.length <= MAX_URL_LENGTH) return [];
    return [{ pointer: `${here}/url`, detail: `A competitor's url must have at most ${MAX_URL_LENGTH} characters.` }];
  });
}

/** One competitor per url: the last one that was posted, in the place of the first. */
export function distinctCompetitors(competitors: readonly JsonObject[]): JsonObject[] {
  const byUrl = new Map<unknown, JsonObject>();
  for (const competitor of competitors) {
    const { url } = competitor;
    byUrl.set(typeof url === 'string' && url !== '' ? url : competitor, competitor);
  }
  return [...byUrl.values()];
}

const TABLE = 'competitor_analyses';

/** The user's competitors as they were posted, in their order; empty when there are none. */
export const competitorsRecord = {
  name: TABLE,
  select: new Expression(
    `(select coalesce(json_agg(details order by position), '[]') from ${TABLE} where user_id = $1)`,
  ),
  isDocument: true,
  fromJson: (value: unknown) => (value ?? []) as readonly JsonObject[],

  /** Replaces all saved competitors by those of the list, each once; an empty list leaves none. */
  replace(competitors: readonly JsonObject[]): Command {
    const distinct = distinctCompetitors(competitors);
    const { texts, writes } = measureDocument(TABLE, distinct);
    return {
      statement: replaceCompetitors,
      values: ({ userId, sessionId, now, revision }) => [userId, sessionId, now, revision, ...texts],
      parse: nothing,
      writes,
      preview: { part: TABLE, apply: () => distinct },
    };
  },

  /** Puts back the list that was there before the event of a revision, of which there is a version. */
  restore(version: number): Command {
    return {
      statement: restoreCompetitors,
      values: ({ userId, sessionId, now, revision }) => [userId, sessionId, now, revision, version],
      parse: nothing,
      writes: copiedDocument(TABLE),
    };
  },
} satisfies SnapshotPart<readonly JsonObject[]> & {
  readonly replace: unknown;
  readonly restore: unknown;
};

export interface DatedCompetitor {
  /** As it was posted. */
  readonly details: JsonObject;
  /** When it was saved, as PostgreSQL writes times in JSON. */
  readonly created_at: string;
}

/** The same competitors with their times, in their order; empty when there are none. */
export const datedCompetitorsRecord = {
  name: `${TABLE} with times`,
  select: new Expression(
    `(select coalesce(json_agg(json_build_object('details', details, 'created_at', created_at) order by position), '[]')
      from ${TABLE} where user_id = $1)`,
  ),
  isDocument: true,
  fromJson: (value: unknown) => (value ?? []) as readonly DatedCompetitor[],
} satisfies SnapshotPart<readonly DatedCompetitor[]>;

/** SQL for the queries of a `with` that make a list the user's competitors. @param from SQL for its one row, with `content` */
function replacing(from: string): string {
  return `gone as (delete from ${TABLE} using ${from} where user_id = $1 and position >= coalesce(jsonb_array_length(content), 0)),
    saved as (
      insert into ${TABLE} as saved (user_id, session_id, created_at, position, url, details)
      select $1, $2, $3, item.position - 1, item.details ->> 'url', item.details
      from ${from}, jsonb_array_elements(content) with ordinality as item (details, position)
      on conflict (user_id, position) do update
      set url = excluded.url, details = excluded.details, created_at = excluded.created_at
      returning position, details
    )`;
}

/** Values: user, session, time, revision, the list. */
const replaceCompetitors = new Statement(
  'replace-competitors',
  keepingVersion({
    table: TABLE,
    queries: `earlier as materialized (select ${contentOf(TABLE)} as content),
    ${replacing('(select $5::jsonb as content) posted')}`,
    replaced: `
      select earlier.content from earlier, (select jsonb_agg(details order by position) as content from saved) later
      where later.content is distinct from earlier.content`,
  }),
);

/** Values: user, session, time, revision, the version's revision. */
const restoreCompetitors = new Statement(
  'restore-competitors',
  keepingVersion({
    table: TABLE,
    queries: `${wantedVersion(TABLE)}, ${replacing('wanted')}`,
    replaced: replacedByWanted,
  }),
);
