import { isBlank, isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import type { StepKey } from './steps.js';

/** What a step's data must have before the step can be completed: the same of data that are posted and of those that are saved. */
export interface Demand {
  /** Names it in requirements, and in metrics. */
  readonly code: 'api_key_missing' | 'website_missing' | 'research_missing' | 'persona_missing';
  readonly step: StepKey;
  /** Where it may be posted, from the request's body on. */
  readonly pointer: string;
  /** What follows 'Step 2 needs'. */
  readonly needs: string;
}

const API_KEY: Demand = {
  code: 'api_key_missing',
  step: 'api_keys',
  pointer: '/data/api_keys',
  needs: 'the API key of at least one provider',
};

const WEBSITE: Demand = {
  code: 'website_missing',
  step: 'website',
  pointer: '/data/website',
  needs: 'a website URL, or a description of the business, or a connected platform',
};

const RESEARCH: Demand = {
  code: 'research_missing',
  step: 'research',
  pointer: '/data',
  needs: 'competitors, a research summary, a sitemap analysis, or research preferences',
};

const IDENTITY: Demand = {
  code: 'persona_missing',
  step: 'personalization',
  pointer: '/data/corePersona',
  needs: 'corePersona with an identity',
};

const PLATFORM: Demand = {
  code: 'persona_missing',
  step: 'personalization',
  pointer: '/data/platformPersonas',
  needs: 'platformPersonas with at least one platform',
};

/** What keys lack; null: nothing. @param keys of any providers */
export function unmetByKeys(keys: readonly unknown[]): Demand | null {
  return keys.length > 0 ? null : API_KEY;
}

/** What a website lacks; null: nothing. @param website `website_url`, `businessData` and `integrations` count */
export function unmetByWebsite(website: JsonObject): Demand | null {
  const { website_url: address, businessData, integrations } = website;
  return !isBlank(address) || hasContent(businessData) || isConnected(integrations) ? null : WEBSITE;
}

/** Each of them shows that research was done; the last comes from LinkedIn. */
const FINDINGS = ['researchSummary', 'sitemapAnalysis', 'growth_summary'];

/** What research lacks; null: nothing. @param preferences the columns of preferences that are filled */
export function unmetByResearch(
  research: JsonObject,
  preferences: JsonObject,
  competitors: readonly unknown[],
): Demand | null {
  const hasFindings = FINDINGS.some((key) => !isBlank(research[key])) || research['stepType'] === 'linkedin_research';
  return competitors.length > 0 || hasFindings || Object.keys(preferences).length > 0 ? null : RESEARCH;
}

/** What a persona lacks; null: nothing. */
export function unmetByPersona({ core_persona: core, platform_personas: platforms }: JsonObject): Demand | null {
  if (!isJsonObject(core) || !isJsonObject(core['identity'])) return IDENTITY;
  return isJsonObject(platforms) && Object.keys(platforms).length > 0 ? null : PLATFORM;
}

/** The columns of a website that a persona is made from, with the names that users read. */
const PERSONA_SOURCES = [
  { column: 'writing_style', name: 'writing style' },
  { column: 'content_characteristics', name: 'content characteristics' },
  { column: 'target_audience', name: 'target audience' },
] as const;

/** What is missing before a persona can be made from a website, as users read it. @param website null: there is none */
export function missingForPersona(website: JsonObject | null): readonly string[] {
  if (!website) return ['website analysis'];
  const isThere = (value: unknown) => isJsonObject(value) && Object.keys(value).length > 0;
  return PERSONA_SOURCES.filter(({ column }) => !isThere(website[column])).map(({ name }) => name);
}

function hasContent(value: unknown): boolean {
  return isJsonObject(value) && Object.values(value).some((item) => !isBlank(item));
}

/** Whether platforms, in the shape of step 5, say anywhere that one is connected. */
function isConnected(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (!isJsonObject(value)) return value === true;
  return 'connected' in value ? value['connected'] === true : Object.values(value).some(isConnected);
}
