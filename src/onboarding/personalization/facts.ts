import type { SnapshotPart } from '../database/record.js';
import { businessInfoRecord } from '../database/records/business-info.record.js';
import { competitorsRecord } from '../database/records/competitor-analyses.record.js';
import { personaRecord } from '../database/records/persona-data.record.js';
import { integrationsRecord } from '../database/records/platform-integrations.record.js';
import { researchRecord } from '../database/records/research-preferences.record.js';
import { websiteRecord } from '../database/records/website-analysis.record.js';
import type { Snapshot } from '../database/snapshot.js';
import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';

/** Where a value comes from. */
export type Source =
  | 'persona'
  | 'website_analysis'
  | 'research_preferences'
  | 'competitors'
  | 'business_info'
  | 'integrations'
  | 'industry_default'
  | 'default';

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

/** Columns of the brand are read only while brand analysis is switched on. */
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
