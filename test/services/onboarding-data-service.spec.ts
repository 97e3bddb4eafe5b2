import { MikroORM } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { OnboardingDatabaseService } from '../../src/onboarding/database/onboarding-database.service.js';
import { DatabaseUnavailable } from '../../src/storage/wire/wire.problems.js';
import type { SnapshotPart } from '../../src/onboarding/database/record.js';
import { Snapshot } from '../../src/onboarding/database/snapshot.js';
import { UserDatabase } from '../../src/onboarding/database/user-database.js';
import type { JsonObject } from '../../src/ground/problems/json.js';
import { OnboardingModule } from '../../src/onboarding.module.js';
import { OnboardingDataService } from '../../src/onboarding/personalization/onboarding-data.service.js';
import { tokenCounter } from '../../src/onboarding/personalization/tokens.js';
import { TestApp } from '../support/service/app.js';
import { sample } from '../support/data/samples.js';

describe('OnboardingDataService', () => {
  let app: TestApp;
  let service: OnboardingDataService;

  beforeAll(async () => {
    app = await TestApp.start();
    service = app.nest.get(OnboardingDataService);
    const user = await app.as('alice');
    for (const step of [1, 2, 3, 4, 5]) {
      expect((await user.post(`/step/${step}/complete`, sample(step))).status).toBe(200);
    }
  });
  afterAll(() => app.stop());

  const answer = async (path: string) => (await (await app.as('alice')).get(path)).body;

  it('gives the personalised inputs of a user, as the route does', async () => {
    const inputs = await service.getPersonalizedAiInputs('alice');
    expect(inputs.website_analysis.writing_style).toBe('conversational');
    expect(inputs).toEqual(await answer('/ai-inputs'));
  });

  it('gives them as a prompt, of 800 tokens unless it is told otherwise', async () => {
    const countTokens = await tokenCounter();
    const prompt = await service.getPersonalizedPrompt('alice');
    expect(prompt).toBe(await service.getPersonalizedPrompt('alice', 800));
    expect(prompt).toContain('<data>Marketing</data>');
    const short = await service.getPersonalizedPrompt('alice', 60);
    expect(countTokens(short)).toBeLessThanOrEqual(60);
    expect(short.length).toBeLessThan(prompt.length);
  });

  it('gives the website analysis', async () => {
    const analysis = await service.getUserWebsiteAnalysis('alice');
    expect(analysis).toMatchObject({ website_url: 'https://example.com', writing_style: { tone: 'conversational' } });
    const { style_analysis: _, website_analysis, ...route } = await answer('/website-analysis');
    expect(analysis).toEqual(website_analysis);
    expect({ ...analysis, status: 'success' }).toEqual(route);
  });

  it('gives the research preferences', async () => {
    const preferences = await service.getUserResearchPreferences('alice');
    expect(preferences).toMatchObject({ research_depth: 'Standard', auto_research: true });
    expect(preferences).toEqual(await answer('/research-preferences'));
  });

  it('gives the canonical profile and the summary', async () => {
    const { canonical_profile, ...summary } = await answer('/summary');
    expect(await service.getCanonicalProfile('alice')).toEqual(canonical_profile);
    expect(await service.getSummary('alice')).toEqual({ ...summary, canonical_profile });
  });

  it('gives nothing of one user to another', async () => {
    for (const other of ['Alice', 'alice ', 'bob']) {
      expect(await service.getUserWebsiteAnalysis(other)).toBeNull();
      expect(await service.getUserResearchPreferences(other)).toBeNull();
      expect((await service.getPersonalizedAiInputs(other)).meta).toMatchObject({
        personalized: false,
        completeness: 0,
      });
      expect((await service.getSummary(other)).api_keys).toEqual({});
    }
  });

  it('fails while the database is away, and never answers with defaults', async () => {
    const database = app.nest.get(UserDatabase);
    const read = database.readForUser.bind(database);
    database.readForUser = () => Promise.reject(new DatabaseUnavailable(new Error('away')));
    try {
      const calls: readonly (() => Promise<unknown>)[] = [
        () => service.getPersonalizedAiInputs('alice'),
        () => service.getPersonalizedPrompt('alice'),
        () => service.getUserWebsiteAnalysis('alice'),
        () => service.getUserResearchPreferences('alice'),
        () => service.getCanonicalProfile('alice'),
        () => service.getSummary('alice'),
      ];
      for (const ask of calls) await expect(ask()).rejects.toThrow(DatabaseUnavailable);
      const methods = Object.getOwnPropertyNames(OnboardingDataService.prototype).filter((name) =>
        name.startsWith('get'),
      );
      expect(methods).toHaveLength(calls.length);
    } finally {
      database.readForUser = read;
    }
    expect(await service.getUserWebsiteAnalysis('alice')).not.toBeNull();
  });
});

describe('OnboardingDataService without a database', () => {
  it('takes OnboardingDatabaseService by injection', async () => {
    const reads: [string, readonly string[]][] = [];
    const website: JsonObject = {
      website_url: 'https://example.com',
      writing_style: { tone: 'casual' },
      target_audience: { industry_focus: 'Travel' },
    };
    const rows: JsonObject = { website_analyses: website, competitor_analyses: [{ domain: 'rival.example' }] };
    const settings = {
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      API_KEY_ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
    };
    const module = await Test.createTestingModule({ imports: [OnboardingModule.forRoot(settings)] })
      .overrideProvider(MikroORM)
      .useValue({ close: () => Promise.resolve() })
      .overrideProvider(UserDatabase)
      .useValue({})
      .overrideProvider(OnboardingDatabaseService)
      .useValue({
        read: (userId: string, parts: readonly SnapshotPart<unknown>[]) => {
          const names = parts.map(({ name }) => name);
          reads.push([userId, names]);
          return Promise.resolve(
            new Snapshot(null, Object.fromEntries(names.map((name) => [name, rows[name] ?? null]))),
          );
        },
        getWebsiteAnalysis: () => Promise.resolve(website),
        getResearchPreferences: () => Promise.resolve(null),
      })
      .compile();
    const service = module.get(OnboardingDataService);
    const inputs = await service.getPersonalizedAiInputs('alice');
    expect(inputs.website_analysis).toMatchObject({ writing_style: 'casual', industry_focus: 'Travel' });
    expect(inputs.competitor_analysis.top_performers).toEqual(['rival.example']);
    expect(reads).toEqual([['alice', expect.arrayContaining(['website_analyses', 'competitor_analyses'])]]);
    expect(await service.getUserWebsiteAnalysis('alice')).toBe(website);
    expect(await service.getUserResearchPreferences('alice')).toBeNull();
    await module.close();
  });
});
