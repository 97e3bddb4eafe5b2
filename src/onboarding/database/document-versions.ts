import { contentOf, documentOf, identifiedIn, type DocumentTable } from './document-tables.js';

/** Bytes of JSON text that all versions of one user may have together. */
const MAX_VERSION_BYTES = 32 * 1024 * 1024;

/** A statement that changes a document. */
interface Change {
  readonly table: DocumentTable;
  /** SQL for the queries of a `with` that change the table's rows. */
  readonly queries: string;
  /** SQL for the document before, as one row with `content`, null where there was none; no row says that it stays as it was. */
  readonly replaced: string;
  /** SQL for what the statement returns; left out: nothing. */
  readonly select?: string;
}

/**
 * SQL that changes a document and keeps the one before as a version, if it was another: in one statement, since its parts all see
 * the rows as they were. A version is what was there before the event of its revision, also where that changes the document twice;
 * no content says that there was nothing. Its first values: user, session, time, revision.
 */
export function keepingVersion({ table, queries, replaced, select }: Change): string {
  // Counted already, but for the small table that does not count.
  const bytes = `coalesce(
      (select (document_sizes ->> '${table}')::int from onboarding_sessions where user_id = $1),
      octet_length(${documentOf(table, 'content')}::text))`;
  const keep = `
    insert into document_versions (user_id, session_id, document, revision, content, bytes)
    select $1, $2, '${table}', $4, content, case when content is null then 0 else ${bytes} end
    from (${replaced}) replaced
    on conflict (user_id, document, revision) do nothing`;
  return `with ${queries} ${select === undefined ? keep : `, kept as (${keep}) ${select}`}`;
}

/**
 * SQL that saves the one row that a user has in a table, and keeps its document as above.
 * @param save inserts or updates the row, which it names `saved`; what it returns is added
 * @param columns those of the document
 */
export function savingRow(table: DocumentTable, columns: readonly string[], save: string, select?: string): string {
  const [earlier, saved] = ['earlier', 'saved'].map((row) => `(${columns.map((name) => `${row}.${name}`).join(', ')})`);
  return keepingVersion({
    table,
    queries: `earlier as materialized (select * from ${table} where user_id = $1),
      saved as (${save} returning saved.*)`,
    // To compare columns costs less than to make JSON of both rows.
    replaced: `
      select case when earlier.user_id is not null then ${identifiedIn('earlier')} end as content
      from saved left join earlier on true
      where earlier.user_id is null or ${earlier} is distinct from ${saved}`,
    ...(select === undefined ? {} : { select }),
  });
}

/** SQL for queries of a `with`: the document, `earlier`, and the version to put back, `wanted`, unless it is the same. Its revision: the fifth value. */
export function wantedVersion(table: DocumentTable): string {
  return `earlier as materialized (select ${contentOf(table, identifiedIn)} as content),
    wanted as materialized (
      select version.content from document_versions version, earlier
      where version.user_id = $1 and version.document = '${table}' and version.revision = $5
        and ${documentOf(table, 'version.content')} is distinct from ${documentOf(table, 'earlier.content')}
    )`;
}

/** SQL for the document that a wanted version replaces. */
export const replacedByWanted = 'select earlier.content from earlier, wanted';

/**
 * SQL that puts back a version of a table with one row a user. The row keeps its id; one that has gone gets it back. The fifth value:
 * the version's revision.
 */
export function restoringRow(table: DocumentTable, columns: readonly string[]): string {
  return keepingVersion({
    table,
    queries: `${wantedVersion(table)},
      gone as (delete from ${table} where user_id = $1 and exists (select from wanted where content is null)),
      saved as (
        insert into ${table} (user_id, id, session_id, created_at, updated_at, ${columns.join(', ')})
        select $1, version.id, $2, version.created_at, $3, ${columns.map((column) => `version.${column}`).join(', ')}
        from wanted, jsonb_populate_record(null::${table}, wanted.content) as version
        where wanted.content is not null
        on conflict (user_id) do update set
          updated_at = excluded.updated_at, ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}
      )`,
    replaced: replacedByWanted,
  });
}

/** SQL that drops the oldest versions. @param tables whose documents may have one more @param most SQL for the number that stays */
export function dropOldVersions(tables: readonly DocumentTable[], most: string): string {
  const versions = `from document_versions where user_id = $1`;
  const isBeyond = (table: DocumentTable) => `v.document = '${table}' and v.revision <= (
      select revision ${versions} and document = '${table}' order by revision desc offset ${most} limit 1)`;
  // The sum is read first: few users have so much.
  const isTooMuch = `(select sum(bytes) ${versions}) > ${MAX_VERSION_BYTES} and (v.document, v.revision) in (
      select document, revision from (
        select document, revision, sum(bytes) over (order by place <= ${most} desc, revision desc, document) as total
        from (select document, revision, bytes,
                     row_number() over (partition by document order by revision desc) as place ${versions}) placed
      ) summed where total > ${MAX_VERSION_BYTES})`;
  return `
    delete from document_versions v
    where v.user_id = $1 and (${[...tables.map(isBeyond), isTooMuch].map((one) => `(${one})`).join(' or ')})`;
}
