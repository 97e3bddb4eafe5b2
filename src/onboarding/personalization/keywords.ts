import { isJsonObject } from '../../ground/problems/json.js';
import { asTexts, at, distinct, type Facts, type Sourced } from './facts.js';

const MAX_KEYWORDS = 20;
const MAX_DEPTH = 6;

/** Longer texts are no keywords, whatever could be trimmed from them: cleaning takes the square of their length. */
const MAX_UNCLEANED = 300;

/** Words that a search could be made of: short, and without what only machines read. */
function cleaned(texts: readonly string[]): string[] {
  return texts
    .filter((text) => text.length <= MAX_UNCLEANED)
    .map((text) =>
      text
        .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
        .replace(/\s+/g, ' ')
        .replace(/^[\s#"'.,;:-]+|[\s"'.,;:-]+$/g, ''),
    )
    .filter((text) => text.length >= 2 && text.length <= 80 && !/^https?:/i.test(text));
}

/** The texts under every key that speaks of keywords, at any level: lists, single ones, or objects that name theirs. */
function keywordsWithin(value: unknown, depth = 0): string[] {
  if (depth > MAX_DEPTH) return [];
  if (Array.isArray(value)) return value.flatMap((item) => keywordsWithin(item, depth + 1));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    /keyword/i.test(key) ? keywordTexts(item, depth + 1) : keywordsWithin(item, depth + 1),
  );
}

/** Texts, objects that name theirs, or groups of either. */
function keywordTexts(value: unknown, depth = 0): string[] {
  if (depth > MAX_DEPTH) return [];
  const items = Array.isArray(value) ? value : [value];
  return items.flatMap((item) => {
    if (Array.isArray(item)) return keywordTexts(item, depth + 1);
    if (!isJsonObject(item)) return asTexts(item) ?? [];
    const named = asTexts(item['keyword'] ?? item['term'] ?? item['name']);
    return (
      named ?? Object.values(item).flatMap((group) => (Array.isArray(group) ? keywordTexts(group, depth + 1) : []))
    );
  });
}

/** Keywords that the user's own data name, the website's first; undefined when they name none. */
export function ownKeywords({ website, competitors, persona }: Facts): Sourced<string[]> | undefined {
  const fromWebsite = [
    ...keywordsWithin(website['seo_audit']),
    ...(asTexts(at(website, 'content_strategy_insights', 'content_pillars')) ?? []),
    ...(asTexts(at(website, 'sitemap_analysis', 'content_pillars')) ?? []),
    ...keywordsWithin(website['sitemap_analysis']),
  ];
  const fromCompetitors = competitors.flatMap((competitor) => asTexts(competitor['highlights']) ?? []);
  const fromPersona = [
    ...keywordsWithin(persona['core_persona']),
    ...(asTexts(at(persona, 'core_persona', 'linguistic_fingerprint', 'lexical_features', 'go_to_words')) ?? []),
  ];
  const groups = [
    { source: 'website_analysis' as const, texts: cleaned(fromWebsite) },
    { source: 'competitors' as const, texts: cleaned(fromCompetitors) },
    { source: 'persona' as const, texts: cleaned(fromPersona) },
  ];
  const first = groups.find(({ texts }) => texts.length > 0);
  if (!first) return undefined;
  return { value: distinct(groups.flatMap(({ texts }) => texts)).slice(0, MAX_KEYWORDS), source: first.source };
}
