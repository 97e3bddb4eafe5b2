import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/ground/problems/json.js';
import { TestApp } from '../support/service/app.js';
import type { Client } from '../support/service/client.js';
import { expectProblem } from '../support/service/problems.js';
import { sample } from '../support/data/samples.js';

const PROFILE_FIELDS = [
  'industry',
  'target_audience',
  'tone',
  'voice',
  'complexity',
  'content_types',
  'content_pillars',
  'brand_colors',
  'brand_values',
  'platforms',
  'research_depth',
  'competitors',
  'business_goals',
];

const NOTHING = {
  api_keys: {},
  website_url: null,
  style_analysis: null,
  research_preferences: null,
  personalization_settings: {
    writing_style: null,
    target_audience: null,
    content_focus: null,
    tone: null,
    brand_voice: null,
  },
  persona_readiness: {
    ready: false,
    reason: 'Still missing: website analysis',
    missing_data: ['website analysis'],
  },
  integrations: null,
  capabilities: {
    ai_content_generation: false,
    website_analysis: false,
    research_capabilities: false,
    persona_generation: false,
    content_optimization: false,
  },
  canonical_profile: Object.fromEntries(PROFILE_FIELDS.map((field) => [field, { value: null, source: null }])),
};

describe('GET /summary', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  async function summaryOf(user: Client) {
    const { status, body } = await user.get('/summary');
    expect(status).toBe(200);
    for (const part of [body.api_keys, body.personalization_settings]) {
      for (const value of Object.values(part)) expect(value === null || typeof value === 'string').toBe(true);
    }
    return body;
  }

  async function complete(user: Client, step: number, data: JsonObject = sample(step).data): Promise<void> {
    const answer = await user.post(`/step/${step}/complete`, { data });
    expect([step, answer.status, answer.body.detail]).toEqual([step, 200, undefined]);
  }

  it('shows a user who has saved nothing, and writes nothing', async () => {
    expect(await summaryOf(await app.as('nobody'))).toEqual(NOTHING);
    expect(await app.database.query(`select from onboarding_sessions where user_id = 'nobody'`)).toEqual([]);
  });

  it('needs a token', async () => {
    expectProblem(await app.anonymous().get('/summary'), 401);
  });

  it('shows all that was saved, keys as masks only', async () => {
    const user = await app.as('everything');
    for (const step of [1, 2, 3, 4, 5]) await complete(user, step);
    const business = {
      business_description: 'Plain words for small shops',
      business_goals: 'more readers',
    };
    expect((await user.post('/business-info', business)).status).toBe(200);
    const summary = await summaryOf(user);
    const { data: website } = (await user.get('/step/2')).body;
    const { data: integrations } = (await user.get('/step/5')).body;
    const style = [
      ...['writing_style', 'content_characteristics', 'target_audience', 'content_type', 'recommended_settings'],
      ...['style_patterns', 'style_guidelines'],
    ];
    const from = (source: string) => (value: unknown) => ({ value, source });
    const [persona, site, research] = ['persona', 'website_analysis', 'research_preferences'].map(from) as [
      ReturnType<typeof from>,
      ReturnType<typeof from>,
      ReturnType<typeof from>,
    ];
    expect(summary).toEqual({
      api_keys: { gemini: '********vwxy', exa: '********8a11', copilotkit: '********cdef' },
      website_url: 'https://example.com',
      style_analysis: Object.fromEntries(style.map((column) => [column, website[column]])),
      research_preferences: (await user.get('/research-preferences')).body,
      personalization_settings: {
        writing_style: 'conversational',
        target_audience: 'owners of small online shops, in-house marketers',
        content_focus: 'blog, case study, newsletter',
        tone: 'conversational',
        brand_voice: 'a practical friend who has done it before',
      },
      persona_readiness: { ready: true, reason: expect.stringMatching(/\S/), missing_data: [] },
      integrations,
      capabilities: {
        ai_content_generation: true,
        website_analysis: true,
        research_capabilities: true,
        persona_generation: true,
        content_optimization: true,
      },
      canonical_profile: {
        industry: site('Marketing'),
        target_audience: site(['owners of small online shops', 'in-house marketers']),
        tone: persona('conversational'),
        voice: site('a practical friend who has done it before'),
        complexity: site('moderate'),
        content_types: site(['blog', 'case study', 'newsletter']),
        content_pillars: site(['email marketing', 'local search', 'product photos']),
        brand_colors: site(['#0b6e4f', '#f4f1de']),
        brand_values: site(['honesty', 'usefulness']),
        platforms: persona(['blog', 'linkedin']),
        research_depth: research('Standard'),
        competitors: from('competitors')(['rival-one.example', 'rival-two.example']),
        business_goals: from('business_info')('more readers'),
      },
    });
    for (const key of Object.values(sample(1).data['api_keys'] as JsonObject)) {
      expect(JSON.stringify(summary)).not.toContain(String(key).slice(0, -4));
    }
  });

  it('is each user’s own', async () => {
    const user = await app.as('own');
    await complete(user, 2);
    expect((await summaryOf(user)).website_url).toBe('https://example.com');
    expect(await summaryOf(await app.as('Own'))).toEqual(NOTHING);
  });

  it('names what a persona is still missing', async () => {
    const user = await app.as('missing');
    const missing = async () => (await summaryOf(user)).persona_readiness;
    await complete(user, 2, { website: 'https://example.com' });
    expect((await missing()).missing_data).toEqual(['writing style', 'content characteristics', 'target audience']);
    await complete(user, 2, { website: 'https://example.com', writing_style: { tone: 'warm' } });
    await complete(user, 2, { website: 'https://example.com', target_audience: { demographics: ['nurses'] } });
    expect(await missing()).toEqual({
      ready: false,
      reason: 'Still missing: content characteristics',
      missing_data: ['content characteristics'],
    });
    await complete(user, 2, { website: 'https://example.com', content_characteristics: { vocabulary: 'plain' } });
    expect(await missing()).toMatchObject({ ready: true, missing_data: [] });
  });

  it('says what can be done with what is there, and no longer when it is gone', async () => {
    const user = await app.as('capabilities');
    const able = async () =>
      Object.entries((await summaryOf(user)).capabilities as Record<string, boolean>).flatMap(([name, can]) =>
        can ? [name] : [],
      );
    await complete(user, 2);
    expect(await able()).toEqual(['website_analysis']);
    const keys = sample(1).data['api_keys'] as Record<string, string>;
    const save = (provider: string) => user.post('/api-keys', { provider, api_key: keys[provider] });
    expect((await save('exa')).status).toBe(200);
    expect(await able()).toEqual(['website_analysis', 'research_capabilities']);
    expect((await save('gemini')).status).toBe(200);
    expect(await able()).toEqual([
      'ai_content_generation',
      'website_analysis',
      'research_capabilities',
      'persona_generation',
      'content_optimization',
    ]);
    for (const provider of ['gemini', 'exa']) {
      expect((await user.send('DELETE', `/api-keys/${provider}`)).status).toBe(200);
    }
    expect(await able()).toEqual(['website_analysis']);
  });

  it('shows no objects where the client shows texts, whatever was saved', async () => {
    const user = await app.as('objects');
    const wrong = { tone: { deep: 1 }, voice: ['a'], demographics: [{ a: 1 }, 7], primary_type: { b: 2 } };
    await complete(user, 2, {
      website: 'https://example.com',
      writing_style: wrong,
      target_audience: wrong,
      content_type: wrong,
      brand_analysis: { brand_voice: { c: 3 } },
    });
    expect((await summaryOf(user)).personalization_settings).toEqual(NOTHING.personalization_settings);
  });

  it('counts the deployment’s own keys among what can be done, and shows stars alone in their place', async () => {
    const key = 'sk-deployment-0123456789abcdef';
    const deployed = await TestApp.start({ environment: { OPENAI_API_KEY: key, TAVILY_API_KEY: key } });
    try {
      const user = await deployed.as('nobody');
      const { status, body, text } = await user.get('/summary');
      expect(status).toBe(200);
      expect(body).toEqual({
        ...NOTHING,
        api_keys: { openai: '********', tavily: '********' },
        capabilities: { ...NOTHING.capabilities, ai_content_generation: true, research_capabilities: true },
      });
      expect(text).not.toContain('cdef');
      // Elsewhere a user sees no keys but their own.
      for (const path of ['/api-keys', '/api-keys/onboarding', '/api-keys/validate']) {
        expect((await user.get(path)).body.api_keys).toEqual({});
      }
      await user.post('/api-keys', { provider: 'openai', api_key: 'sk-of-the-user-0123' });
      await user.post('/api-keys', { provider: 'exa', api_key: 'exa-key-1' });
      expect((await user.get('/summary')).body.api_keys).toEqual({
        openai: '********0123',
        tavily: '********',
        exa: '********',
      });
    } finally {
      await deployed.stop();
    }
  });
});
