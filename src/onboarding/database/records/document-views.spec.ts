import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../ground/problems/json.js';
import { competitorErrors, distinctCompetitors, MAX_COMPETITORS } from './competitor-analyses.record.js';
import type { DocumentRecord } from './document-record.js';
import { personaRecord } from './persona-data.record.js';
import { integrationsRecord } from './platform-integrations.record.js';
import { camelCase, kindErrors, patchOf } from './posted-data.js';
import { researchDepth, RESEARCH_DEPTHS, researchRecord } from './research-preferences.record.js';
import { BRAND_COLUMNS, websiteRecord } from './website-analysis.record.js';

const withBrand = websiteRecord(true);
const withoutBrand = websiteRecord(false);

const KEYS = { id: 'id', created_at: '2026-01-01T00:00:00+00:00', updated_at: '2026-01-02T00:00:00.5+00:00' };

/** The row that a first save of these data makes. */
function saved({ mapping }: DocumentRecord, data: JsonObject): JsonObject {
  const { columns, extra } = patchOf(mapping, data);
  const empty = Object.fromEntries(mapping.columns.map((column) => [column, null]));
  return { ...KEYS, user_id: 'alice', session_id: 'session', ...empty, ...columns, extra };
}

describe.each([withBrand, withoutBrand, researchRecord, personaRecord, integrationsRecord])('$name', ({ mapping }) => {
  it('has a kind for every column', () => {
    expect(mapping.columns.filter((column) => !(column in mapping.kinds))).toEqual([]);
  });

  it('names no key twice', () => {
    const spellings = mapping.columns.flatMap((c) => [
      ...new Set([c, camelCase(c), ...(mapping.spellings?.[c] ?? [])]),
    ]);
    const keys = [...spellings, ...Object.keys(mapping.folded?.kinds ?? {}), mapping.nested];
    expect(keys).toHaveLength(new Set(keys).size);
  });
});

describe('step 2', () => {
  it('is read as the page posts it, flat and nested', () => {
    const data = {
      website: 'https://a.example',
      domainName: 'a.example',
      analysis: {
        writing_style: { tone: 'dry' },
        guidelines: ['g'],
        crawlResult: { pages: 3 },
        mood: 'calm',
        status: 'ok',
      },
    };
    expect(withBrand.view(saved(withBrand, data))).toMatchObject({
      id: 'id',
      created_at: '2026-01-01T00:00:00.000Z',
      updated_at: '2026-01-02T00:00:00.500Z',
      website: 'https://a.example',
      website_url: 'https://a.example',
      domainName: 'a.example',
      mood: 'calm',
      writing_style: { tone: 'dry' },
      style_guidelines: { guidelines: ['g'] },
      crawl_result: { pages: 3 },
      crawlResult: { pages: 3 },
      seo_audit: null,
      analysis: {
        writing_style: { tone: 'dry' },
        guidelines: ['g'],
        style_guidelines: { guidelines: ['g'] },
        crawl_result: { pages: 3 },
        mood: 'calm',
        status: 'ok',
      },
    });
  });

  it('never shows whose it is', () => {
    const view = withBrand.view(saved(withBrand, {})) as JsonObject;
    expect(Object.keys(view)).not.toEqual(expect.arrayContaining(['user_id']));
    expect(view).not.toHaveProperty('session_id');
    expect(view).not.toHaveProperty('extra');
  });

  it('what is only a key of the guidelines does not stand in for a field of the analysis', () => {
    const data = { style_guidelines: { status: { draft: true }, tone: 'dry' } };
    const view = withBrand.view(saved(withBrand, data)) as JsonObject;
    expect(view['analysis']).toEqual({ style_guidelines: data.style_guidelines });
    expect(kindErrors(withBrand.mapping, view, '')).toEqual([]);
  });

  it('neither takes nor keeps the columns of the brand while they are off', () => {
    const brand = { brand_analysis: { a: 1 }, contentStrategyInsights: { b: 2 } };
    for (const data of [brand, { analysis: brand }]) {
      expect(patchOf(withoutBrand.mapping, data)).toEqual({ columns: {}, extra: {}, removed: [] });
      expect(patchOf(withBrand.mapping, data).columns).toEqual({
        brand_analysis: { a: 1 },
        content_strategy_insights: { b: 2 },
      });
    }
    expect(withBrand.mapping.columns.filter((column) => !withoutBrand.mapping.columns.includes(column))).toEqual([
      ...BRAND_COLUMNS,
    ]);
  });

  it('keeps no copies that reading adds', () => {
    expect(patchOf(withBrand.mapping, { style_analysis: { a: 1 }, website_analysis: { b: 1 } }).extra).toEqual({});
  });
});

describe('step 3', () => {
  it.each(RESEARCH_DEPTHS)('knows the depth %s in any case', (depth) => {
    for (const spelt of [depth, depth.toLowerCase(), depth.toUpperCase(), ` ${depth} `]) {
      expect(researchDepth(spelt)).toBe(depth);
    }
  });

  it.each(['', 'Shallow', 'deepest', 5, null, undefined, ['Deep'], {}])('knows no depth %j', (depth) => {
    expect(researchDepth(depth)).toBeUndefined();
  });

  it('keeps competitors and accounts out of the row, and the rest in it', () => {
    const data = { competitors: [{}], social_media_accounts: {}, socialMediaAccounts: {}, researchSummary: { a: 1 } };
    expect(patchOf(researchRecord.mapping, data)).toEqual({
      columns: {},
      extra: { researchSummary: { a: 1 } },
      removed: [],
    });
    expect(researchRecord.view(saved(researchRecord, data))).toMatchObject({ researchSummary: { a: 1 } });
  });

  it('checks the accounts in both spellings', () => {
    const errors = kindErrors(researchRecord.mapping, { social_media_accounts: 'x', socialMediaAccounts: 5 }, '/data');
    expect(errors.map(({ pointer }) => pointer)).toEqual(['/data/social_media_accounts', '/data/socialMediaAccounts']);
  });

  it('one competitor per url, the last in the place of the first; those without one all stay', () => {
    const [a, b, again, bare] = [{ url: 'a', n: 1 }, { url: 'b' }, { url: 'a', n: 2 }, { title: 'no url' }];
    expect(distinctCompetitors([a, b, again, bare, { ...bare }, { url: '' }, { url: '' }])).toEqual([
      again,
      b,
      bare,
      bare,
      { url: '' },
      { url: '' },
    ]);
  });

  it('bounds the list and each url, and names what is no competitor', () => {
    expect(competitorErrors(Array<JsonObject>(MAX_COMPETITORS).fill({}), '/c')).toEqual([]);
    expect(competitorErrors(Array<JsonObject>(MAX_COMPETITORS + 1).fill({}), '/c')).toMatchObject([{ pointer: '/c' }]);
    const list = [{ url: 'x'.repeat(2048) }, { url: 'x'.repeat(2049) }, 'a', null, [], { url: 5 }];
    expect(competitorErrors(list, '/c').map(({ pointer }) => pointer)).toEqual(['/c/1/url', '/c/2', '/c/3', '/c/4']);
  });
});

describe('step 4', () => {
  it('is read in both spellings', () => {
    const core = { identity: { name: 'P' } };
    expect(personaRecord.view(saved(personaRecord, { core_persona: core, selectedPlatforms: ['blog'] }))).toMatchObject(
      {
        core_persona: core,
        corePersona: core,
        selected_platforms: ['blog'],
        selectedPlatforms: ['blog'],
        quality_metrics: null,
        qualityMetrics: null,
      },
    );
  });
});

describe('step 5', () => {
  it('is read in the shape in which it was posted, and flat', () => {
    const data = {
      integrations: { primaryWebsite: 'https://a.example', connectedPlatforms: ['wix'], tracker: 'x' },
      connectedAccounts: [{ id: 1 }],
      notes: 'n',
    };
    expect(integrationsRecord.view(saved(integrationsRecord, data))).toMatchObject({
      primary_website: 'https://a.example',
      connected_platforms: ['wix'],
      connected_accounts: [{ id: 1 }],
      connectedAccounts: [{ id: 1 }],
      notes: 'n',
      tracker: 'x',
      integrations: data.integrations,
    });
  });
});

describe('what is read may be posted again', () => {
  it.each<[DocumentRecord, JsonObject]>([
    [
      withBrand,
      {
        website: 'https://a.example',
        status: 's',
        guidelines: ['g'],
        style_guidelines: { x: 1 },
        note: [1],
        email: 'e',
      },
    ],
    [researchRecord, { research_depth: 'Deep', content_types: ['a'], stepType: 's', note: { a: 1 } }],
    [personaRecord, { corePersona: { identity: {} }, brandAvatar: { a: 1 }, note: 'n' }],
    [integrationsRecord, { primaryWebsite: 'w', providers: ['p'], status: 's', note: 'n' }],
  ])('of $name, and changes nothing', (record, data) => {
    const first = record.view(saved(record, data)) as JsonObject;
    expect(record.errors(first, '')).toEqual([]);
    expect(record.view(saved(record, first))).toEqual(first);
  });
});
