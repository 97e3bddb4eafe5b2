import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import { buildCanonicalProfile } from './canonical-profile.js';
import { asText, asTexts, at, type Facts } from './facts.js';
import type { SummaryView } from './personalization.contract.js';

/** What the user has, beside what was saved of it in the tables of facts. */
export interface KeySituation {
  /** By provider: the user's own masked, the deployment's as stars. */
  readonly masked: Readonly<Record<string, string>>;
  readonly hasAi: boolean;
  readonly hasResearch: boolean;
}

/** What a persona is made from, and what it is called towards the user. */
const PERSONA_NEEDS = [
  { column: 'writing_style', name: 'writing style' },
  { column: 'content_characteristics', name: 'content characteristics' },
  { column: 'target_audience', name: 'target audience' },
] as const;

const filled = (value: unknown) => isJsonObject(value) && Object.keys(value).length > 0;

export interface SummaryViews {
  readonly style: JsonObject | null;
  readonly research: JsonObject | null;
  readonly integrations: JsonObject | null;
}

/** All that was saved, in short, and what can be done with it. */
export function buildSummary(facts: Facts, keys: KeySituation, views: SummaryViews): SummaryView {
  const { website } = facts;
  const profile = buildCanonicalProfile(facts);
  const missing = [
    ...(facts.has.website ? [] : ['website analysis']),
    ...PERSONA_NEEDS.filter(({ column }) => facts.has.website && !filled(website[column])).map(({ name }) => name),
  ];
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
        (filled(website['seo_audit']) || asTexts(at(website, 'sitemap_analysis', 'content_pillars')) !== undefined),
    },
    canonical_profile: profile,
  };
}
