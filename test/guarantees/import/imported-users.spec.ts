import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { KeyStore } from '../../../src/onboarding/database/key-store.js';
import { OnboardingDatabaseService } from '../../../src/onboarding/database/onboarding-database.service.js';
import { Findings, ProgressCheck } from '../../../src/operations/maintenance/progress-check.js';
import { UserImport, type UserImportOptions } from '../../../src/operations/legacy-import/user-import.js';
import type { LegacyUser } from '../../../src/operations/legacy-import/legacy-user.js';
import { Secret } from '../../../src/ground/secrets/secret.js';
import { rowsOf } from '../../support/data/filled-user.js';
import { bareUser, BEGUN, dated, ENDED, legacyProgress, legacyUser, SAVED } from '../../support/data/legacy-users.js';
import { readEverything } from '../../support/data/read-everything.js';
import { sample } from '../../support/data/samples.js';
import { TestApp } from '../../support/service/app.js';

/** An object in an object, and so on. */
function nested(levels: number): Record<string, unknown> {
  let value: Record<string, unknown> = {};
  for (let level = 0; level < levels; level++) value = { inner: value };
  return value;
}

describe('a user of the older back end', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  function run(user: LegacyUser, options: Partial<UserImportOptions> = {}) {
    const { nest } = app;
    const importing = new UserImport(nest.get(OnboardingDatabaseService), nest.get(KeyStore), {
      onConflict: 'skip',
      dryRun: false,
      ...options,
    });
    return importing.import(user);
  }

  /** All rows of a user, with the transactions that wrote them. */
  async function versionsOf(userId: string): Promise<unknown[]> {
    const tables = await app.database.tables();
    const rows = tables.map((table) =>
      app.database.query(`select xmin::text, to_jsonb(t) as row from ${table} t where user_id = $1 order by 2`, [
        userId,
      ]),
    );
    return Promise.all(rows);
  }

  /** What a table holds of a user, without what differs between two users by nature. */
  async function contentOf(userId: string): Promise<Record<string, unknown[]>> {
    const { progress_events: _, api_keys: __, data_keys: ___, ...rows } = await rowsOf(app.database, userId);
    const own = ['user_id', 'id', 'session_id', 'created_at', 'updated_at', 'started_at', 'completed_at', 'revision'];
    const others = ['steps', 'flow', 'flow_source'];
    return Object.fromEntries(
      Object.entries(rows).map(([table, found]) => [
        table,
        found.map((row) =>
          Object.fromEntries(
            Object.entries(row as Record<string, unknown>).filter(([key]) => ![...own, ...others].includes(key)),
          ),
        ),
      ]),
    );
  }

  it('has the documents that the same posts would have saved', async () => {
    const user = await app.as('poster');
    for (const step of [2, 3, 4, 5]) {
      expect((await user.post(`/step/${step}/complete`, sample(step))).status).toBe(200);
    }
    await run(legacyUser('like the poster', { business: null, progress: legacyProgress([]), keys: [] }));

    const { document_versions: _, onboarding_sessions: __, ...imported } = await contentOf('like the poster');
    const { document_versions: ___, onboarding_sessions: ____, ...posted } = await contentOf('poster');
    expect(imported).toEqual(posted);
    const sizes = `select document_sizes, document_bytes from onboarding_sessions where user_id = $1`;
    expect(await app.database.query(sizes, ['like the poster'])).toEqual(await app.database.query(sizes, ['poster']));
  });

  it('has finished, with the times of the older back end, and one event', async () => {
    const line = await run(legacyUser('alice'));
    expect(line).toMatchObject({ user_id: 'alice', source: 'sqlite', outcome: 'imported', warnings: [] });
    expect(line.steps).toMatchObject({ api_keys: 'completed', complete: 'completed' });

    const alice = await app.as('alice');
    const { body } = await alice.get('/status');
    expect(body).toMatchObject({
      is_completed: true,
      completion_percentage: 100,
      started_at: BEGUN.toISOString(),
      completed_at: ENDED.toISOString(),
    });
    const history = await alice.get('/history');
    expect(history.body.items).toEqual([
      expect.objectContaining({
        position: line.position,
        type: 'onboarding_imported',
        actor: 'system',
        cause: 'import',
        data: { source: 'sqlite' },
        documents: ['website', 'research', 'personalization', 'integrations', 'business_info'],
      }),
    ]);
    const website = await alice.get('/step/2');
    expect(website.body.data).toMatchObject({ created_at: BEGUN.toISOString(), updated_at: SAVED.toISOString() });
    const [session] = await app.database.query(
      `select s.updated_at, s.flow, s.document_bytes, e.occurred_at from onboarding_sessions s
       join progress_events e using (user_id) where user_id = 'alice'`,
    );
    expect(session).toMatchObject({ updated_at: ENDED, flow: null });
    expect(session?.['occurred_at'].getTime()).toBeGreaterThan(Date.now() - 60_000);
    const times = await app.database.query(
      `select provider, created_at, updated_at from api_keys where user_id = 'alice' order by 1`,
    );
    expect(times).toMatchObject([{ provider: 'exa' }, { provider: 'openai', created_at: SAVED, updated_at: SAVED }]);
    const competitors = await app.database.query(
      `select distinct created_at from competitor_analyses where user_id = 'alice'`,
    );
    expect(competitors).toEqual([{ created_at: SAVED }]);
  });

  it('has the one time that is known, and otherwise that of the import', async () => {
    const once = { value: sample(5).data, createdAt: null, updatedAt: SAVED };
    const never = { value: sample(4).data, createdAt: null, updatedAt: null };
    await run(legacyUser('timed', { integrations: once, persona: never }));
    const times = (table: string) =>
      app.database.query(`select created_at, updated_at from ${table} where user_id = 'timed'`);
    expect(await times('platform_integrations')).toEqual([{ created_at: SAVED, updated_at: SAVED }]);
    const [persona] = await times('persona_data');
    expect(persona?.['created_at'].getTime()).toBeGreaterThan(Date.now() - 60_000);
  });

  it('has the keys, sealed, and can go on', async () => {
    await run(legacyUser('bob', { progress: legacyProgress(['api_keys']) }));
    const keys = await app.nest.get(OnboardingDatabaseService).getApiKeys('bob');
    expect([...keys].map(([provider, key]) => [provider, key.reveal()])).toEqual([
      ['exa', 'exa-CANARY-bob'],
      ['openai', 'sk-proj-CANARY-bob'],
    ]);
    expect(JSON.stringify(await app.database.dump())).not.toContain('CANARY');

    const bob = await app.as('bob');
    expect((await bob.get('/status')).body).toMatchObject({ is_completed: false, current_step: 2 });
    expect((await bob.post('/step/2/complete', sample(2))).status).toBe(200);
    const { items } = (await bob.get('/history')).body;
    expect(items.map(({ type }: { type: string }) => type)).toEqual(['step_completed', 'onboarding_imported']);
  });

  it('can come back to what it was when it came here', async () => {
    await run(legacyUser('returns'));
    const user = await app.as('returns');
    const [before, progress] = [await user.get('/step/2'), await user.get('/status')];
    await user.post('/step/2/complete', { data: { website: 'https://new.example', slogan: 'New' } });
    await user.post('/reset');
    expect((await user.post('/restore', { revision: 1, what: 'all' })).status).toBe(200);
    const { updated_at: _, ...restored } = (await user.get('/step/2')).body.data;
    expect(restored).toEqual(
      Object.fromEntries(Object.entries(before.body.data).filter(([key]) => key !== 'updated_at')),
    );
    expect((await user.get('/status')).body).toEqual(progress.body);
  });

  it('keeps what could not be posted today, and it is reported', async () => {
    const website = { website: 'http://localhost:3000', status: { code: 5 }, useAnalysisForGenAI: 'x', note: 'kept' };
    const line = await run(
      legacyUser('odd', {
        website: dated(website),
        research: dated({ research_depth: 'Endless', auto_research: 'yes', writing_style: ['short'] }),
        persona: dated({ corePersona: { name: 'P' }, stepType: 'x'.repeat(10_001) }),
        business: dated({ business_description: 'Short', industry: 5 }),
        keys: [{ provider: 'openai', key: new Secret('AIzaSyCANARY-of-another provider'), savedAt: null }],
        progress: { ...legacyProgress(['website']), onboardingType: 'linkedin' },
      }),
    );
    expect(line.outcome).toBe('imported');
    expect(line.warnings.map(({ code, detail }) => `${code}: ${detail.slice(0, 60)}`)).toMatchInlineSnapshot(`
      [
        "unusual_value: website: status must be a text of at most 10000 characters.",
        "unusual_value: website: useAnalysisForGenAI must be true or false.",
        "unusual_value: website: website must be the address of a public website, su",
        "unusual_value: research: auto_research must be true or false.",
        "unusual_value: research: writing_style must be an object.",
        "unusual_value: research: research_depth must be one of Basic, Standard, Com",
        "unusual_value: persona: stepType must be a text of at most 10000 characters",
        "unusual_value: business: business_description must have 10 to 1,000 charact",
        "unusual_key: openai: An API key has no spaces, line breaks or control cha",
      ]
    `);
    expect(JSON.stringify(line)).not.toContain('CANARY');
    const rows = await rowsOf(app.database, 'odd');
    expect(rows['website_analyses']).toMatchObject([
      {
        website_url: 'http://localhost:3000',
        status: null,
        extra: { status_text: '{"code":5}', useAnalysisForGenAI: 'x', note: 'kept' },
      },
    ]);
    expect(rows['research_preferences']).toMatchObject([
      {
        research_depth: 'Comprehensive',
        auto_research: true,
        writing_style: ['short'],
        extra: { auto_research_text: 'yes', research_depth_text: 'Endless' },
      },
    ]);
    expect(rows['business_info']).toMatchObject([{ business_description: 'Short', industry: '5' }]);
    expect(rows['onboarding_sessions']).toMatchObject([{ onboarding_type: 'linkedin', flow: null }]);
    await readEverything(await app.as('odd'));
    expect(await run(legacyUser('odd', { website: dated(website) }))).toMatchObject({ outcome: 'skipped' });
  });

  it.each<[string, Partial<LegacyUser>, readonly string[]]>([
    [
      'more items',
      { website: dated({ crawlResult: { items: Array.from({ length: 30_001 }, (_, i) => i) } }) },
      ['website'],
    ],
    ['more bytes', { website: dated({ crawlResult: { text: 'x'.repeat(11 * 1024 * 1024) } }) }, ['website']],
    [
      'more bytes together',
      {
        website: dated({ crawlResult: { text: 'x'.repeat(4 * 1024 * 1024) } }),
        persona: dated({ corePersona: { text: 'x'.repeat(5 * 1024 * 1024) } }),
        integrations: dated({ primaryGoal: 'Kept', more: 'x'.repeat(3 * 1024 * 1024) }),
      },
      ['persona'],
    ],
    [
      'more competitors',
      { competitors: dated([{ url: 'https://a.example', text: 'x'.repeat(11 << 20) }]) },
      ['competitors'],
    ],
  ])('with %s than fit has all but the largest documents', async (name, more, leftOut) => {
    const user = legacyUser(name, more);
    const [dry, line] = [await run(user, { dryRun: true }), await run(user)];
    expect(line.outcome).toBe('imported');
    const detailsOf = ({ warnings }: typeof line) => warnings.filter(({ code }) => code === 'document_left_out');
    expect(detailsOf(line).map(({ detail }) => detail.split(':')[0])).toEqual(leftOut);
    expect(dry).toEqual({ ...line, position: null });
    expect((await (await app.as(name)).get('/status')).body).toMatchObject({ is_completed: true });
    expect([...(await app.nest.get(OnboardingDatabaseService).getApiKeys(name)).keys()]).toEqual(['exa', 'openai']);
    for (const onConflict of ['skip', 'merge', 'replace'] as const) {
      expect(await run(user, { onConflict })).toMatchObject({ outcome: 'unchanged', warnings: line.warnings });
    }
  });

  it('fails alone where the database cannot hold it', async () => {
    const lines = await Promise.all([
      run(legacyUser('x'.repeat(256))),
      run(legacyUser('')),
      run(legacyUser('with a surrogate', { persona: dated({ corePersona: { name: '\ud83d' } }) })),
      run(legacyUser('deep', { persona: dated({ corePersona: nested(100_000) }) })),
      run(legacyUser('no time', { progress: { ...legacyProgress(), startedAt: new Date(NaN) } })),
      run(legacyUser('fine', { persona: dated({ corePersona: nested(300) }) })),
    ]);
    expect(lines.map(({ outcome, warnings }) => [outcome, warnings.map(({ code }) => code)])).toEqual([
      ['failed', ['invalid_user_id']],
      ['failed', ['invalid_user_id']],
      ['failed', ['refused_by_database']],
      ['failed', ['nested_too_deep']],
      ['failed', ['defect']],
      ['imported', []],
    ]);
    const users = await app.database.query(
      `select user_id from onboarding_sessions where user_id like 'x%' or user_id like 'with%'`,
    );
    expect(users).toEqual([]);
  });

  it.each(['skip', 'merge', 'replace'] as const)('is unchanged by a second run: %s', async (onConflict) => {
    const users = [legacyUser(`again ${onConflict}`), bareUser(`bare again ${onConflict}`)];
    for (const user of users) {
      expect((await run(user)).outcome).toBe('imported');
      const before = await versionsOf(user.userId);
      expect(await run(user, { onConflict })).toMatchObject({ outcome: 'unchanged', position: null });
      expect(await versionsOf(user.userId)).toEqual(before);
    }
  });

  it.each(['skip', 'merge', 'replace'] as const)(
    'is the same in a dry run, which writes nothing: %s',
    async (onConflict) => {
      const here = `dry ${onConflict}`;
      await (await app.as(here)).post('/step/2/complete', sample(2));
      const before = await versionsOf(here);
      const users = [legacyUser(here), legacyUser(`new ${here}`)];
      const dry = [];
      for (const user of users) dry.push(await run(user, { onConflict, dryRun: true }));
      expect(await versionsOf(here)).toEqual(before);
      expect(await app.database.query('select from onboarding_sessions where user_id = $1', [`new ${here}`])).toEqual(
        [],
      );
      const real = [];
      for (const user of users) real.push(await run(user, { onConflict }));
      expect(dry).toEqual(real.map((line) => ({ ...line, position: null })));
      expect(real.map(({ outcome }) => outcome)).toEqual([
        { skip: 'skipped', merge: 'merged', replace: 'replaced' }[onConflict],
        'imported',
      ]);
    },
  );

  describe('who is here already', () => {
    it('is left alone unless told otherwise', async () => {
      await (await app.as('stays')).post('/step/2/complete', sample(2));
      const before = await versionsOf('stays');
      expect(await run(legacyUser('stays'))).toMatchObject({ outcome: 'skipped', position: null });
      expect(await versionsOf('stays')).toEqual(before);
    });

    it('gets what is missing, and keeps what is here', async () => {
      const carol = await app.as('carol');
      await carol.post('/step/2/complete', { data: { website: 'https://carol.example', slogan: 'Mine' } });
      await carol.post('/api-keys', { provider: 'openai', api_key: 'sk-proj-carols-own-key-0001' });
      const website = await carol.get('/step/2');
      const line = await run(legacyUser('carol'), { onConflict: 'merge' });
      expect(line).toMatchObject({ outcome: 'merged' });
      expect((await carol.get('/status')).body).toMatchObject({ is_completed: true });
      expect((await carol.get('/step/2')).body.data).toEqual(website.body.data);
      expect((await carol.get('/competitor-analysis')).body).toBeTruthy();
      const keys = await app.nest.get(OnboardingDatabaseService).getApiKeys('carol');
      expect(keys.get('openai')?.reveal()).toBe('sk-proj-carols-own-key-0001');
      expect(keys.get('exa')?.reveal()).toBe('exa-CANARY-carol');
      const { items } = (await carol.get('/history')).body;
      expect(items[0]).toMatchObject({ type: 'onboarding_imported', position: line.position });
      expect(items[0].documents).toEqual(['research', 'personalization', 'integrations', 'business_info']);
      expect(await run(legacyUser('carol'), { onConflict: 'merge' })).toMatchObject({ outcome: 'unchanged' });
    });

    it('never becomes unfinished', async () => {
      await run(legacyUser('done'));
      const line = await run(bareUser('done'), { onConflict: 'merge' });
      expect(line.outcome).toBe('unchanged');
      expect((await (await app.as('done')).get('/status')).body).toMatchObject({ is_completed: true });
    });

    it('can be replaced: what was here is gone, with its keys and its history', async () => {
      const dave = await app.as('dave');
      await dave.post('/step/2/complete', { data: { website: 'https://dave.example', slogan: 'Mine' } });
      await dave.post('/api-keys', { provider: 'mistral', api_key: 'mistral-key-of-daves-0001' });
      const before = await app.database.query(`select id from onboarding_sessions where user_id = 'dave'`);
      const line = await run(legacyUser('dave'), { onConflict: 'replace' });
      expect(line.outcome).toBe('replaced');
      const after = await app.database.query(`select id, revision from onboarding_sessions where user_id = 'dave'`);
      expect(after).toMatchObject([{ revision: '1' }]);
      expect(after[0]?.['id']).not.toBe(before[0]?.['id']);
      await run(legacyUser('like dave'));
      expect(await contentOf('dave')).toEqual(await contentOf('like dave'));
      const keys = await app.nest.get(OnboardingDatabaseService).getApiKeys('dave');
      expect([...keys.keys()]).toEqual(['exa', 'openai']);
      expect(await run(legacyUser('dave'), { onConflict: 'replace' })).toMatchObject({ outcome: 'unchanged' });
    });

    it('is not replaced by an onboarding that is unfinished where theirs is finished', async () => {
      await run(legacyUser('finished'));
      const before = await versionsOf('finished');
      const line = await run(bareUser('finished'), { onConflict: 'replace' });
      expect(line).toMatchObject({ outcome: 'skipped', position: null, warnings: [{ code: 'finished_here' }] });
      expect(await versionsOf('finished')).toEqual(before);
      await run(bareUser('unfinished'));
      expect((await run(legacyUser('unfinished'), { onConflict: 'replace' })).outcome).toBe('replaced');
    });

    it('gets the start of there with a completion of before the start here', async () => {
      await (await app.as('late')).post('/step/2/complete', sample(2));
      await run(legacyUser('late'), { onConflict: 'merge' });
      const [session] = await app.database.query(
        `select started_at, completed_at from onboarding_sessions where user_id = 'late'`,
      );
      expect(session).toEqual({ started_at: BEGUN, completed_at: ENDED });
      expect((await run(legacyUser('late'), { onConflict: 'merge' })).outcome).toBe('unchanged');
    });

    it('has too much to get more documents, and gets the keys and the steps all the same', async () => {
      const text = 'x'.repeat(6 * 1024 * 1024);
      const full = await app.as('full');
      await run(bareUser('full', { website: dated({ ...sample(2).data, crawlResult: { text } }) }));
      const user = legacyUser('full', { persona: dated({ ...sample(4).data, corePersona: { text } }) });
      const line = await run(user, { onConflict: 'merge' });
      expect(line).toMatchObject({ outcome: 'merged' });
      expect(line.warnings).toMatchObject([{ code: 'document_left_out', detail: expect.stringMatching(/^persona:/) }]);
      expect((await full.get('/status')).body).toMatchObject({ is_completed: true });
      expect((await run(user, { onConflict: 'merge' })).outcome).toBe('unchanged');
    });

    it.each<[string, string, unknown]>([
      ['a key alone', '/api-keys', { provider: 'tavily', api_key: 'tvly-key-0000000000001' }],
      ['a step alone', '/step/4/skip', undefined],
      ['a document alone', '/step/2/complete', { data: { website: 'https://new.example' } }],
      ['the business alone', '/business-info', { business_description: 'Something else altogether' }],
    ])('differs as soon as anything has changed here: %s', async (what, path, body) => {
      const userId = `moved on by ${what}`;
      const user = legacyUser(userId, { progress: legacyProgress(['api_keys', 'website']) });
      await run(user);
      const { status } = await (await app.as(userId)).post(path, body);
      expect(status).toBe(200);
      expect((await run(user)).outcome).toBe('skipped');
      expect((await run(user, { onConflict: 'merge' })).outcome).toBe('unchanged');
    });
  });

  it('changes no row of anybody else', async () => {
    await run(legacyUser('bystander'));
    const before = await versionsOf('bystander');
    const theirs = await (await app.as('bystander')).get('/step/2');
    for (const onConflict of ['skip', 'merge', 'replace'] as const) {
      await run(legacyUser('neighbour'), { onConflict });
      await run(bareUser('neighbour'), { onConflict });
    }
    expect(await versionsOf('bystander')).toEqual(before);
    expect((await (await app.as('bystander')).get('/step/2')).body).toEqual(theirs.body);
  });

  it('is, of everybody above, as the events say', async () => {
    const findings = new Findings('');
    const owner = new pg.Client({ connectionString: app.database.ownerUrl });
    await owner.connect();
    try {
      await new ProgressCheck(owner, { repair: false }).run(findings, () => undefined);
    } finally {
      await owner.end();
    }
    expect(findings.checked).toBeGreaterThan(20);
    expect(findings.of('same').count).toBe(findings.checked);
    const events = await app.database.query(
      `select user_id from progress_events group by 1 having min(revision) <> 1 or count(*) <> max(revision)`,
    );
    expect(events).toEqual([]);
  });

  it('leaves no key in a table or in the log', async () => {
    expect(JSON.stringify(await app.database.dump())).not.toContain('CANARY');
    expect(app.log.join('')).not.toContain('CANARY');
  });
});
