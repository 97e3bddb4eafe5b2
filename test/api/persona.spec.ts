import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/ground/problems/json.js';
import { TestApp } from '../support/service/app.js';
import type { Client } from '../support/service/client.js';
import { sample } from '../support/data/samples.js';
import { wireTime } from '../support/database/wire-time.js';

const IN_SNAKE_CASE = {
  core_persona: { identity: { persona_name: 'The practical friend' } },
  platform_personas: { blog: { tone: 'helpful' } },
  quality_metrics: { overall_score: 86 },
  selected_platforms: ['blog'],
};
const IN_CAMEL_CASE = {
  corePersona: IN_SNAKE_CASE.core_persona,
  platformPersonas: IN_SNAKE_CASE.platform_personas,
  qualityMetrics: IN_SNAKE_CASE.quality_metrics,
  selectedPlatforms: IN_SNAKE_CASE.selected_platforms,
};
const ROW = { id: expect.any(String), created_at: wireTime(), updated_at: wireTime() };

describe('step 4', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  async function save(user: Client, data: JsonObject) {
    const answer = await user.post('/step/4/complete', { data });
    expect([answer.status, answer.body.detail]).toEqual([200, undefined]);
    return answer.body;
  }

  const savedStep = async (user: Client) => (await user.get('/step/4')).body.data;
  const extraOf = async (userId: string) =>
    (await app.database.query('select extra from persona_data where user_id = $1', [userId]))[0]?.['extra'];

  it.each([
    ['camelCase', IN_CAMEL_CASE],
    ['snake_case', IN_SNAKE_CASE],
  ])('is taken in %s and returned in both spellings', async (name, data) => {
    const user = await app.as(name);
    await save(user, data);
    expect(await savedStep(user)).toEqual({ ...IN_SNAKE_CASE, ...IN_CAMEL_CASE, ...ROW });
    expect(await extraOf(name)).toEqual({});
  });

  it('lets camelCase win', async () => {
    const user = await app.as('both');
    await save(user, { ...IN_CAMEL_CASE, quality_metrics: { overall_score: 1 }, selected_platforms: ['none'] });
    expect(await savedStep(user)).toEqual({ ...IN_SNAKE_CASE, ...IN_CAMEL_CASE, ...ROW });
    expect(await extraOf('both')).toEqual({});
  });

  it('keeps the pictures, the voice and whatever else came with it', async () => {
    const user = await app.as('extra');
    const { data } = await save(user, { ...sample(4).data, unheardOf: { a: 1 } });
    expect(data).toMatchObject({ ...sample(4).data, unheardOf: { a: 1 } });
  });

  const NEEDS_CORE = 'Step 4 needs corePersona with an identity.';
  const NEEDS_PLATFORMS = 'Step 4 needs platformPersonas with at least one platform.';
  it.each<[string, JsonObject, string]>([
    ['nothing', {}, NEEDS_CORE],
    ['a persona without an identity', { ...IN_CAMEL_CASE, corePersona: { name: 'x' } }, NEEDS_CORE],
    ['an empty persona', { ...IN_CAMEL_CASE, corePersona: {} }, NEEDS_CORE],
    ['a blank persona', { ...IN_CAMEL_CASE, corePersona: '' }, NEEDS_CORE],
    ['no platforms', { corePersona: IN_CAMEL_CASE.corePersona }, NEEDS_PLATFORMS],
    ['empty platforms', { ...IN_CAMEL_CASE, platformPersonas: {} }, NEEDS_PLATFORMS],
    ['platforms that are null', { ...IN_CAMEL_CASE, platformPersonas: null }, NEEDS_PLATFORMS],
  ])('refuses %s', async (name, data, detail) => {
    const user = await app.as(`demands-${name}`);
    const { status, body } = await user.post('/step/4/complete', { data });
    expect([status, body.detail]).toEqual([400, detail]);
    expect(await savedStep(user)).toBeNull();
    expect((await user.get('/status')).body.started_at).toBeNull();
  });

  it.each<[string, unknown]>([
    ['corePersona', 'text'],
    ['core_persona', [1]],
    ['platformPersonas', []],
    ['platform_personas', 5],
    ['qualityMetrics', 'good'],
    ['quality_metrics', [86]],
    ['selectedPlatforms', 'blog'],
    ['selected_platforms', [5]],
    ['selectedPlatforms', { blog: true }],
    ['brandAvatar', 'data:image/png'],
    ['voiceClone', []],
    ['introVideo', 5],
    ['stepType', 5],
    ['completedAt', {}],
  ])('names %s when it is %j', async (key, value) => {
    const user = await app.as(`type-${key}`);
    const { status, body } = await user.post('/step/4/complete', { data: { ...IN_CAMEL_CASE, [key]: value } });
    expect([status, body.errors]).toEqual([400, [{ pointer: `/data/${key}`, detail: expect.stringContaining(key) }]]);
    expect(await savedStep(user)).toBeNull();
  });

  it('leaves other fields on a partial save, and blanks leave what is stored', async () => {
    const user = await app.as('partial');
    await save(user, sample(4).data);
    const before = await savedStep(user);
    const corePersona = { identity: { persona_name: 'Another' } };
    const { platformPersonas } = before;
    await save(user, { corePersona, platformPersonas });
    const changed = { ...before, corePersona, core_persona: corePersona, updated_at: wireTime() };
    expect(await savedStep(user)).toEqual(changed);
    for (const blank of [null, '']) {
      const blanks = Object.fromEntries(Object.keys(sample(4).data).map((key) => [key, blank]));
      await save(user, { ...blanks, corePersona, platformPersonas });
      expect(await savedStep(user)).toEqual(changed);
    }
  });

  it('is unchanged by posting back what was read', async () => {
    const user = await app.as('idempotent');
    await save(user, { ...sample(4).data, unheardOf: [1] });
    const [first, extra] = [await savedStep(user), await extraOf('idempotent')];
    await save(user, first);
    expect(await savedStep(user)).toEqual({ ...first, updated_at: wireTime() });
    expect(await extraOf('idempotent')).toEqual(extra);
  });

  it('stores neither what only the row can know nor keys', async () => {
    const user = await app.as('never');
    const forged = {
      id: 'forged',
      user_id: 'somebody',
      session_id: 'forged',
      created_at: 'forged',
      updated_at: 'forged',
    };
    const { warnings } = await save(user, {
      ...IN_CAMEL_CASE,
      ...forged,
      extra: { forged: 1 },
      has_data: 'forged',
      apiKeys: { openai: 'sk-must-not-be-kept' },
    });
    expect(warnings).toContain('API keys belong to step 1: those sent with this step were not saved.');
    expect(JSON.stringify(await app.database.dump())).not.toMatch(/forged|somebody|must-not-be-kept/);
  });
});

describe('the persona outside its step', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  it('says with 200 that there is none', async () => {
    const { status, body } = await (await app.as('none')).get('/step4/persona-latest');
    expect(status).toBe(200);
    expect(body).toEqual({ success: false, persona: null, message: expect.any(String), status_code: 404 });
  });

  it('is saved and read in snake_case, and the step stays as it is', async () => {
    const user = await app.as('saves');
    const { status, body } = await user.post('/step4/persona-save', IN_SNAKE_CASE);
    expect([status, body]).toEqual([200, { success: true }]);
    for (let read = 0; read < 2; read++) {
      const latest = await user.get('/step4/persona-latest');
      expect(latest.status).toBe(200);
      expect(latest.body).toEqual({ success: true, persona: { ...IN_SNAKE_CASE, timestamp: wireTime() } });
    }
    const { body: step } = await user.get('/step/4');
    expect(step).toMatchObject({ status: 'pending', completed_at: null, data: IN_CAMEL_CASE });
    expect((await user.get('/status')).body).toMatchObject({ completion_percentage: 0, current_step: 1 });
  });

  it('is the one that the step saved', async () => {
    const user = await app.as('of-the-step');
    await user.post('/step/4/complete', sample(4));
    const { persona } = (await user.get('/step4/persona-latest')).body;
    expect(persona).toEqual({
      core_persona: sample(4).data['corePersona'],
      platform_personas: sample(4).data['platformPersonas'],
      quality_metrics: sample(4).data['qualityMetrics'],
      selected_platforms: sample(4).data['selectedPlatforms'],
      timestamp: wireTime(),
    });
  });

  it('takes parts, passes over blanks, and drops what it does not know', async () => {
    const user = await app.as('parts');
    await user.post('/step/4/complete', sample(4));
    const before = (await user.get('/step/4')).body.data;
    const posted = {
      quality_metrics: { overall_score: 1 },
      core_persona: null,
      selected_platforms: '',
      forged: 'forged',
    };
    expect((await user.post('/step4/persona-save', posted)).body).toEqual({ success: true });
    const { quality_metrics } = posted;
    expect((await user.get('/step/4')).body.data).toEqual({
      ...before,
      quality_metrics,
      qualityMetrics: quality_metrics,
      updated_at: wireTime(),
    });
    expect(JSON.stringify(await app.database.dump())).not.toContain('forged');
  });

  it('makes nothing of nothing', async () => {
    const user = await app.as('nothing');
    for (const body of [undefined, {}, { core_persona: null }]) {
      expect((await user.post('/step4/persona-save', body)).body).toEqual({ success: true });
    }
    expect((await user.get('/step4/persona-latest')).body.success).toBe(false);
    expect((await user.get('/status')).body.started_at).toBeNull();
  });

  it.each(['core_persona', 'platform_personas', 'quality_metrics', 'selected_platforms'])(
    'names %s when it is of a wrong type',
    async (key) => {
      const user = await app.as(`type-${key}`);
      const { status, body } = await user.post('/step4/persona-save', { ...IN_SNAKE_CASE, [key]: 5 });
      expect([status, body.errors]).toEqual([400, [{ pointer: `/${key}`, detail: expect.stringContaining(key) }]]);
    },
  );
});
