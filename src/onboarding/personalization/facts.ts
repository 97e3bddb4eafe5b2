import type { Snapshot, SnapshotTable } from '../database/snapshot.js';
import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';

/** Where a value comes from: the user's own data, or the defaults of the user's industry or of everybody. */
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

/** What one user has saved, as far as personalisation reads it. */
export interface Facts {
  readonly website: JsonObject;
  readonly research: JsonObject;
  readonly persona: JsonObject;
  readonly business: JsonObject;
  readonly integrations: JsonObject;
  readonly competitors: readonly JsonObject[];
  /** Whether the rows are there at all. */
  readonly has: { readonly website: boolean; readonly research: boolean; readonly persona: boolean };
  readonly updatedAt: Date | null;
}

export const FACT_TABLES: readonly SnapshotTable[] = [
  'website_analyses',
  'research_preferences',
  'competitor_analyses',
  'persona_data',
  'platform_integrations',
  'business_info',
];

/** Columns of the brand are read only while brand analysis is switched on. */
export function factsOf({ session, documents, competitors }: Snapshot, brandAnalysis: boolean): Facts {
  const { brand_analysis, content_strategy_insights, ...website } = documents.website_analyses ?? {};
  return {
    website: brandAnalysis ? { ...website, brand_analysis, content_strategy_insights } : website,
    research: documents.research_preferences ?? {},
    persona: documents.persona_data ?? {},
    business: documents.business_info ?? {},
    integrations: documents.platform_integrations ?? {},
    competitors,
    has: {
      website: Boolean(documents.website_analyses),
      research: Boolean(documents.research_preferences),
      persona: Boolean(documents.persona_data),
    },
    updatedAt: session?.updatedAt ?? null,
  };
}

/** The value at the end of a path of keys; undefined where a document on the way is none. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isJsonObject(inner) ? inner[key] : undefined), value);
}

/** A text with something in it, trimmed; undefined for anything else. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** The texts of a list, or one text as a list; undefined when there is none. What is of another type is passed over. */
export function asTexts(value: unknown): string[] | undefined {
  const texts = (Array.isArray(value) ? value : [value]).flatMap((item) => asText(item) ?? []);
  return texts.length > 0 ? distinct(texts) : undefined;
}

/** Without repeats, whatever the case; the first stays, where it is and as it is spelt. */
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
