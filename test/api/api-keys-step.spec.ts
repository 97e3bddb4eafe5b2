import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApp } from '../support/app.js';
import { sample } from '../support/samples.js';

describe('step 1', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

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
    ['nonesuch', 'sk-0123456789abcdef', '/data/api_keys/nonesuch'],
    ['openai', 5, '/data/api_keys/openai'],
    ['openai', { key: 'x' }, '/data/api_keys/openai'],
    ['openai', 'two words of a key', '/data/api_keys/openai'],
  ])('names the provider %s with %j without repeating its key', async (provider, key, pointer) => {
    const user = await app.as(`wrong-${provider}-${JSON.stringify(key)}`);
    const answer = await user.post('/step/1/complete', { data: { api_keys: { [provider]: key } } });
    expect([answer.status, answer.body.errors]).toEqual([400, [{ pointer, detail: expect.any(String) }]]);
    if (typeof key === 'string') expect(answer.text).not.toContain(key);
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
});
