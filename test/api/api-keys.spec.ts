import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiKeyManager } from '../../src/onboarding/api-keys/api-key-manager.service.js';
import { KeyNotFound } from '../../src/onboarding/api-keys/api-keys.problems.js';
import { PROVIDERS } from '../../src/ground/providers/providers.js';
import type { Environment } from '../../src/ground/config/configuration.js';
import { OnboardingDatabaseService } from '../../src/onboarding/database/onboarding-database.service.js';
import { TestApp } from '../support/service/app.js';
import type { Client } from '../support/service/client.js';
import { sample } from '../support/data/samples.js';

const KEY = 'sk-proj-0123456789abcdef';
const MASK = '********cdef';
const AI = [
  ...['openai', 'gemini', 'anthropic', 'mistral', 'deepseek', 'groq', 'openrouter', 'xai', 'perplexity', 'cohere'],
  'huggingface',
];

/** An address at which nobody listens, for tests in which the service must ask no provider. */
const NOBODY = JSON.stringify(Object.fromEntries(PROVIDERS.map(({ id }) => [id, 'http://127.0.0.1:1'])));

function startApp(environment: Environment = {}): Promise<TestApp> {
  return TestApp.start({ environment: { PROVIDER_BASE_URLS: NOBODY, ...environment } });
}

const problem = (status: number, title: string, detail: unknown, more: object = {}) => ({
  type: 'about:blank',
  title,
  status,
  detail,
  ...more,
});

describe('API keys', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.stop());

  /** Saves a key, or fails. */
  async function save(user: Client, provider: string, api_key: string): Promise<void> {
    const { status, text } = await user.post('/api-keys', { provider, api_key });
    expect([status, text]).toEqual([200, expect.stringContaining('"saved"')]);
  }

  /** What the user really has, as services in the process see it. */
  async function savedKeys(userId: string): Promise<Record<string, string>> {
    const keys = await app.nest.get(ApiKeyManager).getApiKeys(userId);
    return Object.fromEntries([...keys].map(([provider, secret]) => [provider, secret.reveal()]));
  }

  async function events(userId: string): Promise<[type: string, step: number | null, data: unknown][]> {
    const rows = await app.database.query<{ type: string; step: number | null; data: unknown }>(
      'select type, step, data from progress_events where user_id = $1 order by revision',
      [userId],
    );
    return rows.map(({ type, step, data }) => [type, step, data]);
  }

  describe('GET and POST /api-keys', () => {
    it.each(['/api-keys', '/api-keys/onboarding'])('%s is empty for a user without keys', async (path) => {
      const { status, body } = await (await app.as('without')).get(path);
      expect([status, body]).toEqual([200, { api_keys: {}, total_providers: 0, configured_providers: [] }]);
    });

    it('saves a key and shows it masked', async () => {
      const user = await app.as('saves');
      const { status, body } = await user.post('/api-keys', { provider: 'openai', api_key: KEY });
      expect([status, body]).toEqual([
        200,
        { message: 'API key for openai saved successfully', provider: 'openai', status: 'saved' },
      ]);
      await save(user, 'tavily', 'tvly-short');
      const expected = {
        api_keys: { openai: MASK, tavily: '********' },
        total_providers: 2,
        configured_providers: ['openai', 'tavily'],
      };
      expect((await user.get('/api-keys')).body).toEqual(expected);
      expect((await user.get('/api-keys/onboarding')).body).toEqual(expected);
      expect(await savedKeys('saves')).toEqual({ openai: KEY, tavily: 'tvly-short' });
    });

    it.each([
      ['k', '********'],
      ['elevenchars', '********'],
      ['twelve-chars', '********hars'],
      [`long-${'x'.repeat(4000)}-last`, '********last'],
    ])('masks without telling length or start: %#', async (key, mask) => {
      const user = await app.as(`mask-${key.length}`);
      await save(user, 'mistral', key);
      expect((await user.get('/api-keys')).body.api_keys).toEqual({ mistral: mask });
    });

    it.each(PROVIDERS.flatMap(({ id, aliases }) => aliases.map((alias) => [alias, id] as const)))(
      'takes %s for %s, and names it so',
      async (alias, id) => {
        const user = await app.as(`alias-${alias}`);
        const { status, body } = await user.post('/api-keys', { provider: alias, api_key: 'key-0123456789' });
        expect([status, body]).toEqual([
          200,
          { message: `API key for ${id} saved successfully`, provider: id, status: 'saved' },
        ]);
        expect((await user.get('/api-keys')).body).toEqual({
          api_keys: { [id]: '********6789' },
          total_providers: 1,
          configured_providers: [id],
        });
        await save(user, id, 'key-of-the-name-1');
        expect(await savedKeys(`alias-${alias}`)).toEqual({ [id]: 'key-of-the-name-1' });
        const setup = await user.get(`/providers/${alias}/setup`);
        expect([setup.status, setup.body.name]).toEqual([200, PROVIDERS.find((provider) => provider.id === id)?.name]);
        const check = await user.post(`/providers/${alias}/validate`, { api_key: 'key-0123456789' });
        expect([check.status, check.body.provider]).toEqual([200, id]);
        const removed = await user.send('DELETE', `/api-keys/${alias}`);
        expect([removed.status, removed.body]).toEqual([
          200,
          { message: `API key for ${id} deleted`, provider: id, status: 'deleted' },
        ]);
        expect(await savedKeys(`alias-${alias}`)).toEqual({});
      },
    );

    it('drops white space and line breaks around a key', async () => {
      await save(await app.as('trimmed'), 'openai', `\r\n\t  ${KEY} \u00a0\n`);
      expect(await savedKeys('trimmed')).toEqual({ openai: KEY });
    });

    it('leaves the key where its mask is posted', async () => {
      const user = await app.as('posts-mask');
      await save(user, 'openai', KEY);
      await save(user, 'mistral', 'short');
      await save(user, 'openai', MASK);
      await save(user, 'mistral', ' ******** ');
      expect(await savedKeys('posts-mask')).toEqual({ openai: KEY, mistral: 'short' });
      const [row] = await app.database.query('select version from api_keys where user_id = $1 and provider = $2', [
        'posts-mask',
        'openai',
      ]);
      expect(row).toEqual({ version: 1 });
    });

    it('refuses a mask that is not that of the stored key', async () => {
      const user = await app.as('foreign-mask');
      const detail = 'This is a masked key, not the key itself: paste the whole key.';
      const refused = problem(400, 'Invalid input', detail, { errors: [{ pointer: '/api_key', detail }] });
      expect((await user.post('/api-keys', { provider: 'openai', api_key: MASK })).body).toEqual(refused);
      await save(user, 'openai', KEY);
      for (const api_key of ['********xxxx', '********', '••••••••cdef']) {
        const { status, body } = await user.post('/api-keys', { provider: 'openai', api_key });
        expect([status, body]).toEqual([400, refused]);
      }
      expect(await savedKeys('foreign-mask')).toEqual({ openai: KEY });
    });

    it('leaves the key while its mask is deleted character by character, from either end, through every door', async () => {
      const user = await app.as('deletes-mask');
      await save(user, 'openai', KEY);
      const detail = 'This is a masked key, not the key itself: paste the whole key.';
      const left = Array.from({ length: 11 }, (_, n) => MASK.slice(0, 11 - n));
      const right = Array.from({ length: 7 }, (_, n) => MASK.slice(n + 1));
      const manager = app.nest.get(ApiKeyManager);
      for (const api_key of [...left, ...right, '…', '•', '.', '..', ' * ']) {
        const saved = await user.post('/api-keys', { provider: 'openai', api_key });
        expect([api_key, saved.status, saved.body.detail]).toEqual([api_key, 400, detail]);
        const step = await user.post('/step/1/complete', { data: { api_keys: { openai: api_key } } });
        expect([api_key, step.status, step.body.errors]).toEqual([
          api_key,
          400,
          [{ pointer: '/data/api_keys/openai', detail }],
        ]);
        const check = await user.post('/providers/openai/validate', { api_key });
        expect([api_key, check.status, check.body]).toMatchObject([api_key, 200, { valid: false, message: detail }]);
        await expect(manager.save('deletes-mask', 'openai', api_key)).rejects.toThrow(detail);
      }
      expect(await savedKeys('deletes-mask')).toEqual({ openai: KEY });
    });

    it('keeps a description, and the one there is when none is posted', async () => {
      const user = await app.as('described');
      const description = async () => {
        const [row] = await app.database.query('select description from api_keys where user_id = $1', ['described']);
        return row?.['description'] as unknown;
      };
      await user.post('/api-keys', { provider: 'openai', api_key: KEY, description: 'of the team' });
      expect(await description()).toBe('of the team');
      await user.post('/api-keys', { provider: 'openai', api_key: `${KEY}1` });
      await user.post('/api-keys', { provider: 'openai', api_key: `${KEY}2`, description: null });
      expect([await description(), await savedKeys('described')]).toEqual(['of the team', { openai: `${KEY}2` }]);
    });

    it.each([
      [{}, '/provider', '/api_key'],
      [{ provider: 'openai' }, '/api_key'],
      [{ provider: 'openai', api_key: null }, '/api_key'],
      [{ provider: 'openai', api_key: 5 }, '/api_key'],
      [{ provider: 'openai', api_key: [KEY] }, '/api_key'],
      [{ provider: 'openai', api_key: 'k'.repeat(8193) }, '/api_key'],
      [{ provider: 5, api_key: KEY }, '/provider'],
      [{ provider: 'p'.repeat(101), api_key: KEY }, '/provider'],
      [{ provider: 'openai', api_key: KEY, description: 5 }, '/description'],
      [{ provider: 'openai', api_key: KEY, description: 'd'.repeat(1001) }, '/description'],
    ])('names the fields that are wrong: %#', async (posted, ...pointers) => {
      const { status, headers, body, text } = await (await app.as('wrong-fields')).post('/api-keys', posted);
      expect([status, headers.get('content-type')]).toEqual([400, 'application/problem+json']);
      const errors = pointers.map((pointer) => ({ pointer, detail: expect.stringMatching(/\.$/) }));
      expect(body).toEqual(problem(400, 'Invalid input', expect.any(String), { errors }));
      expect(text).not.toContain(KEY);
      expect(await savedKeys('wrong-fields')).toEqual({});
    });

    it.each([
      ['openai', '', 'The API key for OpenAI is empty.'],
      ['openai', ' \n ', 'The API key for OpenAI is empty.'],
      ['openai', 'k'.repeat(4097), 'An API key has at most 4096 characters: paste the key alone.'],
      ['openai', 'sk-one sk-two-secret', /no spaces, line breaks or control characters/],
      ['openai', 'sk-one\nsk-two-secret', /no spaces, line breaks or control characters/],
      ['openai', 'sk-\u001bone-two-secret', /no spaces, line breaks or control characters/],
      [
        'openai',
        'sk-admin-0123456789-secret',
        /^This is an administrator key of OpenAI: create an ordinary API key at/,
      ],
      ['anthropic', 'sk-ant-oat01-0123456789-secret', /^This is an OAuth token of Anthropic/],
      ['openai', 'sk-ant-api03-0123456789-secret', 'This is a key of Anthropic, not of OpenAI: save it there.'],
      ['hf', 'gsk_0123456789-secret', 'This is a key of Groq, not of Hugging Face: save it there.'],
    ])('says what to do about a text that cannot be a key of %s: %#', async (provider, api_key, expected) => {
      const user = await app.as('refused');
      const answer = await user.post('/api-keys', { provider, api_key });
      const { detail } = answer.body;
      expect(answer.status).toBe(400);
      expect(detail).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
      expect(answer.body).toEqual(problem(400, 'Invalid input', detail, { errors: [{ pointer: '/api_key', detail }] }));
      expect(answer.text).not.toContain('secret');
      const check = await user.post(`/providers/${provider}/validate`, { api_key });
      expect([check.status, check.body]).toMatchObject([200, { valid: false, status: 'invalid', message: detail }]);
      expect(check.text).not.toContain('secret');
      expect(await savedKeys('refused')).toEqual({});
    });

    it.each(['nonesuch', '', 'OpenAI', '__proto__', 'constructor'])('knows no provider %j', async (provider) => {
      const user = await app.as('unknown-provider');
      const notFound = [404, problem(404, 'Not found', 'There is no such provider.')];
      const saved = await user.post('/api-keys', { provider, api_key: KEY });
      expect([saved.status, saved.body]).toEqual(notFound);
      if (provider === '') return;
      const removed = await user.send('DELETE', `/api-keys/${provider}`);
      const setup = await user.get(`/providers/${provider}/setup`);
      const check = await user.post(`/providers/${provider}/validate`, { api_key: KEY });
      for (const { status, body } of [removed, setup, check]) expect([status, body]).toEqual(notFound);
    });

    it('saves on every keystroke for three providers at once, and the last one wins', async () => {
      const user = await app.as('types');
      const typed = {
        openai: 'sk-proj-abcdefghijklmnopqrstuv-1',
        gemini: 'AIza0123456789abcdefghijklmnop',
        anthropic: 'sk-ant-api03-0123456789abcdef-',
      };
      const type = async ([provider, key]: [string, string]): Promise<number[]> => {
        const statuses: number[] = [];
        for (let length = 1; length <= key.length; length++) {
          statuses.push((await user.post('/api-keys', { provider, api_key: key.slice(0, length) })).status);
        }
        return statuses;
      };
      const statuses = (await Promise.all(Object.entries(typed).map(type))).flat();
      expect(statuses.length).toBeGreaterThanOrEqual(90);
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(await savedKeys('types')).toEqual(typed);
      const completed = (await events('types')).filter(([type]) => type === 'step_completed');
      expect(completed).toHaveLength(1);
    });

    it('needs a token', async () => {
      const nobody = app.anonymous();
      const answers = await Promise.all([
        nobody.get('/api-keys'),
        nobody.get('/api-keys/onboarding'),
        nobody.post('/api-keys', { provider: 'openai', api_key: KEY }),
        nobody.send('DELETE', '/api-keys/openai'),
        nobody.get('/api-keys/validate'),
        nobody.post('/api-keys/validate'),
        nobody.post('/providers/openai/validate', { api_key: KEY }),
        nobody.get('/validation/enhanced'),
      ]);
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401));
    });
  });

  describe('DELETE /api-keys/{provider}', () => {
    it('removes the key; one that is not there is a 404', async () => {
      const user = await app.as('removes');
      await save(user, 'openai', KEY);
      await save(user, 'exa', 'exa-key-1');
      const { status, body } = await user.send('DELETE', '/api-keys/openai');
      expect([status, body]).toEqual([
        200,
        { message: 'API key for openai deleted', provider: 'openai', status: 'deleted' },
      ]);
      expect((await user.get('/api-keys')).body.configured_providers).toEqual(['exa']);
      const again = await user.send('DELETE', '/api-keys/openai');
      expect([again.status, again.body]).toEqual([404, problem(404, 'Not found', 'There is no API key for OpenAI.')]);
      expect((await events('removes')).at(-1)).toEqual(['api_key_removed', 'api_keys', { provider: 'openai' }]);
    });

    it('leaves no session behind where there was none', async () => {
      expect((await (await app.as('removes-nothing')).send('DELETE', '/api-keys/openai')).status).toBe(404);
      expect((await (await app.as('removes-nothing')).get('/status')).body.started_at).toBeNull();
    });

    it('takes no key from anybody else', async () => {
      await save(await app.as('owner.a'), 'openai', KEY);
      expect((await (await app.as('owner_a')).send('DELETE', '/api-keys/openai')).status).toBe(404);
      expect(await savedKeys('owner.a')).toEqual({ openai: KEY });
    });
  });

  describe('step 1', () => {
    const progress = async (user: Client) => {
      const { current_step, next_step, completion_percentage } = (await user.get('/status')).body;
      const { status, completed_at, data } = (await user.get('/step/1')).body;
      return { current_step, next_step, completion_percentage, status, completed_at: completed_at !== null, data };
    };

    it('is completed by the first key of an AI provider, and deleting it does not undo that', async () => {
      const user = await app.as('first-key');
      await save(user, 'openai', KEY);
      const completed = {
        current_step: 2,
        next_step: 2,
        completion_percentage: 16.67,
        status: 'completed',
        completed_at: true,
        data: { configured_providers: ['openai'] },
      };
      expect(await progress(user)).toEqual(completed);
      expect(await events('first-key')).toEqual([
        ['onboarding_started', null, {}],
        ['api_key_saved', 'api_keys', { provider: 'openai' }],
        ['step_completed', 'api_keys', { from: 'pending', to: 'completed' }],
      ]);
      const { completed_at } = (await user.get('/step/1')).body;
      await save(user, 'mistral', 'another-key-1');
      expect((await events('first-key')).slice(3)).toEqual([['api_key_saved', 'api_keys', { provider: 'mistral' }]]);
      await user.send('DELETE', '/api-keys/openai');
      await user.send('DELETE', '/api-keys/mistral');
      expect(await progress(user)).toEqual({ ...completed, data: null });
      expect((await user.get('/step/1')).body.completed_at).toBe(completed_at);
    });

    it.each(['exa', 'stability', 'copilotkit'])('is not completed by a key of %s', async (provider) => {
      const user = await app.as(`no-ai-${provider}`);
      await save(user, provider, 'a-key-of-theirs');
      expect(await progress(user)).toEqual({
        current_step: 1,
        next_step: 1,
        completion_percentage: 0,
        status: 'pending',
        completed_at: false,
        data: { configured_providers: [provider] },
      });
      expect((await user.get('/api-keys/validate')).body).toMatchObject({ all_valid: false, missing_keys: AI });
    });

    it('is not completed by a key that is refused', async () => {
      const user = await app.as('refused-key');
      expect((await user.post('/api-keys', { provider: 'openai', api_key: 'two words' })).status).toBe(400);
      expect((await user.get('/status')).body.started_at).toBeNull();
      expect(await events('refused-key')).toEqual([]);
    });

    it('moves the user on to the last step when the others are done', async () => {
      const user = await app.as('last-step');
      for (const n of [2, 3, 4]) await user.post(`/step/${n}/complete`, sample(n));
      await user.post('/step/5/skip');
      await save(user, 'openai', KEY);
      expect((await user.get('/status')).body).toMatchObject({ completion_percentage: 83.33, current_step: 6 });
    });

    it('starts again on a soft reset, which keeps the keys; a hard one removes them', async () => {
      const user = await app.as('resets');
      await save(user, 'openai', KEY);
      await user.post('/reset');
      expect(await progress(user)).toMatchObject({ current_step: 1, completion_percentage: 0, status: 'pending' });
      expect(await savedKeys('resets')).toEqual({ openai: KEY });
      expect((await user.post('/step/1/complete')).status).toBe(200);
      await user.post('/reset?hard=true');
      expect((await user.get('/api-keys')).body).toEqual({
        api_keys: {},
        total_providers: 0,
        configured_providers: [],
      });
      const rows =
        'select user_id from api_keys where user_id = $1 union all select user_id from data_keys where user_id = $1';
      expect(await app.database.query(rows, ['resets'])).toEqual([]);
      await save(user, 'openai', `${KEY}-new`);
      expect(await savedKeys('resets')).toEqual({ openai: `${KEY}-new` });
    });
  });

  describe('/api-keys/validate', () => {
    const unverified = { valid: null, status: 'unverified' };

    it('has nothing to say of a user without keys', async () => {
      const nothing = {
        api_keys: {},
        validation_results: {},
        all_valid: false,
        total_providers: 0,
        configured_providers: [],
        missing_keys: AI,
      };
      const user = await app.as('validates-nothing');
      expect((await user.get('/api-keys/validate')).body).toEqual(nothing);
      const { status, body } = await user.post('/api-keys/validate');
      expect([status, body]).toEqual([200, nothing]);
    });

    it('is fine with keys that could not be checked', async () => {
      const user = await app.as('validates-unverified');
      await save(user, 'openai', KEY);
      await save(user, 'exa', 'exa-key-0123456789');
      const expected = {
        api_keys: { exa: '********6789', openai: MASK },
        validation_results: { exa: unverified, openai: unverified },
        all_valid: true,
        total_providers: 2,
        configured_providers: expect.arrayContaining(['exa', 'openai']),
        missing_keys: [],
      };
      expect((await user.get('/api-keys/validate')).body).toEqual(expected);
      expect((await user.post('/api-keys/validate')).body).toEqual(expected);
    });
  });

  describe('/providers', () => {
    it('shows every provider to anybody', async () => {
      const { status, body } = await app.anonymous().get('/providers');
      expect(status).toBe(200);
      expect(body).toEqual(
        Object.fromEntries(
          PROVIDERS.map(({ id, name, description, setupUrl }) => [
            id,
            { name, description, setup_url: setupUrl, required_fields: ['api_key'], optional_fields: [] },
          ]),
        ),
      );
      expect(Object.keys(body)).toHaveLength(21);
    });

    it.each(PROVIDERS.map((provider) => [provider.id, provider] as const))(
      'says how to get a key of %s',
      async (id, provider) => {
        const { status, body } = await app.anonymous().get(`/providers/${id}/setup`);
        const { setup_instructions, ...rest } = body;
        expect([status, rest]).toEqual([200, (await app.anonymous().get('/providers')).body[id]]);
        expect(setup_instructions.length).toBeGreaterThan(1);
        for (const line of setup_instructions) expect(line).toMatch(/^\S.*\.$/);
        expect(setup_instructions.join(' ')).toContain(provider.setupUrl);
      },
    );

    it('checks a key without storing it', async () => {
      const user = await app.as('checks-only');
      const { status, body } = await user.post('/providers/google/validate', { api_key: `  AIza0123456789abcdef\n` });
      expect([status, body]).toEqual([
        200,
        {
          provider: 'gemini',
          valid: null,
          status: 'unverified',
          message: 'This key could not be checked with Google Gemini. It can be saved all the same.',
        },
      ]);
      expect(await savedKeys('checks-only')).toEqual({});
      expect((await user.get('/status')).body.started_at).toBeNull();
      expect(await events('checks-only')).toEqual([]);
    });

    it.each([{}, { api_key: null }, { api_key: 5 }, { api_key: 'k'.repeat(8193) }])(
      'checks a text and nothing else: %#',
      async (posted) => {
        const { status, body } = await (await app.as('checks-wrong')).post('/providers/openai/validate', posted);
        const errors = [{ pointer: '/api_key', detail: expect.any(String) }];
        expect([status, body]).toEqual([400, problem(400, 'Invalid input', expect.any(String), { errors })]);
      },
    );
  });

  describe('/validation/enhanced', () => {
    const summary = {
      has_ai_provider: false,
      has_research_provider: false,
      website_valid: false,
      personalization_done: false,
      integration_done: false,
      final_setup_complete: false,
    };
    const missing = { valid: null, status: 'missing' };
    const groups = (known: Record<string, unknown> = {}) =>
      Object.fromEntries(
        ['ai', 'research', 'media', 'interface'].map((group) => [
          group,
          Object.fromEntries(
            PROVIDERS.filter((provider) => provider.group === group).map(({ id }) => [id, known[id] ?? missing]),
          ),
        ]),
      );

    it('shows what is missing of a user who has not started', async () => {
      const { status, body } = await (await app.as('enhanced-new')).get('/validation/enhanced');
      expect([status, body]).toEqual([200, { all_valid: false, results: groups(), summary }]);
    });

    it('follows a user to the end', async () => {
      const user = await app.as('enhanced');
      const seen = async () => (await user.get('/validation/enhanced')).body;
      const unverified = { valid: null, status: 'unverified' };
      await save(user, 'exa', 'exa-key-1');
      expect(await seen()).toEqual({
        all_valid: false,
        results: groups({ exa: unverified }),
        summary: { ...summary, has_research_provider: true },
      });
      await save(user, 'openai', KEY);
      const withKeys = { ...summary, has_research_provider: true, has_ai_provider: true };
      expect(await seen()).toEqual({
        all_valid: true,
        results: groups({ exa: unverified, openai: unverified }),
        summary: withKeys,
      });
      await user.post('/step/2/complete', sample(2));
      expect((await seen()).summary).toEqual({ ...withKeys, website_valid: true });
      for (const n of [3, 4, 5]) await user.post(`/step/${n}/complete`, sample(n));
      const withSteps = { ...withKeys, website_valid: true, personalization_done: true, integration_done: true };
      expect((await seen()).summary).toEqual(withSteps);
      await user.post('/complete');
      expect((await seen()).summary).toEqual({ ...withSteps, final_setup_complete: true });
    });

    it('does not take a skipped step for a done one', async () => {
      const user = await app.as('enhanced-skips');
      for (const n of [4, 5]) await user.post(`/step/${n}/skip`);
      expect((await user.get('/validation/enhanced')).body.summary).toEqual(summary);
    });
  });

  it('shows no key in any answer or log line', async () => {
    const user = await app.as('canary');
    const keys = { openai: 'sk-proj-canary-0001-abcd', gemini: 'AIza-canary-0002-abcd', exa: 'canary-0003-abcd' };
    const answers = [];
    for (const [provider, api_key] of Object.entries(keys)) {
      answers.push(await user.post('/api-keys', { provider, api_key, description: 'mine' }));
      answers.push(await user.post(`/providers/${provider}/validate`, { api_key }));
    }
    const paths = ['/api-keys', '/api-keys/onboarding', '/api-keys/validate', '/validation/enhanced', '/init'];
    for (const path of [...paths, '/progress', '/step/1']) answers.push(await user.get(path));
    answers.push(await user.post('/api-keys/validate'));
    answers.push(await user.send('DELETE', '/api-keys/exa'));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const seen = answers.map(({ text }) => text).join() + app.log.join('') + JSON.stringify(await app.database.dump());
    expect(seen).not.toMatch(/canary-000/);
    expect(app.log.join('')).toContain('/api-keys/validate');
  });
});

describe('the deployment’s own keys', () => {
  let app: TestApp;
  const DEPLOYMENT_KEY = 'sk-proj-of-the-deployment-1';

  beforeAll(async () => {
    app = await startApp({
      OPENAI_API_KEY: DEPLOYMENT_KEY,
      METAPHOR_API_KEY: 'exa-of-the-deployment',
      XAI_API_KEY: ' ',
    });
  });
  afterAll(() => app.stop());

  const use = async (userId: string, provider: string) =>
    app.nest.get(ApiKeyManager).use(userId, provider, (secret) => Promise.resolve(secret.reveal()));

  it('are named and never shown', async () => {
    const user = await app.as('served');
    const validation = {
      api_keys: {},
      validation_results: {
        openai: { valid: null, status: 'unverified' },
        exa: { valid: null, status: 'unverified' },
      },
      all_valid: true,
      total_providers: 2,
      configured_providers: ['openai', 'exa'],
      missing_keys: [],
    };
    const answers = [await user.get('/api-keys/validate'), await user.post('/api-keys/validate')];
    for (const { status, body } of answers) expect([status, body]).toEqual([200, validation]);
    const lists = [await user.get('/api-keys'), await user.get('/api-keys/onboarding')];
    for (const { body } of lists) {
      expect(body).toEqual({ api_keys: {}, total_providers: 0, configured_providers: [] });
    }
    const enhanced = await user.get('/validation/enhanced');
    expect(enhanced.body).toMatchObject({
      all_valid: true,
      summary: { has_ai_provider: true, has_research_provider: true },
    });
    const text = [...answers, ...lists, enhanced].map((answer) => answer.text).join() + app.log.join('');
    expect(text).not.toMatch(/of-the-deployment|ment-1|ment"/);
    expect((await user.send('DELETE', '/api-keys/openai')).status).toBe(404);
  });

  it('change no status and no percentage, and stand for step 1', async () => {
    const user = await app.as('served-steps');
    await user.post('/start');
    expect((await user.get('/status')).body).toMatchObject({ current_step: 2, next_step: 2, completion_percentage: 0 });
    expect((await user.get('/step/1')).body).toMatchObject({ status: 'pending', data: null });
  });

  it('are used where the user has none, and the user’s own wins', async () => {
    const keys = app.nest.get(ApiKeyManager);
    expect(await use('uses', 'openai')).toBe(DEPLOYMENT_KEY);
    expect(await use('uses', 'metaphor')).toBe('exa-of-the-deployment');
    expect(await Promise.all(['openai', 'exa', 'xai', 'gemini'].map((name) => keys.has('uses', name)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    await expect(use('uses', 'xai')).rejects.toThrow(KeyNotFound);
    const user = await app.as('uses');
    await user.post('/api-keys', { provider: 'openai', api_key: KEY });
    expect(await use('uses', 'openai')).toBe(KEY);
    expect(await use('somebody-else', 'openai')).toBe(DEPLOYMENT_KEY);
    expect((await user.get('/api-keys/validate')).body).toMatchObject({
      api_keys: { openai: MASK },
      configured_providers: ['openai', 'exa'],
    });
    await user.send('DELETE', '/api-keys/openai');
    expect(await use('uses', 'openai')).toBe(DEPLOYMENT_KEY);
    expect(Object.values(process.env)).not.toContain(KEY);
    expect(Object.values(process.env)).not.toContain(DEPLOYMENT_KEY);
  });

  it('do not hide that the user’s own is known to be invalid', async () => {
    const user = await app.as('own-invalid');
    await user.post('/api-keys', { provider: 'openai', api_key: KEY });
    await app.database.query(`update api_keys set verification = 'invalid' where user_id = 'own-invalid'`);
    const { body } = await user.get('/api-keys/validate');
    expect(body).toMatchObject({ all_valid: false, missing_keys: AI });
    expect(body.validation_results.openai).toEqual({
      valid: false,
      status: 'invalid',
      error: 'OpenAI does not know this key.',
    });
  });

  it('are not among the user’s keys for services in the process', async () => {
    expect([...(await app.nest.get(OnboardingDatabaseService).getApiKeys('none')).keys()]).toEqual([]);
  });
});
