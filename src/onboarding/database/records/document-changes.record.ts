import { Expression } from '../../../storage/wire/statement.js';
import { ANALYSIS_DAYS } from '../../flow/onboarding-facts.js';
import { LARGE_DOCUMENTS } from '../document-sizes.js';
import type { DocumentTable } from '../document-tables.js';
import type { SnapshotPart } from '../record.js';
import { ANALYSIS_COLUMNS, comparedAddressIn } from './website-analysis.record.js';

/** Moments at which the website was what the user then worked with, or had some time ago. */
export type Mark = 'research' | 'persona' | 'period';

/** The website at a mark and now: its address and its analysis alone. */
export interface WebsiteChange {
  /** Whether they differ. Where the version of that time has gone, they do. */
  readonly differs: boolean;
  /** The first change of the website's document after the mark; null: there is none. ISO 8601. */
  readonly changed_at: string | null;
  /** The last one before it, or at it. */
  readonly before: string | null;
  /** The values at the mark, in the order of `ANALYSIS_COLUMNS`; null where they are those of now, have gone, are large, or were not asked for. */
  readonly values: readonly unknown[] | null;
}

export interface DocumentChanges {
  /** When each document changed last; one is absent whose changes were not recorded. ISO 8601. */
  readonly changed_at: { readonly [table in DocumentTable]?: string };
  readonly website: Readonly<Record<Mark, WebsiteChange>>;
}

/** SQL for the condition under which a change of documents sets a mark. */
const MARKS: Readonly<Record<Mark, string>> = {
  research: `documents && '{research_preferences,competitor_analyses}'`,
  persona: `'persona_data' = any (documents)`,
  period: `occurred_at <= now() - interval '${ANALYSIS_DAYS} days'`,
};

/** SQL for a list of the columns' values. @param value SQL for that of one; the address is a text */
const valuesOf = (value: (column: string) => string) =>
  `jsonb_build_array(${ANALYSIS_COLUMNS.map((column) =>
    column === 'website_url' ? comparedAddressIn(value(column)) : value(column),
  ).join(', ')})`;

const inDocument = (column: string) => `content ${column === 'website_url' ? '->>' : '->'} '${column}'`;

/** Each change is an event that names the tables; a version is what was there before it. */
function changesText(values: string): string {
  const marks = Object.entries(MARKS).map(
    ([mark, condition]) => `('${mark}', (select max(revision) from changes where ${condition}))`,
  );
  const isWebsite = `'website_analyses' = any (documents)`;
  return `(
    with changes as materialized (
      select revision, occurred_at, documents from progress_events where user_id = $1 and documents <> '{}'
    ), marks as (
      select mark, coalesce(at, 0) as at,
             (select min(revision) from changes where ${isWebsite} and revision > coalesce(at, 0)) as next
      from (values ${marks.join(', ')}) as marks (mark, at)
    ), live as materialized (
      select coalesce(
        (select ${valuesOf((column) => column)} from website_analyses where user_id = $1), ${valuesOf(() => 'null::text')}
      ) as values
    ), earlier as materialized (
      select revision, bytes, ${valuesOf(inDocument)} as values from document_versions
      where user_id = $1 and document = 'website_analyses' and revision in (select next from marks)
    ), compared as materialized (
      select earlier.*, earlier.values is distinct from live.values as differs from earlier, live
    )
    select jsonb_build_object(
      'changed_at', (
        select coalesce(jsonb_object_agg(document, changed_at), '{}') from (
          select document, max(occurred_at) as changed_at from changes, unnest(documents) document group by document
        ) latest),
      'website', (
        select jsonb_object_agg(mark, jsonb_build_object(
          'differs', next is not null and coalesce(compared.differs, true),
          'changed_at', (select occurred_at from changes where revision = next),
          'before', (select max(occurred_at) from changes where ${isWebsite} and revision <= at),
          'values', ${values}))
        from marks left join compared on compared.revision = next))
  )`;
}

const part = (values: string): SnapshotPart<DocumentChanges> => ({
  name: 'document_changes',
  select: new Expression(changesText(values)),
  isDocument: false,
  fromJson: (value) => value as DocumentChanges,
});

/** When the documents changed, and whether the website did since other documents were made. */
export const documentChanges = part('null');

/** The same, with what the website was, unless that is large: a change is then taken for one. */
export const documentChangesWithValues = part(`case when bytes <= ${LARGE_DOCUMENTS} then compared.values end`);
