import { expect } from '@jest/globals';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import type { TestDatabase } from '../database/database.js';
import { rowsOf } from './filled-user.js';
import { leaves } from './leaves.js';
import { MARKS } from './wizards.js';

/** The tables that hold what users enter. */
const TABLES = [
  'website_analyses',
  'research_preferences',
  'competitor_analyses',
  'persona_data',
  'platform_integrations',
] as const;

type Entered = keyof typeof MARKS;

/** Columns of the website's that the research page has, too: whichever page posts them saves them. */
const OF_BOTH = ['writing_style', 'content_characteristics', 'target_audience', 'recommended_settings'];
/** Keys of an analysis that no page knows: they stay with whichever page posts them. */
const OF_NO_PAGE = ['style_consistency', 'unique_elements', 'meta_info'];

/** Whether data of a page may be in a place of another page's table. */
function mayHold(table: string, [column = '', key = '']: readonly string[], page: Entered): boolean {
  switch (`${page} in ${table}`) {
    case 'website in website_analyses':
    case 'research in research_preferences':
    case 'research in competitor_analyses':
    case 'personalization in persona_data':
    case 'integrations in platform_integrations':
      return true;
    case 'research in website_analyses':
      return column === 'social_media_accounts';
    case 'integrations in website_analyses':
      return column === 'extra' && key === 'integrations';
    case 'website in research_preferences':
      return OF_BOTH.includes(column) || (column === 'extra' && OF_NO_PAGE.includes(key));
    default:
      return column === 'extra' && OF_NO_PAGE.includes(key);
  }
}

/** Where each text of a user's is that does not belong there. */
export async function misplacedOf(database: TestDatabase, userId: string): Promise<string[]> {
  const rows = await rowsOf(database, userId);
  return TABLES.flatMap((table) =>
    (rows[table] ?? []).flatMap((row) =>
      leaves(row).flatMap(([path, value]) => {
        const place = path.map(String);
        const pages = (Object.keys(MARKS) as Entered[]).filter((page) => String(value).includes(MARKS[page]));
        const wrong = pages
          .filter((page) => !mayHold(table, place, page))
          .map((page) => `${page} in ${table}.${place.join('.')}`);
        const isKey = place.some((key) => ['api_keys', 'apiKeys', 'onboarding_type'].includes(key));
        return isKey ? [...wrong, `${table}.${place.join('.')}`] : wrong;
      }),
    ),
  );
}

/** That a user's data of these pages are saved, each in the table it belongs to and nowhere else. */
export async function expectPlaces(database: TestDatabase, userId: string, pages: readonly Entered[]): Promise<void> {
  expect([userId, await misplacedOf(database, userId)]).toEqual([userId, []]);
  const rows = (await rowsOf(database, userId)) as Record<string, JsonObject[]>;
  const count = (table: string) => rows[table]?.length ?? 0;
  const expected = {
    website: { website_analyses: 1 },
    research: { research_preferences: 1, competitor_analyses: 2 },
    personalization: { persona_data: 1 },
    integrations: { platform_integrations: 1 },
  };
  const wanted = Object.assign({}, ...pages.map((page) => expected[page])) as Record<string, number>;
  const found = Object.fromEntries(Object.keys(wanted).map((table) => [table, count(table)]));
  expect([userId, found]).toEqual([userId, wanted]);
  const lost = pages.filter((page) => !JSON.stringify(rows[tableOf[page]]).includes(MARKS[page]));
  expect([userId, lost]).toEqual([userId, []]);
}

const tableOf = {
  website: 'website_analyses',
  research: 'research_preferences',
  personalization: 'persona_data',
  integrations: 'platform_integrations',
} as const;
