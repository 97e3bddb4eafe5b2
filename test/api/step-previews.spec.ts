import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Canaries } from '../support/data/canaries.js';
import {
  ANALYSIS,
  completeSteps,
  finishDemanded,
  KEYS,
  PERSONA,
  post,
  RIVAL,
  saveThenReset,
  start,
  WEBSITE,
} from '../support/data/due/states.js';
import { STEP_NUMBERS } from '../support/data/step-numbers.js';
import { sample } from '../support/data/samples.js';
import { TestApp } from '../support/service/app.js';
import type { Client } from '../support/service/client.js';
import { done } from '../support/service/done.js';
import { codesOf, dueOf, itemsOf, type Due } from '../support/service/due.js';
import { expectProblem } from '../support/service/problems.js';

const MEGABYTE = 1024 * 1024;
const secrets = new Canaries();

interface Preview {
  readonly can_proceed: boolean;
  readonly validation_errors: readonly string[];
  readonly warnings: readonly string[];
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
  readonly requirements_after: Due;
}

describe('POST /step/{n}/validate', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  const preview = async (user: Client, step: number, data?: unknown, headers = {}): Promise<Preview> =>
    (await done(user.post(`/step/${step}/validate`, data === undefined ? undefined : { data }, headers)))
      .body as Preview;

  it('answers what the completion then answers, and what is due then, for each step', async () => {
    const user = await app.as('each step');
    // Later steps first: their completion warns of those before.
    for (const step of [5, 4, 3, 2, 1, 6]) {
      const data = sample(step).data;
      const foreseen = await preview(user, step, data);
      expect([step, foreseen]).toMatchObject([step, { can_proceed: true, validation_errors: [], errors: [] }]);
      const { body } = await done(user.post(`/step/${step}/complete`, { data }));
      expect([step, foreseen.warnings]).toEqual([step, body.warnings ?? []]);
      const after = await dueOf(user);
      expect([step, codesOf(foreseen.requirements_after)]).toEqual([step, codesOf(after)]);
      const untimed = (due: Due) => itemsOf(due).map(({ since: _, ...item }) => item);
      expect(untimed(foreseen.requirements_after)).toEqual(untimed(after));
    }
    expect((await dueOf(user)).is_completed).toBe(true);
  });

  it('stores nothing, of a new user or of one with data', async () => {
    await finishDemanded(await app.as('nothing stored'));
    const before = await app.database.dump();
    for (const userId of ['nothing stored', 'nobody']) {
      const user = await app.as(userId);
      for (const step of STEP_NUMBERS) await preview(user, step, sample(step).data);
    }
    expect(await app.database.dump()).toEqual(before);
  });

  it('says why data that are incomplete are refused, and where, as the completion does', async () => {
    const user = await app.as('incomplete');
    await completeSteps(user, 1);
    const due = await dueOf(user);
    const cases: readonly (readonly [step: number, data: Record<string, unknown>, pointer: string])[] = [
      [1, { api_keys: {} }, '/data/api_keys'],
      [1, { api_keys: { openai: '' } }, '/data/api_keys'],
      [2, { email: 'a@example.com' }, '/data/website'],
      [2, {}, '/data/website'],
      [3, { userUrl: 'https://example.com' }, '/data'],
      [4, { corePersona: {} }, '/data/corePersona'],
      [4, { corePersona: { identity: {} } }, '/data/platformPersonas'],
    ];
    for (const [step, data, pointer] of cases) {
      const refused = await user.post(`/step/${step}/complete`, { data });
      expect([step, data, refused.status]).toEqual([step, data, 400]);
      const { detail } = refused.body;
      expect(await preview(user, step, data)).toEqual({
        can_proceed: false,
        validation_errors: [detail],
        warnings: [],
        errors: [{ pointer, detail }],
        requirements_after: due,
      });
    }
  });

  it('names each value of a wrong type, as the completion does', async () => {
    const user = await app.as('malformed');
    const data = { ...WEBSITE, seo_audit: 5, analysis: { writing_style: 'dry', best_practices: 'none' } };
    const { status, body } = await user.post('/step/2/complete', { data });
    const { can_proceed, errors, validation_errors } = await preview(user, 2, data);
    expect([status, can_proceed]).toEqual([400, false]);
    expect(errors).toEqual(body.errors);
    expect(errors.map(({ pointer }) => pointer).toSorted()).toEqual([
      '/data/analysis/best_practices',
      '/data/analysis/writing_style',
      '/data/seo_audit',
    ]);
    expect(validation_errors).toEqual(errors.map(({ detail }) => detail));
    const local = await preview(user, 2, { website: 'http://localhost' });
    expect(local).toMatchObject({ can_proceed: false, errors: [{ pointer: '/data/website' }] });
  });

  it('is about the saved data where none are sent', async () => {
    const user = await app.as('saved data');
    for (const step of [1, 2, 3, 4])
      expect([step, await preview(user, step)]).toMatchObject([step, { can_proceed: false }]);
    for (const step of [5]) expect([step, await preview(user, step)]).toMatchObject([step, { can_proceed: true }]);
    await saveThenReset(user, 1, 2, 3, 4, 5);
    for (const step of [1, 2, 3, 4, 5]) {
      for (const data of [undefined, null])
        expect([step, await preview(user, step, data)]).toMatchObject([step, { can_proceed: true, errors: [] }]);
    }
  });

  it('names what is missing before the last step, and completes it in thought', async () => {
    const user = await app.as('last step');
    await completeSteps(user, 2);
    const { detail } = (await user.post('/step/6/complete')).body;
    expect(await preview(user, 6)).toMatchObject({
      can_proceed: false,
      validation_errors: [detail],
      errors: [{ pointer: '', detail }],
      requirements_after: { is_completed: false, can_complete: false },
    });
    await completeSteps(user, 1, 3);
    // The step alone does not end the onboarding while optional steps are open.
    expect(await preview(user, 6)).toMatchObject({
      can_proceed: true,
      requirements_after: { is_completed: false, currently_due: [{ code: 'final_step_open' }] },
    });
    await completeSteps(user, 4, 5);
    expect(await preview(user, 6)).toMatchObject({
      can_proceed: true,
      requirements_after: { is_completed: true, can_complete: true, blocked_by: [], currently_due: [] },
    });
    expect((await dueOf(user)).is_completed).toBe(false);
  });

  it('shows what new data would make old, and no more', async () => {
    const user = await app.as('what gets old');
    await finishDemanded(user);
    await post(user, 4, PERSONA);
    const codes = async (data: Record<string, unknown>) =>
      (await preview(user, 2, data)).requirements_after.recommended.map(({ code }) => code);
    const old = ['research_older_than_website', 'persona_older_than_website'];
    expect(await codes({ website: 'https://moved.example' })).toEqual(expect.arrayContaining(old));
    const same = await codes({ ...WEBSITE, analysis: ANALYSIS, email: 'new@example.com' });
    expect(same.filter((code) => old.includes(code))).toEqual([]);
  });

  it('never says a key again, good, bad, misplaced or in a wrong type', async () => {
    const user = await app.as('keys');
    const key = () => secrets.make('sk-');
    const answers = [
      await user.post('/step/1/validate', { data: { api_keys: { openai: key() } } }),
      await user.post('/step/1/validate', { data: { api_keys: { openai: `${key()} ${key()}` } } }),
      await user.post('/step/1/validate', { data: { api_keys: { openai: { key: key() } } } }),
      await user.post('/step/1/validate', { data: { api_keys: key() } }),
      await user.post('/step/1/validate', { data: { api_keys: { [key()]: key() } } }),
      await user.post('/step/2/validate', { data: { ...WEBSITE, api_keys: { openai: key() } } }),
    ];
    expect(answers.map(({ status, body }) => [status, body.can_proceed])).toEqual([
      [200, true],
      ...Array.from({ length: 4 }, () => [200, false]),
      [200, true],
    ]);
    expect(answers.at(-1)?.body.warnings).toContain(
      'API keys belong to step 1: those sent with this step were not saved.',
    );
    for (const { text } of answers) expect(secrets.formsIn(text)).toEqual([]);
    expect(secrets.formsIn(app.log.join(''))).toEqual([]);
    expect((await done(user.get('/api-keys'))).body.total_providers).toBe(0);
  });

  it('refuses what is no such request: an unknown step, a body of a wrong type, an unknown flow', async () => {
    const user = await app.as('no request');
    for (const step of ['0', '7', '99'])
      expectProblem(await user.post(`/step/${step}/validate`, { data: {} }), 404, step);
    for (const body of [{ data: 7 }, { data: 'text' }, { data: [] }, [], 'text', 7])
      expectProblem(await user.post('/step/2/validate', body), 400, body);
    expectProblem(await user.send('POST', '/step/2/validate', '{"data":'), 400);
    expectProblem(await user.send('POST', '/step/2/validate', 'data=1', { 'content-type': 'text/csv' }), 415);
    expectProblem(await user.post('/step/2/validate', { data: { website: 'a\u0000b' } }), 400);
    expectProblem(await user.post('/step/2/validate', { data: WEBSITE }, { 'onboarding-flow': 'seven' }), 400);
    expect((await app.anonymous().post('/step/2/validate', { data: WEBSITE })).status).toBe(401);
  });

  it('takes bodies up to 32 MB, and says that more than 10 MB could not be stored', async () => {
    const user = await app.as('large');
    const data = (bytes: number) => ({ data: { ...WEBSITE, notes: 'x'.repeat(bytes) } });
    const tooMuch = data(11 * MEGABYTE);
    const refused = await user.post('/step/2/complete', tooMuch);
    expect(refused.status).toBe(413);
    expect(await preview(user, 2, tooMuch.data)).toMatchObject({
      can_proceed: false,
      validation_errors: [refused.body.detail],
    });
    const rest = Buffer.byteLength(JSON.stringify(data(0)));
    expect((await user.post('/step/2/validate', data(32 * MEGABYTE - rest))).status).toBe(200);
    expect((await user.post('/step/2/validate', data(32 * MEGABYTE - rest + 1))).status).toBe(413);
  });

  it('has the numbers of the flow, and heeds no precondition', async () => {
    const user = await app.as('flow');
    await start(user);
    const headers = { 'onboarding-flow': 'five', 'if-match': '"9.stale"' };
    const answer = await done(user.post('/step/2/validate', { data: { competitors: [RIVAL] } }, headers));
    expect(answer.headers.get('onboarding-flow')).toBe('five');
    const { position } = await dueOf(user);
    expect(answer.body).toMatchObject({
      can_proceed: true,
      warnings: ['Step 1 is still to be completed.'],
      requirements_after: { flow: 'five', position, currently_due: [{ code: 'website_missing', step_number: 1 }] },
    });
    const last = await user.post('/step/6/validate', undefined, { 'onboarding-flow': 'five' });
    expect(last.body.errors[0].detail).toMatch(/Step 1, Step 2$/);
    expect((await dueOf(user)).flow).toBe('six');
  });

  it('asks no provider and shows a key as one that was not asked about', async () => {
    const foreseen = await preview(await app.as('not asked'), 1, { api_keys: { openai: KEYS.openai.api_key } });
    expect(codesOf(foreseen.requirements_after)).toMatchObject({
      currently_due: ['website_missing'],
      pending_verification: ['api_key_unverified'],
    });
  });
});
