import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import { withAllErrors } from '../../support/data/event-errors.js';
import { storedOnboardingOf } from '../../support/data/stored-onboarding.js';
import { TestDatabase } from '../../support/database/database.js';
import { storedSizesOf } from '../../support/database/stored-sizes.js';
import { TestApp } from '../../support/service/app.js';
import { done } from '../../support/service/done.js';
import type { Client } from '../../support/service/client.js';
import { expectProblem } from '../../support/service/problems.js';

const ROUNDS = 4;

describe('restores and saves of one user at the same moment, through two services,', () => {
  let database: TestDatabase;
  let apps: readonly TestApp[] = [];

  beforeAll(async () => {
    database = await TestDatabase.create();
    apps = await Promise.all([1, 2].map(() => TestApp.start({ database })));
  });
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    await database.drop();
  });

  const clientsOf = async (userId: string) =>
    (await Promise.all(apps.map((app) => app.as(userId)))) as [Client, Client];

  /** One post whose mark is in the website, the research, the competitors, the persona and the errors of the step. */
  const saveAll = (client: Client, mark: string) =>
    done(
      client.post('/step/3/complete', {
        data: {
          research_depth: mark === 'two' ? 'Deep' : 'Basic',
          competitors: [{ url: `https://${mark}.example` }, ...(mark === 'two' ? [{ url: 'https://two.more' }] : [])],
          researchSummary: { mark },
          social_media_accounts: { mark },
          corePersona: { identity: { mark } },
        },
        validation_errors: [mark],
      }),
    );

  const restore = (client: Client, revision: number, what = 'all', headers: Record<string, string> = {}) =>
    client.post('/restore', { revision, what }, headers);

  /** The marks of these documents; null where there is none. */
  function marksIn({ website, research, personalization }: Record<string, { document: JsonObject | null }>): unknown[] {
    const marks = [
      (website?.document?.['social_media_accounts'] as JsonObject | undefined)?.['mark'],
      (research?.document?.['researchSummary'] as JsonObject | undefined)?.['mark'],
      /^https:\/\/(\w+)/.exec(
        String((research?.document?.['competitors'] as JsonObject[] | undefined)?.[0]?.['url']),
      )?.[1],
      (
        (personalization?.document?.['core_persona'] as JsonObject | undefined)?.['identity'] as JsonObject | undefined
      )?.['mark'],
    ];
    return marks.map((mark) => mark ?? null);
  }

  interface State {
    readonly revision: string;
    readonly validation_errors: Readonly<Record<string, readonly string[]>>;
    readonly state: { readonly steps: JsonObject };
  }

  /** Holds that at each revision, and at the end, all of it is of one state. The marks, by revision. */
  async function expectWhole(userId: string): Promise<unknown[]> {
    const [client] = await clientsOf(userId);
    const stored = await storedOnboardingOf(database, userId);
    expect(stored.events.map(({ revision }) => revision)).toEqual(stored.events.map((_, index) => index + 1));
    expect(stored.revision).toBe(stored.events.length);
    const states = await database.query<State & Record<string, unknown>>(
      'select revision, validation_errors, state from progress_events where user_id = $1 order by revision',
      [userId],
    );
    const seen: unknown[] = [];
    for (const { revision, validation_errors, state } of withAllErrors(states)) {
      const { documents } = (await done(client.get(`/history/${revision}`))).body;
      const [mark, ...others] = marksIn(documents);
      expect([revision, others]).toEqual([revision, others.map(() => mark)]);
      expect([revision, validation_errors['research']?.[0] ?? null]).toEqual([revision, mark]);
      expect([revision, 'research' in state.steps]).toEqual([revision, mark !== null]);
      seen.push(mark);
    }
    const present = await done(client.get(`/history/${stored.revision}`));
    const last = marksIn(present.body.documents)[0];
    expect(stored.progress?.validation_errors['research']?.[0] ?? null).toBe(last);
    const mark = last === null ? null : { mark: last };
    expect(stored.documents.website_analyses?.['social_media_accounts' as never] ?? null).toEqual(mark);
    expect((stored.documents.competitor_analyses as readonly unknown[] | null)?.length ?? 0).toBe(
      last === null ? 0 : last === 'two' ? 2 : 1,
    );
    const sizes = await storedSizesOf(database, userId);
    expect(sizes.session_bytes).toBe(sizes.bytes);
    return seen;
  }

  it('leave all of one state at every revision, and each of them is in the history', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const userId = `mixed ${round}`;
      const [one, other] = await clientsOf(userId);
      await done(one.post('/start'));
      await saveAll(one, 'one');
      await saveAll(one, 'two');
      const before = (await storedOnboardingOf(database, userId)).revision;
      const answers = await Promise.all([
        restore(one, 1),
        restore(other, 2),
        saveAll(one, 'three'),
        restore(other, 3),
        saveAll(other, 'four'),
        restore(one, 2),
        restore(other, 1),
        saveAll(one, 'two'),
      ]);
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      const seen = await expectWhole(userId);
      expect(seen.slice(0, 3)).toEqual([null, 'one', 'two']);
      // Those that changed something are there once each.
      const changed = answers.filter(
        ({ body: { restored } }) => !restored || restored.progress || restored.documents.length > 0,
      );
      expect(seen.length).toBe(before + changed.length);
      // At the position that a restore answers with is what was at its revision.
      for (const [index, revision] of [
        [0, 1],
        [1, 2],
        [3, 3],
        [5, 2],
        [6, 1],
      ] as const) {
        const position = Number(answers[index]?.body.position.split('.')[0]);
        expect([revision, seen[position - 1]]).toEqual([revision, seen[revision - 1]]);
      }
    }
  });

  it('are seen whole by those who read meanwhile', async () => {
    const userId = 'read meanwhile';
    const [one, other] = await clientsOf(userId);
    await saveAll(one, 'one');
    await saveAll(one, 'two');
    let writing = true;
    const writes = (async () => {
      for (let turn = 0; turn < 10; turn++) await done(restore(one, turn % 2 === 0 ? 2 : 3));
    })().finally(() => (writing = false));
    const marks = new Set<unknown>();
    while (writing) {
      const [progress, history] = await Promise.all([other.get('/progress'), other.get('/history/2')]);
      const [, , research, persona] = progress.body.steps;
      const seen = [
        research.data.researchSummary.mark,
        research.data.social_media_accounts.mark,
        research.validation_errors[0],
        persona.data.core_persona.identity.mark,
      ];
      expect(new Set(seen).size).toBe(1);
      marks.add(seen[0]);
      expect(marksIn(history.body.documents)).toEqual(['one', 'one', 'one', 'one']);
    }
    await writes;
    expect([...marks].filter((mark) => mark !== 'one' && mark !== 'two')).toEqual([]);
    await expectWhole(userId);
  });

  it('that name the same position: one of two restores is done, the other gets a 412', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const userId = `position ${round}`;
      const clients = await clientsOf(userId);
      await saveAll(clients[0], 'one');
      await saveAll(clients[0], 'two');
      await saveAll(clients[0], 'three');
      const position = { 'if-match': (await clients[0].get('/history')).headers.get('etag') ?? '' };
      const answers = await Promise.all([
        restore(clients[0], 2, 'all', position),
        restore(clients[1], 3, 'all', position),
      ]);
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412]);
      for (const answer of answers.filter(({ status }) => status === 412)) expectProblem(answer, 412);
      const seen = await expectWhole(userId);
      expect(seen).toEqual([null, 'one', 'two', 'three', answers[0].status === 200 ? 'one' : 'two']);
    }
  });

  it('and a hard reset: what is there afterwards is a history of its own', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const userId = `hard ${round}`;
      const [one, other] = await clientsOf(userId);
      await saveAll(one, 'one');
      await saveAll(one, 'two');
      const answers = await Promise.all([
        restore(one, 2),
        done(other.post('/reset?hard=true')),
        restore(other, 3),
        saveAll(one, 'three'),
        restore(other, 1),
      ]);
      // After the reset there is no revision 2 or 3, unless the save comes before the restore.
      for (const { status } of answers) expect([200, 404]).toContain(status);
      if ((await storedOnboardingOf(database, userId)).id !== null) await expectWhole(userId);
    }
  });
});
