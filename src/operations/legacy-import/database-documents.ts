import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import { publicWebsite } from '../../onboarding/database/records/website-url.js';
import { competitorsOfRows } from './competitors.js';
import { fitDocument, reportBlankDepth } from './documents.js';
import type { Documents } from './holdings.js';
import type { ChildTable, TextRow } from './legacy-database.js';
import type { LocalTime } from './local-time.js';
import type { Dated } from './legacy-user.js';
import { businessOf } from './posted-parts.js';
import { isAbsent } from './python-json.js';
import { byAge, datedRow, readColumn, readText } from './rows.js';
import type { Warnings } from './warnings.js';

/** The rows of one user, of all sessions and all databases. */
export interface UserRows {
  readonly children: ReadonlyMap<ChildTable, readonly TextRow[]>;
  readonly businesses: readonly TextRow[];
}

const PLACES = ['id', 'session_id', 'user_id', 'created_at', 'updated_at'];

/** Columns that are plain text or a time; all others are JSON. */
const TEXTS = [
  'website_url',
  'status',
  'analysis_date',
  'error_message',
  'warning_message',
  'research_depth',
  'auto_research',
  'factual_content',
  'research_persona_generated_at',
  'primary_website',
];

/** What a page shows where no address was entered, since there the column is never null. */
const NO_WEBSITE = 'text_sample';

/** The documents of a user, each from the newest row with content, whichever of the user's sessions it is in. */
export function documentsOfRows({ children, businesses }: UserRows, time: LocalTime, warnings: Warnings): Documents {
  const rows = (table: ChildTable) => byAge(children.get(table) ?? [], time);
  const newest = (name: 'research' | 'persona' | 'integrations', table: ChildTable) =>
    firstOf(rows(table).toReversed(), time, (row) => fitDocument(name, valuesOf(row, warnings), warnings));
  return {
    website: websiteOf(rows('website_analyses').toReversed(), time, warnings),
    research: newest('research', 'research_preferences'),
    competitors: competitorsOfRows(rows('competitor_analyses'), time, warnings),
    persona: newest('persona', 'persona_data'),
    integrations: newest('integrations', 'platform_integrations'),
    business: firstOf(
      ownFirst(byAge(businesses, time).toReversed()),
      time,
      (row) => businessOf(textsOf(row, warnings), { createdAt: null, updatedAt: null })?.value ?? null,
    ),
  };
}

/** Rows that name the user go before those that name nobody and are the user's because of the workspace. */
const ownFirst = (businesses: readonly TextRow[]) => [
  ...businesses.filter(({ user_id: owner }) => owner),
  ...businesses.filter(({ user_id: owner }) => !owner),
];

function firstOf(
  rows: readonly TextRow[],
  time: LocalTime,
  read: (row: TextRow) => JsonObject | null,
): Dated<JsonObject> | null {
  for (const row of rows) {
    const value = read(row);
    if (value) return datedRow(value, row, time);
  }
  return null;
}

/** Of several analyses the newest that did not fail, or else the newest failure. @param rows the newest first */
function websiteOf(rows: readonly TextRow[], time: LocalTime, warnings: Warnings): Dated<JsonObject> | null {
  const isFailure = (row: TextRow) => row['status'] === 'failed';
  const found = rows.flatMap((row) => {
    const value = fitDocument('website', websiteValues(row, warnings), warnings);
    return value ? [{ row, value }] : [];
  });
  const [best] = [
    ...found.filter(({ row, value }) => !isFailure(row) && hasWebsite(value)),
    ...found.filter(({ row }) => isFailure(row)),
    ...found,
  ];
  return best ? datedRow(best.value, best.row, time) : null;
}

/** Whether an analysis that did not fail is enough for the step: a public address, or a writing style. */
export function hasWebsite({ website_url: address, writing_style: style, status }: JsonObject): boolean {
  if (status === 'failed') return false;
  return (typeof address === 'string' && publicWebsite(address) !== null) || isJsonObject(style);
}

function websiteValues(row: TextRow, warnings: Warnings): JsonObject {
  const { website_url: address, crawl_result, social_media_presence, ...others } = valuesOf(row, warnings);
  const crawled = isJsonObject(crawl_result) ? crawl_result : {};
  const sitemap = others['sitemap_analysis'] ?? crawled['sitemap_analysis'];
  return {
    ...others,
    ...(address === NO_WEBSITE || isAbsent(address) ? {} : { website_url: String(address).trim() }),
    ...(isAbsent(crawl_result) ? {} : { crawl_result }),
    ...(isAbsent(sitemap) ? {} : { sitemap_analysis: sitemap }),
    // The page for research saves its accounts in this column, too.
    ...(isAbsent(social_media_presence) ? {} : { social_media_presence, social_media_accounts: social_media_presence }),
  };
}

/** The columns of a row with data. */
function valuesOf(row: TextRow, warnings: Warnings): JsonObject {
  return Object.fromEntries(
    Object.entries(row).flatMap(([column, text]) => {
      if (PLACES.includes(column)) return [];
      reportBlankDepth(column, text, warnings);
      const value = TEXTS.includes(column) ? readText(text, warnings) : readColumn(column, text, warnings);
      return value === null ? [] : [[column, value]];
    }),
  );
}

function textsOf(row: TextRow, warnings: Warnings): JsonObject {
  return Object.fromEntries(Object.entries(row).map(([column, text]) => [column, readText(text, warnings)]));
}
