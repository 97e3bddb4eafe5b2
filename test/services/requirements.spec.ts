import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FLOW_IDS } from '../../src/ground/config/wizard-flows.js';
import { OnboardingProgressService } from '../../src/onboarding/progress/onboarding-progress.service.js';
import { OnboardingDatabaseService } from '../../src/onboarding/database/onboarding-database.service.js';
import { StepNotFound } from '../../src/onboarding/flow/flow.problems.js';
import { ANALYSIS, completeSteps, PERSONA, WEBSITE } from '../support/data/due/states.js';
import { sample } from '../support/data/samples.js';
import { TestDatabase } from '../support/database/database.js';
import { TestApp } from '../support/service/app.js';
import { done } from '../support/service/done.js';
import { dueOf, itemsOf, type Due } from '../support/service/due.js';

const NUMBERS: Readonly<Record<string, number>> = {
  api_keys: 1,
  website: 2,
  research: 3,
  personalization: 4,
  integrations: 5,
  complete: 6,
};

describe('requirements in process', () => {
  let database: TestDatabase;
  let app: TestApp;
  const running: TestApp[] = [];
  let service: OnboardingProgressService;

  beforeAll(async () => {
    database = await TestDatabase.create();
    app = await TestApp.start({ database });
    running.push(app);
    service = app.nest.get(OnboardingProgressService);
  });
  afterAll(async () => {
    await Promise.all(running.map((each) => each.stop()));
    await database.drop();
  });

  it('are those of GET /requirements', async () => {
    for (const steps of [[], [2], [1, 2, 3], [1, 2, 3, 4, 5, 6]]) {
      const userId = `after ${steps.join()}`;
      const user = await app.as(userId);
      await completeSteps(user, ...steps);
      const due = await dueOf(user);
      expect(await service.requirements(userId)).toEqual(due);
      expect((await service.forUser(userId)).getRequirements()).toEqual(due);
    }
  });

  it('have the canonical numbers, whichever wizard the user has', async () => {
    for (const flow of FLOW_IDS) {
      const deployment = await TestApp.start({ database, environment: { WIZARD_FLOW: flow } });
      running.push(deployment);
      const userId = `in ${flow}`;
      const user = await deployment.as(userId);
      await done(user.post('/start', undefined, { 'onboarding-flow': flow }));
      const ofThis = deployment.nest.get(OnboardingProgressService);
      for (const due of [await ofThis.requirements(userId), (await ofThis.forUser(userId)).getRequirements()]) {
        const items = itemsOf(due);
        expect([flow, due.flow]).toEqual([flow, flow]);
        expect(items.length).toBeGreaterThan(4);
        for (const { code, step_key, step_number, clears } of items) {
          expect([flow, code, step_number]).toEqual([flow, code, NUMBERS[step_key]]);
          for (const { path } of clears.filter((clear) => clear.path.includes('/step/')))
            expect(Object.values(NUMBERS).map((number) => `/api/onboarding/step/${number}/complete`)).toContain(path);
        }
        expect(due.blocked_by).toEqual(
          flow === 'six'
            ? ['api_key_missing', 'website_missing', 'research_missing']
            : ['website_missing', 'research_missing'],
        );
      }
    }
  });

  it('of OnboardingProgress are as of when it was loaded or last changed', async () => {
    const progress = await service.forUser('as of');
    const blocked = () => progress.getRequirements().blocked_by;
    expect(blocked()).toEqual(['api_key_missing', 'website_missing', 'research_missing']);
    await progress.markStepCompleted(1, sample(1).data);
    await progress.markStepCompleted(2, sample(2).data);
    expect(blocked()).toEqual(['research_missing']);
    await completeSteps(await app.as('as of'), 3);
    expect(blocked()).toEqual(['research_missing']);
    await progress.markStepSkipped(5);
    await progress.markStepInProgress(4);
    const reread = await service.forUser('as of');
    expect(reread.getRequirements()).toMatchObject({ blocked_by: [], can_complete: true });
    await reread.resetStep(2);
    expect(reread.getRequirements()).toMatchObject({ blocked_by: ['website_step_open'], can_complete: false });
    await reread.markStepCompleted(2);
    await reread.completeOnboarding();
    expect(reread.getRequirements()).toMatchObject({ is_completed: true, can_complete: true, currently_due: [] });
    expect(reread.getRequirements()).toEqual(await service.requirements('as of'));
  });

  it('know what is saved outside the steps, and what is cleared', async () => {
    const saved = app.nest.get(OnboardingDatabaseService);
    const codes = async () =>
      itemsOf((await service.requirements('outside')) as unknown as Due).map(({ code }) => code);
    await saved.saveWebsiteAnalysis('outside', { ...WEBSITE, ...ANALYSIS });
    await saved.savePersonaData('outside', PERSONA);
    expect(await codes()).toEqual(expect.arrayContaining(['website_step_open']));
    for (const code of ['website_missing', 'website_analysis_missing', 'persona_missing'])
      expect(await codes()).not.toContain(code);
    await saved.saveWebsiteAnalysis('outside', { website_url: null });
    expect(await codes()).toEqual(expect.arrayContaining(['website_missing', 'persona_older_than_website']));
  });

  it('are previewed by the canonical number of the step, and nothing is stored', async () => {
    const before = await app.database.dump();
    expect(await service.previewStep('previews', 2, WEBSITE)).toMatchObject({
      can_proceed: true,
      warnings: ['Step 1 is still to be completed.'],
      requirements_after: { blocked_by: ['api_key_missing', 'research_missing'], position: '0' },
    });
    expect(await service.previewStep('previews', 4, {})).toMatchObject({ can_proceed: false });
    for (const step of [0, 7, 1.5, Number.NaN])
      await expect(service.previewStep('previews', step)).rejects.toThrow(StepNotFound);
    expect(await app.database.dump()).toEqual(before);
  });
});
