import { asText, asTexts, at, distinct, firstOf, type Facts, type Source, type Sourced } from './facts.js';
import { findIndustry, GENERAL, type Industry } from './industries.js';
import { ownKeywords } from './keywords.js';
import type { AiInputsView } from './personalization.contract.js';

const MAX_COMPETITORS = 10;

/** Content gaps and topics by the content type that the site publishes most. */
const BY_PRIMARY_TYPE = {
  blog: {
    gaps: ['Video tutorials', 'Case studies', 'Infographics'],
    topics: ['Industry trends', 'How-to guides', 'Best practices'],
  },
  video: {
    gaps: ['Blog posts', 'Whitepapers', 'Webinars'],
    topics: ['Product demonstrations', 'Tutorials', 'Interviews'],
  },
} as const;

/** Further content gaps by the tone of the site. */
const BY_TONE = {
  professional: ['Personal stories'],
  casual: ['Expert interviews'],
} as const;

/** Content opportunities by the purpose of the site. */
const BY_PURPOSE = {
  informational: ['How-to guides', 'Tutorials', 'Educational content'],
  promotional: ['Case studies', 'Testimonials', 'Success stories'],
} as const;

/** The key of the table that equals the text without regard to case. */
function keyOf<T extends object>(table: T, value: string | undefined): (keyof T & string) | undefined {
  const key = value?.toLowerCase();
  return key !== undefined && Object.hasOwn(table, key) ? (key as keyof T & string) : undefined;
}

function byTone(tone: string): readonly string[] {
  const key = keyOf(BY_TONE, tone);
  return key === undefined ? [] : BY_TONE[key];
}

/** The inputs for AI features. Each value that the user's data lack, or have in a wrong type, has its own default. */
export function buildAiInputs(facts: Facts): AiInputsView {
  const { website, research, persona, business } = facts;
  const sources: Record<string, Source> = {};
  const take = <T>(
    paths: string | readonly string[],
    own: Sourced<T> | undefined,
    fallback: T,
    fallbackSource: Source = 'default',
  ): T => {
    for (const path of typeof paths === 'string' ? [paths] : paths) sources[path] = own?.source ?? fallbackSource;
    return own?.value ?? fallback;
  };
  const website_url = take(
    'website_analysis.website_url',
    valueFrom('website_analysis', asText(website['website_url'])),
    null,
  );
  const primary = asText(at(website, 'content_type', 'primary_type'));
  const contentTypes = asTexts([primary, ...(asTexts(at(website, 'content_type', 'secondary_types')) ?? [])]);
  const content_types = take('website_analysis.content_types', valueFrom('website_analysis', contentTypes), [
    'blog',
    'article',
  ]);
  const tone = firstOf([
    ['website_analysis', asText(at(website, 'writing_style', 'tone'))],
    ['persona', asText(at(persona, 'core_persona', 'tonal_range', 'default_tone'))],
    ['research_preferences', asText(at(research, 'writing_style', 'tone'))],
  ]);
  const writing_style = take('website_analysis.writing_style', tone, 'professional');
  const audience = (key: string) =>
    [at(website, 'target_audience', key), at(research, 'target_audience', key)] as const;
  const [siteDemographics, researchDemographics] = audience('demographics');
  const target_audience = take(
    ['website_analysis.target_audience', 'competitor_analysis.target_demographics'],
    firstOf([
      ['website_analysis', asTexts(siteDemographics)],
      ['research_preferences', asTexts(researchDemographics)],
    ]),
    ['professionals'],
  );
  const [siteIndustry, researchIndustry] = audience('industry_focus');
  const industry_focus = take(
    ['website_analysis.industry_focus', 'competitor_analysis.industry'],
    firstOf([
      ['website_analysis', asText(siteIndustry)],
      ['research_preferences', asText(researchIndustry)],
      ['business_info', asText(business['industry'])],
    ]),
    GENERAL.name,
  );
  const [siteLevel, researchLevel] = audience('expertise_level');
  const expertise_level = take(
    ['website_analysis.expertise_level', 'keyword_analysis.search_intent'],
    firstOf([
      ['website_analysis', asText(siteLevel)],
      ['research_preferences', asText(researchLevel)],
    ]),
    'intermediate',
  );
  const industry = findIndustry(industry_focus);
  const top_performers = take(
    'competitor_analysis.top_performers',
    ownCompetitors(facts),
    industry?.sites ?? [],
    fallbackSource(industry),
  );
  const keywords = take(
    ['gap_analysis.target_keywords', 'keyword_analysis.high_value_keywords'],
    ownKeywords(facts),
    (industry ?? GENERAL).keywords,
    fallbackSource(industry),
  );
  const primaryType = keyOf(BY_PRIMARY_TYPE, primary);
  const type = primaryType ?? 'blog';
  const gaps = [...BY_PRIMARY_TYPE[type].gaps.filter((gap) => !hasType(content_types, gap)), ...byTone(writing_style)];
  const content_gaps = take(
    'gap_analysis.content_gaps',
    valueFrom('website_analysis', primary ? gaps : undefined),
    gaps,
  );
  const purpose = asText(at(website, 'content_type', 'purpose'));
  const opportunities = BY_PURPOSE[keyOf(BY_PURPOSE, purpose) ?? 'informational'];
  const content_opportunities = take(
    'gap_analysis.content_opportunities',
    valueFrom('website_analysis', keyOf(BY_PURPOSE, purpose) && opportunities),
    opportunities,
  );
  const topics = distinct([...BY_PRIMARY_TYPE[type].topics, ...(industry?.topics ?? [])]);
  const content_topics = take(
    'keyword_analysis.content_topics',
    valueFrom('website_analysis', primaryType && topics),
    topics,
    fallbackSource(industry),
  );

  const preferences = facts.has.research ? researchPreferences(facts) : undefined;
  for (const key of Object.keys(preferences ?? {})) sources[`research_preferences.${key}`] = 'research_preferences';

  const own = Object.values(sources).filter((source) => source !== 'default' && source !== 'industry_default').length;
  return {
    website_analysis: { website_url, content_types, writing_style, target_audience, industry_focus, expertise_level },
    competitor_analysis: { top_performers, industry: industry_focus, target_demographics: target_audience },
    gap_analysis: { content_gaps, target_keywords: keywords, content_opportunities },
    keyword_analysis: { high_value_keywords: keywords, content_topics, search_intent: searchIntent(expertise_level) },
    ...(preferences ? { research_preferences: preferences } : {}),
    meta: {
      personalized: own > 0,
      completeness: Math.round((own / Object.keys(sources).length) * 100) / 100,
      sources,
      updated_at: facts.updatedAt?.toISOString() ?? null,
    },
  };
}

const valueFrom = <T>(source: Source, value: T | undefined) => firstOf([[source, value]]);

function fallbackSource(industry: Industry | undefined): Source {
  return industry ? 'industry_default' : 'default';
}

function searchIntent(level: string): { intent: string; focus: string } {
  switch (level.toLowerCase()) {
    case 'beginner':
      return { intent: 'educational', focus: 'basic concepts' };
    case 'intermediate':
      return { intent: 'practical', focus: 'implementation' };
    default:
      return { intent: 'advanced', focus: 'strategic insights' };
  }
}

/** Domains of at most 10 of the user's own competitors, the most relevant first; undefined when there are none. */
export function ownCompetitors({ competitors }: Facts): Sourced<string[]> | undefined {
  const relevance = (score: unknown) => (typeof score === 'number' ? score : -Infinity);
  const domains = [...competitors]
    .sort((a, b) => relevance(b['relevance_score']) - relevance(a['relevance_score']) || 0)
    .flatMap(({ domain, url }) => hostOf(asText(domain)) ?? asText(domain) ?? hostOf(asText(url)) ?? []);
  return valueFrom('competitors', domains.length > 0 ? distinct(domains).slice(0, MAX_COMPETITORS) : undefined);
}

function hostOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).hostname || undefined : undefined;
}

/** Whether the site has a content type, without regard to case, punctuation and plural: 'case-study' is 'Case studies'. */
function hasType(types: readonly string[], type: string): boolean {
  const stem = (text: string) =>
    text
      .toLowerCase()
      .replace(/ies\b/g, 'y')
      .replace(/s\b/g, '')
      .replace(/[^a-z]+/g, ' ')
      .trim();
  return types.some((other) => stem(other) === stem(type));
}

function researchPreferences({ research }: Facts): AiInputsView['research_preferences'] {
  const { research_depth, content_types, auto_research, factual_content } = research;
  return { research_depth, content_types, auto_research, factual_content };
}
