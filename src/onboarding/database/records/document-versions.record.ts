import type { JsonObject } from '../../../ground/problems/json.js';
import { Statement, type Row } from '../../../storage/wire/statement.js';
import { LARGE_DOCUMENTS, SIZED_TABLES } from '../document-sizes.js';
import { contentOf, documentOf, DOCUMENT_TABLES, type DocumentTable } from '../document-tables.js';
import type { Query } from '../record.js';
import { sessionFromRow, type Session } from '../session.js';
import type { Withheld } from '../snapshot.js';
import { EVENT_COLUMNS, eventFromRow, type ProgressEvent } from './progress-events.record.js';

/** A document at an earlier revision. */
export interface EarlierDocument {
  /** The first event after that revision which changed it: its version is what was there. Null: it is there unchanged. */
  readonly changedAt: number | null;
  /** Whether what was there then is still kept. */
  readonly isKept: boolean;
  /** The earliest revision whose document is still kept. Null: that of the first event that states progress. */
  readonly oldest: number | null;
}

export type EarlierDocuments = Readonly<Record<DocumentTable, EarlierDocument>>;

/** What a document was, as it was stored: columns and `extra` of its row, or the list of its rows; null: there was nothing. */
export type Content = JsonObject | readonly unknown[] | null;

/** The state of a user's onboarding at an earlier revision. */
export interface Earlier {
  readonly session: Session | null;
  /** Null: there is no such revision. */
  readonly event: ProgressEvent | null;
  /** The revision of the first event that states progress; null: none does. */
  readonly firstStated: number | null;
  readonly documents: EarlierDocuments;
  /** Of the documents that are still kept. */
  readonly contents: Readonly<Partial<Record<DocumentTable, Content>>>;
}

/** A field that a restore changes. Values are there for short scalars only, on both sides. */
export interface FieldChange {
  readonly field: string;
  readonly scalars: { readonly from: unknown; readonly to: unknown } | null;
}

/** Which documents differ from what they were, and where. */
export interface Differences {
  readonly firstStated: number | null;
  readonly documents: EarlierDocuments;
  /** By table: the first fields of the document. One that is the same, or is not kept, is absent. */
  readonly changes: Readonly<Partial<Record<DocumentTable, readonly FieldChange[]>>>;
}

/** Characters of a text up to which a change shows it, and of a field's name. */
const SHORT = 200;

/** Fields of a document that are named; there may be 30,000. */
const MOST_FIELDS = 200;

const TABLES = `'{${DOCUMENT_TABLES.join(',')}}'::text[]`;

/** SQL for `with` queries: what became of each document since a revision, `$2`. */
const SINCE = `
  changes as (
    select changed.document, e.revision, v.revision is not null as is_kept
    from progress_events e cross join unnest(e.documents) as changed (document)
    left join document_versions v
      on v.user_id = e.user_id and v.document = changed.document and v.revision = e.revision
    where e.user_id = $1
  ), since as materialized (
    select document, min(revision) filter (where revision > $2) as changed_at,
           coalesce(max(revision) filter (where not is_kept) <= $2, true) as is_kept,
           max(revision) filter (where not is_kept) as oldest
    from unnest(${TABLES}) as document left join changes using (document)
    group by document
  )`;

/** SQL for what is in `since`, by table. */
const DOCUMENTS = `(
  select jsonb_object_agg(document, jsonb_build_object('changedAt', changed_at, 'isKept', is_kept, 'oldest', oldest))
  from since)`;

const FIRST_STATED = `(select min(revision) from progress_events where user_id = $1 and state <> '{}')`;

/** SQL for what a document was at the revision; null also where that is not kept. */
const earlierContent = (table: DocumentTable) => `(
  select case when changed_at is null then ${contentOf(table)} else (
    select ${documentOf(table, 'content')} from document_versions v
    where v.user_id = $1 and v.document = '${table}' and v.revision = changed_at) end
  from since where document = '${table}')`;

/** SQL for its bytes, where it may have many. */
const earlierBytes = (table: DocumentTable) => `coalesce((
  select case when changed_at is null then (s.document_sizes ->> '${table}')::int else (
    select bytes from document_versions v
    where v.user_id = $1 and v.document = '${table}' and v.revision = changed_at) end
  from since where document = '${table}'), 0)`;

/** What was at a revision: of its documents, how large they are where they are large. */
export function earlierAt(revision: number): Query<Earlier | Withheld> {
  return { statement: earlier, values: [revision], parse: ([row = {}]) => earlierFromRow(row) };
}

/** The same, however large the documents are. */
export function wholeEarlierAt(revision: number): Query<Earlier> {
  return { statement: wholeEarlier, values: [revision], parse: ([row = {}]) => earlierFromRow(row) as Earlier };
}

/** Values: user, revision. */
function earlierStatement(label: string, largest: string): Statement {
  const contents = DOCUMENT_TABLES.map((table) => `'${table}', ${earlierContent(table)}`);
  return new Statement(
    label,
    `with ${SINCE}, sizes as materialized (
       select s.*, ${SIZED_TABLES.map(earlierBytes).join(' + ')} as bytes from onboarding_sessions s where user_id = $1
     )
     select to_jsonb(s) - 'bytes' as session,
            (select to_jsonb(e) from (select ${EVENT_COLUMNS} from progress_events where user_id = $1 and revision = $2) e) as event,
            ${FIRST_STATED} as first_stated, ${DOCUMENTS} as documents,
            case when bytes > ${largest} then bytes end as withheld,
            case when bytes > ${largest} then null else jsonb_build_object(${contents.join(', ')}) end as contents
     from (select $1::text as user_id) u left join sizes s on s.user_id = u.user_id`,
  );
}

const earlier = earlierStatement('earlier', String(LARGE_DOCUMENTS));
const wholeEarlier = earlierStatement('earlier-whole', `'Infinity'::float`);

function earlierFromRow(row: Row): Earlier | Withheld {
  if (typeof row['withheld'] === 'number') return { withheld: row['withheld'] };
  const documents = row['documents'] as EarlierDocuments;
  const contents = Object.entries(row['contents'] as Record<DocumentTable, Content>);
  return {
    session: row['session'] ? sessionFromRow(row['session'] as Row) : null,
    event: row['event'] ? eventFromRow(row['event'] as Row) : null,
    firstStated: numberFrom(row['first_stated']),
    documents,
    contents: Object.fromEntries(contents.filter(([table]) => documents[table as DocumentTable].isKept)),
  };
}

/** Where the documents differ from what they were at a revision. */
export function differencesTo(revision: number): Query<Differences> {
  return {
    statement: differences,
    values: [revision],
    parse: ([row = {}]) => ({
      firstStated: numberFrom(row['first_stated']),
      documents: row['documents'] as EarlierDocuments,
      changes: row['changes'] as Differences['changes'],
    }),
  };
}

/** Bigints come as texts, but for those in JSON. */
const numberFrom = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value));

/** SQL for the fields of a document, by name: columns and the keys of `extra`; a list is one field. */
const fieldsOf = (table: DocumentTable, content: string) =>
  table === 'competitor_analyses'
    ? `jsonb_build_object('competitors', coalesce(${content}, '[]'))`
    : `coalesce(${content} -> 'extra', '{}') || (coalesce(${content}, '{}') - 'extra')`;

/** SQL for whether a value is a scalar that a change shows. */
const isShort = (value: string) =>
  `coalesce(jsonb_typeof(${value}) not in ('object', 'array') and length(${value} #>> '{}') <= ${SHORT}, true)`;

/** SQL for the fields that differ, as a list; no row where the document is the same, or is not kept. */
const changesOf = (table: DocumentTable) => `
  select '${table}' as document, (
    select coalesce(jsonb_agg(jsonb_build_object('field', left(key, ${SHORT}), 'scalars',
             case when ${isShort('now_value')} and ${isShort('then_value')}
                  then jsonb_build_object('from', now_value, 'to', then_value) end) order by key), '[]')
    from (
      select key, present.value as now_value, former.value as then_value
      from jsonb_each(${fieldsOf(table, 'live.content')}) present
      full join jsonb_each(${fieldsOf(table, documentOf(table, 'kept.content'))}) former using (key)
      where nullif(present.value, 'null') is distinct from nullif(former.value, 'null')
      order by key limit ${MOST_FIELDS}
    ) differing
  ) as fields
  from since, (select ${contentOf(table)} as content) live, document_versions kept
  where since.document = '${table}' and since.is_kept
    and kept.user_id = $1 and kept.document = since.document and kept.revision = since.changed_at
    and live.content is distinct from ${documentOf(table, 'kept.content')}`;

/** Values: user, revision. */
const differences = new Statement(
  'differences',
  `with ${SINCE}
   select ${FIRST_STATED} as first_stated, ${DOCUMENTS} as documents,
          (select coalesce(jsonb_object_agg(document, fields), '{}') from (${DOCUMENT_TABLES.map(changesOf).join(' union all ')}) d) as changes`,
);
