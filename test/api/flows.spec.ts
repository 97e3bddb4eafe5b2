import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Configuration, ConfigurationError } from '../../src/ground/config/configuration.js';
import { sample } from '../support/data/samples.js';
import { TestApp, testEnvironment } from '../support/service/app.js';
import type { Client } from '../support/service/client.js';
import { pathOf } from '../support/service/route-paths.js';
import { API_ROUTES } from '../support/service/routes.js';

const FLOWS = ['six', 'six-intro', 'five', 'four'] as const;
type Flow = (typeof FLOWS)[number];

const named = (flow: string) => ({ 'onboarding-flow': flow });

const VALUES = {
  n: 1,
  revision: 1,
  provider: 'openai',
  id: '00000000-0000-7000-8000-000000000000',
  userId: 'somebody',
  url: 'example.com',
};

/** By flow: keys of its steps in order, `current_step` for a new user and at the end, and where the last page posts. */
const SHAPES: Readonly<
  Record<
    Flow,
    {
      readonly keys: readonly string[];
      readonly start: number;
      readonly end: number;
      readonly complete: readonly number[];
    }
  >
> = {
  six: {
    keys: ['api_keys', 'website', 'research', 'personalization', 'integrations', 'complete'],
    start: 1,
    end: 6,
    complete: [6],
  },
  'six-intro': {
    keys: ['api_keys', 'website', 'research', 'personalization', 'integrations', 'complete'],
    start: 0,
    end: 6,
    complete: [6],
  },
  five: {
    keys: ['website', 'research', 'personalization', 'integrations', 'complete'],
    start: 0,
    end: 5,
    complete: [5, 6],
  },
  four: { keys: ['website', 'research', 'personalization', 'complete'], start: 1, end: 5, complete: [4, 5, 6] },
};
const REQUIRED = ['api_keys', 'website', 'research', 'complete'];

const numberOf = (flow: Flow, key: string) => SHAPES[flow].keys.indexOf(key) + 1;

/** The samples of the keys, not of their numbers. */
const SAMPLES: Readonly<Record<string, number>> = {
  api_keys: 1,
  website: 2,
  research: 3,
  personalization: 4,
  integrations: 5,
  complete: 6,
};
const sampleOf = (key: string) => sample(SAMPLES[key] ?? 0);

describe('the flow of a request', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  const complete = (user: Client, flow: Flow, key: string) =>
    user.post(`/step/${numberOf(flow, key)}/complete`, sampleOf(key), named(flow));

  it('that is unknown is refused on every route, in the header and in the query, by a list of the four', async () => {
    const caller = await app.as('unknown-flow', { scope: 'onboarding:read keys:use onboarding:analytics' });
    const refused: string[] = [];
    for (const route of API_ROUTES) {
      const [method = ''] = route.split(' ');
      const path = `/${pathOf(route, VALUES)}`;
      const body = ['POST', 'PUT'].includes(method) ? '{}' : undefined;
      for (const answer of [
        await caller.send(method, path, body, named('seven')),
        await caller.send(method, `${path}?flow=seven`, body),
        await caller.send(method, `${path}?flow=`, body),
        await caller.send(method, path, body, named('Six')),
      ]) {
        expect([route, answer.status, answer.body.detail]).toEqual([
          route,
          400,
          'Onboarding-Flow must be six, six-intro, five or four.',
        ]);
      }
      refused.push(route);
    }
    expect(refused.length).toBeGreaterThan(40);
    expect(await app.database.query(`select from onboarding_sessions where user_id = 'unknown-flow'`)).toEqual([]);
  });

  it('is that of the header, or else of the query', async () => {
    const user = await app.as('header-and-query');
    const flowOf = async (path: string, headers = {}) => (await user.get(path, headers)).body.onboarding.flow as string;
    expect(await flowOf('/init')).toBe('six');
    expect(await flowOf('/init?flow=four')).toBe('four');
    expect(await flowOf('/init?flow=four', named('five'))).toBe('five');
  });

  it.each(FLOWS)('%s has its numbers on each read, for a new user', async (flow) => {
    const { keys, start } = SHAPES[flow];
    const user = await app.as(`new in ${flow}`);
    const numbers = keys.map((_, index) => index + 1);
    const reads = await Promise.all(
      ['/init', '/status', '/progress', '/resume'].map((path) => user.get(path, named(flow))),
    );
    for (const { headers } of reads) expect(headers.get('onboarding-flow')).toBe(flow);
    const [init, status, progress, resume] = reads.map(({ body }) => body);
    expect(init.onboarding).toMatchObject({
      flow,
      current_step: start,
      completion_percentage: 0,
      onboarding_type: 'website',
    });
    expect(init.onboarding.steps.map((step: { step_number: number }) => step.step_number)).toEqual(numbers);
    expect(status.current_step).toBe(start);
    expect(progress).toMatchObject({ current_step: start, total_steps: keys.length });
    expect(progress.steps).toHaveLength(keys.length);
    expect(resume).toMatchObject({ resume_step: 1, current_step: start });
  });

  it.each(FLOWS)('%s: steps have its numbers, percentages and messages, to the end', async (flow) => {
    const { keys, start, end } = SHAPES[flow];
    const user = await app.as(`plays ${flow}`);
    // A wizard that starts with 0 expects the page before.
    const shift = 1 - start;
    expect((await user.post('/start', undefined, named(flow))).body.current_step).toBe(
      flow === 'six-intro' ? 1 : start,
    );
    for (const [index, key] of keys.entries()) {
      const n = index + 1;
      const { status, headers, body } = await complete(user, flow, key);
      expect([key, status, body.message, body.step_number, headers.get('onboarding-flow')]).toEqual([
        key,
        200,
        `Step ${n} completed successfully`,
        n,
        flow,
      ]);
      const { body: now } = await user.get('/status', named(flow));
      if (key === 'complete')
        expect(now).toMatchObject({ is_completed: true, current_step: end, completion_percentage: 100 });
      else
        expect(now).toMatchObject({
          current_step: n + 1 - shift,
          next_step: n + 1,
          completion_percentage: Math.round((n / keys.length) * 10_000) / 100,
        });
      expect((await user.get(`/step/${n}`, named(flow))).body).toMatchObject({ step_number: n, status: 'completed' });
    }
  });

  it.each(FLOWS)('%s: a number above its own is a 404, but for those of the last step', async (flow) => {
    const { keys, complete: last } = SHAPES[flow];
    const user = await app.as(`numbers of ${flow}`);
    for (const n of [0, 7, 8, 99, 100]) {
      for (const answer of [
        await user.get(`/step/${n}`, named(flow)),
        await user.get(`/step/${n}/validate`, named(flow)),
        await user.post(`/step/${n}/skip`, undefined, named(flow)),
        await user.post(`/step/${n}/complete`, { data: {} }, named(flow)),
        await user.post(`/step/${n}/complete`, undefined, named(flow)),
      ]) {
        expect([n, answer.status, answer.body.detail, answer.headers.get('onboarding-flow')]).toEqual([
          n,
          404,
          `There is no such step: steps are numbered 1 to ${keys.length}.`,
          flow,
        ]);
      }
    }
    for (const n of [...keys.keys()].map((index) => index + 1).concat(last)) {
      expect([n, (await user.get(`/step/${n}`, named(flow))).status]).toEqual([n, 200]);
    }
    for (const n of last) {
      const { body } = await user.get(`/step/${n}`, named(flow));
      expect([n, body.title, body.step_number]).toEqual([n, 'Complete Setup', keys.length]);
    }
  });

  it.each(FLOWS)('%s: refusals and warnings have its numbers, and say so', async (flow) => {
    const user = await app.as(`refused in ${flow}`);
    const at = (key: string) => `Step ${numberOf(flow, key)}`;
    const required = SHAPES[flow].keys.filter((key) => REQUIRED.includes(key) && key !== 'complete');
    const demanded = flow === 'six-intro' ? required.slice(1) : required;
    const missing = `Cannot complete onboarding. The following steps must be completed first: ${demanded.map(at).join(', ')}`;
    const post = async (path: string, body?: unknown) => {
      const { status, headers, body: answer } = await user.post(path, body, named(flow));
      return [status, answer.detail, headers.get('onboarding-flow')];
    };
    expect(await post('/complete')).toEqual([400, missing, flow]);
    for (const n of SHAPES[flow].complete) expect(await post(`/step/${n}/complete`)).toEqual([400, missing, flow]);
    const [website, research, persona] = ['website', 'research', 'personalization'].map((key) => numberOf(flow, key));
    expect(await post(`/step/${website}/skip`)).toEqual([
      400,
      `${at('website')} is required and cannot be skipped.`,
      flow,
    ]);
    expect(await post(`/step/${website}/complete`, { data: { email: 'a@example.com' } })).toEqual([
      400,
      expect.stringMatching(`^${at('website')} needs a website URL`),
      flow,
    ]);
    expect(await post(`/step/${research}/complete`, { data: { userUrl: 'https://example.com' } })).toEqual([
      400,
      expect.stringMatching(`^${at('research')} needs competitors`),
      flow,
    ]);
    expect(await post(`/step/${persona}/complete`)).toEqual([
      400,
      expect.stringMatching(`^${at('personalization')} needs corePersona`),
      flow,
    ]);
    const huge = { ...sampleOf('website').data, analysis: { writing_style: { text: 'x'.repeat(11 * 1024 * 1024) } } };
    expect(await post(`/step/${website}/complete`, { data: huge })).toEqual([
      413,
      expect.stringMatching(`^${at('website')} could not be saved`),
      flow,
    ]);
    const locked = await user.get(`/step/${persona}/validate`, named(flow));
    expect([locked.body.validation_errors, locked.headers.get('onboarding-flow')]).toEqual([
      demanded.map((key) => `${at(key)} must be completed first.`),
      flow,
    ]);
    const { body, headers } = await complete(user, flow, 'personalization');
    expect([body.warnings, headers.get('onboarding-flow')]).toEqual([
      demanded.map((key) => `${at(key)} is still to be completed.`),
      flow,
    ]);
    const keys = await user.post(
      `/step/${website}/complete`,
      { data: { ...sampleOf('website').data, ...sampleOf('api_keys').data } },
      named(flow),
    );
    expect(keys.body.warnings).toContain(
      SHAPES[flow].keys.includes('api_keys')
        ? 'API keys belong to step 1: those sent with this step were not saved.'
        : 'API keys are no part of this step: those sent with this step were not saved.',
    );
  });

  it.each(FLOWS)('%s is described by the configuration, next to all others', async (flow) => {
    const { status, headers, body } = await app.anonymous().get('/config', named(flow));
    expect([status, headers.get('onboarding-flow'), body.flow]).toEqual([200, flow, flow]);
    expect(body.flows.map(({ flow: id }: { flow: string }) => id)).toEqual(FLOWS);
    for (const described of [body, ...body.flows]) {
      const id = described.flow as Flow;
      expect(described.total_steps).toBe(SHAPES[id].keys.length);
      const steps = (described.steps as { number: number; key: string; required: boolean }[]).map(
        ({ number, key, required }) => [number, key, required],
      );
      expect([id, steps]).toEqual([
        id,
        SHAPES[id].keys.map((key, index) => [
          index + 1,
          key,
          REQUIRED.includes(key) && !(id === 'six-intro' && key === 'api_keys'),
        ]),
      ]);
    }
    expect(body.requirements.min_api_keys).toBe(flow === 'six' ? 1 : 0);
  });

  it.each(FLOWS)('%s: a reset answers with its first page', async (flow) => {
    const user = await app.as(`resets in ${flow}`);
    await complete(user, flow, 'website');
    for (const hard of ['false', 'true']) {
      const { body, headers } = await user.post(`/reset?hard=${hard}`, undefined, named(flow));
      expect([hard, body.current_step, headers.get('onboarding-flow')]).toEqual([hard, SHAPES[flow].start, flow]);
    }
  });

  it('is one that the deployment names, else the start is refused by the name of the variable', () => {
    const configured = (flow: string) =>
      new Configuration(testEnvironment('postgres://localhost/none', { WIZARD_FLOW: flow }));
    for (const flow of FLOWS) expect(configured(flow).WIZARD_FLOW).toBe(flow);
    expect(() => configured('seven')).toThrow(ConfigurationError);
    expect(() => configured('seven')).toThrow(/WIZARD_FLOW/);
    expect(() => configured('seven')).not.toThrow(/seven/);
  });
});
