import { contentOf, documentIn, type DocumentTable } from './document-tables.js';

/** Bytes of JSON text that all versions of one user may have together. */
export const MAX_VERSION_BYTES = 32 * 1024 * 1024;

/** A statement that changes a document. */
interface Change {
  readonly table: DocumentTable;
  /** SQL for the queries of a `with` that change the table's rows. They may use `earlier`, whose `content` is the document before. */
  readonly queries: string;
  /** SQL for the document afterwards, as one row with `content`; no row says that it stays as it is. */
  readonly later: string;
  /** SQL for what the statement returns; left out: nothing. */
  readonly select?: string;
}

/**
 * SQL that changes a document and keeps the one before as a version, if it was another: in one statement, since its parts all see
 * the rows as they were. A version is what was there before the event of its revision, also where that changes the document twice;
 * no content says that there was nothing. Its first values: user, session, time, revision.
 */
export function keepingVersion({ table, queries, later, select }: Change): string {
  // Counted already, but for the small table that does not count.
  const bytes = `coalesce(
      (select (document_sizes ->> '${table}')::int from onboarding_sessions where user_id = $1),
      octet_length(earlier.content::text))`;
  const keep = `
    insert into document_versions (user_id, session_id, document, revision, content, bytes)
    select $1, $2, '${table}', $4, earlier.content, case when earlier.content is null then 0 else ${bytes} end
    from earlier, later where later.content is distinct from earlier.content
    on conflict (user_id, document, revision) do nothing`;
  return `
    with earlier as materialized (select ${contentOf(table)} as content),
    ${queries},
    later as materialized (${later})
    ${select === undefined ? keep : `, kept as (${keep}) ${select}`}`;
}

/** SQL for the version to put back, with its `content`; no row where that is what is there. The fifth value is its revision. */
export function wantedVersion(table: DocumentTable): string {
  return `wanted as materialized (
      select version.content from document_versions version, earlier
      where version.user_id = $1 and version.document = '${table}' and version.revision = $5
        and version.content is distinct from earlier.content
    )`;
}

/**
 * SQL that puts back a version of a table with one row a user. The row keeps its id. Values besides the first four: the version's
 * revision, an id for a new row.
 */
export function restoringVersion(table: DocumentTable, columns: readonly string[]): string {
  return keepingVersion({
    table,
    queries: `${wantedVersion(table)},
    gone as (delete from ${table} where user_id = $1 and exists (select from wanted where content is null)),
    saved as (
      insert into ${table} (user_id, id, session_id, created_at, updated_at, ${columns.join(', ')})
      select $1, $6, $2, $3, $3, ${columns.map((column) => `version.${column}`).join(', ')}
      from wanted, jsonb_populate_record(null::${table}, wanted.content) as version
      where wanted.content is not null
      on conflict (user_id) do update set
        updated_at = excluded.updated_at, ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}
    )`,
    later: 'select content from wanted',
  });
}

/** SQL for the document of a saved row. */
export const savedDocument = `${documentIn('saved')} as content`;

/** SQL that drops the user's oldest versions. @param most SQL for the number that stays of each document */
export function dropOldVersions(most: string): string {
  return `
    delete from document_versions v
    using (
      select document, revision, place,
             sum(bytes) over (order by place <= ${most} desc, revision desc, document) as total
      from (select document, revision, bytes, row_number() over (partition by document order by revision desc) as place
            from document_versions where user_id = $1) placed
    ) ranked
    where v.user_id = $1 and v.document = ranked.document and v.revision = ranked.revision
      and (ranked.place > ${most} or ranked.total > ${MAX_VERSION_BYTES})`;
}
