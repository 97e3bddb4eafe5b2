import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiKeyManager } from '../../src/onboarding/api-keys/api-key-manager.service.js';
import { TestApp } from '../support/service/app.js';
import { sample } from '../support/data/samples.js';

describe('step 1', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  /** What the user really has, as services in the process see it. */
  async function savedKeys(userId: string): Promise<Record<string, string>> {
    const keys = await app.nest.get(ApiKeyManager).getApiKeys(userId);
    return Object.fromEntries([...keys].map(([provider, secret]) => [provider, secret.reveal()]));
  }

  it('keeps the keys, and shows whose they are', async () => {
    const user = await app.as('keeps');
    const { status, body } = await user.post('/step/1/complete', sample(1));
    const data = { configured_providers: ['copilotkit', 'exa', 'gemini'] };
    expect([status, body]).toEqual([
      200,
      { message: 'Step 1 completed successfully', step_number: 1, data, warnings: null },
    ]);
    expect((await user.get('/step/1')).body).toMatchObject({ status: 'completed', data });
    expect((await user.get('/progress')).body.steps[0]).toMatchObject({ status: 'completed', data });
    expect((await user.get('/init')).body.onboarding.steps[0]).toMatchObject({ has_data: true, data });
    expect(await savedKeys('keeps')).toEqual(sample(1).data['api_keys']);
    const events = await app.database.query(
      `select type, data from progress_events where user_id = 'keeps' order by revision`,
    );
    expect(events).toEqual([
      { type: 'onboarding_started', data: {} },
      { type: 'api_key_saved', data: { provider: 'gemini' } },
      { type: 'api_key_saved', data: { provider: 'exa' } },
      { type: 'api_key_saved', data: { provider: 'copilotkit' } },
      { type: 'step_completed', data: { from: 'pending', to: 'completed' } },
    ]);
  });

  it('is completed by a key, which no answer shows', async () => {
    const user = await app.as('a-key');
    const answer = await user.post('/step/1/complete', sample(1));
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ message: 'Step 1 completed successfully', step_number: 1 });
    const reads = await Promise.all(['/init', '/progress', '/step/1'].map((path) => user.get(path)));
    expect(reads.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(reads[2]?.body.status).toBe('completed');
    const seen = [answer, ...reads].map(({ text }) => text).join() + JSON.stringify(await app.database.dump());
    for (const key of Object.values(sample(1).data['api_keys'] as Record<string, string>)) {
      expect(seen).not.toContain(key);
      expect(app.log.join('')).not.toContain(key);
    }
  });

  it('passes over empty keys', async () => {
    const user = await app.as('empty-keys');
    const api_keys = { gemini: '', exa: null, openai: 'sk-0123456789abcdef0123456789abcdef' };
    expect((await user.post('/step/1/complete', { data: { api_keys } })).status).toBe(200);
  });

  it.each([{}, { api_keys: {} }, { api_keys: null }, { api_keys: { openai: '', exa: null } }])(
    'needs at least one key, which %j has not',
    async (data) => {
      const user = await app.as(`no-key-${JSON.stringify(data)}`);
      const { status, body } = await user.post('/step/1/complete', { data });
      expect([status, body.detail]).toEqual([400, 'Step 1 needs the API key of at least one provider.']);
      expect((await user.get('/step/1')).body.status).toBe('pending');
    },
  );

  it.each([
    ['nonesuch', 'sk-0123456789abcdef', '/data/api_keys'],
    ['openai', 5, '/data/api_keys/openai'],
    ['openai', { key: 'x' }, '/data/api_keys/openai'],
    ['openai', 'two words of a key', '/data/api_keys/openai'],
  ])('names the provider %s with %j without repeating its key', async (provider, key, pointer) => {
    const user = await app.as(`wrong-${provider}-${JSON.stringify(key)}`);
    const answer = await user.post('/step/1/complete', { data: { api_keys: { [provider]: key } } });
    expect([answer.status, answer.body.errors]).toEqual([400, [{ pointer, detail: expect.any(String) }]]);
    if (typeof key === 'string') expect(answer.text).not.toContain(key);
  });

  it.each([
    [{ 'sk-0123456789-misplaced': 'x' }],
    [{ 'sk-0123456789-misplaced': null }],
    [{ openai: 'sk-0123456789abcdef', 'sk-0123456789-misplaced/~': '' }],
    [{ 'sk-0123456789-misplaced': 5, gemini: 5 }],
  ])('never repeats a key that came in the place of a provider’s name: %#', async (api_keys) => {
    const user = await app.as('misplaced');
    const answer = await user.post('/step/1/complete', { data: { api_keys } });
    expect([answer.status, answer.text]).toEqual([400, expect.not.stringContaining('misplaced')]);
    expect(answer.body.errors).toContainEqual({ pointer: '/data/api_keys', detail: 'There is no such provider.' });
    expect(app.log.join('')).not.toContain('0123456789-misplaced');
    expect(await savedKeys('misplaced')).toEqual({});
  });

  it.each(['sk-a-text', ['sk-a-list'], 5])('needs keys by provider, not %j', async (api_keys) => {
    const user = await app.as(`kind-${JSON.stringify(api_keys)}`);
    const { status, body } = await user.post('/step/1/complete', { data: { api_keys } });
    expect([status, body.errors[0].pointer]).toEqual([400, '/data/api_keys']);
  });

  it('hands integrations on to step 5', async () => {
    const user = await app.as('integrations');
    const integrations = { connectedPlatforms: ['wordpress'] };
    await user.post('/step/1/complete', { data: { ...sample(1).data, integrations } });
    const { body } = await user.get('/step/5');
    expect(body).toMatchObject({ status: 'pending', data: { integrations } });
  });

  it('takes the masks of stored keys, and leaves those keys', async () => {
    const user = await app.as('posts-masks');
    await user.post('/step/1/complete', sample(1));
    const { api_keys } = (await user.get('/api-keys')).body;
    expect(api_keys).toEqual({ copilotkit: '********cdef', exa: '********8a11', gemini: '********vwxy' });
    const again = await user.post('/step/1/complete', { data: { api_keys: { ...api_keys, mistral: 'a-new-key-1' } } });
    expect([again.status, again.body.data]).toEqual([
      200,
      { configured_providers: ['copilotkit', 'exa', 'gemini', 'mistral'] },
    ]);
    expect(await savedKeys('posts-masks')).toEqual({
      ...(sample(1).data['api_keys'] as Record<string, string>),
      mistral: 'a-new-key-1',
    });
  });

  it('refuses a mask of no stored key, and saves nothing of what came with it', async () => {
    const user = await app.as('foreign-masks');
    const api_keys = { mistral: 'a-new-key-1', openai: '********cdef' };
    const { status, body } = await user.post('/step/1/complete', { data: { api_keys } });
    const detail = 'This is a masked key, not the key itself: paste the whole key.';
    expect([status, body.detail, body.errors]).toEqual([400, detail, [{ pointer: '/data/api_keys/openai', detail }]]);
    expect(await savedKeys('foreign-masks')).toEqual({});
    expect((await user.get('/status')).body.started_at).toBeNull();
  });

  it.each([
    ['the name first', { gemini: 'of-the-name-1', google: 'of-the-alias-1' }],
    ['the alias first', { google: 'of-the-alias-1', gemini: 'of-the-name-1' }],
  ])('takes the key of the name where an alias comes too: %s', async (order, api_keys) => {
    const user = await app.as(`both-${order}`);
    const { status, body } = await user.post('/step/1/complete', { data: { api_keys } });
    expect([status, body.data]).toEqual([200, { configured_providers: ['gemini'] }]);
    expect(await savedKeys(`both-${order}`)).toEqual({ gemini: 'of-the-name-1' });
  });

  it('takes the key of the alias where the name is empty, and stores the name', async () => {
    const user = await app.as('alias-only');
    const api_keys = { gemini: ' ', google: ' of-the-alias-1\n', metaphor: 'exa-key-1' };
    const { status, body } = await user.post('/step/1/complete', { data: { api_keys } });
    expect([status, body.data]).toEqual([200, { configured_providers: ['exa', 'gemini'] }]);
    expect(await savedKeys('alias-only')).toEqual({ gemini: 'of-the-alias-1', exa: 'exa-key-1' });
  });

  it('leaves stored keys where empty texts are posted', async () => {
    const user = await app.as('empty-again');
    await user.post('/step/1/complete', sample(1));
    const api_keys = { gemini: '', exa: null, copilotkit: '  ', openai: 'sk-0123456789abcdef' };
    expect((await user.post('/step/1/complete', { data: { api_keys } })).status).toBe(200);
    expect(await savedKeys('empty-again')).toEqual({
      ...(sample(1).data['api_keys'] as Record<string, string>),
      openai: 'sk-0123456789abcdef',
    });
  });

  it.each([undefined, {}, { data: null }])('is completed by keys that are stored, with the body %j', async (body) => {
    const id = `stored-${JSON.stringify(body)}`;
    const user = await app.as(id);
    const before = await user.post('/step/1/complete', body);
    expect([before.status, before.body.detail]).toEqual([400, 'Step 1 needs the API key of at least one provider.']);
    await user.post('/api-keys', { provider: 'exa', api_key: 'exa-key-1' });
    expect((await user.get('/step/1')).body.status).toBe('pending');
    const { status, body: answer } = await user.post('/step/1/complete', body);
    expect([status, answer.data]).toEqual([200, { configured_providers: ['exa'] }]);
    expect((await user.get('/step/1')).body.status).toBe('completed');
  });

  it('is not completed by the names of providers alone', async () => {
    const user = await app.as('names-only');
    const { status, body } = await user.post('/step/1/complete', { data: { configured_providers: ['openai'] } });
    expect([status, body.detail]).toEqual([400, 'Step 1 needs the API key of at least one provider.']);
    expect((await user.get('/step/1')).body).toMatchObject({ status: 'pending', data: null });
  });

  it.each([
    ['openai', 'sk-admin-0123456789-secret', /administrator key/],
    ['openai', 'sk-ant-api03-0123456789-secret', /This is a key of Anthropic, not of OpenAI/],
    ['google', 'k'.repeat(4097), /at most 4096 characters/],
  ])('says what to do about a text that cannot be a key of %s: %#', async (provider, key, detail) => {
    const user = await app.as('refused');
    const answer = await user.post('/step/1/complete', { data: { api_keys: { exa: 'fine-1', [provider]: key } } });
    expect([answer.status, answer.body.errors]).toEqual([
      400,
      [{ pointer: `/data/api_keys/${provider}`, detail: expect.stringMatching(detail) }],
    ]);
    expect(answer.text).not.toContain('secret');
    expect(await savedKeys('refused')).toEqual({});
  });
});
