import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OnboardingDatabaseService } from '../../src/onboarding/database/onboarding-database.service.js';
import type { JsonObject } from '../../src/ground/problems/json.js';
import { OnboardingDataService } from '../../src/onboarding/personalization/onboarding-data.service.js';
import { OnboardingProgressService } from '../../src/onboarding/progress/onboarding-progress.service.js';
import { TestApp } from '../support/service/app.js';
import { TestDatabase } from '../support/database/database.js';
import { sample } from '../support/data/samples.js';

/** In every text of the brand's part of the analysis, and nowhere else. */
const MARK = 'xbrandx';

const brand = (more = '') => ({
  brand_analysis: {
    brand_voice: `${MARK} voice${more}`,
    brand_values: [`${MARK} value${more}`],
    color_palette: [`${MARK} color${more}`],
  },
  content_strategy_insights: { content_pillars: [`${MARK} pillar${more}`], strengths: [`${MARK} strength${more}`] },
});

/** What the wizard posts for step 2, with this as the brand's part of it. */
function website(part: JsonObject): JsonObject {
  const { data } = sample(2);
  const { brand_analysis: _, content_strategy_insights: __, ...analysis } = data['analysis'] as JsonObject;
  return { ...data, analysis: { ...analysis, ...part } };
}

/** Every route that reads, and that is not the same for all; the parameters are alice's. */
const SHOWING_BRAND = [
  '/api/onboarding/ai-inputs',
  '/api/onboarding/init',
  '/api/onboarding/internal/users/{userId}/ai-inputs',
  '/api/onboarding/internal/users/{userId}/profile',
  '/api/onboarding/progress',
  '/api/onboarding/step/{n}',
  '/api/onboarding/style-detection/analysis/{id}',
  '/api/onboarding/style-detection/session-analyses',
  '/api/onboarding/summary',
  '/api/onboarding/website-analysis',
];
const PARAMETERS: Readonly<Record<string, string>> = {
  n: '2',
  url: 'https%3A%2F%2Fexample.com',
  userId: 'alice',
  user_id: 'alice',
  provider: 'openai',
};

describe('ENABLE_WEBSITE_BRAND_COLUMNS', () => {
  let database: TestDatabase;
  let on: TestApp;
  let off: TestApp;

  beforeAll(async () => {
    database = await TestDatabase.create();
    on = await TestApp.start({ database, environment: { ENABLE_WEBSITE_BRAND_COLUMNS: 'true' } });
    off = await TestApp.start({ database, environment: { ENABLE_WEBSITE_BRAND_COLUMNS: 'false' } });
  });
  afterAll(async () => {
    await Promise.all([on.stop(), off.stop()]);
    await database.drop();
  });

  async function save(app: TestApp, userId: string, part: JsonObject, step = 2) {
    const data = step === 2 ? website(part) : { ...sample(step).data, ...part };
    const answer = await (await app.as(userId)).post(`/step/${step}/complete`, { data });
    expect([step, answer.status, answer.body.detail]).toEqual([step, 200, undefined]);
    return answer;
  }

  const savedBrand = async (userId: string) => {
    const [row] = await database.query(
      'select brand_analysis, content_strategy_insights from website_analyses where user_id = $1',
      [userId],
    );
    return row;
  };

  /** The paths of all reads by alice, and which of the answers hold the brand's part. */
  async function readsOf(app: TestApp) {
    const client = await app.as('alice', { scope: 'onboarding:read' });
    const { body } = await app.anonymous().get('//openapi.json');
    const paths = Object.entries<object>(body.paths).flatMap(([path, methods]) => ('get' in methods ? [path] : []));
    const { analyses } = (await client.get('/style-detection/session-analyses')).body;
    const parameters: Readonly<Record<string, string>> = { ...PARAMETERS, id: analyses[0].id };
    const showing: string[] = [];
    for (const path of paths) {
      const answer = await client.get(`/${path.replace(/\{(\w+)\}/g, (_, name: string) => parameters[name] ?? name)}`);
      // A plain request of a WebSocket's address is told to upgrade.
      expect([path, [200, 404, path.endsWith('/live') ? 426 : 200].includes(answer.status)]).toEqual([path, true]);
      if (answer.text.includes(MARK)) showing.push(path);
    }
    return { paths, showing: showing.sort() };
  }

  it('is on: what was saved of the brand is shown by every route that shows the analysis', async () => {
    const { body } = await save(on, 'alice', brand());
    expect(JSON.stringify(body.warnings ?? [])).not.toMatch(/brand/i);
    expect(body.data).toMatchObject({ ...brand(), analysis: brand() });
    const { paths, showing } = await readsOf(on);
    expect(showing).toEqual(SHOWING_BRAND);
    expect(paths.length).toBeGreaterThanOrEqual(23);
    const client = await on.as('alice');
    expect((await client.get('/ai-inputs?format=prompt')).text).toContain(`${MARK} pillar`);
  });

  it('is off: what was stored while it was on is shown by none, and comes back', async () => {
    await save(on, 'alice', brand());
    const before = await savedBrand('alice');
    const whole = (await (await on.as('alice')).get('/init')).body;
    expect((await readsOf(off)).showing).toEqual([]);
    const client = await off.as('alice');
    expect((await client.get('/ai-inputs?format=prompt')).text).not.toContain(MARK);
    const analysis = (await client.get('/website-analysis')).body;
    for (const column of Object.keys(brand())) {
      expect(analysis).not.toHaveProperty(column);
      expect(analysis.analysis).not.toHaveProperty(column);
      expect(analysis.website_analysis).not.toHaveProperty(column);
    }
    expect(await savedBrand('alice')).toEqual(before);
    expect((await (await on.as('alice')).get('/init')).body).toEqual(whole);
  });

  it('changes the values that build on the brand, and no others', async () => {
    await save(on, 'alice', brand());
    const [shown, hidden] = await Promise.all(
      [on, off].map(async (app) => {
        const client = await app.as('alice');
        return { summary: (await client.get('/summary')).body, inputs: (await client.get('/ai-inputs')).body };
      }),
    );
    const nothing = { value: null, source: null };
    expect(shown?.summary.canonical_profile).toMatchObject({
      voice: { value: `${MARK} voice` },
      content_pillars: { value: [`${MARK} pillar`] },
      brand_colors: { value: [`${MARK} color`] },
      brand_values: { value: [`${MARK} value`] },
    });
    expect(hidden?.summary).toEqual({
      ...shown?.summary,
      personalization_settings: { ...shown?.summary.personalization_settings, brand_voice: 'active' },
      canonical_profile: {
        ...shown?.summary.canonical_profile,
        voice: { value: 'active', source: 'website_analysis' },
        content_pillars: { value: ['guides', 'stories'], source: 'website_analysis' },
        brand_colors: nothing,
        brand_values: nothing,
      },
    });
    const keywords = shown?.inputs.gap_analysis.target_keywords as string[];
    expect(keywords).toContain(`${MARK} pillar`);
    const without = keywords.filter((keyword) => !keyword.includes(MARK));
    expect(hidden?.inputs).toEqual({
      ...shown?.inputs,
      gap_analysis: { ...shown?.inputs.gap_analysis, target_keywords: without },
      keyword_analysis: { ...shown?.inputs.keyword_analysis, high_value_keywords: without },
    });
  });

  it('is off: what is posted of the brand is stored nowhere, in no spelling and at no step, and the answer says so', async () => {
    const { brand_analysis: brandAnalysis, content_strategy_insights: contentStrategyInsights } = brand();
    const spellings = { ...brand(), brandAnalysis, contentStrategyInsights };
    const warnings = ['brand_analysis', 'content_strategy_insights'].map(
      (column) => `Brand analysis is switched off: ${column} was not saved.`,
    );
    expect((await save(off, 'bob', spellings)).body.warnings).toEqual(expect.arrayContaining(warnings));
    for (const part of [brand(), { brandAnalysis, contentStrategyInsights }]) {
      const data = { website: 'https://example.com', ...part };
      const { status, body } = await (await off.as('bob')).post('/step/2/complete', { data });
      expect([status, body.warnings]).toEqual([200, expect.arrayContaining(warnings)]);
      expect(JSON.stringify(body.data)).not.toContain(MARK);
    }
    for (const step of [1, 3, 4, 5]) await save(off, 'bob', spellings, step);
    const persona = { core_persona: { identity: {} }, ...spellings };
    expect((await (await off.as('bob')).post('/step4/persona-save', persona)).status).toBe(200);
    await off.nest.get(OnboardingDatabaseService).saveWebsiteAnalysis('bob', spellings);
    expect(await savedBrand('bob')).toEqual({ brand_analysis: null, content_strategy_insights: null });
    const rows = Object.values(await database.dump())
      .flat()
      .filter((row) => (row as JsonObject)['user_id'] === 'bob');
    expect(rows.length).toBeGreaterThan(5);
    expect(JSON.stringify(rows)).not.toContain(MARK);
    expect((await (await on.as('bob')).get('/summary')).text).not.toContain(MARK);
  });

  it('is off: saving the analysis leaves what is stored of the brand as it is', async () => {
    await save(on, 'carol', brand());
    const before = await savedBrand('carol');
    expect(before).toEqual(brand());
    await save(off, 'carol', brand(' changed'));
    const client = await off.as('carol');
    const { data } = (await client.get('/step/2')).body;
    expect((await client.post('/step/2/complete', { data })).status).toBe(200);
    const nulls = { brand_analysis: null, content_strategy_insights: null, seo_audit: null };
    await off.nest.get(OnboardingDatabaseService).saveWebsiteAnalysis('carol', nulls);
    expect(await savedBrand('carol')).toEqual(before);
    await save(on, 'carol', brand(' changed'));
    expect(await savedBrand('carol')).toEqual(brand(' changed'));
  });

  it('holds for services in the same process', async () => {
    await save(on, 'dave', brand());
    const readings = async (app: TestApp) => {
      const data = app.nest.get(OnboardingDataService);
      const rows = app.nest.get(OnboardingDatabaseService);
      const progress = await app.nest.get(OnboardingProgressService).getCompletionData('dave');
      return {
        inputs: await data.getPersonalizedAiInputs('dave'),
        prompt: await data.getPersonalizedPrompt('dave'),
        analysis: await data.getUserWebsiteAnalysis('dave'),
        profile: await data.getCanonicalProfile('dave'),
        summary: await data.getSummary('dave'),
        row: await rows.getWebsiteAnalysis('dave'),
        brand: await rows.getBrandAnalysis('dave'),
        progress,
      };
    };
    const showing = (read: object) =>
      Object.entries(read).map(([name, value]) => [name, JSON.stringify(value).includes(MARK)]);
    const [whole, partial] = [await readings(on), await readings(off)];
    expect(showing(whole)).toEqual(Object.keys(whole).map((name) => [name, true]));
    expect(showing(partial)).toEqual(Object.keys(whole).map((name) => [name, false]));
    expect(whole.brand).toEqual(brand());
    expect(partial.brand).toBeNull();
  });
});
