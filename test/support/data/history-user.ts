import { expect } from '@jest/globals';
import type { FlowId } from '../../../src/ground/config/wizard-flows.js';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import { OnboardingDatabaseService } from '../../../src/onboarding/database/onboarding-database.service.js';
import { FLOWS } from '../../../src/onboarding/flow/flows.js';
import { OnboardingProgressService } from '../../../src/onboarding/progress/onboarding-progress.service.js';
import { storedSizesOf } from '../database/stored-sizes.js';
import type { TestApp } from '../service/app.js';
import type { Answer, Client } from '../service/client.js';
import { expectProblem, wasDone } from '../service/problems.js';
import { type HistoryModel, inOrder, tablesIn, type Parts } from './history-model.js';
import { NAMED_FLOWS, type Operation, type Post } from './history-operations.js';
import { DOCUMENT_KEYS, rowVersionsOf, storedOnboardingOf, type StoredOnboarding } from './stored-onboarding.js';

type Change = Exclude<Operation, { readonly do: 'restore' }>;

const headersOf = (flow: FlowId | undefined): Record<string, string> => (flow ? { 'onboarding-flow': flow } : {});

/** One user whose history a model follows. Each operation is checked against the model. */
export class HistoryUser {
  #lastPost: Post | null = null;

  private constructor(
    private readonly app: TestApp,
    private readonly userId: string,
    readonly client: Client,
    readonly model: HistoryModel,
  ) {}

  static async of(app: TestApp, userId: string, model: HistoryModel): Promise<HistoryUser> {
    return new HistoryUser(app, userId, await app.as(userId), model);
  }

  stored(): Promise<StoredOnboarding> {
    return storedOnboardingOf(this.app.database, this.userId);
  }

  /** Whether it was accepted; what is refused changes nothing. */
  async perform(operation: Operation): Promise<boolean> {
    if (operation.do === 'restore') {
      const { model } = this;
      if (model.revisions.length === 0) return false;
      const { place, undo, flow, do: _, ...parts } = operation;
      const revision = this.#revisionAt(place, parts);
      const before = await this.stored();
      const isDone = await this.restore(revision, parts, flow);
      if (isDone && undo) await this.undo(before, parts);
      return isDone;
    }
    const before = await this.stored();
    const isDone = await this.#change(operation);
    const after = await this.stored();
    if (!isDone) expect(after).toEqual(before);
    expectEvents(before, after);
    await this.#takeUp(before, after);
    return isDone;
  }

  /** A place in the history, where somebody saw the progress if that is to be restored. */
  #revisionAt(place: number, { what }: Parts): number {
    const { revisions } = this.model;
    const revision = 1 + Math.floor(place * (revisions.length - 1));
    if (what === 'data') return revision;
    return revisions.findIndex(({ progress }, index) => index >= revision - 1 && progress !== null) + 1;
  }

  async #takeUp(before: StoredOnboarding, after: StoredOnboarding): Promise<void> {
    if (after.revision === before.revision) return;
    const seen: Record<string, JsonObject> = {};
    for (const flow of NAMED_FLOWS) {
      const { status, body } = await this.client.get('/progress', headersOf(flow));
      expect(status).toBe(200);
      const steps = body.steps.map(({ data: _, validation_errors: __, ...step }: JsonObject) => step);
      seen[flow] = { ...body, steps };
    }
    this.model.add(before, after, seen);
  }

  /** Restores by a dry run and then in earnest. Whether it was accepted: what is no longer kept is refused. */
  async restore(revision: number, parts: Parts, flow?: FlowId): Promise<boolean> {
    const before = await this.stored();
    const oldest = this.model.oldest(tablesIn(parts));
    const dry = await this.#dryRun({ revision, ...parts }, flow);
    const real = await this.client.post('/restore', { revision, ...parts }, headersOf(flow));
    const after = await this.stored();
    if (revision < oldest) {
      for (const answer of [dry, real]) {
        expectProblem(answer, 410, revision);
        expect(answer.body.oldest_position).toBe(`${oldest}.${before.id}`);
      }
      expect(after).toEqual(before);
      return false;
    }
    const expected = this.model.restore(before, revision, parts);
    for (const [answer, { id, revision: position }] of [
      [dry, before],
      [real, after],
    ] as const) {
      expect([revision, parts, answer.status, answer.body]).toEqual([revision, parts, 200, expect.anything()]);
      const { position: named, restored, changes } = answer.body;
      expect({ named, restored, changes: inOrder(changes) }).toEqual({
        named: `${position}.${id}`,
        restored: expected.restored,
        changes: expected.changes,
      });
    }
    const isChanged = expected.restored.progress || expected.restored.documents.length > 0;
    if (isChanged) this.#expectRestored(before, after, { revision, ...parts }, expected, flow);
    else expect(after).toEqual(before);
    await this.expectTrueSizes();
    await this.#takeUp(before, after);
    return true;
  }

  async #dryRun(body: object, flow: FlowId | undefined): Promise<Answer> {
    const before = await rowVersionsOf(this.app.database, this.userId);
    const answer = await this.client.post('/restore', { ...body, dry_run: true }, headersOf(flow));
    expect(await rowVersionsOf(this.app.database, this.userId)).toEqual(before);
    return answer;
  }

  #expectRestored(
    before: StoredOnboarding,
    after: StoredOnboarding,
    { revision, what }: Parts & { readonly revision: number },
    expected: ReturnType<HistoryModel['restore']>,
    flow: FlowId | undefined,
  ): void {
    const isOtherFlow = flow !== undefined && before.flow !== null && flow !== before.flow;
    expect(after.documents).toEqual(expected.documents);
    // Another wizard may raise the floor, so that the percentage does not fall; a restore of the progress sets it.
    const floor = isOtherFlow && what === 'data' ? { percentage_floor: expect.any(Number) } : {};
    expect(after.progress).toEqual({ ...expected.progress, ...floor });
    expect(after.flow).toBe(flow ?? before.flow);
    expect(after.keys).toEqual(before.keys);
    const kept = Object.entries(before.ids).filter(
      ([table, id]) => id !== null && after.documents[table as keyof typeof after.documents] !== null,
    );
    expect(after.ids).toMatchObject(Object.fromEntries(kept));
    expect(after.events.slice(before.events.length)).toEqual([
      ...(isOtherFlow ? [expect.objectContaining({ type: 'flow_changed' })] : []),
      { revision: after.revision, type: 'onboarding_restored', cause: `restore:${revision}`, data: { revision, what } },
    ]);
  }

  /** Restores what was there before a restore. */
  async undo(before: StoredOnboarding, parts: Parts): Promise<void> {
    if (!(await this.restore(before.revision, parts))) return;
    const after = await this.stored();
    expect(after.documents).toEqual(before.documents);
    if (parts.what !== 'data') expect(after.progress).toEqual(before.progress);
  }

  /** The session names the bytes of each table. */
  async expectTrueSizes(): Promise<void> {
    const sizes = await storedSizesOf(this.app.database, this.userId);
    const filled = Object.entries(sizes.session_sizes).filter(([, bytes]) => bytes > 0);
    expect([Object.fromEntries(filled), sizes.session_bytes]).toEqual([sizes.sizes, sizes.bytes]);
    expect(sizes.session_items).toBeGreaterThanOrEqual(sizes.items);
  }

  /** The history is the model's: each event, and each revision as far as it is kept. */
  async expectHistory(): Promise<void> {
    const { model, client } = this;
    const { id } = await this.stored();
    const headers = headersOf('six');
    const { status, body } = await client.get('/history?limit=200', headers);
    const items = model.revisions.map(({ event: { revision, type, cause, data }, seen: { six } }) => ({
      position: `${revision}.${id}`,
      ...{ type, cause, data, actor: 'user' },
      documents: model.documentsChangedAt(revision),
      ...(six && { progress: pick(six, ['completion_percentage', 'current_step', 'is_completed']) }),
      ...(six && { occurred_at: six['last_updated'] }),
    }));
    expect(body.items.length).toBe(items.length);
    expect([status, body]).toMatchObject([200, { items: items.toReversed(), next_before: null }]);
    for (const { event, seen } of model.revisions) {
      for (const flow of NAMED_FLOWS) {
        const answer = await client.get(`/history/${event.revision}`, headersOf(flow));
        expect([event, answer.status]).toEqual([event, 200]);
        expect(answer.body).toEqual({
          position: `${event.revision}.${id}`,
          progress: seen[flow] ?? expect.anything(),
          documents: this.#documentsAt(event.revision),
        });
      }
    }
  }

  /** Neither versions nor events hold a key, whichever step it was posted with. */
  async expectNoKeys(): Promise<void> {
    const texts = ['document_versions', 'progress_events'].map(
      (table) => `select to_jsonb(t)::text as text from ${table} t where user_id = $1`,
    );
    const kept = await this.app.database.query<{ text: string }>(texts.join(' union all '), [this.userId]);
    expect(kept.filter(({ text }) => /sk-|exa-of|never-kept/.test(text))).toEqual([]);
  }

  #documentsAt(revision: number) {
    const documents = DOCUMENT_KEYS.map((key) => {
      const document = this.model.documentAt(revision, key);
      return [key, document === undefined ? { available: false } : { available: true, document }];
    });
    return Object.fromEntries(documents) as unknown;
  }

  async #change(operation: Change): Promise<boolean> {
    const progress = this.app.nest.get(OnboardingProgressService);
    const database = this.app.nest.get(OnboardingDatabaseService);
    const { userId } = this;
    switch (operation.do) {
      case 'complete':
      case 'persona':
      case 'business':
      case 'editAnalysis':
        this.#lastPost = operation;
        return isDone(await this.#post(operation));
      case 'again':
        return this.#lastPost !== null && isDone(await this.#post(this.#lastPost));
      case 'skip':
        return isDone(
          await this.client.post(`/step/${numberOf(operation)}/skip`, undefined, headersOf(operation.flow)),
        );
      case 'clearAnalysis':
        return isDone(await this.client.send('DELETE', `/style-detection/analysis/${await this.#analysisId()}`));
      case 'finish':
        return isDone(await this.client.post('/complete', undefined, headersOf(operation.flow)));
      case 'softReset':
        return isDone(await this.client.post('/reset', undefined, headersOf(operation.flow)));
      case 'saveKey':
        return isDone(await this.client.post('/api-keys', { provider: 'exa', api_key: 'exa-of-a-user-0000000' }));
      case 'deleteKey':
        return isDone(await this.client.send('DELETE', '/api-keys/exa'));
      case 'goTo':
        return wasDone(progress.updateStep(userId, operation.step));
      case 'raise':
        return wasDone(progress.updateProgress(userId, operation.percentage));
      case 'fail':
        return wasDone(progress.forUser(userId).then((steps) => steps.markStepFailed(operation.step, 'It failed.')));
      case 'resetStep':
        return wasDone(progress.forUser(userId).then((steps) => steps.resetStep(operation.step)));
      case 'clearCompetitors':
        return wasDone(database.saveResearchPreferences(userId, { competitors: [] }));
      case 'clearAccounts':
        return wasDone(database.saveWebsiteAnalysis(userId, { social_media_accounts: null, hobby: null }));
    }
  }

  async #post(post: Post): Promise<Answer> {
    const headers = headersOf(post.flow);
    switch (post.do) {
      case 'complete': {
        const { data, errors: validation_errors } = post;
        const body = { ...(data && { data }), validation_errors };
        return this.client.post(`/step/${numberOf(post)}/complete`, body, headers);
      }
      case 'persona':
        return this.client.post('/step4/persona-save', post.body, headers);
      case 'business':
        return this.client.post('/business-info', post.body, headers);
      case 'editAnalysis': {
        const path = `/style-detection/analysis/${await this.#analysisId()}`;
        return this.client.send('PUT', path, JSON.stringify(post.body), headers);
      }
    }
  }

  async #analysisId(): Promise<string> {
    return (await this.stored()).ids.website_analyses ?? '0198f6e0-7c2a-7cc0-8f0e-3b6f8f1f9a10';
  }
}

/** The step's number in the wizard that the request names; the canonical one where it has none. */
function numberOf({ step, flow = 'six' }: Extract<Operation, { readonly do: 'complete' | 'skip' }>): number {
  return FLOWS[flow].numberOf(step) ?? (FLOWS.six.numberOf(step) as number);
}

function isDone({ status, body }: Answer): boolean {
  expect([[200, 400, 404].includes(status), status, body]).toEqual([true, status, expect.anything()]);
  return status === 200;
}

/** Events that a change adds count on without a gap; some are known from what was there before and after. */
function expectEvents(before: StoredOnboarding, after: StoredOnboarding): void {
  expect(after.events.map(({ revision }) => revision)).toEqual(after.events.map((_, index) => index + 1));
  expect(after.revision).toBe(after.events.length);
  const added = after.events.slice(before.events.length).map(({ type }) => type);
  if (added.length === 0) return;
  expect(added.filter((type) => type === 'onboarding_started')).toEqual(before.id === null ? [added[0]] : []);
  const isOtherFlow = before.flow !== null && after.flow !== before.flow;
  expect(added.filter((type) => type === 'flow_changed')).toEqual(isOtherFlow ? [added[0]] : []);
  const isCompleted = after.progress?.completed_at !== null && (before.progress?.completed_at ?? null) === null;
  expect(added.filter((type) => type === 'onboarding_completed')).toHaveLength(isCompleted ? 1 : 0);
}

const pick = (object: JsonObject, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, object[name]]));
