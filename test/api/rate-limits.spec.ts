import { afterEach, describe, expect, it } from '@jest/globals';
import type { Environment } from '../../src/ground/config/configuration.js';
import { TestApp } from '../support/service/app.js';
import type { Answer, Client } from '../support/service/client.js';

const save = (user: Client, api_key: string, provider = 'openai') => user.post('/api-keys', { provider, api_key });
const validate = (user: Client) => user.post('/api-keys/validate');
/** Exa has no free request: nobody is asked. */
const check = (user: Client) => user.post('/providers/exa/validate', { api_key: 'exa-key-1' });

const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status);

/** Exactly this, or the client takes it for an expired subscription. */
function expectRefusal({ status, headers, body }: Answer): void {
  expect([status, headers.get('content-type')]).toEqual([429, 'application/problem+json']);
  expect(Object.keys(body)).toEqual(['type', 'title', 'status', 'detail', 'retry_after']);
  const { retry_after } = body;
  expect(Number.isInteger(retry_after) && retry_after >= 1 && retry_after <= 60).toBe(true);
  expect(body).toEqual({
    type: 'about:blank',
    title: 'Too many requests',
    status: 429,
    detail: `That was a little fast. Please try again in ${retry_after} seconds.`,
    retry_after,
  });
  expect(headers.get('retry-after')).toBe(String(retry_after));
}

describe('how often keys may be saved and checked', () => {
  let running: TestApp | undefined;

  const start = async (environment: Environment) => (running = await TestApp.start({ environment }));
  afterEach(async () => {
    await running?.stop();
    running = undefined;
  });

  it('is limited for saving, by the user and nobody else', async () => {
    const app = await start({ RATE_LIMIT_KEY_SAVES: '3', RATE_LIMIT_KEY_CHECKS: '3' });
    const [user, other] = [await app.as('user.a'), await app.as('user_a')];
    const answers = [];
    // One that is refused counts as well: otherwise a person who guesses could go on.
    for (const key of ['sk-one', 'two words', 'sk-three', 'sk-four', 'sk-five']) answers.push(await save(user, key));
    expect(statuses(answers)).toEqual([200, 400, 200, 429, 429]);
    for (const answer of answers.slice(3)) expectRefusal(answer);
    expect(answers.map(({ text }) => text).join()).not.toMatch(/sk-f/);
    // What was refused is not stored.
    expect((await user.get('/api-keys')).body.api_keys).toEqual({ openai: '********' });
    expect(statuses([await save(other, 'sk-of-another-1'), await validate(user), await check(user)])).toEqual([
      200, 200, 200,
    ]);
  });

  it('is limited for checking, stored keys and others together', async () => {
    const app = await start({ RATE_LIMIT_KEY_SAVES: '3', RATE_LIMIT_KEY_CHECKS: '2' });
    const [user, other] = [await app.as('checks'), await app.as('checks-too')];
    expect(statuses([await validate(user), await check(user)])).toEqual([200, 200]);
    expectRefusal(await validate(user));
    expectRefusal(await check(user));
    expect(statuses([await save(user, 'sk-one'), await check(other), await validate(other)])).toEqual([200, 200, 200]);
  });

  it('holds for requests that come at once', async () => {
    const app = await start({ RATE_LIMIT_KEY_SAVES: '5' });
    const user = await app.as('at-once');
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => save(user, `sk-${n}`)));
    expect(statuses(answers).filter((status) => status === 200)).toHaveLength(5);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused).toHaveLength(7);
    for (const answer of refused) expectRefusal(answer);
  });

  it('is limited nowhere else', async () => {
    const app = await start({ RATE_LIMIT_KEY_SAVES: '1', RATE_LIMIT_KEY_CHECKS: '1' });
    const user = await app.as('reads');
    await save(user, 'sk-one');
    await validate(user);
    expect(statuses([await save(user, 'sk-two'), await validate(user)])).toEqual([429, 429]);
    const reads = [
      '/api-keys',
      '/api-keys/onboarding',
      '/api-keys/validate',
      '/validation/enhanced',
      '/status',
      '/init',
    ];
    for (const path of [...reads, '/providers', '/providers/openai/setup']) {
      const answers = await Promise.all(Array.from({ length: 5 }, () => user.get(path)));
      expect([path, ...statuses(answers)]).toEqual([path, 200, 200, 200, 200, 200]);
    }
    const data = { api_keys: { openai: 'sk-three' } };
    expect(
      statuses([await user.post('/step/1/complete', { data }), await user.post('/step/1/complete', { data })]),
    ).toEqual([200, 200]);
    expect((await user.send('DELETE', '/api-keys/openai')).status).toBe(200);
  });

  it('asks for a token first', async () => {
    const nobody = (await start({ RATE_LIMIT_KEY_SAVES: '1' })).anonymous();
    expect(statuses([await save(nobody, 'sk-1'), await save(nobody, 'sk-2'), await save(nobody, 'sk-3')])).toEqual([
      401, 401, 401,
    ]);
  });

  it('is not limited with 0', async () => {
    const app = await start({ RATE_LIMIT_KEY_SAVES: '0', RATE_LIMIT_KEY_CHECKS: '0' });
    const user = await app.as('unlimited');
    const answers = [];
    // More than the defaults would let through.
    for (let n = 0; n < 61; n++) answers.push(await check(user));
    for (let n = 0; n < 601; n++) answers.push(await save(user, `sk-${n % 2}`));
    expect(statuses(answers).filter((status) => status !== 200)).toEqual([]);
    expect(answers).toHaveLength(662);
  });

  it('leaves the wizard its pace: three providers, 200 saves each within a minute', async () => {
    const app = await start({});
    const user = await app.as('wizard');
    const type = async (provider: string) => {
      const answers = [];
      for (let n = 1; n <= 200; n++) answers.push(await save(user, 'k'.repeat(n), provider));
      return answers;
    };
    const answers = (await Promise.all(['openai', 'exa', 'copilotkit'].map(type))).flat();
    expect(statuses(answers).filter((status) => status !== 200)).toEqual([]);
    expect(answers).toHaveLength(600);
  });
});
