import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApp } from '../support/service/app.js';
import type { Client } from '../support/service/client.js';
import { sample } from '../support/data/samples.js';
import { wireTime } from '../support/database/wire-time.js';

const TITLES: Readonly<Record<number, readonly [string, string]>> = {
  1: ['AI LLM Providers', 'Configure AI language model providers'],
  2: ['Website Analysis', 'Set up website analysis and crawling'],
  3: ['AI Research', 'Configure AI research capabilities'],
  4: ['Personalization', 'Set up personalization features'],
  5: ['Integrations', 'Configure integrations'],
  6: ['Complete Setup', 'Finalize and complete onboarding'],
};
const KEYS = ['api_keys', 'website', 'research', 'personalization', 'integrations', 'complete'];
const NUMBERS = [1, 2, 3, 4, 5, 6];

const step = (n: number, more: object = {}) => ({
  step_number: n,
  title: TITLES[n]?.[0],
  description: TITLES[n]?.[1],
  status: 'pending',
  completed_at: null,
  data: null,
  ...more,
});

const NOT_STARTED = {
  is_completed: false,
  current_step: 1,
  completion_percentage: 0,
  next_step: 1,
  started_at: null,
  completed_at: null,
  can_proceed_to_final: false,
};

/** Completes steps with the wizard's own payloads. */
async function complete(user: Client, ...steps: number[]): Promise<void> {
  for (const n of steps) expect((await user.post(`/step/${n}/complete`, sample(n))).status).toBe(200);
}

describe('progress', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  /** What each read answers: all of them are 200, or the test fails. */
  async function read(user: Client, path: string) {
    const { status, body } = await user.get(path);
    expect([path, status]).toEqual([path, 200]);
    return body;
  }

  it('shows a user who has not started', async () => {
    const claims = { email: 'new@example.com', given_name: 'Nina', family_name: 'Neu' };
    const user = await app.as('not-started', claims);
    expect(await read(user, '/status')).toEqual(NOT_STARTED);
    expect(await read(user, '/init')).toEqual({
      user: {
        id: 'not-started',
        email: 'new@example.com',
        first_name: 'Nina',
        last_name: 'Neu',
        clerk_user_id: 'not-started',
      },
      onboarding: {
        ...NOT_STARTED,
        last_updated: null,
        steps: NUMBERS.map((n) => step(n, { has_data: false })),
        flow: 'six',
        onboarding_type: 'website',
      },
      session: { session_id: 'not-started', initialized_at: null, last_activity: null },
    });
    const { next_step: _, can_proceed_to_final: __, ...rest } = NOT_STARTED;
    expect(await read(user, '/progress')).toEqual({
      ...rest,
      steps: NUMBERS.map((n) => step(n, { validation_errors: [] })),
      last_updated: null,
      total_steps: 6,
    });
    for (const n of NUMBERS) expect(await read(user, `/step/${n}`)).toEqual(step(n, { validation_errors: [] }));
    expect(await read(user, '/resume')).toEqual({
      can_resume: true,
      resume_step: 1,
      current_step: 1,
      completion_percentage: 0,
      started_at: null,
      last_updated: null,
    });
    const locked = (...missing: number[]) => ({
      can_proceed: false,
      validation_errors: missing.map((n) => `Step ${n} must be completed first.`),
      step_status: 'locked',
    });
    const access = await Promise.all(NUMBERS.map((n) => read(user, `/step/${n}/validate`)));
    expect(access).toEqual([
      { can_proceed: true, validation_errors: [], step_status: 'available' },
      locked(1),
      locked(1, 2),
      locked(1, 2, 3),
      locked(1, 2, 3),
      locked(1, 2, 3),
    ]);
  });

  it('takes the names of the person under either claim, and null without', async () => {
    const user = await app.as('claims', { email: undefined, first_name: 'Ada', last_name: 'Lovelace' });
    const person = { id: 'claims', clerk_user_id: 'claims' };
    expect((await read(user, '/init')).user).toEqual({
      ...person,
      email: null,
      first_name: 'Ada',
      last_name: 'Lovelace',
    });
    const bare = await app.as('claims');
    expect((await read(bare, '/init')).user).toEqual({ ...person, email: null, first_name: null, last_name: null });
  });

  it('shows a user midway the same everywhere', async () => {
    const user = await app.as('midway');
    await complete(user, 1, 2);
    expect((await user.post('/step/5/skip')).status).toBe(200);
    const status = await read(user, '/status');
    expect(status).toEqual({
      is_completed: false,
      current_step: 3,
      completion_percentage: 50,
      next_step: 3,
      started_at: wireTime(),
      completed_at: null,
      can_proceed_to_final: false,
    });
    const init = await read(user, '/init');
    const { steps, last_updated, ...onboarding } = init.onboarding;
    expect(onboarding).toEqual({ ...status, flow: 'six', onboarding_type: 'website' });
    expect(last_updated).toEqual(wireTime());
    expect(init.session).toEqual({
      session_id: 'midway',
      initialized_at: status.started_at,
      last_activity: last_updated,
    });
    const expected = (n: number, status: string, data: unknown) =>
      step(n, { status, completed_at: status === 'completed' ? wireTime() : null, has_data: data !== null, data });
    const { data: website } = await read(user, '/step/2');
    expect(steps).toEqual([
      expected(1, 'completed', { configured_providers: ['copilotkit', 'exa', 'gemini'] }),
      expected(2, 'completed', website),
      expected(3, 'pending', null),
      expected(4, 'pending', null),
      expected(5, 'skipped', null),
      expected(6, 'pending', null),
    ]);
    expect(website.website_url).toBe('https://example.com');
    const progress = await read(user, '/progress');
    expect(progress).toEqual({
      steps: await Promise.all(NUMBERS.map((n) => read(user, `/step/${n}`))),
      current_step: 3,
      started_at: status.started_at,
      last_updated,
      is_completed: false,
      completed_at: null,
      completion_percentage: 50,
      total_steps: 6,
    });
    expect(await read(user, '/resume')).toEqual({
      can_resume: true,
      resume_step: 3,
      current_step: 3,
      completion_percentage: 50,
      started_at: status.started_at,
      last_updated,
    });
    const access = await Promise.all(NUMBERS.map((n) => read(user, `/step/${n}/validate`)));
    expect(access.map(({ step_status }) => step_status)).toEqual([
      'completed',
      'completed',
      'available',
      'locked',
      'completed',
      'locked',
    ]);
  });

  it('rounds the percentage to two decimals', async () => {
    const user = await app.as('percentages');
    const seen: number[] = [];
    for (const n of NUMBERS) {
      await complete(user, n);
      seen.push((await read(user, '/status')).completion_percentage);
    }
    expect(seen).toEqual([16.67, 33.33, 50, 66.67, 83.33, 100]);
  });

  it('is completed by its sixth finished step, without being told', async () => {
    const user = await app.as('six-steps');
    await complete(user, 1, 2, 3, 4, 6);
    expect(await read(user, '/status')).toMatchObject({ is_completed: false, current_step: 5, next_step: 5 });
    await user.post('/step/5/skip');
    expect(await read(user, '/status')).toEqual({
      is_completed: true,
      current_step: 6,
      completion_percentage: 100,
      next_step: 6,
      started_at: wireTime(),
      completed_at: wireTime(),
      can_proceed_to_final: true,
    });
  });

  it('shows a user who has completed, and goes on doing so after an edit', async () => {
    const user = await app.as('done');
    await complete(user, 1, 2, 3);
    const { body: done } = await user.post('/complete');
    const before = await read(user, '/init');
    await complete(user, 2);
    const after = await read(user, '/init');
    for (const { onboarding } of [before, after]) {
      expect(onboarding).toMatchObject({
        is_completed: true,
        current_step: 6,
        completion_percentage: 100,
        next_step: 6,
        completed_at: done.completed_at,
        can_proceed_to_final: true,
      });
      expect(onboarding.steps.map(({ status }: { status: string }) => status)).toEqual([
        'completed',
        'completed',
        'completed',
        'skipped',
        'skipped',
        'completed',
      ]);
    }
    const times = (init: typeof before) => init.onboarding.steps.map((s: { completed_at: unknown }) => s.completed_at);
    expect(times(after)).toEqual(times(before));
    expect(await read(user, '/resume')).toEqual({
      can_resume: false,
      message: expect.any(String),
      completion_percentage: 100,
    });
    const access = await Promise.all(NUMBERS.map((n) => read(user, `/step/${n}/validate`)));
    expect(access).toEqual(NUMBERS.map(() => ({ can_proceed: true, validation_errors: [], step_status: 'completed' })));
  });

  it('starts once, however often it is asked', async () => {
    const user = await app.as('starting');
    const first = await user.post('/start');
    expect(first.status).toBe(200);
    expect(first.body).toEqual({
      message: expect.any(String),
      id: expect.any(String),
      user_id: 'starting',
      current_step: 1,
      progress: 0,
      started_at: wireTime(),
    });
    await complete(user, 1);
    const second = await user.post('/start');
    expect([second.status, second.body]).toEqual([200, { ...first.body, current_step: 2, progress: 16.67 }]);
  });

  it('tells anybody what onboarding asks for', async () => {
    const { status, body } = await app.anonymous().get('/config');
    expect(status).toBe(200);
    const [first, ...others] = body.steps;
    expect(first).toEqual({
      number: 1,
      key: 'api_keys',
      title: TITLES[1]?.[0],
      description: TITLES[1]?.[1],
      required: true,
      providers: expect.arrayContaining(['openai', 'gemini', 'anthropic', 'exa', 'copilotkit']),
    });
    expect(others).toEqual(
      [2, 3, 4, 5, 6].map((n) => ({
        number: n,
        key: KEYS[n - 1],
        title: TITLES[n]?.[0],
        description: TITLES[n]?.[1],
        required: n !== 4 && n !== 5,
      })),
    );
    expect({ ...body, steps: [], flows: body.flows.map(({ flow }: { flow: string }) => flow) }).toEqual({
      flow: 'six',
      total_steps: 6,
      steps: [],
      flows: ['six', 'six-intro', 'five', 'four'],
      requirements: { min_api_keys: 1, required_providers: [], optional_providers: first.providers },
    });
  });
});

describe('completing, skipping and resetting', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  it('answers a completion with what was saved', async () => {
    const user = await app.as('answers');
    await complete(user, 1);
    for (const n of [2, 3, 4, 5]) {
      const { status, body } = await user.post(`/step/${n}/complete`, sample(n));
      expect(status).toBe(200);
      expect(body).toEqual({
        message: `Step ${n} completed successfully`,
        step_number: n,
        data: (await user.get(`/step/${n}`)).body.data,
        warnings: null,
      });
      expect(body.data).not.toBeNull();
    }
    const { body } = await user.post('/step/6/complete', sample(6));
    expect(body).toEqual({ message: 'Step 6 completed successfully', step_number: 6, data: null, warnings: null });
  });

  it.each([5, 4, 3, 2])('takes step %i before the required ones, and warns', async (n) => {
    const user = await app.as(`any-order-${n}`);
    const { status, body } = await user.post(`/step/${n}/complete`, sample(n));
    const missing = [1, 2, 3].filter((required) => required < n);
    expect([status, body.warnings]).toEqual([200, missing.map((m) => `Step ${m} is still to be completed.`)]);
    expect(await user.get('/status').then((answer) => answer.body)).toMatchObject({
      current_step: 1,
      next_step: 1,
      completion_percentage: 16.67,
    });
    expect((await user.get(`/step/${n}`)).body).toMatchObject({ status: 'completed', data: body.data });
  });

  it('keeps the time of the first completion and the errors of the last', async () => {
    const user = await app.as('twice');
    await user.post('/step/2/complete', { ...sample(2), validation_errors: ['slow', 'odd'] });
    const { body: first } = await user.get('/step/2');
    expect(first.validation_errors).toEqual(['slow', 'odd']);
    await user.post('/step/2/complete', { ...sample(2), validation_errors: [] });
    const { body: second } = await user.get('/step/2');
    expect(second).toMatchObject({ status: 'completed', completed_at: first.completed_at, validation_errors: [] });
  });

  it.each([undefined, {}, { data: null }, { data: null, validation_errors: null }])(
    'completes with what is stored when the body is %j',
    async (posted) => {
      const user = await app.as(`stored-${JSON.stringify(posted)}`);
      await user.post('/step4/persona-save', {
        core_persona: { identity: { persona_name: 'P' } },
        platform_personas: { blog: { tone: 'dry' } },
      });
      const { status, body } = await user.post('/step/4/complete', posted);
      expect([status, body.data.core_persona]).toEqual([200, { identity: { persona_name: 'P' } }]);
      for (const n of [1, 2, 3]) {
        const nothing = await user.post(`/step/${n}/complete`, posted);
        expect([n, nothing.status, nothing.body.detail]).toEqual([n, 400, expect.stringContaining(`Step ${n} needs`)]);
        expect((await user.get(`/step/${n}`)).body.status).toBe('pending');
      }
    },
  );

  it('insists on the required steps for step 6 and for the end', async () => {
    const user = await app.as('insists');
    await complete(user, 2);
    for (const path of ['/step/6/complete', '/complete']) {
      const { status, headers, body } = await user.post(path);
      expect(status).toBe(400);
      expect(headers.get('content-type')).toContain('application/problem+json');
      expect(body.detail).toBe(
        'Cannot complete onboarding. The following steps must be completed first: Step 1, Step 3',
      );
    }
    expect((await user.get('/status')).body).toMatchObject({ is_completed: false, completion_percentage: 16.67 });
  });

  it('ends the onboarding once', async () => {
    const user = await app.as('ends');
    await complete(user, 1, 2, 3, 5);
    const first = await user.post('/complete');
    expect(first.status).toBe(200);
    expect(first.body).toEqual({
      message: expect.any(String),
      completed_at: wireTime(),
      completion_percentage: 100,
      persona_generated: false,
      scheduled_tasks: [],
      failed_tasks: null,
    });
    const statuses = (await user.get('/progress')).body.steps.map((s: { status: string }) => s.status);
    expect(statuses).toEqual(['completed', 'completed', 'completed', 'skipped', 'completed', 'completed']);
    await complete(user, 4);
    const second = await user.post('/complete');
    expect([second.status, second.body]).toEqual([200, { ...first.body, persona_generated: true }]);
  });

  it('skips only what is optional', async () => {
    const user = await app.as('skips');
    for (const n of [1, 2, 3, 6]) {
      const { status, body } = await user.post(`/step/${n}/skip`);
      expect([n, status, body.detail]).toEqual([n, 400, `Step ${n} is required and cannot be skipped.`]);
    }
    for (const n of [4, 5]) {
      const { status, body } = await user.post(`/step/${n}/skip`);
      expect([status, body]).toEqual([200, { message: expect.any(String), step_number: n }]);
      expect((await user.get(`/step/${n}`)).body).toMatchObject({ status: 'skipped', completed_at: null });
    }
    expect((await user.get('/status')).body.completion_percentage).toBe(33.33);
  });

  it('completes a skipped step, and does not skip a completed one', async () => {
    const user = await app.as('skip-then-complete');
    await user.post('/step/4/skip');
    await complete(user, 4);
    const { body: completed } = await user.get('/step/4');
    expect(completed).toMatchObject({ status: 'completed', completed_at: wireTime() });
    expect((await user.post('/step/4/skip')).status).toBe(200);
    expect((await user.get('/step/4')).body).toEqual(completed);
  });

  it('starts again without losing what was saved', async () => {
    const user = await app.as('soft');
    await complete(user, 1, 2, 3, 4, 5, 6);
    const before = (await user.get('/init')).body;
    const { status, body } = await user.post('/reset');
    expect(status).toBe(200);
    expect(body).toEqual({
      message: expect.any(String),
      reset_mode: 'soft',
      current_step: 1,
      started_at: wireTime(),
      user_id: 'soft',
    });
    const after = (await user.get('/init')).body;
    expect(after.onboarding).toEqual({
      ...NOT_STARTED,
      started_at: body.started_at,
      last_updated: wireTime(),
      steps: before.onboarding.steps.map((s: object) => ({ ...s, status: 'pending', completed_at: null })),
      flow: 'six',
      onboarding_type: 'website',
    });
    expect((await user.post('/step/2/complete')).status).toBe(200);
  });

  it('deletes everything when asked to', async () => {
    const user = await app.as('hard');
    await complete(user, 1, 2, 3, 4, 5, 6);
    const { status, body } = await user.post('/reset?hard=true');
    expect(status).toBe(200);
    expect(body).toEqual({
      message: expect.any(String),
      reset_mode: 'hard',
      current_step: 1,
      started_at: null,
      user_id: 'hard',
    });
    expect((await user.get('/status')).body).toEqual(NOT_STARTED);
    const steps = (await user.get('/progress')).body.steps;
    expect(steps).toEqual(NUMBERS.map((n) => step(n, { validation_errors: [] })));
    expect(JSON.stringify(await app.database.dump())).not.toContain('"hard"');
  });

  it.each([
    ['hard=false', 'soft'],
    ['', 'soft'],
    ['hard=true', 'hard'],
  ])('reads "%s" as a %s reset', async (query, mode) => {
    const user = await app.as(`reset-${query}`);
    expect((await user.post(`/reset?${query}`)).body).toMatchObject({ reset_mode: mode });
  });

  it('does not guess what another value of hard may mean', async () => {
    const user = await app.as('reset-guess');
    await complete(user, 2);
    const { status, body } = await user.post('/reset?hard=yes');
    expect([status, body.detail]).toEqual([400, 'hard must be true or false.']);
    expect((await user.get('/step/2')).body.status).toBe('completed');
  });

  it('knows six steps', async () => {
    const user = await app.as('seven');
    for (const n of [0, 7]) {
      const answers = [
        await user.get(`/step/${n}`),
        await user.get(`/step/${n}/validate`),
        await user.post(`/step/${n}/complete`, { data: {} }),
        await user.post(`/step/${n}/skip`),
      ];
      for (const { status, body } of answers) {
        expect([status, body.detail]).toEqual([404, 'There is no such step: steps are numbered 1 to 6.']);
      }
    }
  });
});

describe('with a key of the deployment', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ environment: { OPENAI_API_KEY: 'sk-of-the-deployment' } });
  });
  afterAll(() => app.stop());

  it('step 1 counts as finished, and changes neither status nor percentage', async () => {
    const user = await app.as('served');
    expect((await user.get('/status')).body).toEqual({ ...NOT_STARTED, next_step: 2 });
    expect((await user.get('/step/1/validate')).body).toEqual({
      can_proceed: true,
      validation_errors: [],
      step_status: 'completed',
    });
    expect((await user.get('/step/2/validate')).body.step_status).toBe('available');
    expect((await user.post('/start')).body).toMatchObject({ current_step: 2, progress: 0 });
    expect((await user.get('/step/1')).body).toMatchObject({ status: 'pending', completed_at: null });
    const { body: two } = await user.post('/step/2/complete', sample(2));
    expect(two.warnings).toBeNull();
    const refused = await user.post('/complete');
    expect([refused.status, refused.body.detail]).toEqual([
      400,
      'Cannot complete onboarding. The following steps must be completed first: Step 3',
    ]);
    await complete(user, 3);
    expect((await user.get('/status')).body).toMatchObject({
      current_step: 4,
      next_step: 4,
      completion_percentage: 33.33,
      can_proceed_to_final: true,
    });
  });

  it('the onboarding can be ended without step 1', async () => {
    const user = await app.as('served-to-the-end');
    await complete(user, 2, 3, 6);
    expect((await user.get('/status')).body).toMatchObject({ is_completed: false, completion_percentage: 50 });
    const { status, body } = await user.post('/complete');
    expect([status, body.completion_percentage]).toEqual([200, 100]);
    expect((await user.get('/status')).body).toMatchObject({
      is_completed: true,
      current_step: 6,
      completion_percentage: 100,
      completed_at: body.completed_at,
    });
    expect((await user.get('/step/1')).body.status).toBe('pending');
    expect((await user.post('/complete')).body.completed_at).toBe(body.completed_at);
  });

  it('the key is never shown', async () => {
    const user = await app.as('curious');
    await complete(user, 2);
    const paths = ['/init', '/progress', '/step/1', '/config', '/status'];
    const answers = await Promise.all(paths.map((path) => user.get(path)));
    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
    expect(answers.map(({ text }) => text).join()).not.toContain('sk-of-the-deployment');
  });
});

describe('with a key of the deployment that is of no AI provider, or empty', () => {
  it('step 1 stays unfinished', async () => {
    const app = await TestApp.start({ environment: { EXA_API_KEY: 'a-key-for-research', OPENAI_API_KEY: '' } });
    try {
      const user = await app.as('unserved');
      await user.post('/start');
      expect((await user.get('/status')).body).toMatchObject({ current_step: 1, next_step: 1 });
    } finally {
      await app.stop();
    }
  });
});
