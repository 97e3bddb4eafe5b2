import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FLOW_IDS, type FlowId } from '../../src/ground/config/wizard-flows.js';
import { DUE_CASES } from '../support/data/due/cases.js';
import type { DueCase } from '../support/data/due/case.js';
import { ANALYSIS, KEYS, OTHER_RIVAL, PERSONA, RIVAL, start } from '../support/data/due/states.js';
import { TestDatabase } from '../support/database/database.js';
import { ProviderServer, status } from '../support/servers/provider-server.js';
import { TestApp } from '../support/service/app.js';
import type { Client } from '../support/service/client.js';
import { dueOf, follow, itemsOf, type Clear, type Due } from '../support/service/due.js';

const PREFIX = '/api/onboarding/';
const named = (flow: string) => ({ 'onboarding-flow': flow });

/** Codes of a step that only the wizard of six pages demands. */
const OF_SIX = ['api_key_missing', 'api_keys_step_open'];

/** What a user enters for an item of a checklist, by the place where it goes. */
const ENTRIES: Readonly<Record<string, unknown>> = {
  '/api_key': KEYS.gemini,
  '/data/api_keys': { gemini: KEYS.gemini.api_key },
  '/data/website': 'https://example.com',
  '/data/businessData': { description: 'Bicycles made to measure' },
  '/data/integrations': { connectedPlatforms: ['wordpress'], wordpress: { connected: true } },
  '/data/analysis': ANALYSIS,
  '/data/competitors': [RIVAL],
  '/data/researchSummary': { total_competitors: 1 },
  '/data/sitemapAnalysis': { total_urls: 12 },
  '/data/research_depth': 'Basic',
  '/data/content_types': ['Case studies'],
  '/data': PERSONA,
};

/** The same by code, where the place does not say enough. */
const ENTRIES_FOR: Readonly<Record<string, unknown>> = {
  research_key_missing: KEYS.exa,
  // The research is done again.
  research_older_than_website: [RIVAL, OTHER_RIVAL],
};

function entryFor(code: string, { pointer }: Clear): unknown {
  if (pointer === null) return undefined;
  const entry = ENTRIES_FOR[code] ?? ENTRIES[pointer];
  if (entry === undefined) throw new Error(`There is nothing to enter at ${pointer}.`);
  return entry;
}

const KEYS_IN_ORDER = ['api_keys', 'website', 'research', 'personalization', 'integrations', 'complete'];

describe('requirements in a flow', () => {
  let providers: ProviderServer;
  let database: TestDatabase;
  let app: TestApp;
  let withKey: TestApp;
  const running: TestApp[] = [];

  const environment = () => ({ PROVIDER_BASE_URLS: providers.baseUrls, RATE_LIMIT_KEY_CHECKS: '0' });

  beforeAll(async () => {
    providers = await ProviderServer.start();
    database = await TestDatabase.create();
    app = await TestApp.start({ database, environment: environment() });
    withKey = await TestApp.start({
      database,
      environment: { ...environment(), OPENAI_API_KEY: 'sk-of-the-deployment' },
    });
  });
  afterAll(async () => {
    await Promise.all([app, withKey, ...running].map((each) => each.stop()));
    await database.drop();
    await providers.stop();
  });

  /** The numbers of a flow's pages, as its configuration says. */
  async function pagesOf(flow: FlowId): Promise<ReadonlyMap<string, number>> {
    const { body } = await app.anonymous().get('/config', named(flow));
    return new Map((body.steps as { key: string; number: number }[]).map(({ key, number }) => [key, number]));
  }

  const expectNumbers = (due: Due, pages: ReadonlyMap<string, number>) => {
    const items = itemsOf(due);
    for (const { code, step_key, step_number, clears } of items) {
      expect([code, step_number]).toEqual([code, pages.get(step_key) ?? null]);
      expect([code, clears.length > 0]).toEqual([code, true]);
    }
    return items;
  };

  /** What the case's requests are in a flow: those of a page that it lacks are left out. */
  const clearsIn = (due: DueCase, pages: ReadonlyMap<string, number>) =>
    due.clears.flatMap(([request, pointer, value]) => {
      const [method = '', path = ''] = request.split(' ');
      const [, canonical] = /^step\/(\d)\/complete$/.exec(path) ?? [];
      if (!canonical) return [{ method, path: PREFIX + path, pointer, value }];
      const key = KEYS_IN_ORDER[Number(canonical) - 1] as string;
      const number = pages.get(key) ?? (key === 'integrations' ? pages.get('website') : undefined);
      return number === undefined ? [] : [{ method, path: `${PREFIX}step/${number}/complete`, pointer, value }];
    });

  it.each(FLOW_IDS)('%s: each code has the numbers and the paths of the flow, and they work', async (flow) => {
    const pages = await pagesOf(flow);
    const seen = new Set<string>();
    for (const [index, due] of DUE_CASES.entries()) {
      const { code, pointer = null } = due;
      const userId = `${flow} ${index}`;
      providers.answers(status(due.providers === 'refuse' ? 401 : 200));
      const user = await (due.deployment ? withKey : app).as(userId);
      await due.reach(user, database, userId);
      const isMeant = (item: { readonly code: string; readonly pointer: string | null }) =>
        item.code === code && item.pointer === pointer;
      const items = expectNumbers(await dueOf(user, named(flow)), pages);
      const [item] = items.filter(isMeant);
      if (OF_SIX.includes(code) && flow !== 'six') {
        expect([userId, code, item]).toEqual([userId, code, undefined]);
        continue;
      }
      const clears = clearsIn(due, pages);
      expect([userId, code, item?.clears]).toEqual([userId, code, clears.map(({ value: _, ...clear }) => clear)]);
      const last = clears.at(-1);
      if (last) {
        providers.answers(status(200));
        await follow(user, last, last.value, { headers: named(flow), alone: due.alone ?? false });
        const left = itemsOf(await dueOf(user, named(flow))).filter(isMeant);
        expect([userId, last.path, left]).toEqual([userId, last.path, []]);
      }
      seen.add(code);
    }
    expect(seen.size).toBe(flow === 'six' ? 23 : 21);
  });

  it.each(FLOW_IDS)('%s is that of the header, or else of the query, and the answer names it', async (flow) => {
    const user = await app.as(`names ${flow}`);
    await start(user);
    for (const [path, headers] of [
      ['/requirements', named(flow)],
      [`/requirements?flow=${flow}`, {}],
      [`/requirements?flow=${flow === 'four' ? 'six' : 'four'}`, named(flow)],
    ] as const) {
      const { headers: answered, body } = await user.get(path, headers);
      expect([answered.get('onboarding-flow'), body.flow]).toEqual([flow, flow]);
      expectNumbers(body as Due, await pagesOf(flow));
    }
  });

  /** Does what the list says is due, by the nth way where there are several, until nothing is. */
  async function checkOff(user: Client, way: number, headers: Record<string, string>): Promise<Due> {
    for (let round = 0; round < 10; round++) {
      const due = await dueOf(user, headers);
      const [item] = due.currently_due;
      if (!item) return due;
      const clear = item.clears[way % item.clears.length];
      if (!clear) throw new Error(`${item.code} has no request.`);
      // Without the flow a post is read by its content, which may look like another wizard's.
      await follow(user, clear, entryFor(item.code, clear), { headers: named(due.flow) });
      const next = await dueOf(user, headers);
      expect(next.currently_due.map(({ code }) => code)).not.toContain(item.code);
    }
    throw new Error('There is no end to what is due.');
  }

  /** Does what the list recommends, until nothing is. What is done may make something else old. */
  async function checkOffAdvice(user: Client, headers: Record<string, string>): Promise<void> {
    const cleared: string[] = [];
    while (cleared.length < 10) {
      const { flow, recommended } = await dueOf(user, headers);
      const [item] = recommended;
      const [clear] = item?.clears ?? [];
      if (!item || !clear) return;
      await follow(user, clear, entryFor(item.code, clear), { headers: named(flow) });
      cleared.push(item.code);
    }
    throw new Error(`There is no end to what is recommended: ${cleared.join(', ')}`);
  }

  it.each(FLOW_IDS)('%s: a checklist that knows nothing but the list leads to the end, by each way', async (flow) => {
    const configured = await TestApp.start({ database, environment: { ...environment(), WIZARD_FLOW: flow } });
    running.push(configured);
    for (const [how, one] of Object.entries({ named: app, configured })) {
      const headers: Record<string, string> = how === 'named' ? named(flow) : {};
      for (const way of [0, 1, 2, 3]) {
        const user = await one.as(`${flow} ${how} by way ${way}`);
        const before = await dueOf(user, headers);
        expect([how, way, before.flow]).toEqual([how, way, flow]);
        const due = await checkOff(user, way, headers);
        expect([how, way, due.flow, due.is_completed, due.can_complete]).toEqual([how, way, flow, true, true]);
        expectNumbers(due, await pagesOf(flow));
        await checkOffAdvice(user, headers);
        const { recommended, errors } = await dueOf(user, headers);
        expect([how, way, recommended.map(({ code }) => code), errors]).toEqual([how, way, [], []]);
      }
    }
  });
});
