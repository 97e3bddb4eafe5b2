import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { REQUIREMENT_CODES } from '../../src/onboarding/flow/requirement-rules.js';
import { DUE_CASES } from '../support/data/due/cases.js';
import { moveBack } from '../support/data/due/earlier.js';
import { start } from '../support/data/due/states.js';
import type { DueCase, Since } from '../support/data/due/case.js';
import { TestDatabase } from '../support/database/database.js';
import { ProviderServer, status } from '../support/servers/provider-server.js';
import { TestApp } from '../support/service/app.js';
import type { Client } from '../support/service/client.js';
import { dueOf, follow, itemsOf } from '../support/service/due.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const PREFIX = '/api/onboarding/';
const KEY_OF_DEPLOYMENT = 'sk-of-the-deployment';

/** The time of the last change of a document. */
const CHANGE = 'select max(occurred_at) as at from progress_events where user_id = $1 and $2 = any (documents)';
const TIMES = {
  start: 'select started_at as at from onboarding_sessions where user_id = $1',
  key: 'select min(updated_at) as at from api_keys where user_id = $1',
  asked: 'select min(verified_at) as at from api_keys where user_id = $1',
  demanded: `select max(occurred_at) as at from progress_events where user_id = $1 and type = 'step_completed'`,
};

describe('a requirement', () => {
  let providers: ProviderServer;
  let database: TestDatabase;
  let without: TestApp;
  let withKey: TestApp;
  const seen = new Set<string>();
  const cleared = new Set<string>();

  beforeAll(async () => {
    providers = await ProviderServer.start();
    database = await TestDatabase.create();
    const environment = { PROVIDER_BASE_URLS: providers.baseUrls, RATE_LIMIT_KEY_CHECKS: '0' };
    without = await TestApp.start({ database, environment });
    withKey = await TestApp.start({ database, environment: { ...environment, OPENAI_API_KEY: KEY_OF_DEPLOYMENT } });
  });
  afterAll(async () => {
    await without.stop();
    await withKey.stop();
    await database.drop();
    await providers.stop();
  });

  /** A user in the state of a case. */
  async function reach(due: DueCase, userId: string): Promise<Client> {
    providers.answers(status(due.providers === 'refuse' ? 401 : 200));
    const user = await (due.deployment ? withKey : without).as(userId);
    // So that no time of a later change is that of the start.
    await start(user);
    await moveBack(database, userId, 1);
    await due.reach(user, database, userId);
    return user;
  }

  /** When that was, by the tables alone. */
  async function timeOf(userId: string, since: Since): Promise<string> {
    const [text, ...values] = typeof since === 'string' ? [TIMES[since]] : [CHANGE, since.table];
    const [row] = await database.query<{ at: Date }>(text, [userId, ...values]);
    const days = typeof since === 'string' ? 0 : (since.plusDays ?? 0);
    return new Date((row?.at.getTime() ?? 0) + days * DAY_MS).toISOString();
  }

  const named = DUE_CASES.map((due) => [due.when ? `${due.code} ${due.when}` : due.code, due] as const);

  it.each(named)('%s: is in its list, and goes with each request that clears it', async (name, due) => {
    const { code, list, step, pointer = null } = due;
    for (const [index, [request, at, value]] of due.clears.entries()) {
      const userId = `${name} ${index}`;
      const user = await reach(due, userId);
      const isMeant = (item: { readonly code: string; readonly pointer: string | null }) =>
        item.code === code && item.pointer === pointer;
      const items = itemsOf(await dueOf(user));
      expect(items.filter((item) => item.code === code && !isMeant(item))).toEqual([]);
      expect(items.filter(isMeant)).toEqual([
        {
          code,
          list,
          step_key: step[0],
          step_number: step[1],
          pointer,
          title: expect.stringMatching(/^[A-Z].*[^.]$/),
          detail: expect.stringMatching(/\.$/),
          since: await timeOf(userId, due.since),
          due_at: null,
          clears: due.clears.map(([wanted, place]) => {
            const [method = '', path = ''] = wanted.split(' ');
            return { method, path: PREFIX + path, pointer: place };
          }),
          alternatives: due.alternatives ?? [],
        },
      ]);
      seen.add(code);
      const [method = '', path = ''] = request.split(' ');
      providers.answers(status(200));
      await follow(user, { method, path: PREFIX + path, pointer: at }, value, {
        alone: due.alone ?? false,
      });
      const left = itemsOf(await dueOf(user)).filter(
        (item) => isMeant(item) || (due.alternatives ?? []).includes(item.code),
      );
      expect([request, at, left]).toEqual([request, at, []]);
    }
    cleared.add(code);
  });

  it('of every code was seen, and cleared', () => {
    expect([...seen].toSorted()).toEqual([...REQUIREMENT_CODES].toSorted());
    expect([...cleared].toSorted()).toEqual([...REQUIREMENT_CODES].toSorted());
    expect(REQUIREMENT_CODES).toHaveLength(23);
  });
});
