import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApp } from '../../support/service/app.js';
import type { Answer, Client } from '../../support/service/client.js';
import { sample } from '../../support/data/samples.js';
import { StatementFaults, type Fault } from '../../support/database/statement-faults.js';

interface Change {
  readonly name: string;
  readonly send: (client: Client) => Promise<Answer>;
}

const complete = (step: number, more = {}): Change => ({
  name: `step ${step} completed`,
  send: (client) => {
    const { data, ...rest } = sample(step);
    return client.post(`/step/${step}/complete`, { ...rest, data: { ...data, ...more } });
  },
});

/** Step 1 may bring platforms along, and step 3 accounts, which belong to other tables than the step's own. */
const apiKeys = complete(1, { integrations: sample(5).data['integrations'] });
const website = complete(2);
const research = complete(3, { social_media_accounts: { linkedin: 'https://linkedin.com/company/example' } });
const persona = complete(4);
const integrations = complete(5);
let users = 0;
let keys = 0;
/** Another key each time, since one that is stored already is left as it is. */
const keySaved: Change = {
  name: 'key saved',
  send: (client) => client.post('/api-keys', { provider: 'openai', api_key: `sk-0123456789abcdef-${++keys}` }),
};
const business: Change = {
  name: 'business information saved',
  send: (client) => client.post('/business-info', { business_description: `What we do, the ${++keys}th time` }),
};
/** To a service, here with the token of the latest user: it is recorded, or nothing is handed out. */
const keyLent: Change = {
  name: 'key lent',
  send: (client) => client.get(`/internal/users/user-${users}/api-keys/exa`),
};
const keyDeleted: Change = { name: 'key deleted', send: (client) => client.send('DELETE', '/api-keys/exa') };
/** Of the latest user with data. */
let analysisId = '';
const analysisSaved: Change = {
  name: 'analysis saved',
  send: (client) =>
    client.send('PUT', `/style-detection/analysis/${analysisId}`, JSON.stringify({ seo_audit: { time: ++keys } })),
};
const analysisCleared: Change = {
  name: 'analysis cleared',
  send: (client) => client.send('DELETE', `/style-detection/analysis/${analysisId}`),
};
/** Other data each time, so that what was there becomes a version. */
const replaced = [2, 3, 4, 5].map((step): Change => ({
  name: `step ${step} completed with other data`,
  send: (client) => client.post(`/step/${step}/complete`, { data: { ...sample(step).data, time: ++keys } }),
}));
/** To before anything was saved, of somebody with data in each table of documents. */
const restored: Change = {
  name: 'restored',
  send: (client) => client.post('/restore', { revision: 1, what: 'all' }),
};
const COMPLETIONS: readonly Change[] = [apiKeys, website, research, persona, integrations];
const OTHERS: readonly Change[] = [
  { name: 'step 4 skipped', send: (client) => client.post('/step/4/skip') },
  keySaved,
  business,
  { name: 'onboarding started', send: (client) => client.post('/start') },
  {
    name: 'persona saved',
    send: (client) => client.post('/step4/persona-save', { core_persona: { identity: { name: 'another' } } }),
  },
];
const ENDINGS: readonly Change[] = [
  keySaved,
  keyDeleted,
  keyLent,
  business,
  analysisSaved,
  analysisCleared,
  complete(6),
  restored,
  { name: 'onboarding completed', send: (client) => client.post('/complete') },
  { name: 'soft reset', send: (client) => client.post('/reset') },
  { name: 'hard reset', send: (client) => client.post('/reset?hard=true') },
];

/** Which changes write to a table; the tables that none of them writes to are named too, so that a new one is noticed. */
const WRITERS: Readonly<Record<string, readonly Change[]>> = {
  onboarding_sessions: [...COMPLETIONS, restored],
  progress_events: [...COMPLETIONS, restored],
  website_analyses: [website, research],
  research_preferences: [research],
  competitor_analyses: [research],
  persona_data: [persona],
  platform_integrations: [apiKeys, integrations],
  api_keys: [keySaved],
  data_keys: [apiKeys, keySaved],
  business_info: [business],
  access_events: [keyLent],
  document_versions: [...replaced, business, restored],
};
/** Of these a user has one row, which stays. */
const WRITTEN_ONCE = ['data_keys'];
/** Somebody new has nothing that could be handed out, or restored. */
const NOT_OF_NEWCOMERS: readonly Change[] = [keyLent, restored];

describe('a change is stored whole or not at all', () => {
  let app: TestApp;
  let faults: StatementFaults;

  beforeAll(async () => {
    app = await TestApp.start();
    faults = await StatementFaults.on(app);
    await app.database.query(`
      create function break() returns trigger language plpgsql as $$
      begin raise exception 'broken by the test'; end $$`);
  });
  afterAll(() => app.stop());
  afterEach(async () => {
    faults.arm();
    // Small dumps are quick to compare.
    await app.database.query('truncate onboarding_sessions cascade');
  });

  /** Before the change: somebody new, or somebody whose every table has rows. */
  async function newcomer(): Promise<Client> {
    return app.as(`user-${++users}`, { scope: 'keys:use' });
  }
  async function veteran(): Promise<Client> {
    const client = await newcomer();
    for (const change of COMPLETIONS) expect(await change.send(client)).toMatchObject({ status: 200 });
    analysisId = (await client.get('/style-detection/session-analyses')).body.analyses[0].id;
    return client;
  }

  /** Runs it with a trigger that breaks writes to a table. */
  async function broken<T>(table: string, moment: string, work: () => Promise<T>): Promise<T> {
    const kind = moment === 'at the commit' ? 'constraint trigger' : 'trigger';
    const when = kind === 'trigger' ? moment : 'after insert or update';
    const deferred = kind === 'trigger' ? '' : 'deferrable initially deferred';
    await app.database.query(
      `create ${kind} break ${when} on ${table} ${deferred} for each row execute function break()`,
    );
    try {
      return await work();
    } finally {
      await app.database.query(`drop trigger break on ${table}`);
    }
  }

  it('knows who writes to every table', async () => {
    expect(Object.keys(WRITERS).sort()).toEqual(await app.database.tables());
    const client = await veteran();
    for (const change of [business, keyLent]) expect((await change.send(client)).status).toBe(200);
    expect((await client.get('/init')).status).toBe(200);
    const dump = await app.database.dump();
    const filled = Object.keys(dump).filter((table) => (dump[table] ?? []).length > 0);
    expect(filled.sort()).toEqual(Object.keys(WRITERS).sort());
  });

  describe.each(['before insert or update', 'after insert or update', 'at the commit'])('a trigger %s', (moment) => {
    it.each(Object.keys(WRITERS))('on %s breaks all of it', async (table) => {
      for (const change of WRITERS[table] ?? []) {
        const newcomers = NOT_OF_NEWCOMERS.includes(change) ? [] : [newcomer];
        const veterans = WRITTEN_ONCE.includes(table) ? [] : [veteran];
        for (const user of [...newcomers, ...veterans]) {
          const client = await user();
          const before = await app.database.dump();
          const { status, body } = await broken(table, moment, () => change.send(client));
          expect([change.name, status, body.status]).toEqual([change.name, 500, 500]);
          expect(await app.database.dump()).toEqual(before);
          expect([change.name, (await change.send(client)).status]).toEqual([change.name, 200]);
          expect(await app.database.dump()).not.toEqual(before);
        }
      }
    });
  });

  /** The statements that a change sends when all goes well, found out on a user of the same kind. */
  async function statementsOf(change: Change, user: () => Promise<Client>): Promise<readonly string[]> {
    const client = await user();
    faults.arm();
    expect((await change.send(client)).status).toBe(200);
    return [...faults.sent];
  }

  describe.each<Fault>(['refused', 'cut'])('a statement that is %s', (fault) => {
    async function expectAllOrNothing(change: Change, user: () => Promise<Client>): Promise<void> {
      const statements = await statementsOf(change, user);
      if (change !== keyLent) expect([statements.at(0), statements.at(-1)]).toEqual(['begin', 'commit']);
      expect(statements.length).toBeGreaterThanOrEqual(4);
      const client = await user();
      const before = await app.database.dump();
      for (const [number, statement] of statements.entries()) {
        faults.arm(number, fault);
        const { status } = await change.send(client);
        faults.arm();
        const place = `${change.name}, ${statement}`;
        expect([place, status]).toEqual([place, fault === 'cut' ? 503 : 500]);
        expect([place, await app.database.dump()]).toEqual([place, before]);
      }
      expect([change.name, (await change.send(client)).status]).toEqual([change.name, 200]);
      expect(await app.database.dump()).not.toEqual(before);
    }

    it.each(COMPLETIONS)('anywhere leaves nothing of it: $name, for somebody new', async (change) => {
      await expectAllOrNothing(change, newcomer);
    });

    it.each(OTHERS)('anywhere leaves nothing of it: $name, for somebody new', async (change) => {
      await expectAllOrNothing(change, newcomer);
    });

    it.each([...COMPLETIONS, ...ENDINGS])(
      'anywhere leaves nothing of it: $name, for somebody with data',
      async (change) => {
        await expectAllOrNothing(change, veteran);
      },
    );
  });
});
