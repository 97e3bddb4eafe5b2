import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import { missingForPersona } from '../flow/demands.js';
import { buildCanonicalProfile } from './canonical-profile.js';
import { asText, asTexts, at, type Facts } from './facts.js';
import type { SummaryView } from './personalization.contract.js';

/** The user's keys, with the deployment's where the user has none. */
export interface KeySummary {
  /** By provider: the user's own masked, the deployment's as stars alone. */
  readonly masked: Readonly<Record<string, string>>;
  /** Whether there is a key of an AI provider that is not known to be invalid. */
  readonly hasAi: boolean;
  /** The same of a research provider. */
  readonly hasResearch: boolean;
}

const hasContent = (value: unknown) => isJsonObject(value) && Object.keys(value).length > 0;

/** Saved documents as the API shows them; null where there is none. */
export interface SummaryViews {
  readonly style: JsonObject | null;
  readonly research: JsonObject | null;
  readonly integrations: JsonObject | null;
}

/** The saved data in short, and which features the user can use with them. */
export function buildSummary(facts: Facts, keys: KeySummary, views: SummaryViews): SummaryView {
  const { website } = facts;
  const profile = buildCanonicalProfile(facts);
  const missing = missingForPersona(facts.has.website ? website : null);
  const websiteUrl = asText(website['website_url']) ?? null;
  const ready = missing.length === 0;
  return {
    api_keys: keys.masked,
    website_url: websiteUrl,
    style_analysis: views.style,
    research_preferences: views.research,
    personalization_settings: {
      writing_style: asText(at(website, 'writing_style', 'tone')) ?? profile.tone.value,
      target_audience: profile.target_audience.value?.join(', ') ?? null,
      content_focus: profile.content_types.value?.join(', ') ?? null,
      tone: profile.tone.value,
      brand_voice: profile.voice.value,
    },
    persona_readiness: {
      ready,
      reason: ready ? 'Everything that a persona is made from is there' : `Still missing: ${missing.join(', ')}`,
      missing_data: missing,
    },
    integrations: views.integrations,
    capabilities: {
      ai_content_generation: keys.hasAi,
      website_analysis: websiteUrl !== null,
      research_capabilities: keys.hasResearch,
      persona_generation: keys.hasAi && ready,
      content_optimization:
        keys.hasAi &&
        (hasContent(website['seo_audit']) || asTexts(at(website, 'sitemap_analysis', 'content_pillars')) !== undefined),
    },
    canonical_profile: profile,
  };
}
