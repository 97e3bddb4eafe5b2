import type { SnapshotPart } from '../database/record.js';
import { businessInfoRecord } from '../database/records/business-info.record.js';
import { competitorsRecord } from '../database/records/competitor-analyses.record.js';
import { personaRecord } from '../database/records/persona-data.record.js';
import { integrationsRecord } from '../database/records/platform-integrations.record.js';
import { researchRecord } from '../database/records/research-preferences.record.js';
import { websiteRecord } from '../database/records/website-analysis.record.js';
import type { Snapshot } from '../database/snapshot.js';
import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';

/** Where a value comes from: a table of the user's own data, the defaults of the user's industry, or the general defaults. */
export const SOURCES = [
  'persona',
  'website_analysis',
  'research_preferences',
  'competitors',
  'business_info',
  'integrations',
  'industry_default',
  'default',
] as const;
export type Source = (typeof SOURCES)[number];

/** The documents of one user that personalisation reads; an empty object where the user has none. */
export interface Facts {
  readonly website: JsonObject;
  readonly research: JsonObject;
  readonly persona: JsonObject;
  readonly business: JsonObject;
  readonly integrations: JsonObject;
  readonly competitors: readonly JsonObject[];
  /** Which of the documents exist. */
  readonly has: { readonly website: boolean; readonly research: boolean; readonly persona: boolean };
  readonly updatedAt: Date | null;
}

/** What must be read for them, by what each holds. */
const PARTS = {
  website: websiteRecord(true),
  research: researchRecord,
  competitors: competitorsRecord,
  persona: personaRecord,
  integrations: integrationsRecord,
  business: businessInfoRecord,
};

export const FACT_PARTS: readonly SnapshotPart<unknown>[] = Object.values(PARTS);

/** @param brandAnalysis whether the columns of the brand are read */
export function factsOf(snapshot: Snapshot, brandAnalysis: boolean): Facts {
  const [saved, research, persona] = [PARTS.website, PARTS.research, PARTS.persona].map((part) => snapshot.of(part));
  const { brand_analysis, content_strategy_insights, ...website } = saved ?? {};
  return {
    website: brandAnalysis ? { ...website, brand_analysis, content_strategy_insights } : website,
    research: research ?? {},
    persona: persona ?? {},
    business: snapshot.of(PARTS.business) ?? {},
    integrations: snapshot.of(PARTS.integrations) ?? {},
    competitors: snapshot.of(PARTS.competitors),
    has: {
      website: Boolean(saved),
      research: Boolean(research),
      persona: Boolean(persona),
    },
    updatedAt: snapshot.session?.updatedAt ?? null,
  };
}

/** The value at the end of a path of keys; undefined where a value on the path is not an object. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isJsonObject(inner) ? inner[key] : undefined), value);
}

/** The text without surrounding white space; undefined when it is empty, and for any other type. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** The texts of a list, or one text as a list; undefined when there is none. Items of other types are left out. */
export function asTexts(value: unknown): string[] | undefined {
  const texts = (Array.isArray(value) ? value : [value]).flatMap((item) => asText(item) ?? []);
  return texts.length > 0 ? distinct(texts) : undefined;
}

/** The texts without repeats, compared without regard to case; the first spelling stays, in its place. */
export function distinct(texts: readonly string[]): string[] {
  const first = new Map<string, string>();
  for (const text of texts) {
    const key = text.toLowerCase();
    if (!first.has(key)) first.set(key, text);
  }
  return [...first.values()];
}

/** A value and where it comes from. */
export interface Sourced<T> {
  readonly value: T;
  readonly source: Source;
}

/** The first candidate that has a value. */
export function firstOf<T>(candidates: readonly (readonly [Source, T | undefined])[]): Sourced<T> | undefined {
  for (const [source, value] of candidates) if (value !== undefined) return { value, source };
  return undefined;
}
