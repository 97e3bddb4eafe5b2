import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Metrics } from '../../../src/ground/telemetry/metrics.js';
import { OnboardingProgressService } from '../../../src/onboarding/progress/onboarding-progress.service.js';
import { REQUIREMENT_CODES } from '../../../src/onboarding/flow/requirement-rules.js';
import { STEP_KEYS } from '../../../src/onboarding/flow/steps.js';
import { Canaries } from '../../support/data/canaries.js';
import { moveBack } from '../../support/data/due/earlier.js';
import { completeSteps, KEYS, PERSONA, saveKey, saveThenReset } from '../../support/data/due/states.js';
import { STEP_NUMBERS } from '../../support/data/step-numbers.js';
import { sample } from '../../support/data/samples.js';
import { TestApp } from '../../support/service/app.js';
import { done } from '../../support/service/done.js';

const secrets = new Canaries();
const USER = secrets.make('user-');

describe('onboarding_refusals_total', () => {
  let app: TestApp;
  let counted: Record<string, number> = {};

  beforeAll(async () => {
    app = await TestApp.start({ environment: { METRICS_PORT: '0', ONBOARDING_DEADLINE_DAYS: '30' } });
  });
  afterAll(() => app.stop());

  const scrape = async () => (await fetch(`http://127.0.0.1:${app.nest.get(Metrics).port}/metrics`)).text();

  /** What was counted since it was asked last, as `step code`. */
  async function countedSince(): Promise<Record<string, number>> {
    const series = [...(await scrape()).matchAll(/^onboarding_refusals_total\{step="(\w+)",code="(\w+)"\} (\d+)$/gm)];
    const now = Object.fromEntries(series.map(([, step, code, count]) => [`${step} ${code}`, Number(count)]));
    const grown = Object.entries(now).map(([name, count]) => [name, count - (counted[name] ?? 0)] as const);
    counted = now;
    return Object.fromEntries(grown.filter(([, count]) => count !== 0));
  }

  afterEach(async () => expect(await countedSince()).toEqual({}));

  it('counts each requirement that keeps the onboarding from being completed, once for each refusal', async () => {
    const user = await app.as('new');
    const expected = { 'api_keys api_key_missing': 1, 'website website_missing': 1, 'research research_missing': 1 };
    expect((await user.post('/complete')).status).toBe(400);
    expect(await countedSince()).toEqual(expected);
    expect((await user.post('/step/6/complete')).status).toBe(400);
    expect(await countedSince()).toEqual(expected);
    await completeSteps(user, 1, 2);
    expect((await user.post('/complete')).status).toBe(400);
    expect(await countedSince()).toEqual({ 'research research_missing': 1 });
  });

  it('says which of them it was: nothing is saved, or the step is open', async () => {
    const user = await app.as('saved');
    await saveThenReset(user, 2, 3);
    await saveKey(user, KEYS.exa);
    expect((await user.post('/complete')).status).toBe(400);
    expect(await countedSince()).toEqual({
      'api_keys api_key_missing': 1,
      'api_keys api_keys_step_open': 1,
      'website website_step_open': 1,
      'research research_step_open': 1,
    });
  });

  it('counts the same once the deadline is over', async () => {
    const user = await app.as('late');
    await completeSteps(user, 1, 2);
    await moveBack(app.database, 'late', 31);
    expect((await user.post('/complete')).status).toBe(400);
    expect(await countedSince()).toEqual({ 'research research_missing': 1 });
  });

  it('counts a step whose data are not enough, by its key in every flow', async () => {
    const user = await app.as('not enough');
    const refused = async (step: number, data?: unknown, flow = 'six') => {
      const { status } = await user.post(`/step/${step}/complete`, { data }, { 'onboarding-flow': flow });
      expect([step, flow, status]).toEqual([step, flow, 400]);
      return countedSince();
    };
    expect(await refused(1, { api_keys: {} })).toEqual({ 'api_keys api_key_missing': 1 });
    expect(await refused(2, { email: 'a@example.com' })).toEqual({ 'website website_missing': 1 });
    expect(await refused(1, { email: 'a@example.com' }, 'five')).toEqual({ 'website website_missing': 1 });
    expect(await refused(3, { userUrl: 'https://example.com' })).toEqual({ 'research research_missing': 1 });
    expect(await refused(4, { corePersona: {} })).toEqual({ 'personalization persona_missing': 1 });
    expect(await refused(3, { ...PERSONA, platformPersonas: {} }, 'four')).toEqual({
      'personalization persona_missing': 1,
    });
    expect(await refused(2)).toEqual({ 'website website_missing': 1 });
  });

  it('counts what the flow of the request demands, and in process what the canonical numbers do', async () => {
    const user = await app.as('flows');
    expect((await user.post('/complete', undefined, { 'onboarding-flow': 'five' })).status).toBe(400);
    expect(await countedSince()).toEqual({ 'website website_missing': 1, 'research research_missing': 1 });
    const service = app.nest.get(OnboardingProgressService);
    await completeSteps(user, 1, 2);
    await expect(service.completeOnboarding('flows')).rejects.toThrow('Step 3');
    await expect((await service.forUser('flows')).completeOnboarding()).rejects.toThrow('Step 3');
    await expect(service.completeStep('flows', 4, {})).rejects.toThrow('corePersona');
    expect(await countedSince()).toEqual({ 'research research_missing': 2, 'personalization persona_missing': 1 });
  });

  it('counts nothing of what succeeds, is tried without being done, or is no refusal of a step', async () => {
    const user = await app.as('not counted');
    for (const step of STEP_NUMBERS) await done(user.post(`/step/${step}/validate`, { data: {} }));
    for (const path of ['/requirements', '/status', '/step/6/validate', '/validation/enhanced'])
      await done(user.get(path));
    const others = [
      await user.post('/step/2/complete', { data: { website: 'localhost' } }),
      await user.post('/step/2/complete', { data: 7 }),
      await user.post('/step/7/complete', { data: {} }),
      await user.post('/step/2/skip'),
      await user.post('/step/2/complete', sample(2), { 'if-match': '"9.stale"' }),
      await user.post('/complete', undefined, { 'if-match': '"9.stale"' }),
      await app.anonymous().post('/complete'),
    ];
    expect(others.map(({ status }) => status)).toEqual([400, 400, 404, 400, 412, 412, 401]);
    for (const step of STEP_NUMBERS) await done(user.post(`/step/${step}/complete`, sample(step)));
    await done(user.post('/complete'));
  });

  it('has no labels but keys of steps and codes, and nothing of the user', async () => {
    const user = await app.as(USER);
    const mark = secrets.make('sk-');
    await user.post('/step/2/complete', { data: { email: mark, [mark]: mark } });
    await user.post('/step/4/complete', { data: { corePersona: { [mark]: mark } } });
    await user.post('/complete');
    await countedSince();
    const text = await scrape();
    expect(secrets.formsIn(text)).toEqual([]);
    const lines = text.split('\n').filter((line) => line.startsWith('onboarding_refusals_total'));
    for (const line of lines) {
      const [, step, code] = /^onboarding_refusals_total\{step="(\w+)",code="(\w+)"\} \d+$/.exec(line) ?? [];
      expect([line, STEP_KEYS]).toEqual([line, expect.arrayContaining([step])]);
      expect([line, REQUIREMENT_CODES]).toEqual([line, expect.arrayContaining([code])]);
    }
    expect(lines.length).toBeGreaterThan(5);
  });
});
