import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/ground/problems/json.js';
import { TestApp } from '../support/service/app.js';
import type { Client } from '../support/service/client.js';
import { sample } from '../support/data/samples.js';
import { wireTime } from '../support/database/wire-time.js';

const PREFERENCES = [
  'research_depth',
  'content_types',
  'auto_research',
  'factual_content',
  'writing_style',
  'content_characteristics',
  'target_audience',
  'recommended_settings',
];
const NEEDS = 'Step 3 needs competitors, a research summary, a sitemap analysis, or research preferences.';

describe('step 3', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  async function save(user: Client, data: JsonObject) {
    const answer = await user.post('/step/3/complete', { data });
    expect([answer.status, answer.body.detail]).toEqual([200, undefined]);
    return answer.body;
  }

  const savedStep = async (user: Client) => (await user.get('/step/3')).body.data;
  const competitorRows = (userId: string) =>
    app.database.query('select url, details from competitor_analyses where user_id = $1 order by position', [userId]);

  it('returns the preferences, the competitors as posted, and what has no column', async () => {
    const user = await app.as('shape');
    const posted = sample(3).data;
    const { data } = await save(user, posted);
    const extra = [
      'website',
      'researchSummary',
      'sitemapAnalysis',
      'userUrl',
      'industryContext',
      'analysisTimestamp',
      'stepType',
      'completedAt',
    ];
    const whole = [...PREFERENCES, ...extra, 'competitors', 'social_media_accounts', 'id', 'created_at', 'updated_at'];
    expect(Object.keys(data).sort()).toEqual(whole.sort());
    expect(data).toMatchObject({
      ...posted,
      research_depth: 'Standard',
      created_at: wireTime(),
      updated_at: wireTime(),
    });
    expect(data.competitors).toEqual(posted['competitors']);
  });

  it('takes no empty data of other steps: they neither make rows nor empty what is saved', async () => {
    const user = await app.as('blanks');
    const persona = { core_persona: { identity: { name: 'Ada' } }, platform_personas: { blog: { tone: 'dry' } } };
    await user.post('/step4/persona-save', persona);
    const before = await app.database.dump();
    const blanks = {
      ...{
        corePersona: {},
        platformPersonas: {},
        selectedPlatforms: [],
        crawlResult: {},
        analysis: { writing_style: {} },
      },
      ...{ website: '', businessData: {}, integrations: {}, websitePlatforms: {}, connectedAccounts: [] },
    };
    await save(user, { competitors: [{ url: 'https://rival.example' }], ...blanks });
    const after = await app.database.dump();
    for (const table of ['persona_data', 'website_analyses', 'platform_integrations']) {
      expect([table, after[table]]).toEqual([table, before[table]]);
    }
  });

  it('is read as a row of its own, or null, as JSON', async () => {
    const user = await app.as('reader');
    const none = await user.get('/research-preferences');
    expect([none.status, none.text]).toEqual([200, 'null']);
    expect(none.headers.get('content-type')).toMatch(/^application\/json/);
    await save(user, sample(3).data);
    const { status, headers, body } = await user.get('/research-preferences');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    const { competitors: _, social_media_accounts: __, website: ___, ...row } = await savedStep(user);
    expect(body).toEqual(row);
  });

  it('has defaults for what was never chosen', async () => {
    const user = await app.as('defaults');
    await save(user, { researchSummary: { total_competitors: 0 } });
    expect(await savedStep(user)).toEqual({
      research_depth: 'Comprehensive',
      content_types: ['Blog Posts', 'Social Media', 'Newsletters'],
      auto_research: true,
      factual_content: true,
      writing_style: null,
      content_characteristics: null,
      target_audience: null,
      recommended_settings: null,
      researchSummary: { total_competitors: 0 },
      competitors: [],
      social_media_accounts: null,
      id: expect.any(String),
      created_at: wireTime(),
      updated_at: wireTime(),
    });
  });

  it.each([
    ['basic', 'Basic'],
    ['STANDARD', 'Standard'],
    ['Comprehensive', 'Comprehensive'],
    ['dEEP', 'Deep'],
    ['expert', 'Expert'],
  ])('stores the depth %s as %s', async (posted, expected) => {
    const user = await app.as(`depth-${posted}`);
    expect((await save(user, { research_depth: posted })).data.research_depth).toBe(expected);
    expect((await user.get('/research-preferences')).body.research_depth).toBe(expected);
    const other = await app.as(`camel-depth-${posted}`);
    expect((await save(other, { researchDepth: posted })).data.research_depth).toBe(expected);
  });

  it('knows no other depth', async () => {
    const user = await app.as('depth-unknown');
    const { status, body } = await user.post('/step/3/complete', { data: { research_depth: 'Bottomless' } });
    const detail = 'research_depth must be one of Basic, Standard, Comprehensive, Deep, Expert.';
    expect([status, body.detail, body.errors]).toEqual([400, detail, [{ pointer: '/data/research_depth', detail }]]);
    expect(await savedStep(user)).toBeNull();
  });

  it('keeps a choice of false, and of an empty list', async () => {
    const user = await app.as('false');
    await save(user, { auto_research: false, factual_content: false, content_types: [] });
    await save(user, { researchSummary: { found: 1 } });
    expect(await savedStep(user)).toMatchObject({ auto_research: false, factual_content: false, content_types: [] });
  });

  it.each([
    ['competitors', [{ url: 'https://rival.example' }]],
    ['researchSummary', { total: 1 }],
    ['sitemapAnalysis', { total_urls: 1 }],
    ['research_depth', 'Deep'],
    ['content_types', ['Blog Posts']],
    ['auto_research', false],
    ['factual_content', false],
    ['writing_style', { tone: 'dry' }],
    ['content_characteristics', { vocabulary: 'plain' }],
    ['target_audience', { demographics: ['all'] }],
    ['recommended_settings', { writing_tone: 'dry' }],
  ])('is content with %s alone', async (key, value) => {
    const user = await app.as(`alone-${key}`);
    await save(user, { [key]: value });
    expect((await savedStep(user))[key]).toEqual(value);
  });

  it.each<[string, JsonObject]>([
    ['nothing', {}],
    [
      'blanks',
      { competitors: [], researchSummary: null, sitemapAnalysis: '', research_depth: '', content_types: null },
    ],
    [
      'what it does not count',
      { userUrl: 'https://example.com', industryContext: 'tea', social_media_accounts: { x: 'y' } },
    ],
  ])('asks for more than %s', async (name, data) => {
    const user = await app.as(`little-${name}`);
    const { status, body } = await user.post('/step/3/complete', { data });
    expect([status, body.detail]).toEqual([400, NEEDS]);
    expect(await savedStep(user)).toBeNull();
  });

  it.each<[string, unknown]>([
    ['research_depth', 5],
    ['content_types', 'Blog Posts'],
    ['content_types', [5]],
    ['auto_research', 'yes'],
    ['factual_content', 1],
    ['writing_style', 'dry'],
    ['content_characteristics', []],
    ['target_audience', 'all'],
    ['recommended_settings', 5],
    ['competitors', { url: 'https://rival.example' }],
    ['competitors', 'rival'],
    ['social_media_accounts', 'facebook'],
    ['socialMediaAccounts', [5]],
    ['researchSummary', 'text'],
    ['sitemapAnalysis', [1]],
    ['industryContext', {}],
    ['userUrl', 5],
    ['analysisTimestamp', 5],
    ['stepType', {}],
    ['completedAt', 5],
  ])('names %s when it is %j', async (key, value) => {
    const user = await app.as(`type-${key}`);
    const { status, body } = await user.post('/step/3/complete', { data: { researchSummary: { a: 1 }, [key]: value } });
    expect([status, body.errors]).toEqual([400, [{ pointer: `/data/${key}`, detail: expect.stringContaining(key) }]]);
    expect(await savedStep(user)).toBeNull();
  });

  it('names the competitor that is none', async () => {
    const user = await app.as('type-competitor');
    const data = { competitors: [{ url: 'https://rival.example' }, 'rival'] };
    const { status, body } = await user.post('/step/3/complete', { data });
    expect([status, body.errors]).toEqual([400, [{ pointer: '/data/competitors/1', detail: expect.any(String) }]]);
  });

  it.each([undefined, null, '', []])('leaves the competitors where %j is posted', async (competitors) => {
    const user = await app.as(`leaves-${JSON.stringify(competitors)}`);
    await save(user, sample(3).data);
    await save(user, { researchSummary: { found: 1 }, competitors });
    expect((await savedStep(user)).competitors).toEqual(sample(3).data['competitors']);
  });

  it('replaces the competitors by a set that is not empty, one row per url, in the order posted', async () => {
    const user = await app.as('replaces');
    const competitor = (name: string, more: object = {}) => ({ url: `https://${name}.example`, title: name, ...more });
    await save(user, { competitors: ['a', 'b', 'c'].map((name) => competitor(name)) });
    const posted = [competitor('c'), competitor('a', { highlights: ['x'] })];
    await save(user, { competitors: posted });
    expect((await savedStep(user)).competitors).toEqual(posted);
    expect(await competitorRows('replaces')).toEqual(posted.map((details) => ({ url: details.url, details })));
    const last = competitor('a', { relevance_score: 1 });
    await save(user, { competitors: [competitor('a'), competitor('b'), last] });
    expect((await savedStep(user)).competitors).toEqual([last, competitor('b')]);
    expect(await competitorRows('replaces')).toHaveLength(2);
  });

  it('keeps what is odd about a competitor', async () => {
    const user = await app.as('odd');
    const competitors = [
      {
        url: 'https://a.example',
        highlights: 'not a list',
        relevance_score: 'high',
        nested: { deep: [null, 1.5, ''] },
      },
      { title: 'without a url' },
      { title: 'neither' },
      { url: null, title: 'null' },
      { url: 5 },
    ];
    await save(user, { competitors });
    expect((await savedStep(user)).competitors).toEqual(competitors);
  });

  it.each(['social_media_accounts', 'socialMediaAccounts'])('keeps %s with the website analysis', async (key) => {
    const user = await app.as(`accounts-${key}`);
    await user.post('/step/2/complete', sample(2));
    const { body: before } = await user.get('/step/2');
    const accounts = { facebook: 'https://facebook.com/example' };
    await save(user, { research_depth: 'Deep', [key]: accounts });
    expect((await savedStep(user)).social_media_accounts).toEqual(accounts);
    expect(Object.keys(await savedStep(user))).not.toContain('socialMediaAccounts');
    const { data } = (await user.get('/step/2')).body;
    expect(data).toEqual({
      ...before.data,
      social_media_accounts: accounts,
      analysis: { ...before.data.analysis, social_media_accounts: accounts },
      updated_at: wireTime(),
    });
    expect((await user.get('/website-analysis')).body.social_media_accounts).toEqual(accounts);
    await save(user, { research_depth: 'Basic', [key]: null });
    expect((await savedStep(user)).social_media_accounts).toEqual(accounts);
  });

  it('leaves other fields on a partial save, and blanks leave what is stored', async () => {
    const user = await app.as('partial');
    await save(user, sample(3).data);
    const before = await savedStep(user);
    await save(user, { auto_research: false });
    const changed = { ...before, auto_research: false, updated_at: wireTime() };
    expect(await savedStep(user)).toEqual(changed);
    for (const blank of [null, '']) {
      const blanks = Object.fromEntries(Object.keys(sample(3).data).map((key) => [key, blank]));
      await save(user, { ...blanks, factual_content: true });
      expect(await savedStep(user)).toEqual(changed);
    }
  });

  it('is unchanged by posting back what was read', async () => {
    const user = await app.as('idempotent');
    await save(user, { ...sample(3).data, somethingNew: [1, { a: 2 }] });
    const first = await savedStep(user);
    const rows = () =>
      Promise.all(
        ['research_preferences', 'website_analyses', 'competitor_analyses'].map((table) =>
          app.database.query(
            `select to_jsonb(t) - 'updated_at' - 'created_at' as row from ${table} t where user_id = $1 order by 1`,
            ['idempotent'],
          ),
        ),
      );
    const before = await rows();
    await save(user, first);
    expect(await savedStep(user)).toEqual({ ...first, updated_at: wireTime() });
    expect(await rows()).toEqual(before);
  });

  it('stores neither what only the row can know nor keys', async () => {
    const user = await app.as('never');
    const { warnings } = await save(user, {
      research_depth: 'Deep',
      id: 'forged',
      user_id: 'somebody',
      session_id: 'forged',
      created_at: 'forged',
      updated_at: 'forged',
      extra: { forged: true },
      has_data: 'forged',
      api_keys: { openai: 'sk-must-not-be-kept' },
    });
    expect(warnings).toContain('API keys belong to step 1: those sent with this step were not saved.');
    expect(JSON.stringify(await app.database.dump())).not.toMatch(/forged|somebody|must-not-be-kept/);
  });

  it('completes without data from what is stored', async () => {
    const user = await app.as('again');
    await save(user, sample(3).data);
    await user.post('/reset');
    const { status, body } = await user.post('/step/3/complete', {});
    expect([status, body.data]).toEqual([200, await savedStep(user)]);
    expect((await user.get('/step/3')).body.status).toBe('completed');
  });
});
