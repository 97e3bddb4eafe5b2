import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import 'reflect-metadata';
import type { StepKey } from '../../../src/onboarding/flow/steps.js';
import type { StepHandler, StepHandlers } from '../../../src/onboarding/progress/step-handler.js';
import { TestDatabase } from '../../support/database/database.js';
import { sample } from '../../support/data/samples.js';
import type { TestApp } from '../../support/service/app.js';
import type { Answer } from '../../support/service/client.js';
import { token } from '../../support/service/tokens.js';

const REVIEW = 'review' as StepKey;

/** The sources with the step's rows: its name, and its place in the flow of six pages, before the last. */
async function addRows(): Promise<void> {
  const { STEPS } = await import('../../../src/onboarding/flow/steps.js');
  const { FLOW_ROWS } = await import('../../../src/onboarding/flow/flow-rows.js');
  jest.resetModules();
  const { complete, ...before } = STEPS;
  const steps = { ...before, review: { title: 'Review', description: 'Look at everything once more' }, complete };
  const { six } = FLOW_ROWS;
  const last = { number: 7, key: 'complete', required: true };
  const rows = {
    ...FLOW_ROWS,
    six: { ...six, steps: [...six.steps.slice(0, -1), { number: 6, key: REVIEW }, last], completed: 7 },
  };
  jest.unstable_mockModule('../../../src/onboarding/flow/steps.js', () => ({
    STEPS: steps,
    STEP_KEYS: Object.keys(steps),
  }));
  jest.unstable_mockModule('../../../src/onboarding/flow/flow-rows.js', () => ({ FLOW_ROWS: rows }));
}

/** A handler, and its place among the providers of the steps' module: all else that somebody writes who adds a step. */
async function addHandler(): Promise<void> {
  const { StepsModule } = await import('../../../src/onboarding/steps/steps.module.js');
  const { StepHandlers: Handlers } = await import('../../../src/onboarding/progress/step-handler.js');
  const { InvalidInput } = await import('../../../src/ground/problems/problem.js');
  const review: StepHandler = {
    step: REVIEW,
    keys: new Set(['approved']),
    parts: [],
    parse(data, name) {
      if (data['approved'] === true) return { warnings: [] };
      throw InvalidInput.of([{ pointer: '/data/approved', detail: `${name} needs your approval.` }]);
    },
    save: () => undefined,
    view: () => null,
  };
  const useFactory = (handlers: StepHandlers) => handlers.register(review);
  const providers = Reflect.getMetadata('providers', StepsModule) as unknown[];
  Reflect.defineMetadata(
    'providers',
    [...providers, { provide: 'review', useFactory, inject: [Handlers] }],
    StepsModule,
  );
}

async function start(database: TestDatabase): Promise<TestApp> {
  const support = await import('../../support/service/app.js');
  return support.TestApp.start({ database });
}

describe('a step that is a row in a flow and a handler, without a migration', () => {
  let database: TestDatabase;
  /** A process of the version before. */
  let older: TestApp;
  let app: TestApp;

  /** Not by the client of the other tests, which holds answers against the document of the six steps. */
  async function request(userId: string, method: 'GET' | 'POST', path: string, body?: unknown) {
    const response = await fetch(`${app.url}/api/onboarding${path}`, {
      method,
      headers: { authorization: `Bearer ${await token(userId)}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return {
      status: response.status,
      body: (await response.json()) as Answer['body'],
      flow: response.headers.get('onboarding-flow'),
    };
  }
  const get = (userId: string, path: string) => request(userId, 'GET', path);
  const post = (userId: string, path: string, body?: unknown) => request(userId, 'POST', path, body);

  async function completes(userId: string, ...steps: number[]): Promise<void> {
    for (const n of steps) {
      const { status, body } = await post(userId, `/step/${n}/complete`, sample(n));
      expect([n, status, body.detail]).toEqual([n, 200, undefined]);
    }
  }

  const rowsOf = (userId: string) =>
    database.query(`select revision, type, step, data from progress_events where user_id = $1 order by revision`, [
      userId,
    ]);

  beforeAll(async () => {
    database = await TestDatabase.create();
    older = await start(database);
    app = older;
    await completes('finished before', 1, 2, 3, 4, 5, 6);
    await completes('on the way', 1, 2, 3);
    await addRows();
  });
  afterAll(async () => {
    await app.stop();
    await older.stop();
    await database.drop();
  });

  it('stops the start without its handler, by its name', async () => {
    await expect(start(database)).rejects.toThrow(/^Steps without a handler: review\./);
  });

  describe('with its handler', () => {
    beforeAll(async () => {
      await addHandler();
      app = await start(database);
    });

    it('is one of seven, under its number', async () => {
      const { body, flow } = await get('ada', '/init');
      const steps = body.onboarding.steps.map((step: { step_number: number; title: string }) => [
        step.step_number,
        step.title,
      ]);
      expect([flow, steps]).toEqual([
        'six',
        [
          [1, 'AI LLM Providers'],
          [2, 'Website Analysis'],
          [3, 'AI Research'],
          [4, 'Personalization'],
          [5, 'Integrations'],
          [6, 'Review'],
          [7, 'Complete Setup'],
        ],
      ]);
      const { body: config } = await get('ada', '/config');
      expect(config).toMatchObject({ flow: 'six', total_steps: 7 });
      expect(config.steps[5]).toEqual({
        number: 6,
        key: 'review',
        title: 'Review',
        description: 'Look at everything once more',
        required: false,
      });
      expect((await get('ada', '/progress')).body.total_steps).toBe(7);
    });

    it('is played to Launch: validated, completed, stored by its key', async () => {
      await completes('ada', 1, 2, 3, 4, 5);
      expect((await get('ada', '/status')).body).toMatchObject({
        current_step: 6,
        next_step: 6,
        completion_percentage: 71.43,
      });
      expect((await get('ada', '/step/6/validate')).body).toMatchObject({
        can_proceed: true,
        step_status: 'available',
      });
      const refused = await post('ada', '/step/6/complete', { data: { approved: 'perhaps' } });
      expect([refused.status, refused.body.detail]).toEqual([400, 'Step 6 needs your approval.']);
      const done = await post('ada', '/step/6/complete', { data: { approved: true } });
      expect([done.status, done.body.message, done.body.step_number]).toEqual([
        200,
        'Step 6 completed successfully',
        6,
      ]);
      expect((await get('ada', '/status')).body).toMatchObject({ current_step: 7, completion_percentage: 85.71 });
      expect((await get('ada', '/step/6')).body).toMatchObject({ step_number: 6, status: 'completed' });
      const [session] = await database.query(`select steps -> 'review' ->> 'status' as status from onboarding_sessions
        where user_id = 'ada'`);
      expect(session).toEqual({ status: 'completed' });
      expect((await rowsOf('ada')).at(-1)).toMatchObject({ type: 'step_completed', step: 'review' });
      expect((await post('ada', '/step/7/complete')).status).toBe(200);
      expect((await post('ada', '/complete')).status).toBe(200);
      expect((await get('ada', '/init')).body.onboarding).toMatchObject({
        is_completed: true,
        current_step: 7,
        completion_percentage: 100,
      });
    });

    it('is skipped, or left to the end', async () => {
      await completes('ben', 1, 2, 3);
      const skipped = await post('ben', '/step/6/skip');
      expect([skipped.status, skipped.body]).toEqual([200, { message: 'Step 6 skipped successfully', step_number: 6 }]);
      await completes('cleo', 1, 2, 3);
      for (const user of ['ben', 'cleo']) {
        expect((await post(user, '/complete')).status).toBe(200);
        const { body } = await get(user, '/step/6');
        expect([user, body.status]).toEqual([user, 'skipped']);
      }
    });

    it('leaves alone who has finished, and is due for who is on the way', async () => {
      const before = await rowsOf('finished before');
      const { body } = await get('finished before', '/init');
      expect(body.onboarding).toMatchObject({ is_completed: true, completion_percentage: 100, current_step: 7 });
      const statuses = body.onboarding.steps.map(({ status }: { status: string }) => status);
      expect(statuses).toEqual([...Array(5).fill('completed'), 'pending', 'completed']);
      expect(await rowsOf('finished before')).toEqual(before);
      await completes('on the way', 4, 5);
      expect((await get('on the way', '/status')).body).toMatchObject({ current_step: 6, next_step: 6 });
    });

    it('troubles no process of the version before', async () => {
      const user = await older.as('ada');
      const { status, body } = await user.get('/init');
      expect([status, body.onboarding.steps.length, body.onboarding.is_completed]).toEqual([200, 6, true]);
      expect((await (await older.as('on the way')).get('/status')).body).toMatchObject({ current_step: 6 });
    });

    it('is in the history, and comes back with a restore, also by a process of the version before', async () => {
      await completes('eve', 1, 2, 3);
      expect((await post('eve', '/step/6/skip')).status).toBe(200);
      const { body } = await get('eve', '/history');
      expect(body.items[0]).toMatchObject({ type: 'step_skipped', step_key: 'review', step_number: 6 });
      const revision = Number.parseInt(body.items[0].position, 10);
      const statusOf = async () => (await get('eve', '/step/6')).body.status as string;
      for (const restore of [
        () => post('eve', '/restore', { revision, what: 'progress' }),
        async () => (await older.as('eve')).post('/restore', { revision, what: 'progress' }),
      ]) {
        expect((await post('eve', '/reset')).status).toBe(200);
        expect(await statusOf()).toBe('pending');
        expect((await restore()).status).toBe(200);
        expect(await statusOf()).toBe('skipped');
      }
    });

    it('is unknown to the other flows, and takes nothing of theirs', async () => {
      const { body } = await get('ada', '/init?flow=five');
      expect(body.onboarding.steps.map(({ title }: { title: string }) => title)).not.toContain('Review');
      await post('dora', '/step/1/complete?flow=five', sample(2));
      await post('dora', '/step/2/complete?flow=five', sample(3));
      const last = await post('dora', '/step/6/complete?flow=five');
      expect([last.status, last.body.step_number]).toEqual([200, 5]);
    });
  });
});
