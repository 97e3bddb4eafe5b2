import { describe, expect, it } from '@jest/globals';
import { Snapshot } from '../database/snapshot.js';
import fc from 'fast-check';
import type { JsonObject } from '../../ground/problems/json.js';
import { FACT_PARTS, factsOf } from './facts.js';
import { ownKeywords } from './keywords.js';

/** A snapshot of a user who has saved nothing. */
const NOTHING_SAVED = Object.fromEntries(FACT_PARTS.map(({ name }) => [name, null]));

function keywordsFrom(website: JsonObject | null, competitors: readonly JsonObject[] = [], persona?: JsonObject) {
  const rows = { ...NOTHING_SAVED, website_analyses: website, persona_data: persona, competitor_analyses: competitors };
  return ownKeywords(factsOf(new Snapshot(null, rows), true));
}

const inAudit = (...keywords: unknown[]) => keywordsFrom({ seo_audit: { keywords } })?.value;

describe('own keywords', () => {
  it('are undefined where the data have none', () => {
    expect(keywordsFrom(null)).toBeUndefined();
    expect(
      keywordsFrom({ seo_audit: { issues: ['slow'] }, sitemap_analysis: null }, [{ title: 'Rival' }], {}),
    ).toBeUndefined();
    expect(keywordsFrom({ seo_audit: { keywords: ['', ' ', null, 7, {}, [], '!'] } })).toBeUndefined();
  });

  it('are found in groups too', () => {
    const keywords = {
      primary: ['local seo', { keyword: 'shop photos' }],
      secondary: [['newsletters']],
      count: 3,
      note: 'none',
    };
    expect(keywordsFrom({ seo_audit: { keywords } })?.value).toEqual(['local seo', 'shop photos', 'newsletters']);
  });

  it('come from the website first, then from competitors, then from the persona', () => {
    const website = {
      seo_audit: { keywords: ['audit'] },
      content_strategy_insights: { content_pillars: ['insight'] },
      sitemap_analysis: { content_pillars: ['pillar'], found: { keywords: ['sitemap'] } },
    };
    const competitors = [{ highlights: ['rival one'] }, { highlights: ['rival two'] }];
    const persona = {
      core_persona: {
        keywords: ['persona'],
        linguistic_fingerprint: { lexical_features: { go_to_words: ['favourite'] } },
      },
    };
    const own = ['audit', 'insight', 'pillar', 'sitemap'];
    const rivals = ['rival one', 'rival two'];
    const words = ['persona', 'favourite'];
    expect(keywordsFrom(website, competitors, persona)).toEqual({
      value: [...own, ...rivals, ...words],
      source: 'website_analysis',
    });
    expect(keywordsFrom({}, competitors, persona)).toEqual({ value: [...rivals, ...words], source: 'competitors' });
    expect(keywordsFrom(null, [], persona)).toEqual({ value: words, source: 'persona' });
  });

  it('are found under every key that contains ‘keyword’, as texts, lists and objects with a name', () => {
    const seo_audit = {
      primaryKeyword: 'single',
      meta: { KEYWORDS: ['upper'], pages: [{ target_keywords: ['in a list'] }] },
      keyword_analysis: [
        { keyword: 'by keyword', volume: 10 },
        { term: 'by term' },
        { name: 'by name' },
        { other: 'x' },
      ],
      title: 'no keyword here',
    };
    expect(keywordsFrom({ seo_audit })?.value).toEqual([
      ...['single', 'upper', 'in a list', 'by keyword', 'by term', 'by name'],
    ]);
  });

  it('are cleaned: no control or hidden characters, no marks around them, no doubled spaces', () => {
    expect(inAudit('  #local\u0000\n seo. ', '"quoted"', 'zero\u200bwidth', '\u202ebidi\u202c')).toEqual([
      ...['local seo', 'quoted', 'zero width', 'bidi'],
    ]);
  });

  it('are neither addresses nor sentences nor single characters', () => {
    expect(inAudit('https://example.com/a', 'HTTP://x', 'a', 'x'.repeat(81), 'x'.repeat(80), 'ok')).toEqual([
      'x'.repeat(80),
      'ok',
    ]);
  });

  it('are not repeated, whatever their case; the first spelling stays', () => {
    expect(inAudit('SEO', 'seo', 'Seo ', 'email', '#seo')).toEqual(['SEO', 'email']);
    expect(keywordsFrom({ seo_audit: { keywords: ['SEO', 'own'] } }, [{ highlights: ['seo', 'live'] }])?.value).toEqual(
      ['SEO', 'own', 'live'],
    );
  });

  it('are twenty at most', () => {
    expect(inAudit(...Array.from({ length: 30 }, (_, i) => `keyword ${i}`))).toHaveLength(20);
  });

  it('are not looked for without end', () => {
    const deep = Array.from({ length: 50 }).reduce<JsonObject>((inner) => ({ inner }), { keywords: ['deep'] });
    expect(keywordsFrom({ seo_audit: deep })).toBeUndefined();
  });

  it('cost no more for a text made to be slow', () => {
    // Trimmed with a pattern that tries each of these characters as the beginning of the end, this would take hours.
    expect(inAudit(`${'.'.repeat(5_000_000)}x`, 'quick')).toEqual(['quick']);
  });

  it('hold to all of this for any data', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.array(fc.string({ unit: 'binary' })), (audit, highlights) => {
        const found = keywordsFrom({ seo_audit: { keywords: audit, more: audit } }, [{ highlights }])?.value ?? [];
        expect(new Set(found.map((keyword) => keyword.toLowerCase())).size).toBe(found.length);
        for (const keyword of found) {
          expect(keyword).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          expect(keyword.length).toBeGreaterThanOrEqual(2);
          expect(keyword.length).toBeLessThanOrEqual(80);
        }
      }),
    );
  });
});
