import { describe, expect, it } from '@jest/globals';
import { documentsOfRows } from './database-documents.js';
import type { ChildTable, TextRow } from './legacy-database.js';
import { LocalTime } from './local-time.js';
import { Warnings } from './warnings.js';

let id = 0;

/** A row of a table; each call makes a newer one. */
const row = (values: TextRow): TextRow => {
  id += 1;
  const time = new Date(Date.UTC(2026, 0, 1) + id * 60_000).toISOString().slice(0, 19).replace('T', ' ');
  return { id: String(id), session_id: '1', created_at: time, updated_at: time, ...values };
};

const json = (value: unknown) => JSON.stringify(value);

function read(table: ChildTable, rows: readonly TextRow[]) {
  const warnings = new Warnings();
  const documents = documentsOfRows(
    { children: new Map([[table, rows]]), businesses: [] },
    new LocalTime('UTC'),
    warnings,
  );
  return { ...documents, codes: warnings.list.map(({ code }) => code) };
}

describe('a website from rows', () => {
  it('is the newest that did not fail', () => {
    const rows = [
      row({ website_url: 'https://old.test', status: 'completed' }),
      row({ website_url: 'https://right.test', status: 'completed' }),
      row({ website_url: 'https://typo.test', status: 'failed', error_message: '404' }),
      row({ website_url: '', status: 'completed' }),
    ];
    expect(read('website_analyses', rows).website?.value).toEqual({
      website_url: 'https://right.test',
      status: 'completed',
    });
    expect(read('website_analyses', rows.slice(2)).website?.value).toMatchObject({
      status: 'failed',
      error_message: '404',
    });
  });

  it('has null in three faces, and no website where none was entered', () => {
    const { website, codes } = read('website_analyses', [
      row({
        website_url: 'text_sample',
        writing_style: json({ tone: 'bold' }),
        crawl_result: 'null',
        style_patterns: '{}',
        seo_audit: null,
      }),
    ]);
    expect(website?.value).toEqual({ writing_style: { tone: 'bold' } });
    expect(codes).toEqual([]);
  });

  it('has what a model returned as a text', () => {
    const { website, codes } = read('website_analyses', [
      row({
        website_url: ' https://a.test ',
        writing_style: json(json({ tone: 'bold', voice: json({ a: 1 }) })),
        content_type: json('a blog'),
        target_audience: 'not JSON',
        seo_audit: json(['a']),
      }),
    ]);
    expect(website?.value).toEqual({
      website_url: 'https://a.test',
      writing_style: { tone: 'bold', voice: { a: 1 } },
      content_type_text: 'a blog',
      target_audience_text: 'not JSON',
      seo_audit_value: ['a'],
    });
    expect(new Set(codes)).toEqual(new Set(['not_json', 'wrong_type']));
  });

  it('has accounts, a sitemap and guidelines where our step has them', () => {
    const { website } = read('website_analyses', [
      row({
        website_url: 'https://a.test',
        social_media_presence: json({ x: 'https://x.com/a' }),
        crawl_result: json({ sitemap_analysis: { total_urls: 2 }, meta_info: { title: 'A' } }),
        style_guidelines: json({ tone_recommendations: ['plain'] }),
        warning_message: 'slow',
        strategic_insights_history: json([{ a: 1 }]),
      }),
    ]);
    expect(website?.value).toEqual({
      website_url: 'https://a.test',
      social_media_presence: { x: 'https://x.com/a' },
      social_media_accounts: { x: 'https://x.com/a' },
      sitemap_analysis: { total_urls: 2 },
      crawl_result: { sitemap_analysis: { total_urls: 2 }, meta_info: { title: 'A' } },
      guidelines: { tone_recommendations: ['plain'] },
      warning_message: 'slow',
      strategic_insights_history: [{ a: 1 }],
    });
  });

  it('keeps guidelines that are whole', () => {
    const style_guidelines = { guidelines: { tone_recommendations: ['plain'] }, best_practices: ['short'] };
    const { website } = read('website_analyses', [
      row({ website_url: 'https://a.test', style_guidelines: json(style_guidelines) }),
    ]);
    expect(website?.value['style_guidelines']).toEqual(style_guidelines);
  });
});

describe('research from rows', () => {
  it('has our spelling of the depth, and flags', () => {
    const { research } = read('research_preferences', [
      row({
        research_depth: 'standard',
        content_types: json(['Blog Posts']),
        auto_research: '0',
        factual_content: 'true',
      }),
    ]);
    expect(research?.value).toEqual({
      research_depth: 'Standard',
      content_types: ['Blog Posts'],
      auto_research: false,
      factual_content: true,
    });
  });

  it('becomes Comprehensive of an unknown depth', () => {
    const { research, codes } = read('research_preferences', [row({ research_depth: 'Abyssal' })]);
    expect(research?.value).toEqual({ research_depth: 'Comprehensive' });
    expect(codes).toEqual(['unknown_depth']);
  });
});

describe('competitors from rows', () => {
  const competitor = (url: string, data: unknown, others: TextRow = {}) =>
    row({
      competitor_url: url,
      competitor_domain: 'b.test',
      analysis_data: json(data),
      status: 'completed',
      ...others,
    });

  it('have the address of their columns, and texts that only look like lists', () => {
    const data = { url: 'https://b.test/found', domain: 'found.test', title: '[2024]', highlights: '[1, "a"]' };
    const row = (url: string, domain: string | null) => competitor(url, data, { competitor_domain: domain });
    expect(read('competitor_analyses', [row('https://b.test', 'b.test'), row('', null)]).competitors?.value).toEqual([
      { url: 'https://b.test', domain: 'b.test', title: '[2024]', summary: '', highlights: [1, 'a'] },
      { url: 'https://b.test/found', domain: 'found.test', title: '[2024]', summary: '', highlights: [1, 'a'] },
    ]);
  });

  it('are as they were posted', () => {
    const { competitors } = read('competitor_analyses', [
      competitor('https://b.test', {
        title: 'B',
        competitive_analysis: json({ business_model: 'ads' }),
        content_insights: { content_focus: 'guides' },
        subpages: [],
      }),
    ]);
    expect(competitors?.value).toEqual([
      {
        url: 'https://b.test',
        domain: 'b.test',
        title: 'B',
        summary: '',
        competitive_insights: { business_model: 'ads' },
        content_insights: { content_focus: 'guides' },
        subpages: [],
      },
    ]);
  });

  it('are one for each address, the newest, in the order of their rows', () => {
    const { competitors } = read('competitor_analyses', [
      competitor('https://b.test', { title: 'B' }),
      competitor(' `https://c.test` ', { title: 'older' }),
      competitor('https://c.test', { title: 'newer', summary: 'a' }),
      competitor('https://b.test', { style_analysis: { a: 1 } }),
      competitor('https://d.test', { style_analysis: { a: 1 } }),
      competitor('https://e.test', null, { status: 'failed' }),
    ]);
    expect(competitors?.value.map(({ url, title, summary }) => [url, title, summary])).toEqual([
      ['https://b.test', 'B', ''],
      ['https://c.test', 'newer', 'a'],
      ['https://d.test', undefined, ''],
    ]);
  });
});

it('a persona from rows keeps the research persona', () => {
  const { persona } = read('persona_data', [
    row({
      core_persona: json({ identity: {} }),
      research_persona: json({ a: 1 }),
      research_persona_generated_at: '2026-01-01 09:00:00',
    }),
    row({ core_persona: 'null', platform_personas: null }),
  ]);
  expect(persona?.value).toEqual({
    core_persona: { identity: {} },
    research_persona: { a: 1 },
    research_persona_generated_at: '2026-01-01 09:00:00',
  });
});

it('a depth of research that is blank is reported', () => {
  const research = row({ research_depth: ' ', content_types: json(['blog']) });
  const found = read('research_preferences', [research]);
  expect(found.research?.value).toEqual({ content_types: ['blog'] });
  expect(found.codes).toEqual(['unknown_depth']);
});
