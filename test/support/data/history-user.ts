import { expect } from '@jest/globals';
import type { FlowId } from '../../../src/ground/config/wizard-flows.js';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import { storedSizesOf } from '../database/stored-sizes.js';
import type { TestApp } from '../service/app.js';
import type { Answer, Client } from '../service/client.js';
import { expectProblem } from '../service/problems.js';
import { type HistoryModel, inOrder, tablesIn, type Parts } from './history-model.js';
import { NAMED_FLOWS, type Operation } from './history-operations.js';
import { headersOf, OperatedUser } from './operated-user.js';
import { DOCUMENT_KEYS, rowVersionsOf, storedOnboardingOf, type StoredOnboarding } from './stored-onboarding.js';

/** One user whose history a model follows. Each operation is checked against the model. */
export class HistoryUser {
  readonly #operated: OperatedUser;

  private constructor(
    private readonly app: TestApp,
    private readonly userId: string,
    readonly client: Client,
    readonly model: HistoryModel,
  ) {
    this.#operated = new OperatedUser(app, userId, client);
  }

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
    const isDone = await this.#operated.perform(operation);
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
