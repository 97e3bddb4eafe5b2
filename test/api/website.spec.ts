import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/ground/problems/json.js';
import { TestApp } from '../support/service/app.js';
import type { Client } from '../support/service/client.js';
import { sample } from '../support/data/samples.js';
import { wireTime } from '../support/database/wire-time.js';

const DOCUMENTS = [
  'writing_style',
  'content_characteristics',
  'target_audience',
  'content_type',
  'recommended_settings',
  'social_media_presence',
  'seo_audit',
  'sitemap_analysis',
  'style_patterns',
  'style_guidelines',
];
const BRAND = ['brand_analysis', 'content_strategy_insights'];
const GUIDELINES = [
  'guidelines',
  'best_practices',
  'avoid_elements',
  'content_strategy',
  'ai_generation_tips',
  'competitive_advantages',
  'content_calendar_suggestions',
];
const COLUMNS = ['website_url', ...DOCUMENTS, ...BRAND, 'social_media_accounts', 'crawl_result', 'status'];

describe('step 2', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  async function save(user: Client, data: JsonObject) {
    const answer = await user.post('/step/2/complete', { data });
    expect([answer.status, answer.body.detail]).toEqual([200, undefined]);
    return answer.body;
  }

  const savedStep = async (user: Client) => (await user.get('/step/2')).body.data;
  const rowOf = async (userId: string) => {
    const [row] = await app.database.query('select * from website_analyses where user_id = $1', [userId]);
    return row as JsonObject;
  };

  it('returns every column, its times, the keys of extra, and the shape of the page', async () => {
    const user = await app.as('columns');
    const { data } = await save(user, sample(2).data);
    const extra = ['domainName', 'useAnalysisForGenAI', 'email', 'style_consistency', 'unique_elements', 'meta_info'];
    const shape = ['website', 'analysis', 'crawlResult'];
    expect(Object.keys(data).sort()).toEqual([...COLUMNS, ...extra, ...shape, 'id', 'created_at', 'updated_at'].sort());
    const posted = sample(2).data;
    const analysis = posted['analysis'] as JsonObject;
    expect(data).toMatchObject({
      website_url: 'https://example.com',
      website: 'https://example.com',
      writing_style: analysis['writing_style'],
      crawl_result: posted['crawlResult'],
      crawlResult: posted['crawlResult'],
      style_guidelines: Object.fromEntries(GUIDELINES.map((key) => [key, analysis[key]])),
      status: null,
      email: 'owner@example.com',
      created_at: wireTime(),
      updated_at: wireTime(),
    });
    expect(data.analysis).toMatchObject(analysis);
  });

  it('takes guidelines as an object, as an analysis makes them, and as a list', async () => {
    const user = await app.as('guidelines');
    for (const guidelines of [{ tone_recommendations: ['Be brief.'], structure: {} }, ['Be brief.']]) {
      const { data } = await save(user, { website: 'https://example.com', analysis: { guidelines } });
      expect([data.style_guidelines, data.analysis.guidelines]).toEqual([{ guidelines }, guidelines]);
    }
  });

  it('takes the analysis at the top level as well as nested', async () => {
    const { website, analysis, ...beside } = sample(2).data;
    const nested = await app.as('nested');
    const flat = await app.as('flat');
    await save(nested, sample(2).data);
    await save(flat, { website_url: website, ...(analysis as JsonObject), ...beside });
    const withoutTimes = ({ id: _, created_at: __, updated_at: ___, ...rest }: JsonObject) => rest;
    expect(withoutTimes(await savedStep(flat))).toEqual(withoutTimes(await savedStep(nested)));
  });

  it('lets camelCase win over snake_case, website over website_url, and the analysis over the top level', async () => {
    const user = await app.as('spellings');
    await save(user, {
      website: 'https://first.example',
      website_url: 'https://second.example',
      writing_style: { from: 'top' },
      seo_audit: { from: 'snake' },
      seoAudit: { from: 'camel' },
      crawl_result: { from: 'snake' },
      crawlResult: { from: 'camel' },
      best_practices: ['top'],
      avoid_elements: ['top'],
      style_consistency: 'top',
      analysis: { writing_style: { from: 'analysis' }, best_practices: ['analysis'], style_consistency: 'analysis' },
    });
    expect(await savedStep(user)).toMatchObject({
      website_url: 'https://first.example',
      writing_style: { from: 'analysis' },
      seo_audit: { from: 'camel' },
      crawl_result: { from: 'camel' },
      style_guidelines: { best_practices: ['analysis'], avoid_elements: ['top'] },
      style_consistency: 'analysis',
    });
    expect((await rowOf('spellings'))['extra']).toEqual({ style_consistency: 'analysis' });
  });

  it('leaves other fields on a partial save', async () => {
    const user = await app.as('partial');
    await save(user, sample(2).data);
    const before = await savedStep(user);
    await save(user, {
      website: 'https://moved.example',
      analysis: { seo_audit: { issues: [] }, guidelines: ['new'] },
    });
    const after = await savedStep(user);
    const style_guidelines = { ...before.style_guidelines, guidelines: ['new'] };
    expect(after).toEqual({
      ...before,
      website_url: 'https://moved.example',
      website: 'https://moved.example',
      seo_audit: { issues: [] },
      style_guidelines,
      analysis: { ...before.analysis, seo_audit: { issues: [] }, style_guidelines, guidelines: ['new'] },
      updated_at: wireTime(),
    });
  });

  it.each([null, ''])('leaves what is stored where %j is posted', async (blank) => {
    const user = await app.as(`blank-${blank}`);
    await save(user, sample(2).data);
    const before = await savedStep(user);
    const blanks = Object.fromEntries([...COLUMNS, ...GUIDELINES, 'style_consistency'].map((key) => [key, blank]));
    const beside = Object.fromEntries(
      ['domainName', 'email', 'useAnalysisForGenAI', 'crawlResult', 'website'].map((key) => [key, blank]),
    );
    await save(user, { businessData: { name: 'Shop' }, ...blanks, ...beside, analysis: blanks });
    const { businessData, ...after } = await savedStep(user);
    expect(businessData).toEqual({ name: 'Shop' });
    expect(after).toEqual({ ...before, updated_at: wireTime() });
    await save(user, { businessData: { name: 'Shop' }, analysis: blank });
    expect((await savedStep(user)).analysis).toEqual(before.analysis);
  });

  it('is unchanged by posting back what was read', async () => {
    const user = await app.as('idempotent');
    await save(user, { ...sample(2).data, businessData: { name: 'Shop' }, somethingNew: { a: [1] }, status: 'done' });
    const first = await savedStep(user);
    const row = await rowOf('idempotent');
    for (const again of [first, (await user.get('/website-analysis')).body]) {
      await save(user, again);
      expect(await savedStep(user)).toEqual({ ...first, updated_at: wireTime() });
      const { updated_at: _, ...after } = await rowOf('idempotent');
      const { updated_at: __, ...before } = row;
      expect(after).toEqual(before);
    }
  });

  it('never stores what only the row itself can know', async () => {
    const user = await app.as('never');
    const forged = {
      id: '00000000-0000-7000-8000-000000000000',
      user_id: 'somebody',
      session_id: 'forged',
      created_at: '1999-01-01T00:00:00.000Z',
      updated_at: '1999-01-01T00:00:00.000Z',
      extra: { forged: true },
      has_data: true,
    };
    await save(user, { website: 'https://example.com', ...forged, analysis: forged });
    const row = await rowOf('never');
    expect([row['user_id'], row['extra']]).toEqual(['never', {}]);
    expect(JSON.stringify(await app.database.dump())).not.toMatch(/forged|1999-01-01|somebody/);
  });

  it.each([
    ['https://example.com', 'https://example.com'],
    ['http://example.com/path?q=1', 'http://example.com/path?q=1'],
    ['example.com', 'https://example.com'],
    ['  example.com/shop ', 'https://example.com/shop'],
    ['münchen.example', 'https://münchen.example'],
    ['https://xn--mnchen-3ya.example', 'https://xn--mnchen-3ya.example'],
    ['shop.photography', 'https://shop.photography'],
    ['site.test', 'https://site.test'],
    ['https://example.com:8443', 'https://example.com:8443'],
    ['https://8.8.8.8', 'https://8.8.8.8'],
  ])('takes the website %j', async (posted, expected) => {
    const user = await app.as(`url-${posted}`);
    expect((await save(user, { website: posted })).data.website_url).toBe(expected);
  });

  it.each([
    'localhost',
    'https://localhost:3000',
    'intranet',
    'printer.local',
    'metadata.google.internal',
    'app.localhost',
    'http://127.0.0.1',
    'http://10.1.2.3',
    'http://192.168.0.1',
    'http://169.254.169.254',
    'http://0x7f000001',
    'http://2130706433',
    'http://[::1]',
    'http://[fe80::1]',
    'http://[::ffff:127.0.0.1]',
    'ftp://example.com',
    'javascript:alert(1)',
    'https://user:secret@example.com',
    'https://',
    'two words',
    '.',
  ])('refuses the website %j', async (website) => {
    const user = await app.as(`bad-url-${website}`);
    const { status, body } = await user.post('/step/2/complete', { data: { website } });
    expect([status, body.errors]).toEqual([400, [{ pointer: '/data/website', detail: body.detail }]]);
    expect(await savedStep(user)).toBeNull();
  });

  it.each<[string, JsonObject]>([
    ['a website', { website: 'https://example.com' }],
    ['a website under its other name', { website_url: 'https://example.com' }],
    ['a description of the business', { businessData: { business_description: 'We sell tea' } }],
    ['a connected platform', { integrations: { connectedPlatforms: ['wordpress'] } }],
    ['a platform that says so', { integrations: { gsc: { connected: true, sites: [] } } }],
  ])('is content with %s', async (name, data) => {
    const user = await app.as(`enough-${name}`);
    await save(user, data);
    expect(await savedStep(user)).toMatchObject(data);
  });

  it.each<[string, JsonObject]>([
    ['nothing', {}],
    ['an analysis alone', { analysis: { writing_style: { tone: 'dry' } } }],
    ['blanks', { website: '', website_url: null, businessData: null, integrations: null }],
    ['an empty business', { businessData: {} }],
    ['no connected platform', { integrations: { connectedPlatforms: [], gsc: { connected: false, sites: [] } } }],
  ])('asks for more than %s', async (name, data) => {
    const user = await app.as(`little-${name}`);
    const { status, body } = await user.post('/step/2/complete', { data });
    expect([status, body.detail]).toEqual([
      400,
      'Step 2 needs a website URL, or a description of the business, or a connected platform.',
    ]);
    expect(await savedStep(user)).toBeNull();
  });

  it.each<[string, unknown]>([
    ...[...DOCUMENTS, ...BRAND, 'crawl_result', 'crawlResult', 'businessData', 'integrations', 'analysis'].flatMap(
      (key): [string, unknown][] => [
        [key, 'text'],
        [key, [1]],
        [key, 5],
      ],
    ),
    ['status', {}],
    ['website', 5],
    ['website_url', ['https://example.com']],
    ['domainName', {}],
    ['email', 5],
    ['useAnalysisForGenAI', 'yes'],
    ...GUIDELINES.map((key): [string, unknown] => [key, 5]),
  ])('names %s when it is %j', async (key, value) => {
    const user = await app.as(`type-${key}`);
    const data = { website: 'https://example.com', businessData: { a: 1 }, [key]: value };
    const { status, body } = await user.post('/step/2/complete', { data });
    expect([status, body.errors]).toEqual([400, [{ pointer: `/data/${key}`, detail: expect.stringContaining(key) }]]);
    expect(body.detail).toContain(key);
    expect(await savedStep(user)).toBeNull();
  });

  it('names a field inside the analysis by where it is', async () => {
    const user = await app.as('type-nested');
    const data = { website: 'https://example.com', analysis: { seo_audit: 'text' } };
    const { status, body } = await user.post('/step/2/complete', { data });
    expect([status, body.errors[0].pointer]).toEqual([400, '/data/analysis/seo_audit']);
  });

  it('is read flat, with its style, by the main product', async () => {
    const user = await app.as('reader');
    const none = await user.get('/website-analysis');
    expect([none.status, none.body]).toEqual([200, { status: 'no_data' }]);
    await save(user, sample(2).data);
    const { status, body } = await user.get('/website-analysis');
    expect(status).toBe(200);
    const row = await savedStep(user);
    const { style_analysis, website_analysis, ...flat } = body;
    expect(flat).toEqual({ ...row, status: 'success' });
    expect(website_analysis).toEqual(row);
    expect(style_analysis).toMatchObject({
      writing_style: row.writing_style,
      target_audience: row.target_audience,
      style_guidelines: row.style_guidelines,
    });
  });

  it('keeps no key that is sent with it', async () => {
    const user = await app.as('keys');
    const api_keys = { openai: 'sk-must-not-be-kept' };
    const { data, warnings } = await save(user, {
      website: 'https://example.com',
      api_keys,
      analysis: { api_keys, apiKeys: api_keys },
    });
    expect(warnings).toContain('API keys belong to step 1: those sent with this step were not saved.');
    expect(JSON.stringify([data, await app.database.dump()])).not.toContain('must-not-be-kept');
    expect(app.log.join('')).not.toContain('must-not-be-kept');
  });
});

describe('step 2 while brand analysis is switched off', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ environment: { ENABLE_WEBSITE_BRAND_COLUMNS: 'false' } });
  });
  afterAll(() => app.stop());

  const secret = { brand_voice: 'not to be kept' };

  it.each<[string, JsonObject]>([
    ['in the analysis', { analysis: { brand_analysis: secret, content_strategy_insights: secret } }],
    ['at the top level', { brand_analysis: secret, content_strategy_insights: secret }],
    ['in camelCase', { brandAnalysis: secret, contentStrategyInsights: secret }],
    ['in camelCase in the analysis', { analysis: { brandAnalysis: secret, contentStrategyInsights: secret } }],
    ['in extra', { brand_analysis: secret, contentStrategyInsights: secret, extra: { brand_analysis: secret } }],
  ])('neither stores nor returns the columns, posted %s', async (name, data) => {
    const user = await app.as(`off-${name}`);
    const { status, body } = await user.post('/step/2/complete', { data: { website: 'https://example.com', ...data } });
    expect([status, body.warnings]).toEqual([
      200,
      [
        'Brand analysis is switched off: brand_analysis was not saved.',
        'Brand analysis is switched off: content_strategy_insights was not saved.',
        'Step 1 is still to be completed.',
      ],
    ]);
    const answers = await Promise.all(['/init', '/step/2', '/progress', '/website-analysis'].map((p) => user.get(p)));
    const seen = JSON.stringify([body.data, answers.map(({ text }) => text), await app.database.dump()]);
    expect(seen).not.toContain('not to be kept');
    expect(Object.keys(body.data)).not.toContain('brand_analysis');
    expect(Object.keys(body.data.analysis)).not.toContain('brand_analysis');
  });

  it('warns of nothing that was not sent', async () => {
    const user = await app.as('off-nothing');
    const data = { website: 'https://example.com', brand_analysis: null, analysis: { content_strategy_insights: '' } };
    const { body } = await user.post('/step/2/complete', { data });
    expect(body.warnings).toEqual(['Step 1 is still to be completed.']);
  });

  it('keeps what was stored while it was on, for when it is on again', async () => {
    const on = await TestApp.start({ database: app.database });
    try {
      await (await on.as('on-off')).post('/step/2/complete', sample(2));
      const user = await app.as('on-off');
      const { body } = await user.post('/step/2/complete', { data: { website: 'https://moved.example' } });
      expect(JSON.stringify([body, (await user.get('/init')).body])).not.toContain('hands-on marketing');
      const { data } = (await (await on.as('on-off')).get('/step/2')).body;
      expect(data).toMatchObject({
        website_url: 'https://moved.example',
        brand_analysis: (sample(2).data['analysis'] as JsonObject)['brand_analysis'],
      });
    } finally {
      await on.stop();
    }
  });
});
