import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FLOW_IDS } from '../../src/ground/config/wizard-flows.js';
import {
  completeSteps,
  KEYS,
  PERSONA,
  post,
  RIVAL,
  saveKey,
  saveThenReset,
  start,
  WEBSITE,
} from '../support/data/due/states.js';
import { TestDatabase } from '../support/database/database.js';
import { ProviderServer, status } from '../support/servers/provider-server.js';
import { TestApp } from '../support/service/app.js';
import type { Client } from '../support/service/client.js';
import { done } from '../support/service/done.js';
import { dueOf, type Due } from '../support/service/due.js';

type Reach = (user: Client) => Promise<unknown>;

const refuse: Reach = async (user) => {
  await saveKey(user, KEYS.openai);
  await done(user.post('/api-keys/validate'));
};

/** States in which the answers might differ. */
const STATES: readonly (readonly [name: string, reach: Reach])[] = [
  ['new', () => Promise.resolve()],
  ['started', start],
  ['a key for research alone', (user) => saveKey(user, KEYS.exa)],
  ['step 1 completed with a key for research', (user) => post(user, 1, { api_keys: { exa: KEYS.exa.api_key } })],
  ['a key', (user) => saveKey(user, KEYS.gemini)],
  ['a key that was refused', refuse],
  ['a website', (user) => completeSteps(user, 2)],
  ['research before the rest', (user) => completeSteps(user, 3)],
  ['a website and research', (user) => completeSteps(user, 2, 3)],
  ['a business without an address', (user) => post(user, 2, { businessData: { description: 'Bicycles' } })],
  ['a website without an analysis', (user) => post(user, 2, WEBSITE)],
  ['everything demanded', (user) => completeSteps(user, 1, 2, 3)],
  [
    'everything demanded, with a refused key',
    async (user) => {
      await completeSteps(user, 2, 3);
      await refuse(user);
    },
  ],
  [
    'a persona and skipped platforms',
    async (user) => {
      await completeSteps(user, 1, 2, 3, 4);
      await done(user.post('/step/5/skip'));
    },
  ],
  ['saved and reset', (user) => saveThenReset(user, 1, 2, 3, 4)],
  [
    'completed',
    async (user) => {
      await completeSteps(user, 1, 2, 3);
      await done(user.post('/complete'));
    },
  ],
  [
    'completed, with a key deleted',
    async (user) => {
      await completeSteps(user, 1, 2, 3);
      await done(user.post('/complete'));
      await done(user.send('DELETE', '/api-keys/gemini'));
    },
  ],
  [
    'a key that was deleted',
    async (user) => {
      await completeSteps(user, 1, 2);
      await done(user.send('DELETE', '/api-keys/gemini'));
    },
  ],
  [
    'odd data',
    async (user) => {
      await post(user, 2, { ...WEBSITE, analysis: { writing_style: { tone: 7 }, status: 'failed' } });
      await post(user, 3, { competitors: [{ ...RIVAL, url: WEBSITE.website }] });
      await post(user, 4, { ...PERSONA, selectedPlatforms: ['tiktok'] });
    },
  ],
];

describe.each(['no key', 'a key'])('with %s of the deployment, requirements', (keys) => {
  let providers: ProviderServer;
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    providers = await ProviderServer.start();
    providers.answers(status(401));
    database = await TestDatabase.create();
    const environment = { PROVIDER_BASE_URLS: providers.baseUrls, RATE_LIMIT_KEY_CHECKS: '0' };
    const key = keys === 'a key' ? { GEMINI_API_KEY: 'AIza-of-the-deployment-0123456789' } : {};
    app = await TestApp.start({ database, environment: { ...environment, ...key } });
  });
  afterAll(async () => {
    await app.stop();
    await database.drop();
    await providers.stop();
  });

  /** Steps that block, in order, each once. */
  const openIn = ({ currently_due, eventually_due }: Due) => [
    ...new Set(
      [...currently_due, ...eventually_due]
        .filter(({ code }) => code !== 'final_step_open')
        .map((item) => item.step_number),
    ),
  ];

  it.each(STATES)('agree with status, validation, summary and completion: %s', async (name, reach) => {
    for (const flow of FLOW_IDS) {
      const headers = { 'onboarding-flow': flow };
      const user = await app.as(`${name} in ${flow}`);
      await reach(user);
      const due = await dueOf(user, headers);
      const { body: state } = await done(user.get('/status', headers));
      const open = due.is_completed ? [] : openIn(due);
      expect([flow, due.is_completed]).toEqual([flow, state.is_completed]);
      expect([flow, state.can_proceed_to_final]).toEqual([flow, due.is_completed || open.length === 0]);
      expect([flow, due.blocked_by.length === 0]).toEqual([flow, due.can_complete]);

      const { body: config } = await app.anonymous().get('/config', headers);
      for (const { number } of config.steps as { number: number }[]) {
        const { body: access } = await done(user.get(`/step/${number}/validate`, headers));
        if (access.step_status === 'completed') continue;
        const before = open.filter((step) => step !== null && step < number);
        expect([flow, number, access.step_status === 'locked']).toEqual([flow, number, before.length > 0]);
        if (access.step_status === 'locked')
          expect([flow, number, access.validation_errors]).toEqual([
            flow,
            number,
            before.map((step) => `Step ${step} must be completed first.`),
          ]);
      }

      const codes = [...due.errors, ...due.recommended, ...due.currently_due, ...due.eventually_due].map(
        ({ code }) => code,
      );
      const has = (code: string) => codes.includes(code);
      const { body: enhanced } = await done(user.get('/validation/enhanced', headers));
      const { body: summary } = await done(user.get('/summary', headers));
      expect([flow, enhanced.summary.final_setup_complete]).toEqual([flow, due.is_completed]);
      expect([flow, enhanced.summary.has_ai_provider]).toEqual([flow, summary.capabilities.ai_content_generation]);
      expect([flow, enhanced.summary.has_research_provider]).toEqual([flow, !has('research_key_missing')]);
      expect([flow, summary.capabilities.research_capabilities]).toEqual([flow, !has('research_key_missing')]);
      expect([flow, enhanced.summary.website_valid]).toEqual([flow, summary.website_url !== null]);
      if (has('website_analysis_missing') || has('website_missing'))
        expect([flow, summary.persona_readiness.ready]).toEqual([flow, false]);
      if (due.errors.some(({ code }) => code === 'api_key_refused') || has('api_key_missing'))
        expect([flow, enhanced.summary.has_ai_provider, enhanced.all_valid]).toEqual([flow, false, false]);
      if (has('api_key_of_deployment')) expect([flow, enhanced.summary.has_ai_provider]).toEqual([flow, true]);

      const { status: completed, body } = await user.post('/complete', undefined, headers);
      expect([flow, completed === 200]).toEqual([flow, due.can_complete]);
      if (completed !== 200)
        expect([flow, body.detail]).toEqual([
          flow,
          `Cannot complete onboarding. The following steps must be completed first: ${open.map((step) => `Step ${step}`).join(', ')}`,
        ]);
    }
  });
});
