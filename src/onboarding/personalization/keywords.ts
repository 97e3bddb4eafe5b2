import { isJsonObject } from '../../ground/problems/json.js';
import { asTexts, at, distinct, type Facts, type Sourced } from './facts.js';

const MAX_KEYWORDS = 20;

/** Levels of nesting that are searched. */
const MAX_DEPTH = 6;

/** Longer texts are dropped before they are cleaned, because the time of cleaning grows with the square of the length. */
const MAX_UNCLEANED = 300;

/** The texts that can be search terms: 2 to 80 characters, no addresses; control characters and marks around them are removed. */
function searchTerms(texts: readonly string[]): string[] {
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

/** The texts under every key whose name contains 'keyword'. */
function keywordsWithin(value: unknown, depth = 0): string[] {
  if (depth > MAX_DEPTH) return [];
  if (Array.isArray(value)) return value.flatMap((item) => keywordsWithin(item, depth + 1));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    /keyword/i.test(key) ? keywordTexts(item, depth + 1) : keywordsWithin(item, depth + 1),
  );
}

/** Keywords as the analyses write them: texts, objects with `keyword`, `term` or `name`, and lists or groups of these. */
function keywordTexts(value: unknown, depth = 0): string[] {
  if (depth > MAX_DEPTH) return [];
  const items = Array.isArray(value) ? value : [value];
  return items.flatMap((item) => {
    if (Array.isArray(item)) return keywordTexts(item, depth + 1);
    if (!isJsonObject(item)) return asTexts(item) ?? [];
    const names = asTexts(item['keyword'] ?? item['term'] ?? item['name']);
    return (
      names ?? Object.values(item).flatMap((group) => (Array.isArray(group) ? keywordTexts(group, depth + 1) : []))
    );
  });
}

/** At most 20 keywords from the user's own data, the website's first; undefined when there are none. `source` is the first one's. */
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
    { source: 'website_analysis' as const, texts: searchTerms(fromWebsite) },
    { source: 'competitors' as const, texts: searchTerms(fromCompetitors) },
    { source: 'persona' as const, texts: searchTerms(fromPersona) },
  ];
  const first = groups.find(({ texts }) => texts.length > 0);
  if (!first) return undefined;
  return { value: distinct(groups.flatMap(({ texts }) => texts)).slice(0, MAX_KEYWORDS), source: first.source };
}
