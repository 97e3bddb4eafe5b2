import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import type { TextRow } from './legacy-database.js';
import { latest, type LocalTime } from './local-time.js';
import type { Dated } from './legacy-user.js';
import { decodeOnce, isAbsent } from './python-json.js';
import { byAge, readColumn } from './rows.js';
import type { Warnings } from './warnings.js';

/** Blanks and back-ticks around an address come from models' answers. */
const trimUrl = (url: string) => url.replace(/^[\s`]+|[\s`]+$/g, '');

/** What the search finds as plain texts. */
const TEXTS = ['title', 'summary', 'favicon', 'image', 'published_date', 'author'];

/** The competitors of a post, each an object. Their page needs a summary. */
export function competitorList(value: unknown): readonly JsonObject[] {
  const list = decodeOnce(value);
  if (!Array.isArray(list)) return [];
  return distinctByUrl(
    list
      .filter(isJsonObject)
      .filter((item) => !isAbsent(item))
      .map(withTrimmedUrl),
  );
}

function withTrimmedUrl(competitor: JsonObject): JsonObject {
  const { url } = competitor;
  return typeof url === 'string' ? { ...competitor, url: trimUrl(url) } : competitor;
}

function distinctByUrl(competitors: readonly JsonObject[]): readonly JsonObject[] {
  const byUrl = new Map<unknown, JsonObject>();
  for (const competitor of competitors) {
    const { url } = competitor;
    byUrl.set(typeof url === 'string' && url !== '' ? url : competitor, competitor);
  }
  return [...byUrl.values()];
}

interface CompetitorRow {
  readonly row: TextRow;
  readonly competitor: JsonObject;
  /** The weekly monitor makes rows without what the search found. */
  readonly isMonitored: boolean;
}

/** Rows of competitors as they were posted, in the order of their ids: of the rows of one address the newest that a search made. */
export function competitorsOfRows(
  rows: readonly TextRow[],
  time: LocalTime,
  warnings: Warnings,
): Dated<readonly JsonObject[]> | null {
  const best = new Map<string, CompetitorRow>();
  for (const row of byAge(rows, time)) {
    const read = readCompetitor(row, warnings);
    if (!read) continue;
    const key = (read.competitor['url'] as string) || `row ${row['id']}`;
    const other = best.get(key);
    if (!other || other.isMonitored || !read.isMonitored) best.set(key, read);
  }
  if (best.size === 0) return null;
  const found = [...best.values()].sort((one, other) =>
    Number(BigInt(one.row['id'] ?? 0) - BigInt(other.row['id'] ?? 0)),
  );
  const times = (column: string) => found.map(({ row }) => time.parseStored(row[column]));
  return {
    value: found.map(({ competitor }) => competitor),
    createdAt: latest(...times('created_at')),
    updatedAt: latest(...times('updated_at')),
  };
}

/** The way back of how the older back end flattens a competitor. Null for a failure without anything about the competitor. */
function readCompetitor(row: TextRow, warnings: Warnings): CompetitorRow | null {
  const data = readColumn('analysis_data', row['analysis_data'], warnings);
  const analysis: JsonObject = isJsonObject(data) ? data : {};
  const { competitive_analysis: insights, url: searched, domain: searchedDomain, ...others } = analysis;
  // The monitor's findings may name another page of the competitor.
  const url = trimUrl(row['competitor_url'] ?? '') || (typeof searched === 'string' ? trimUrl(searched) : '');
  const isEmpty = Object.keys(analysis).length === 0;
  if (isEmpty && (url === '' || row['status'] === 'failed')) return null;
  const isMonitored = isEmpty || (analysis['style_analysis'] !== undefined && isAbsent(analysis['title']));
  const domain = isAbsent(row['competitor_domain']) ? searchedDomain : row['competitor_domain'];
  return {
    row,
    isMonitored,
    competitor: {
      url,
      ...(isAbsent(domain) ? {} : { domain }),
      summary: '',
      ...Object.fromEntries(
        Object.entries(others).map(([key, value]) => [key, TEXTS.includes(key) ? value : decodeOnce(value)]),
      ),
      ...(isAbsent(analysis['summary']) ? { summary: '' } : {}),
      ...(isAbsent(insights) ? {} : { competitive_insights: decodeOnce(insights) }),
      ...(data !== null && !isJsonObject(data) ? { analysis_data_text: data } : {}),
    },
  };
}
