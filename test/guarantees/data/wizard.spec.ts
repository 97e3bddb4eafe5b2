import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import { TestApp } from '../../support/service/app.js';
import type { Answer, Client } from '../../support/service/client.js';
import { at, expectedLeaves } from '../../support/data/leaves.js';
import { markedSample } from '../../support/data/marked-samples.js';
import { ProviderServer, status } from '../../support/servers/provider-server.js';
import { sample, type StepPayload } from '../../support/data/samples.js';

type Send = (client: Client) => Promise<Answer>;

/** Somebody in front of the wizard, and what they enter. */
interface Visitor {
  readonly userId: string;
  readonly enters: (step: number) => StepPayload;
  readonly business: { readonly business_description: string; readonly industry: string };
}

const ADA: Visitor = {
  userId: 'ada.l',
  enters: sample,
  business: { business_description: 'Marketing advice for small shops.', industry: 'Marketing' },
};
const BEN_MARK = 'bensmark';
const BEN: Visitor = {
  userId: 'ada_l',
  enters: (step) => markedSample(step, BEN_MARK),
  business: { business_description: `Marketing advice, ${BEN_MARK}.`, industry: BEN_MARK },
};

const TIMES = ['last_updated', 'last_activity', 'updated_at'];

/** Without the times of the last change, which every save moves. */
function withoutTimes(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, inner: unknown) => (TIMES.includes(key) ? undefined : inner)));
}

/** The wizard in one visitor's browser. */
class Wizard {
  private constructor(
    private readonly client: Client,
    private readonly visitor: Visitor,
    private readonly brand: boolean,
  ) {}

  static async of(app: TestApp, visitor: Visitor, brand: boolean): Promise<Wizard> {
    return new Wizard(await app.as(visitor.userId), visitor, brand);
  }

  /** From the first page to the last. `endsWith`: whether the last page posts its step before it completes the onboarding. */
  async walk(endsWith: 'step 6' | 'complete'): Promise<void> {
    await this.#press((client) => client.post('/start'));
    await this.#expectAt(1, 0);
    expect(await this.#mayProceed(6)).toBe(false);

    await this.#apiKeys();
    await this.#expectAt(2, 16.67);
    await this.#reload();

    await this.#website();
    await this.#expectAt(3, 33.33);
    await this.#reload();

    await this.#complete(3);
    await this.#expectAt(4, 50);
    await this.#reload();
    await this.#goBackToStep2();
    await this.#expectAt(4, 50);
    await this.#reload();

    await this.#persona();
    await this.#expectAt(5, 66.67);
    await this.#reload();

    await this.#press((client) => client.post('/step/5/skip'));
    await this.#expectAt(6, 83.33, 'skipped');
    await this.#reload();
    await this.#goBackToStep1();
    await this.#complete(5);
    await this.#expectAt(6, 83.33, 'completed');
    await this.#reload();

    await this.#finish(endsWith);
    await this.#reload();
    await this.expectEverything();
  }

  /** Back at the start; what was saved stays. */
  async resetSoftly(): Promise<void> {
    // Twice at once too, though each says when it started again.
    const resets = await Promise.all([1, 2].map(() => this.client.post('/reset?hard=false')));
    for (const { body } of resets) expect(body).toMatchObject({ reset_mode: 'soft', current_step: 1 });
    await this.#expectAt(1, 0);
    const { onboarding } = await this.#init();
    expect(onboarding.steps.map((step: JsonObject) => step['has_data'])).toEqual([true, true, true, true, true, false]);
  }

  /** Whatever was entered, on every page that shows it. */
  async expectEverything(): Promise<void> {
    const { user, onboarding } = await this.#init();
    expect(user.id).toBe(this.visitor.userId);
    expect(onboarding).toMatchObject({ is_completed: true, current_step: 6, completion_percentage: 100 });
    expect(onboarding.steps.map((step: JsonObject) => step['status'])).toEqual(Array(6).fill('completed'));
    await this.#expectKeys();
    for (const step of [2, 3, 4, 5]) {
      this.#expectLeaves(step, onboarding.steps[step - 1].data);
      this.#expectLeaves(step, (await this.#get(`/step/${step}`)).data);
    }
    expect(await this.#get('/website-analysis')).toMatchObject({ status: 'success', website_url: this.#websiteUrl });
    expect(await this.#get('/research-preferences')).toMatchObject({ research_depth: 'Standard' });
    expect((await this.#get('/step4/persona-latest')).persona).toMatchObject(this.#personaParts);
    await this.#expectDerived();
  }

  get #websiteUrl(): unknown {
    return this.visitor.enters(2).data['website'];
  }

  get #keys(): [string, string][] {
    return Object.entries(this.visitor.enters(1).data['api_keys'] as Record<string, string>);
  }

  get #personaParts(): JsonObject {
    const { corePersona, platformPersonas, qualityMetrics, selectedPlatforms } = this.visitor.enters(4).data;
    return {
      core_persona: corePersona,
      platform_personas: platformPersonas,
      quality_metrics: qualityMetrics,
      selected_platforms: selectedPlatforms,
    };
  }

  /** A double click: the same request twice at once. Both are answered as if it were the only one. */
  async #press(send: Send): Promise<Answer['body']> {
    const [first, second] = await Promise.all([send(this.client), send(this.client)]);
    expect([first.status, second.status, first.body.detail]).toEqual([200, 200, undefined]);
    expect(withoutTimes(second.body)).toEqual(withoutTimes(first.body));
    return first.body;
  }

  async #get(path: string): Promise<Answer['body']> {
    const { status: code, body } = await this.client.get(path);
    expect([path, code]).toEqual([path, 200]);
    return body;
  }

  #init(): Promise<Answer['body']> {
    return this.#get('/init');
  }

  async #mayProceed(step: number): Promise<boolean> {
    return (await this.#get(`/step/${step}/validate`)).can_proceed;
  }

  /** What a page shows is posted back by it, and changes nothing. */
  async #reload(): Promise<void> {
    const before = await this.#init();
    for (const { step_number: n, status: state, data } of before.onboarding.steps) {
      if (state !== 'completed' || data === null) continue;
      const { api_keys } = n === 1 ? await this.#get('/api-keys/onboarding') : { api_keys: undefined };
      await this.#press((client) => client.post(`/step/${n}/complete`, { data: { ...data, api_keys } }));
    }
    expect(withoutTimes(await this.#init())).toEqual(withoutTimes(before));
  }

  async #complete(step: number): Promise<Answer['body']> {
    expect([step, await this.#mayProceed(step)]).toEqual([step, true]);
    return this.#press((client) => client.post(`/step/${step}/complete`, this.visitor.enters(step)));
  }

  async #expectAt(step: number, percentage: number, fifth = 'pending'): Promise<void> {
    const { onboarding } = await this.#init();
    expect(onboarding).toMatchObject({ current_step: step, completion_percentage: percentage, is_completed: false });
    expect(onboarding.steps[4].status).toBe(fifth);
    const resume = await this.#get('/resume');
    expect(resume).toMatchObject({ can_resume: true, resume_step: step, completion_percentage: percentage });
  }

  /** Page 1 saves all keys on every keystroke, and never posts its step: the first key of an AI provider completes it. */
  async #apiKeys(): Promise<void> {
    expect(Object.keys(await this.#get('/providers'))).toEqual(expect.arrayContaining(this.#keys.map(([id]) => id)));
    const longest = Math.max(...this.#keys.map(([, key]) => key.length));
    expect([this.#keys.length, longest]).toEqual([3, expect.any(Number)]);
    for (let typed = 1; typed <= longest; typed++) {
      const saves = this.#keys.map(([provider, key]) =>
        this.client.post('/api-keys', { provider, api_key: key.slice(0, typed) }),
      );
      expect((await Promise.all(saves)).map(({ status: code }) => code)).toEqual([200, 200, 200]);
    }
    const validation = await this.#press((client) => client.post('/api-keys/validate'));
    expect(validation).toMatchObject({ all_valid: true, missing_keys: [] });
    expect(validation.validation_results.gemini).toEqual({ valid: true, status: 'configured' });
    expect(await this.#get('/api-keys/validate')).toEqual(validation);
    await this.#expectKeys();
  }

  async #expectKeys(): Promise<void> {
    const masked = Object.fromEntries(this.#keys.map(([id, key]) => [id, `********${key.slice(-4)}`]));
    const shown = await this.#get('/api-keys');
    expect(shown).toEqual({
      api_keys: masked,
      total_providers: 3,
      configured_providers: expect.arrayContaining(Object.keys(masked)),
    });
    expect(await this.#get('/api-keys/onboarding')).toEqual(shown);
    expect((await this.#get('/step/1')).data.configured_providers.toSorted()).toEqual(Object.keys(masked).toSorted());
  }

  /** Page 2 also asks about the business, at the address without `/api`. */
  async #website(): Promise<void> {
    const { business, userId } = this.visitor;
    const saved = await this.#press((client) => client.post('//onboarding/business-info', business));
    expect(saved).toMatchObject({ user_id: userId, ...business });
    const again = await this.#press((client) =>
      client.send('PUT', `//onboarding/business-info/${saved.id}`, JSON.stringify(business)),
    );
    expect(withoutTimes(again)).toEqual(withoutTimes(saved));
    for (const place of [saved.id, `user/${encodeURIComponent(userId)}`]) {
      for (const prefix of ['//onboarding', '']) {
        expect(withoutTimes(await this.#get(`${prefix}/business-info/${place}`))).toEqual(withoutTimes(saved));
      }
    }
    const { warnings } = await this.#complete(2);
    if (this.brand) expect(warnings).toBeNull();
    else expect(warnings).toEqual(BRAND.map((name) => expect.stringContaining(name)));
  }

  /** The browser's back button: the page shows what was entered; it is changed, and changed back. */
  async #goBackToStep2(): Promise<void> {
    const before = await this.#init();
    const shown = await this.#get('/step/2');
    this.#expectLeaves(2, shown.data);
    const edited = { ...shown.data, email: 'another@example.com' };
    await this.#press((client) => client.post('/step/2/complete', { data: edited }));
    expect((await this.#get('/step/2')).data.email).toBe('another@example.com');
    await this.#complete(2);
    expect(withoutTimes(await this.#init())).toEqual(withoutTimes(before));
  }

  /** There it finds keys, masked, and saves them as they are. */
  async #goBackToStep1(): Promise<void> {
    const before = await this.#init();
    const { api_keys } = await this.#get('/api-keys/onboarding');
    for (const [provider, api_key] of Object.entries(api_keys)) {
      await this.#press((client) => client.post('/api-keys', { provider, api_key }));
    }
    expect(withoutTimes(await this.#init())).toEqual(withoutTimes(before));
    await this.#expectKeys();
  }

  /** Page 4 saves the persona as soon as it is made, and shows it again before its step is posted. */
  async #persona(): Promise<void> {
    await this.#press((client) => client.post('/step4/persona-save', this.#personaParts));
    const latest = await this.#get('/step4/persona-latest');
    expect(latest).toMatchObject({ success: true, persona: this.#personaParts });
    expect(await this.#get('/step/4')).toMatchObject({ status: 'pending', data: this.#personaParts });
    await this.#expectAt(4, 50);
    await this.#complete(4);
  }

  async #finish(endsWith: 'step 6' | 'complete'): Promise<void> {
    expect(await this.#get('/status')).toMatchObject({ can_proceed_to_final: true });
    await this.#expectDerived();
    if (endsWith === 'step 6') await this.#complete(6);
    else expect(await this.#mayProceed(6)).toBe(true);
    const completed = await this.#press((client) => client.post('/complete'));
    expect(completed).toMatchObject({ completion_percentage: 100 });
    expect(await this.#get('/resume')).toMatchObject({ can_resume: false, completion_percentage: 100 });
    expect((await this.#get('/status')).completed_at).toBe(completed.completed_at);
  }

  #expectLeaves(step: number, data: unknown): void {
    const expected = expectedLeaves(this.visitor.enters(step));
    const isOff = (path: readonly (string | number)[]) => !this.brand && BRAND.includes(String(path[1]));
    const kept = expected.filter(([path]) => !isOff(path));
    expect(kept.map(([path]) => [path, at(data, path)])).toEqual(kept);
    const left = expected.filter(([path]) => isOff(path)).map(([path]) => at(data, path));
    expect(left.filter((value) => value !== undefined)).toEqual([]);
  }

  /** The summary of the last page, and what AI features are told. */
  async #expectDerived(): Promise<void> {
    const { business } = this.visitor;
    const competitors = (this.visitor.enters(3).data['competitors'] as JsonObject[]).map(({ domain }) => domain);
    const values = at(this.visitor.enters(2).data, ['analysis', 'brand_analysis', 'brand_values']);
    const summary = await this.#get('/summary');
    expect(summary).toMatchObject({
      api_keys: (await this.#get('/api-keys')).api_keys,
      website_url: this.#websiteUrl,
      persona_readiness: { ready: true, missing_data: [] },
      capabilities: { ai_content_generation: true, website_analysis: true, persona_generation: true },
    });
    const profile = summary.canonical_profile;
    expect(profile.competitors).toEqual({ value: competitors, source: 'competitors' });
    expect(profile.brand_values).toEqual(
      this.brand ? { value: values, source: 'website_analysis' } : { value: null, source: null },
    );
    expect((await this.#get(`/business-info/user/${encodeURIComponent(this.visitor.userId)}`)).industry).toBe(
      business.industry,
    );
    const inputs = await this.#get('/ai-inputs');
    expect(inputs).toMatchObject({
      meta: { personalized: true },
      competitor_analysis: { top_performers: competitors },
    });
    expect((await this.client.get('/ai-inputs?format=prompt')).text).toContain(String(competitors[0]));
    expect((await this.#get('/validation/enhanced')).summary).toMatchObject({
      has_ai_provider: true,
      website_valid: true,
    });
  }
}

/** Documents of step 2 that are kept only while brand analysis is on. */
const BRAND = ['brand_analysis', 'content_strategy_insights'];

describe.each([true, false])('the wizard, with brand analysis %s', (brand) => {
  let app: TestApp;
  let providers: ProviderServer;

  beforeAll(async () => {
    providers = await ProviderServer.start();
    providers.answers(status(200));
    app = await TestApp.start({
      environment: { ENABLE_WEBSITE_BRAND_COLUMNS: String(brand), PROVIDER_BASE_URLS: providers.baseUrls },
    });
  });
  afterAll(async () => {
    await app.stop();
    await providers.stop();
  });

  it('takes two users to the end at once, and one of them once more after a soft reset', async () => {
    const [ada, ben] = [await Wizard.of(app, ADA, brand), await Wizard.of(app, BEN, brand)];
    await Promise.all([ada.walk('step 6'), ben.walk('complete')]);
    await ada.resetSoftly();
    await ada.walk('complete');
    await ben.expectEverything();
    const rows = await app.database.dump();
    const marked = Object.values(rows)
      .flat()
      .filter((row) => JSON.stringify(row).includes(BEN_MARK)) as JsonObject[];
    expect(new Set(marked.map((row) => row['user_id']))).toEqual(new Set([BEN.userId]));
    expect((await (await app.as(ADA.userId)).get('/init')).text).not.toContain(BEN_MARK);
  });
});
