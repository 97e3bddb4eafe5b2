import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createOnboardingClient,
  type OnboardingClient,
  type Problem,
  type StatusView,
} from '../../client/onboarding-client.js';
import type * as Browser from '../example/browser.js';
import { sendWebsite } from '../example/named-flow.js';
import { followProgress } from '../example/live-progress.js';
import { audienceOf, promptFor } from '../example/node.js';
import { undo } from '../example/undo.js';
import { complaints, openTasks } from '../example/what-is-due.js';
import { eventually } from '../support/process/deadline.js';
import { TestApp } from '../support/service/app.js';
import { loadModuleInPage } from '../support/service/module-in-page.js';
import { checkAnswer } from '../support/service/contract.js';
import { sample } from '../support/data/samples.js';
import { STEP_NUMBERS } from '../support/data/step-numbers.js';
import { scratchDirectory } from '../support/process/scratch-directory.js';
import { token } from '../support/service/tokens.js';

const ORIGIN = 'https://app.example.com';

describe('the typed client', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ environment: { CORS_ORIGINS: ORIGIN } });
  });
  afterAll(() => app.stop());

  /** A user's client, whose answers are held against the API's document like all others. */
  async function clientOf(userId: string): Promise<OnboardingClient> {
    const client = createOnboardingClient({ baseUrl: app.url, token: await token(userId) });
    client.use({
      async onResponse({ request, response }) {
        const text = await response.clone().text();
        const { status, headers } = response;
        const body: unknown = headers.get('content-type')?.includes('json') ? JSON.parse(text) : undefined;
        checkAnswer(request.method, new URL(request.url).pathname, { status, headers, text, body });
      },
    });
    return client;
  }

  it('takes a user through onboarding', async () => {
    const client = await clientOf('typed.alice');
    const started = await client.POST('/api/onboarding/start');
    expect(started.data?.user_id).toBe('typed.alice');
    for (const n of STEP_NUMBERS) {
      const { data, error } = await client.POST('/api/onboarding/step/{n}/complete', {
        params: { path: { n } },
        body: sample(n),
      });
      expect([error, data?.message]).toEqual([undefined, `Step ${n} completed successfully`]);
    }
    const { data: status } = await client.GET('/api/onboarding/status');
    expect(status).toMatchObject({ is_completed: true, completion_percentage: 100 });
    const { data: reset } = await client.POST('/api/onboarding/reset', { params: { query: { hard: 'true' } } });
    expect(reset?.reset_mode).toBe('hard');
  });

  it('saves, replaces and reads, with the types of the document', async () => {
    const client = await clientOf('typed.business');
    const description = { business_description: 'Repairs bicycles in three towns' };
    const { data: saved } = await client.POST('/api/onboarding/business-info', { body: description });
    const id: string = saved?.id ?? '';
    const { data: replaced } = await client.PUT('/api/onboarding/business-info/{id}', {
      params: { path: { id } },
      body: { ...description, industry: 'repair' },
    });
    const industry: string | null | undefined = replaced?.industry;
    expect(industry).toBe('repair');
    const { data: none } = await client.GET('/api/onboarding/research-preferences');
    const preferences: Record<string, unknown> | null | undefined = none;
    expect(preferences).toBeNull();
    const deleted = await client.DELETE('/api/onboarding/api-keys/{provider}', {
      params: { path: { provider: 'exa' } },
    });
    expect(deleted.response.status).toBe(404);
  });

  it('gives a refusal as the problem that it is', async () => {
    const client = await clientOf('typed.refused');
    const { data, error, response } = await client.POST('/api/onboarding/step/{n}/skip', {
      params: { path: { n: 1 } },
    });
    const problem: Problem | undefined = error;
    expect([data, response.status]).toEqual([undefined, 400]);
    expect(problem).toMatchObject({ status: 400, detail: expect.stringMatching(/\w/) });
    const stranger = createOnboardingClient({ baseUrl: app.url, token: 'none' });
    expect((await stranger.GET('/api/onboarding/status')).error?.status).toBe(401);
  });

  it('asks for a fresh token before each request', async () => {
    const users = ['typed.first', 'typed.second'];
    const client = createOnboardingClient({ baseUrl: app.url, token: () => token(users.shift()) });
    expect((await client.GET('/api/onboarding/init')).data?.user.id).toBe('typed.first');
    expect((await client.GET('/api/onboarding/init')).data?.user.id).toBe('typed.second');
  });

  it('throws only when there is no answer', async () => {
    const client = createOnboardingClient({ baseUrl: 'http://127.0.0.1:1', token: 'none' });
    await expect(client.GET('/api/onboarding/status')).rejects.toThrow('fetch failed');
  });

  // What the compiler refuses (`npm run types`), the service refuses too.
  it('does not compile what the document does not have', async () => {
    const client = await clientOf('typed.wrong');
    const statusOf = ({ response }: { response: Response }) => response.status;
    // @ts-expect-error -- there is no such path
    const path = await client.GET('/api/onboarding/nowhere');
    // @ts-expect-error -- nor this method there
    const method = await client.DELETE('/api/onboarding/status');
    // @ts-expect-error -- the parameter of the path is missing
    const parameter = await client.GET('/api/onboarding/step/{n}', { params: {} });
    // @ts-expect-error -- a field that must be there is not
    const field = await client.POST('/api/onboarding/api-keys', { body: { provider: 'openai' } });
    const kind = await client.POST('/api/onboarding/business-info', {
      // @ts-expect-error -- a text, not a number
      body: { business_description: 7 },
    });
    const query = await client.GET('/api/onboarding/ai-inputs', {
      // @ts-expect-error -- one of json and prompt
      params: { query: { format: 'xml' } },
    });
    expect([path, method, parameter, field, kind, query].map(statusOf)).toEqual([404, 404, 404, 400, 400, 400]);
    const { data } = await client.GET('/api/onboarding/status');
    // @ts-expect-error -- no such field in the answer
    expect(data?.percentage).toBeUndefined();
  });

  describe('in a browser', () => {
    let page: typeof Browser;
    beforeAll(async () => {
      page = await loadModuleInPage('test/example/browser.ts', ORIGIN);
    });

    it('needs nothing of Node, and no more than CORS_ORIGINS allows', async () => {
      const fresh = () => token('typed.browser');
      expect(await page.openWizard(app.url, fresh)).toEqual({ current_step: 1, entered: {} });
      const sent = await page.sendStep(app.url, await fresh(), 2, { website: 'https://example.com' });
      expect(sent[0]).toBe('Step 2 completed successfully');
      expect(await page.openWizard(app.url, fresh)).toMatchObject({ current_step: 1 });
      expect(await page.sendStep(app.url, await fresh(), 4, {})).toEqual([expect.stringMatching(/persona/i)]);
    });

    it('is told of a refusal in a sentence', async () => {
      await expect(page.openWizard(app.url, () => Promise.resolve('none'))).rejects.toThrow('Please sign in');
    });

    it('would be told of a module that needs Node', async () => {
      const directory = scratchDirectory();
      try {
        writeFileSync(join(directory, 'page.ts'), 'export const path: string = process.cwd();\n');
        await expect(loadModuleInPage(join(directory, 'page.ts'), ORIGIN)).rejects.toThrow('process is not defined');
      } finally {
        rmSync(directory, { recursive: true });
      }
    });

    it('of another origin gets nothing', async () => {
      const foreign = await loadModuleInPage<typeof Browser>('test/example/browser.ts', 'https://evil.example.com');
      await expect(foreign.openWizard(app.url, () => token('typed.browser'))).rejects.toThrow('Failed to fetch');
    });
  });

  it('names its flow, and gets the numbers of that flow', async () => {
    expect(await sendWebsite(app.url, await token('typed.five'), 'example.com')).toBe('research');
    const { body, headers } = await (await app.as('typed.five')).get('/status');
    expect([body.next_step, headers.get('onboarding-flow')]).toEqual([2, 'five']);
  });

  it('undoes the latest change of what was saved, and that again', async () => {
    const [user, bearer] = [await app.as('typed.undo'), await token('typed.undo')];
    expect(await undo(app.url, bearer)).toEqual([]);
    await expect(undo(app.url, 'nobody')).rejects.toThrow();
    const website = async () => (await user.get('/step/2')).body.data.website;
    for (const name of ['one', 'two']) {
      const data = { website: `https://${name}.example` };
      expect((await user.post('/step/2/complete', { data })).status).toBe(200);
    }
    for (const name of ['one', 'two']) {
      expect(await undo(app.url, bearer)).toEqual(['website']);
      expect(await website()).toBe(`https://${name}.example`);
    }
  });

  it('says what is due, and what a page would be refused for, with nothing stored', async () => {
    const [user, bearer] = [await app.as('typed.due'), await token('typed.due')];
    const pages = async () => (await openTasks(app.url, bearer)).map(({ page }) => page);
    expect(await pages()).toEqual([1, 2, 3]);
    expect(await complaints(app.url, bearer, 2, {})).toEqual({
      '/data/website': 'Step 2 needs a website URL, or a description of the business, or a connected platform.',
    });
    expect(await complaints(app.url, bearer, 2, { website: 'example.com' })).toEqual({});
    expect(await pages()).toEqual([1, 2, 3]);
    for (const n of [1, 2, 3]) expect((await user.post(`/step/${n}/complete`, sample(n))).status).toBe(200);
    expect(await pages()).toEqual([]);
    expect((await user.post('/complete')).status).toBe(200);
    await expect(openTasks(app.url, 'nobody')).rejects.toThrow();
  });

  it('shows what happens, from what the page has read on', async () => {
    const [user, leaving] = [await app.as('typed.live'), new AbortController()];
    expect((await user.post('/step/2/complete', sample(2))).status).toBe(200);
    const shown: number[] = [];
    const happenings: string[] = [];
    const page = {
      show: ({ completion_percentage }: StatusView) => shown.push(completion_percentage),
      tell: (happening: string) => happenings.push(happening),
      signIn: () => happenings.push('sign in'),
    };
    const watch = await followProgress(app.url, () => token('typed.live'), page, leaving.signal);
    await eventually('the page is live', () => watch.state === 'live');
    expect((await user.post('/step/3/complete', sample(3))).status).toBe(200);
    const { completion_percentage: percentage } = (await user.get('/status')).body;
    await eventually('the page shows it', () => shown.at(-1) === percentage);
    expect(happenings).toEqual(['step_completed']);
    leaving.abort();
    await watch.closed;
    const tokens = [await token('typed.live')];
    const freshToken = () => Promise.resolve(tokens.shift() ?? 'none');
    await (
      await followProgress(app.url, freshToken, page, new AbortController().signal)
    ).closed;
    expect(happenings.at(-1)).toBe('sign in');
  });

  it('serves another service, with a token of the scope', async () => {
    const alice = await app.as('typed.audience');
    expect((await alice.post('/step/2/complete', sample(2))).status).toBe(200);
    const service = await token('a service', { scope: 'onboarding:read' });
    const audience = await audienceOf(app.url, service, 'typed.audience');
    expect(audience).toEqual((await alice.get('/ai-inputs')).body.website_analysis.target_audience);
    expect(audience.length).toBeGreaterThan(0);
    await expect(audienceOf(app.url, await token('nobody'), 'typed.audience')).rejects.toThrow('404: ');
    expect(await promptFor(app.url, await token('typed.audience'))).toContain('example.com');
  });
});

describe('docs/clients.md and docs/live.md', () => {
  const page = ['docs/clients.md', 'docs/live.md'].map((file) => readFileSync(file, 'utf8')).join('');
  const snippets = [...page.matchAll(/^`(\S+)`:\n\n```ts\n([^]*?)^```$/gm)].map(([, file = '', code = '']) => ({
    file,
    code,
  }));

  it('show the very files of the example, all of them', () => {
    for (const { file, code } of snippets) expect([file, code]).toEqual([file, readFileSync(file, 'utf8')]);
    const files = readdirSync('test/example').map((file) => `test/example/${file}`);
    expect(snippets.map(({ file }) => file).toSorted()).toEqual(files.toSorted());
    expect(page.match(/^```ts$/gm)).toHaveLength(snippets.length);
  });
});
