import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiKeyManager } from '../../src/onboarding/api-keys/api-key-manager.service.js';
import { OnboardingDatabaseService } from '../../src/onboarding/database/onboarding-database.service.js';
import type { JsonObject } from '../../src/ground/problems/json.js';
import type { BusinessInfoDto } from '../../src/onboarding/steps/business-info.contract.js';
import { BusinessInfoService } from '../../src/onboarding/steps/business-info.service.js';
import { Problem } from '../../src/ground/problems/problem.js';
import { PROVIDERS } from '../../src/ground/providers/providers.js';
import { TestApp } from '../support/service/app.js';
import type { Client } from '../support/service/client.js';

interface Refusal {
  readonly status: number;
  readonly detail: string;
  readonly pointers: readonly string[];
}

/** How a door in the process refuses. */
async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const problem = await work.then(
    () => null,
    (error: unknown) => error,
  );
  expect(problem).toBeInstanceOf(Problem);
  const { status, detail, errors = [] } = problem as Problem;
  return { status, detail, pointers: errors.map(({ pointer }) => pointer) };
}

describe('data that are refused over HTTP', () => {
  let app: TestApp;
  let database: OnboardingDatabaseService;
  let user: Client;

  beforeAll(async () => {
    app = await TestApp.start();
    database = app.nest.get(OnboardingDatabaseService);
    user = await app.as('alice');
  });
  afterAll(() => app.stop());

  const nothingIsStored = async () =>
    expect(await app.database.query(`select from onboarding_sessions where user_id = 'alice'`)).toEqual([]);

  describe('are refused for the same reason in the process', () => {
    const save = (step: number, data: JsonObject) => {
      if (step === 2) return database.saveWebsiteAnalysis('alice', data);
      return step === 3 ? database.saveResearchPreferences('alice', data) : database.savePersonaData('alice', data);
    };

    it.each<[number, JsonObject]>([
      ...['http://10.0.0.1', 'https://localhost', 'http://printer.local', 'ftp://example.com', 'https://u:p@a.example']
        .concat(['http://[::1]', 'http://2130706433', 'intranet', 'https://a.example\\@b.example'])
        .flatMap((url): [number, JsonObject][] => [
          [2, { website: url }],
          [2, { websiteUrl: url }],
          [2, { website_url: url }],
          [2, { analysis: { website: url } }],
        ]),
      [2, { website: `https://a.example/${'x'.repeat(2048)}` }],
      [2, { website: 'https://a.example', seo_audit: 5 }],
      [3, { research_depth: 'bottomless' }],
      [3, { researchDepth: 'deepest' }],
      [3, { research_depth: 7 }],
      [3, { competitors: 'many' }],
      [3, { competitors: Array<object>(501).fill({}) }],
      [3, { competitors: [{ url: 'x'.repeat(2049) }, 'a', null] }],
      [3, { research_depth: 'none', competitors: ['a'] }],
      [3, { auto_research: 'yes', research_depth: 'none' }],
      [3, { social_media_accounts: 'x', competitors: [{}] }],
      [4, { corePersona: [] }],
      [4, { core_persona: { identity: {} }, selectedPlatforms: 'blog' }],
    ])('step %i: %j', async (step, data) => {
      const { status, body } = await user.post(`/step/${step}/complete`, { data });
      expect(status).toBe(400);
      const pointers = body.errors.map(({ pointer }: { pointer: string }) => pointer.replace(/^\/data/, ''));
      expect(await refusalOf(save(step, data))).toEqual({ status, detail: body.detail, pointers });
      await nothingIsStored();
    });

    it.each([
      ['openai', ''],
      ['openai', '   '],
      ['openai', 'two words'],
      ['openai', `a\u001bb`],
      ['openai', 'k'.repeat(4097)],
      ['openai', '***'],
      ['openai', '********cdef'],
      ['openai', 'sk-admin-0123456789abcdef'],
      ['anthropic', 'sk-ant-oat01-0123456789abcdef'],
      ['google', 'gsk_0123456789abcdef'],
    ])('a key of %s: %j', async (provider, key) => {
      const { status, body } = await user.post('/api-keys', { provider, api_key: key });
      expect(status).toBe(400);
      const refused = { status, detail: body.detail, pointers: ['/api_key'] };
      expect(await refusalOf(database.saveApiKey('alice', provider, key))).toEqual(refused);
      expect(await refusalOf(app.nest.get(ApiKeyManager).save('alice', provider, key))).toEqual(refused);
      await nothingIsStored();
    });

    it.each(['nonesuch', '', 'OpenAI', 'constructor'])(
      'a key of a provider that there is not: %j',
      async (provider) => {
        const { status, body } = await user.post('/api-keys', { provider, api_key: 'sk-0123456789' });
        const refused = { status, detail: body.detail, pointers: [] };
        expect(status).toBe(404);
        expect(await refusalOf(database.saveApiKey('alice', provider, 'sk-0123456789'))).toEqual(refused);
        expect(await refusalOf(app.nest.get(ApiKeyManager).save('alice', provider, 'sk-0123456789'))).toEqual(refused);
        await nothingIsStored();
      },
    );

    it.each([
      { business_description: 'too short' },
      { business_description: 'x'.repeat(1001) },
      { business_description: 5 },
      { business_description: 'long enough', industry: 'x'.repeat(101), target_audience: [] },
      { business_description: 'with a NUL \u0000' },
      {},
    ])('business information: %j', async (posted) => {
      const { status, body } = await user.post('/business-info', posted);
      expect(status).toBe(400);
      const pointers = body.errors.map(({ pointer }: { pointer: string }) => pointer);
      const business = app.nest.get(BusinessInfoService);
      const refused = { status, detail: body.detail, pointers };
      expect(await refusalOf(business.save('alice', posted as BusinessInfoDto))).toEqual(refused);
      expect(await refusalOf(business.replace('alice', 'any', posted as BusinessInfoDto))).toEqual(refused);
      await nothingIsStored();
    });

    it('a key that could not be kept as it is', async () => {
      const key = 'sk-\ud800-0123456789';
      expect((await user.post('/api-keys', { provider: 'openai', api_key: key })).status).toBe(400);
      expect(await refusalOf(database.saveApiKey('alice', 'openai', key))).toMatchObject({
        status: 400,
        pointers: ['/api_key'],
      });
      await nothingIsStored();
    });
  });

  describe('and data that are taken', () => {
    it('are stored in the same spelling', async () => {
      const data = {
        website: ' example.com ',
        research_depth: ' eXpErT ',
        competitors: [{ url: 'a', n: 1 }, { url: 'b' }, { url: 'a', n: 2 }],
        social_media_accounts: { mastodon: '@a' },
      };
      const over = await app.as('over http');
      for (const step of [2, 3]) expect((await over.post(`/step/${step}/complete`, { data })).status).toBe(200);
      await database.saveWebsiteAnalysis('in process', data);
      await database.saveResearchPreferences('in process', data);
      for (const id of ['over http', 'in process']) {
        const reader = await app.as(id);
        const { website_url, social_media_accounts } = (await reader.get('/step/2')).body.data;
        const { research_depth, competitors } = (await reader.get('/step/3')).body.data;
        expect([id, website_url, social_media_accounts, research_depth, competitors]).toEqual([
          id,
          'https://example.com',
          { mastodon: '@a' },
          'Expert',
          [{ url: 'a', n: 2 }, { url: 'b' }],
        ]);
      }
    });

    it('may lack what a step demands, as long as no step is completed', async () => {
      await database.saveWebsiteAnalysis('incomplete', { writing_style: { tone: 'dry' } });
      await database.savePersonaData('incomplete', { corePersona: { name: 'without an identity' } });
      expect((await database.getOnboardingStatus('incomplete')).completion_percentage).toBe(0);
      expect((await (await app.as('incomplete')).post('/step/2/complete')).status).toBe(400);
      expect((await (await app.as('incomplete')).post('/step/4/complete')).status).toBe(400);
    });

    it('are keys under the name of their provider, trimmed, once each; a mask leaves the key, and the first completes step 1', async () => {
      const savedKeys = async () =>
        Object.fromEntries([...(await database.getApiKeys('keys'))].map(([id, secret]) => [id, secret.reveal()]));
      const versions = () =>
        app.database.query(`select provider, version from api_keys where user_id = 'keys' order by provider`);
      await database.saveApiKey('keys', 'metaphor', ' exa-key-1 \n');
      const reader = await app.as('keys');
      expect((await reader.get('/step/1')).body.status).toBe('pending');
      await database.saveApiKey('keys', 'google', 'of-the-alias-0123');
      expect((await reader.get('/step/1')).body.status).toBe('completed');
      for (const again of ['of-the-alias-0123', '********0123', ' ********0123']) {
        await database.saveApiKey('keys', 'gemini', again);
      }
      expect(await savedKeys()).toEqual({ exa: 'exa-key-1', gemini: 'of-the-alias-0123' });
      expect(await versions()).toEqual([
        { provider: 'exa', version: 1 },
        { provider: 'gemini', version: 1 },
      ]);
      const events = await app.database.query(
        `select type, data ->> 'provider' as provider from progress_events where user_id = 'keys' order by revision`,
      );
      expect(events.map(({ type, provider }) => [type, provider])).toEqual([
        ['onboarding_started', null],
        ['api_key_saved', 'exa'],
        ['api_key_saved', 'gemini'],
        ['step_completed', null],
      ]);
    });

    it('are keys of every provider', async () => {
      for (const { id } of PROVIDERS) await database.saveApiKey('every', id, 'KEY-0123456789');
      expect([...(await database.getApiKeys('every')).keys()]).toEqual(PROVIDERS.map(({ id }) => id).toSorted());
    });
  });
});
