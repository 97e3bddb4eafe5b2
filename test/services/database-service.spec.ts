import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OnboardingDatabaseService } from '../../src/onboarding/database/onboarding-database.service.js';
import type { JsonObject } from '../../src/ground/problems/json.js';
import { InvalidInput } from '../../src/ground/problems/problem.js';
import { OnboardingProgressService } from '../../src/onboarding/progress/onboarding-progress.service.js';
import { StepData, StepStatus } from '../../src/onboarding/progress/step-data.js';
import {
  PercentageOutOfRange,
  StepNotFound,
  StepNotSkippable,
  StepsMissing,
} from '../../src/onboarding/flow/flow.problems.js';
import { TestApp } from '../support/service/app.js';
import { sample } from '../support/data/samples.js';
import { wireTime } from '../support/database/wire-time.js';

const NUMBERS = [1, 2, 3, 4, 5, 6];
const NO_STEP = [0, 7, -3, 99, 1.5, Number.NaN];
const NO_PERCENTAGE = [-1, 100.01, Number.NaN, Number.POSITIVE_INFINITY];

describe('OnboardingDatabaseService', () => {
  let app: TestApp;
  let database: OnboardingDatabaseService;

  beforeAll(async () => {
    app = await TestApp.start();
    database = app.nest.get(OnboardingDatabaseService);
  });
  afterAll(() => app.stop());

  const events = async (userId: string) =>
    (await app.database.query('select type from progress_events where user_id = $1 order by revision', [userId])).map(
      ({ type }) => type as string,
    );

  it('makes a session once, and finds it', async () => {
    expect(await database.getSessionByUser('session')).toBeNull();
    const made = await database.getOrCreateSession('session');
    expect(made).toMatchObject({ userId: 'session', revision: 1 });
    expect(await database.getOrCreateSession('session')).toEqual(made);
    expect(await database.getSessionByUser('session')).toEqual(made);
    expect(await database.getSessionByUser('Session')).toBeNull();
    expect(await events('session')).toEqual(['onboarding_started']);
  });

  it('refuses by name what could not be kept as it is, and keeps nothing of it', async () => {
    for (const text of ['a\u0000b', 'a\ud800']) {
      await expect(database.saveWebsiteAnalysis('odd', { writing_style: { tone: text } })).rejects.toMatchObject({
        status: 400,
        errors: [{ pointer: '/writing_style/tone' }],
      });
      await expect(database.savePersonaData('odd', { [text]: 'x' })).rejects.toThrow(InvalidInput);
      const progress = await app.nest.get(OnboardingProgressService).forUser('odd');
      await expect(progress.markStepCompleted(5, { notes: text })).rejects.toThrow(InvalidInput);
      await expect(progress.markStepFailed(2, text)).rejects.toThrow(InvalidInput);
    }
    expect(await database.getSessionByUser('odd')).toBeNull();
  });

  it('goes to a step', async () => {
    const { progress } = await database.updateStep('steps', 3);
    expect([progress.currentStep, progress.steps.research?.status]).toEqual(['research', StepStatus.InProgress]);
    expect(await database.getOnboardingStatus('steps')).toMatchObject({ current_step: 3, completion_percentage: 0 });
    await database.updateStep('steps', 3);
    expect(await events('steps')).toEqual(['onboarding_started', 'step_started']);
    for (const step of NO_STEP) await expect(database.updateStep('steps', step)).rejects.toThrow(StepNotFound);
  });

  it('sets a floor under the percentage, and never lowers it', async () => {
    const percentage = async () => (await database.getOnboardingStatus('floor')).completion_percentage;
    await database.updateProgress('floor', 50.126);
    expect(await percentage()).toBe(50.13);
    await database.updateProgress('floor', 20);
    await database.updateProgress('floor', 0);
    expect(await percentage()).toBe(50.13);
    await database.updateProgress('floor', 100);
    expect(await database.getOnboardingStatus('floor')).toMatchObject({
      completion_percentage: 100,
      is_completed: false,
    });
    expect(await events('floor')).toEqual(['onboarding_started', 'progress_updated', 'progress_updated']);
  });

  it('refuses a percentage that is none', async () => {
    for (const percentage of NO_PERCENTAGE) {
      await expect(database.updateProgress('no floor', percentage)).rejects.toThrow(PercentageOutOfRange);
    }
    expect(await database.getSessionByUser('no floor')).toBeNull();
  });

  it('completes the onboarding once, and only with the required steps', async () => {
    await expect(database.markOnboardingComplete('completes')).rejects.toThrow(StepsMissing);
    expect(await database.getOnboardingStatus('completes')).toEqual({
      is_completed: false,
      current_step: 1,
      completion_percentage: 0,
      started_at: null,
      completed_at: null,
    });
    const user = await app.as('completes');
    for (const step of [1, 2, 3]) await user.post(`/step/${step}/complete`, sample(step));
    const first = await database.markOnboardingComplete('completes');
    const second = await database.markOnboardingComplete('completes');
    expect(second).toEqual(first);
    expect(await database.getOnboardingStatus('completes')).toEqual({
      is_completed: true,
      current_step: 6,
      completion_percentage: 100,
      started_at: wireTime(),
      completed_at: first.progress.completedAt?.toISOString(),
    });
  });

  it('has nothing of a user who saved nothing', async () => {
    expect(await database.getWebsiteAnalysis('nobody')).toBeNull();
    expect(await database.getResearchPreferences('nobody')).toBeNull();
    expect(await database.getPersonaData('nobody')).toBeNull();
    expect(await database.getBrandAnalysis('nobody')).toBeNull();
    expect(await database.getCompetitorAnalysis('nobody')).toEqual([]);
  });

  it('returns what it saved as it reads it', async () => {
    const website = await database.saveWebsiteAnalysis('saves', sample(2).data);
    expect(await database.getWebsiteAnalysis('saves')).toEqual(website);
    const { competitors: _, ...preferences } = sample(3).data;
    const research = await database.saveResearchPreferences('saves', preferences);
    expect(research['research_depth']).toBe('Standard');
    expect(await database.getResearchPreferences('saves')).toEqual(research);
    const persona = await database.savePersonaData('saves', sample(4).data);
    expect(await database.getPersonaData('saves')).toEqual(persona);
    expect(await events('saves')).toEqual(['onboarding_started', 'data_saved', 'data_saved', 'data_saved']);
    expect(await database.getOnboardingStatus('saves')).toMatchObject({ completion_percentage: 0, current_step: 1 });
    const { data } = (await (await app.as('saves')).get('/step/2')).body;
    expect(data).toEqual(website);
    expect(await database.getWebsiteAnalysis('saves.')).toBeNull();
  });

  it('reads the competitors that step 3 saved', async () => {
    await (await app.as('competitors')).post('/step/3/complete', sample(3));
    expect(await database.getCompetitorAnalysis('competitors')).toEqual(sample(3).data['competitors']);
  });

  it('clears what is null, and leaves what is absent or empty', async () => {
    const clears: [(data: JsonObject) => Promise<JsonObject>, JsonObject, string[]][] = [
      [(data) => database.saveWebsiteAnalysis('clears', data), sample(2).data, ['seo_audit', 'website_url']],
      [
        (data) => database.saveResearchPreferences('clears', data),
        { writing_style: { tone: 'dry' } },
        ['writing_style'],
      ],
      [(data) => database.savePersonaData('clears', data), sample(4).data, ['quality_metrics', 'core_persona']],
    ];
    for (const [save, data, columns] of clears) {
      const { updated_at: _, ...before } = await save({ ...data, unheardOf: 'kept' });
      expect(await save({})).toMatchObject(before);
      expect(await save(Object.fromEntries([...columns, 'unheardOf'].map((key) => [key, ''])))).toMatchObject(before);
      const cleared = await save(Object.fromEntries([...columns, 'unheardOf'].map((key) => [key, null])));
      for (const column of columns) expect([column, cleared[column]]).toEqual([column, null]);
      expect(Object.keys(cleared)).not.toContain('unheardOf');
      expect(Object.keys(cleared)).toContain('id');
    }
    expect((await database.getWebsiteAnalysis('clears'))?.['writing_style']).toMatchObject({ voice: 'active' });
    expect(await database.savePersonaData('clears', { platformPersonas: null })).toMatchObject({
      platform_personas: null,
      platformPersonas: null,
      selected_platforms: ['blog', 'linkedin'],
    });
  });

  it('returns to the default where a preference is cleared', async () => {
    await database.saveResearchPreferences('to default', { research_depth: 'expert', auto_research: false });
    const cleared = { research_depth: null, auto_research: null };
    expect(await database.saveResearchPreferences('to default', cleared)).toMatchObject({
      research_depth: 'Comprehensive',
      auto_research: true,
    });
  });

  it('stores a depth in its own spelling, under whichever name it comes, and passes over an empty one', async () => {
    const depth = async (data: JsonObject) => (await database.saveResearchPreferences('depth', data))['research_depth'];
    expect(await depth({ research_depth: 'deep' })).toBe('Deep');
    expect(await depth({ researchDepth: 'EXPERT' })).toBe('Expert');
    expect(await depth({ researchDepth: 'basic', research_depth: 'Standard' })).toBe('Basic');
    expect(await depth({ research_depth: '', auto_research: true })).toBe('Basic');
    await expect(depth({ research_depth: 'bottomless' })).rejects.toThrow(InvalidInput);
  });

  it('names the fields of a wrong type, and saves nothing', async () => {
    await expect(database.saveWebsiteAnalysis('wrong', { seo_audit: 5 })).rejects.toThrow(
      'seo_audit must be an object',
    );
    await expect(database.saveResearchPreferences('wrong', { auto_research: 'yes' })).rejects.toThrow('auto_research');
    await expect(database.savePersonaData('wrong', { selectedPlatforms: 'blog' })).rejects.toThrow('selectedPlatforms');
    expect(await database.getSessionByUser('wrong')).toBeNull();
  });

  it('keeps brand analysis only while it is switched on', async () => {
    const brand = (sample(2).data['analysis'] as JsonObject)['brand_analysis'];
    await database.saveWebsiteAnalysis('brand', { website: 'https://example.com', brand_analysis: brand });
    expect(await database.getBrandAnalysis('brand')).toEqual({ brand_analysis: brand });
    const off = await TestApp.start({ database: app.database, environment: { ENABLE_WEBSITE_BRAND_COLUMNS: 'false' } });
    try {
      const without = off.nest.get(OnboardingDatabaseService);
      expect(await without.getBrandAnalysis('brand')).toBeNull();
      expect(Object.keys((await without.getWebsiteAnalysis('brand')) ?? {})).not.toContain('brand_analysis');
      const saved = await without.saveWebsiteAnalysis('brand off', { brand_analysis: brand, brandAnalysis: brand });
      expect(JSON.stringify(saved)).not.toContain('brand_voice');
      expect(await database.getBrandAnalysis('brand off')).toBeNull();
    } finally {
      await off.stop();
    }
    expect(await database.getBrandAnalysis('brand')).toEqual({ brand_analysis: brand });
  });
});

describe('OnboardingProgressService and OnboardingProgress', () => {
  let app: TestApp;
  let service: OnboardingProgressService;

  beforeAll(async () => {
    app = await TestApp.start();
    service = app.nest.get(OnboardingProgressService);
  });
  afterAll(() => app.stop());

  it('work as the examples of the main product use them', async () => {
    const progress = await service.forUser('user123');
    await progress.markStepCompleted(1, { api_keys: { openai: 'sk-0123456789abcdef0123456789abcdef' } });
    expect(progress.getProgressSummary()).toEqual({
      is_completed: false,
      current_step: 2,
      completion_percentage: 16.67,
      next_step: 2,
      started_at: wireTime(),
      completed_at: null,
      can_proceed_to_final: false,
      total_steps: 6,
      completed_steps: [1],
      failed_steps: [],
    });
    expect(await service.getOnboardingStatus('user123')).toMatchObject({
      current_step: 2,
      completion_percentage: 16.67,
    });
    expect(await service.updateStep('user123', 2)).toMatchObject({ current_step: 2, completion_percentage: 16.67 });
    expect(await service.updateProgress('user123', 50.0)).toMatchObject({ current_step: 2, completion_percentage: 50 });
    expect((await (await app.as('user123')).get('/step/2')).body.status).toBe('in_progress');
  });

  it('shows one step as StepData', async () => {
    const progress = await service.forUser('step data');
    const pending = progress.getStepData(2);
    expect(pending).toBeInstanceOf(StepData);
    expect(pending).toEqual({
      key: 'website',
      stepNumber: 2,
      title: 'Website Analysis',
      description: 'Set up website analysis and crawling',
      status: StepStatus.Pending,
      completedAt: null,
      data: null,
      validationErrors: [],
    });
    await progress.markStepCompleted(2, sample(2).data);
    expect(progress.getStepData(2)).toMatchObject({ status: StepStatus.Completed, completedAt: expect.any(Date) });
    expect(progress.getStepData(2).data).toEqual((await (await app.as('step data')).get('/step/2')).body.data);
  });

  it('has the five statuses', async () => {
    const progress = await service.forUser('statuses');
    await progress.markStepCompleted(3, sample(3).data);
    await progress.markStepInProgress(2);
    await progress.markStepSkipped(4);
    await progress.markStepFailed(5, 'the platform did not answer');
    const statuses = () => NUMBERS.map((step) => progress.getStepData(step).status);
    expect(statuses()).toEqual(['pending', 'in_progress', 'completed', 'skipped', 'failed', 'pending']);
    expect(Object.values(StepStatus).sort()).toEqual([...new Set(statuses())].sort());
    expect(progress.getStepData(5).validationErrors).toEqual(['the platform did not answer']);
    expect([progress.getCompletedSteps(), progress.getFailedSteps()]).toEqual([[3, 4], [5]]);
    const reread = await service.forUser('statuses');
    expect(reread.getProgressSummary()).toEqual(progress.getProgressSummary());
    expect(NUMBERS.map((step) => reread.getStepData(step))).toEqual(NUMBERS.map((step) => progress.getStepData(step)));
  });

  it('knows the next step, the one to resume at, and what may be done', async () => {
    const progress = await service.forUser('next');
    expect([progress.getNextStep(), progress.getResumeStep()]).toEqual([1, 1]);
    expect(NUMBERS.map((step) => progress.canProceedToStep(step))).toEqual([true, false, false, false, false, false]);
    await progress.markStepCompleted(1, sample(1).data);
    await progress.markStepCompleted(2, sample(2).data);
    await progress.markStepInProgress(5);
    expect([progress.getNextStep(), progress.getResumeStep()]).toEqual([3, 5]);
    expect(NUMBERS.map((step) => progress.canProceedToStep(step))).toEqual([true, true, true, false, false, false]);
    await expect(progress.completeOnboarding()).rejects.toThrow(StepsMissing);
    await progress.markStepCompleted(3, sample(3).data);
    await progress.completeOnboarding();
    expect([progress.getNextStep(), progress.getResumeStep()]).toEqual([null, 6]);
    expect(progress.getProgressSummary()).toMatchObject({
      is_completed: true,
      completion_percentage: 100,
      next_step: 6,
    });
  });

  it('throws, and changes nothing, for a step that there is not or data that are wrong', async () => {
    const progress = await service.forUser('refusals');
    for (const step of NO_STEP) {
      expect(() => progress.getStepData(step)).toThrow(StepNotFound);
      expect(() => progress.canProceedToStep(step)).toThrow(StepNotFound);
      await expect(progress.markStepCompleted(step)).rejects.toThrow(StepNotFound);
      await expect(progress.markStepInProgress(step)).rejects.toThrow(StepNotFound);
      await expect(progress.markStepSkipped(step)).rejects.toThrow(StepNotFound);
      await expect(progress.markStepFailed(step, 'x')).rejects.toThrow(StepNotFound);
      await expect(progress.resetStep(step)).rejects.toThrow(StepNotFound);
      await expect(service.updateStep('refusals', step)).rejects.toThrow(StepNotFound);
    }
    for (const percentage of NO_PERCENTAGE) {
      await expect(service.updateProgress('refusals', percentage)).rejects.toThrow(PercentageOutOfRange);
    }
    await expect(progress.markStepSkipped(1)).rejects.toThrow(StepNotSkippable);
    await expect(progress.markStepCompleted(2, {})).rejects.toThrow(InvalidInput);
    await expect(progress.markStepCompleted(6)).rejects.toThrow(StepsMissing);
    expect((await service.getOnboardingStatus('refusals')).started_at).toBeNull();
  });

  it('keeps a finished step finished when it fails or is gone to', async () => {
    const progress = await service.forUser('stays');
    await progress.markStepCompleted(2, sample(2).data);
    const { completedAt } = progress.getStepData(2);
    await progress.markStepFailed(2, 'the crawl broke');
    await progress.markStepInProgress(2);
    expect(progress.getStepData(2)).toMatchObject({ status: 'completed', completedAt });
    expect(progress.getProgressSummary().completion_percentage).toBe(16.67);
  });

  it('resets one step or all, and keeps the data', async () => {
    const progress = await service.forUser('resets');
    for (const step of [1, 2, 3]) await progress.markStepCompleted(step, sample(step).data);
    await progress.completeOnboarding();
    await progress.resetStep(2);
    expect(progress.getStepData(2)).toMatchObject({ status: 'pending', completedAt: null });
    expect(progress.getStepData(2).data).toMatchObject({ website: 'https://example.com' });
    expect(progress.getProgressSummary()).toMatchObject({
      is_completed: false,
      current_step: 2,
      completion_percentage: 83.33,
    });
    await service.updateProgress('resets', 99);
    await progress.resetAllSteps();
    expect(progress.getProgressSummary()).toMatchObject({
      completed_steps: [],
      completion_percentage: 0,
      current_step: 1,
    });
    const { data } = await service.getCompletionData('resets');
    expect(data['website']).toMatchObject({ website: 'https://example.com' });
  });

  it('completes, resets and tells what was completed', async () => {
    expect(await service.getCompletionData('to the end')).toEqual({
      is_completed: false,
      current_step: 1,
      completion_percentage: 0,
      next_step: 1,
      started_at: null,
      completed_at: null,
      can_proceed_to_final: false,
      missing_steps: [1, 2, 3],
      data: {
        api_keys: null,
        website: null,
        research: null,
        personalization: null,
        integrations: null,
        complete: null,
      },
    });
    await expect(service.completeOnboarding('to the end')).rejects.toThrow(
      'Cannot complete onboarding. The following steps must be completed first: Step 1, Step 2, Step 3',
    );
    for (const step of [1, 2, 3, 4]) await service.completeStep('to the end', step, sample(step).data);
    const first = await service.completeOnboarding('to the end');
    expect(first).toMatchObject({ completion_percentage: 100, persona_generated: true });
    expect(await service.completeOnboarding('to the end')).toEqual(first);
    const completed = await service.getCompletionData('to the end');
    expect(completed).toMatchObject({ is_completed: true, completed_at: first.completed_at, missing_steps: [] });
    expect(completed.data['personalization']).toMatchObject(sample(4).data);
    expect(await service.resetOnboarding('to the end')).toMatchObject({ reset_mode: 'soft' });
    expect((await service.getCompletionData('to the end')).data['website']).not.toBeNull();
    expect(await service.resetOnboarding('to the end', { hard: true })).toMatchObject({ reset_mode: 'hard' });
    expect((await service.getCompletionData('to the end')).data['website']).toBeNull();
    expect(JSON.stringify(await app.database.dump())).not.toContain('to the end');
  });
});
