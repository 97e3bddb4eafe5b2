import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import { keysOf } from '../../onboarding/database/records/posted-data.js';
import { competitorList } from './competitors.js';
import {
  fillDocument,
  fitDocument,
  isLater,
  MAPPINGS,
  mergeDocuments,
  reportBlankDepth,
  type DocumentName,
} from './documents.js';
import { NO_DOCUMENTS, type Documents } from './holdings.js';
import type { Dated } from './legacy-user.js';
import { isAbsent } from './python-json.js';
import type { Warnings } from './warnings.js';

/** The times of a post. */
export interface PostTimes {
  readonly createdAt: Date | null;
  readonly updatedAt: Date | null;
}

/** Steps that a page posts documents for. */
export const POSTED_STEPS = ['website', 'research', 'personalization', 'integrations'] as const;
export type PostedStep = (typeof POSTED_STEPS)[number];

const OWN: Readonly<Record<PostedStep, DocumentName>> = {
  website: 'website',
  research: 'research',
  personalization: 'persona',
  integrations: 'integrations',
};

/** Each page adds these to its data; they say nothing about where the data belong. */
const OF_EVERY_PAGE = ['stepType', 'completedAt', 'onboarding_type'];

const without = (keys: Iterable<string>, others: readonly ReadonlySet<string>[]) =>
  new Set([...keys].filter((key) => !OF_EVERY_PAGE.includes(key) && others.every((other) => !other.has(key))));

const RESEARCH = without([...keysOf(MAPPINGS.research), 'competitors', 'growth_summary'], []);
const PERSONA = without(keysOf(MAPPINGS.persona), []);
/** Of keys that a website and research share, the top level is about research. */
const WEBSITE = without(
  [...keysOf(MAPPINGS.website), 'social_media_accounts', 'socialMediaAccounts'],
  [without(keysOf(MAPPINGS.research), [new Set(['social_media_accounts', 'socialMediaAccounts'])])],
);

/** Which document a key is for, in what a page posted: the wizard of some months posted one heap on several pages. */
function documentOf(key: string, own: DocumentName): DocumentName {
  if (own === 'website' || own === 'integrations') {
    return PERSONA.has(key) ? 'persona' : own;
  }
  if (PERSONA.has(key)) return 'persona';
  if (WEBSITE.has(key)) return 'website';
  return RESEARCH.has(key) ? 'research' : own;
}

/** What was posted for a step, each key for the document that it belongs to. A marker without data yields nothing. */
export function postedDocuments(step: PostedStep, data: unknown, times: PostTimes, warnings: Warnings): Documents {
  if (!isJsonObject(data) || isMarker(data)) return NO_DOCUMENTS;
  const own = OWN[step];
  const parts = new Map<DocumentName, [string, unknown][]>();
  for (const [key, value] of Object.entries(data)) {
    reportBlankDepth(key, value, warnings);
    if (key === 'competitors' || isAbsent(value)) continue;
    const name = documentOf(key, own);
    parts.set(name, [...(parts.get(name) ?? []), [key, value]]);
  }
  const dated = (name: DocumentName) => {
    const entries = parts.get(name) ?? [];
    const hasData = entries.some(([key]) => !OF_EVERY_PAGE.includes(key));
    const value = hasData ? fitDocument(name, Object.fromEntries(entries), warnings) : null;
    return value ? { value, ...times } : null;
  };
  const competitors = competitorList(data['competitors']);
  return {
    website: dated('website'),
    research: dated('research'),
    competitors: competitors.length > 0 ? { value: competitors, ...times } : null,
    persona: dated('persona'),
    integrations: dated('integrations'),
    business: businessOf(data['businessData'], times),
  };
}

/** Markers of steps that the older back end took for completed because of other data. */
function isMarker(data: JsonObject): boolean {
  const { source } = data;
  return Object.keys(data).length === 1 && typeof source === 'string' && source.endsWith('fallback');
}

const BUSINESS_COLUMNS = ['business_description', 'industry', 'target_audience', 'business_goals'];

/** Null without a description, which every business has. */
export function businessOf(data: unknown, times: PostTimes): Documents['business'] {
  if (!isJsonObject(data) || isAbsent(data['business_description'])) return null;
  const texts = BUSINESS_COLUMNS.flatMap((column) => {
    const value = data[column];
    return typeof value === 'string' && value.trim() !== '' ? [[column, value] as const] : [];
  });
  return texts.some(([column]) => column === 'business_description')
    ? { value: Object.fromEntries(texts), ...times }
    : null;
}

/** What was posted for the steps of one user: the document of a step's own page, with what it lacks from other pages. */
export function documentsOfPosts(
  posts: readonly { readonly step: PostedStep; readonly documents: Documents }[],
): Documents {
  const own = posts.map(({ step, documents }) => ({ ...NO_DOCUMENTS, [OWN[step]]: documents[OWN[step]] }));
  return [...own, ...posts.map(({ documents }) => documents)].reduce(fillGaps, NO_DOCUMENTS);
}

/** The documents of one source, with what they lack from others of the same source. */
export function fillGaps(first: Documents, second: Documents): Documents {
  const filled = (name: DocumentName) => {
    const document = first[name];
    return document ? fillDocument(name, document, second[name]) : second[name];
  };
  return {
    website: filled('website'),
    research: filled('research'),
    competitors: first.competitors ?? second.competitors,
    persona: filled('persona'),
    integrations: filled('integrations'),
    business: first.business ?? second.business,
  };
}

/** The documents of two sources: of each the later one, of equal ones the first. */
export function mergeAll(first: Documents, second: Documents): Documents {
  const merged = (name: DocumentName) => mergeDocuments(name, first[name], second[name]);
  return {
    website: merged('website'),
    research: merged('research'),
    competitors: later(first.competitors, second.competitors),
    persona: merged('persona'),
    integrations: merged('integrations'),
    // A business in a post is a copy of the one that has a table.
    business: first.business ?? second.business,
  };
}

function later<T>(first: Dated<T> | null, second: Dated<T> | null): Dated<T> | null {
  if (!first || !second) return first ?? second;
  return isLater(second, first) ? second : first;
}
