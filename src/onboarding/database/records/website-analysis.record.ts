import type { JsonObject } from '../../../ground/problems/json.js';
import type { Command } from '../record.js';
import { DocumentRecord } from './document-record.js';
import { isOfKind, viewDocument, type Kind, type Mapping, type Rule } from './posted-data.js';
import { publicWebsite } from './website-url.js';

/** Kept and shown only while brand analysis is switched on. */
export const BRAND_COLUMNS = ['brand_analysis', 'content_strategy_insights'] as const;

const GUIDELINES: Readonly<Record<string, Kind>> = {
  // An object as the analysis makes it, a list in older pages' posts.
  guidelines: 'either',
  best_practices: 'list',
  avoid_elements: 'list',
  content_strategy: 'text',
  ai_generation_tips: 'list',
  competitive_advantages: 'list',
  content_calendar_suggestions: 'list',
};

const KINDS: Readonly<Record<string, Kind>> = {
  website_url: 'text',
  writing_style: 'document',
  content_characteristics: 'document',
  target_audience: 'document',
  content_type: 'document',
  recommended_settings: 'document',
  brand_analysis: 'document',
  content_strategy_insights: 'document',
  social_media_presence: 'document',
  social_media_accounts: 'document',
  seo_audit: 'document',
  sitemap_analysis: 'document',
  style_patterns: 'document',
  style_guidelines: 'document',
  crawl_result: 'document',
  status: 'text',
};

/** Posted next to the analysis, kept in `extra`. */
const TOP_LEVEL: Readonly<Record<string, Kind>> = {
  domainName: 'text',
  useAnalysisForGenAI: 'flag',
  email: 'text',
  businessData: 'document',
  integrations: 'document',
};

const URL_RULE: Rule = {
  errors: (url, at) => {
    if (publicWebsite(url as string) !== null) return [];
    const detail = 'website must be the address of a public website, such as https://example.com.';
    return [{ pointer: `${at}/website`, detail }];
  },
  spell: (url) => publicWebsite(url as string),
};

/** Step 2: the same keys at the top level or nested in `analysis`; the guideline keys fold into `style_guidelines`. */
function websiteMapping(brandAnalysis: boolean): Mapping {
  const columns = Object.keys(KINDS).filter((c) => brandAnalysis || !(BRAND_COLUMNS as readonly string[]).includes(c));
  return {
    table: 'website_analyses',
    columns,
    hidden: brandAnalysis ? [] : BRAND_COLUMNS,
    merged: ['style_guidelines'],
    kinds: KINDS,
    rules: { website_url: URL_RULE },
    spellings: { website_url: ['website'] },
    nested: 'analysis',
    folded: { into: 'style_guidelines', kinds: GUIDELINES },
    typed: TOP_LEVEL,
    // Copies that reading adds.
    neverExtra: ['style_analysis', 'website_analysis'],
  };
}

/** The row in the shape in which the page posts it, so that spreading it restores the page. */
function viewWebsite(mapping: Mapping, row: JsonObject): JsonObject {
  const view = viewDocument(mapping, row);
  const { website_url: website, crawl_result: crawlResult, status, style_guidelines } = view;
  const documents = mapping.columns.filter((column) => KINDS[column] === 'document' && view[column] !== null);
  const unknown = Object.entries(row['extra'] as JsonObject).filter(([key]) => !Object.hasOwn(TOP_LEVEL, key));
  // Only what could have been posted next to the document: the page sends all of this back.
  const guidelines = Object.entries(GUIDELINES).flatMap(([key, kind]) => {
    const value = (style_guidelines as JsonObject | null)?.[key];
    return isOfKind(kind, value) ? [[key, value] as const] : [];
  });
  return {
    ...view,
    website,
    crawlResult,
    analysis: {
      ...Object.fromEntries(unknown),
      ...Object.fromEntries(guidelines),
      ...Object.fromEntries(documents.map((column) => [column, view[column]])),
      ...(status === null ? {} : { status }),
    },
  };
}

const withBrand = websiteRecordWith(websiteMapping(true));
const withoutBrand = websiteRecordWith(websiteMapping(false));

function websiteRecordWith(mapping: Mapping): DocumentRecord {
  return new DocumentRecord(mapping, (row) => viewWebsite(mapping, row));
}

/** Step 2's table, with the brand's columns or without. */
export const websiteRecord = (brandAnalysis: boolean): DocumentRecord => (brandAnalysis ? withBrand : withoutBrand);

/** The parts of the analysis that say how the website writes, and for whom. */
const STYLE = [
  'writing_style',
  'content_characteristics',
  'target_audience',
  'content_type',
  'recommended_settings',
  'style_patterns',
  'style_guidelines',
];

/** Style, audience and guidelines together, from the view of a website. */
export function styleOf(website: JsonObject): JsonObject {
  const columns = STYLE.filter((column) => website[column] !== null && website[column] !== undefined);
  return Object.fromEntries(columns.map((column) => [column, website[column]]));
}

/** The columns that an analysis fills: the address is the user's, and step 3 saves the accounts. */
const ANALYSIS = Object.keys(KINDS).filter((column) => !['website_url', 'social_media_accounts'].includes(column));

/** What of the website others build on: the address, and the analysis. */
export const ANALYSIS_COLUMNS: readonly string[] = ['website_url', ...ANALYSIS];

/** An address as it is compared: scheme and host in small letters, and no slash without a path. */
export function comparedAddress(address: unknown): unknown {
  if (typeof address !== 'string') return address;
  const [, site, path] = /^([^/]*\/\/[^/?#]*)(.*)$/s.exec(address) ?? [];
  return site === undefined ? address : site.toLowerCase() + (path === '/' ? '' : path);
}

/** SQL for the same of a text. */
export const comparedAddressIn = (address: string): string =>
  `coalesce(
     lower(substring(${address} from '^[^/]*//[^/?#]*')) ||
       coalesce(nullif(substring(${address} from '^[^/]*//[^/?#]*(.*)$'), '/'), ''),
     ${address})`;

/** Whether a row, or the view of one, holds a part of an analysis, and not just an address or what the page posts next to it. */
export function hasAnalysis(website: JsonObject): boolean {
  return ANALYSIS.some((column) => KINDS[column] === 'document' && isOfKind('document', website[column]));
}

/**
 * Clears the analysis in a saved row: all its columns, and what came with it in `extra`. These stay: the address, the keys that
 * the page posts next to the analysis (`domainName`, `useAnalysisForGenAI`, `email`, `businessData`, `integrations`), and the
 * accounts of step 3. The brand's columns are cleared while brand analysis is switched off, too: a deleted analysis must not come
 * back when it is switched on.
 */
export function clearAnalysis(row: JsonObject): Command {
  const columns = Object.fromEntries(ANALYSIS.map((column) => [column, null]));
  const removed = Object.keys(row['extra'] as JsonObject).filter((key) => !Object.hasOwn(TOP_LEVEL, key));
  return withBrand.save({ columns, extra: {}, removed });
}

/** Whether both texts are the address of the same public website: `Example.com` is `https://example.com/`. */
export function isSameWebsite(one: string, other: string): boolean {
  const [first, second] = [one, other].map((text) => {
    const url = publicWebsite(text);
    return url === null ? null : new URL(url).href;
  });
  return first !== null && first === second;
}
