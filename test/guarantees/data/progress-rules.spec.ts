import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import { OnboardingProgressService } from '../../../src/onboarding/progress/onboarding-progress.service.js';
import { TestApp } from '../../support/service/app.js';
import type { Client } from '../../support/service/client.js';
import { fillEveryTable, rowsOf, TABLES, type Dump } from '../../support/data/filled-user.js';
import { idIn } from '../../support/data/sample-requests.js';
import { operations, ProgressModel, type Operation } from '../../support/data/progress-model.js';
import { pathOf } from '../../support/service/route-paths.js';
import { GUARDED_ROUTES, INTERNAL_ROUTES, PUBLIC_ROUTES, usualStatus } from '../../support/service/routes.js';
import { sample } from '../../support/data/samples.js';
import { STEP_NUMBERS } from '../../support/data/step-numbers.js';
import { wasDone } from '../../support/service/problems.js';

const RESETS = ['resetStep', 'resetAll', 'softReset', 'hardReset'];

interface StepRead {
  readonly status: string;
  readonly completed_at: string | null;
  readonly has_data: boolean;
  readonly data: JsonObject | null;
}

/** What a user reads, and the history behind it. */
interface Seen {
  readonly onboarding: JsonObject;
  readonly steps: readonly StepRead[];
  readonly isCompleted: boolean;
  readonly percentage: number;
  readonly currentStep: number;
  readonly revision: number;
}

let count = 0;

/** One user of one app, worked on through every door. */
class Subject {
  private constructor(
    private readonly app: TestApp,
    readonly userId: string,
    readonly client: Client,
  ) {}

  static async of(app: TestApp): Promise<Subject> {
    const userId = `subject-${++count}`;
    return new Subject(app, userId, await app.as(userId));
  }

  /** True when it was done, false when it was refused as a 400. */
  async perform(op: Operation): Promise<boolean> {
    const service = this.app.nest.get(OnboardingProgressService);
    const { userId } = this;
    switch (op.do) {
      case 'complete':
        return this.#posted(`/step/${op.step}/complete`, sample(op.step));
      case 'skip':
        return this.#posted(`/step/${op.step}/skip`);
      case 'start':
      case 'finish':
        return this.#posted(op.do === 'start' ? '/start' : '/complete');
      case 'softReset':
      case 'hardReset':
        return this.#posted(op.do === 'softReset' ? '/reset' : '/reset?hard=true');
      case 'savePersona':
        return this.#posted('/step4/persona-save', { core_persona: { identity: {} } });
      case 'goTo':
        return wasDone(service.updateStep(userId, op.step));
      case 'raise':
        return wasDone(service.updateProgress(userId, op.percentage));
      case 'markInProgress':
        return wasDone(service.forUser(userId).then((progress) => progress.markStepInProgress(op.step)));
      case 'fail':
        return wasDone(service.forUser(userId).then((progress) => progress.markStepFailed(op.step, 'It failed.')));
      case 'resetStep':
        return wasDone(service.forUser(userId).then((progress) => progress.resetStep(op.step)));
      case 'resetAll':
        return wasDone(service.forUser(userId).then((progress) => progress.resetAllSteps()));
    }
  }

  async look(): Promise<Seen> {
    const { status, body } = await this.client.get('/init');
    expect(status).toBe(200);
    const { onboarding } = body;
    return {
      onboarding,
      steps: onboarding.steps,
      isCompleted: onboarding.is_completed,
      percentage: onboarding.completion_percentage,
      currentStep: onboarding.current_step,
      revision: await this.#revision(),
    };
  }

  /** Revisions count the events, from one and without gaps. */
  async #revision(): Promise<number> {
    const events = await this.app.database.query<{ revision: string }>(
      'select revision from progress_events where user_id = $1 order by revision',
      [this.userId],
    );
    expect(events.map(({ revision }) => Number(revision))).toEqual(events.map((_, index) => index + 1));
    const [session] = await this.app.database.query<{ revision: string }>(
      'select revision from onboarding_sessions where user_id = $1',
      [this.userId],
    );
    expect(Number(session?.revision ?? 0)).toBe(events.length);
    return events.length;
  }

  async #posted(path: string, body?: unknown): Promise<boolean> {
    const { status, body: answer } = await this.client.post(path, body);
    expect([path, status === 200 || status === 400, answer]).toEqual([path, true, expect.anything()]);
    return status === 200;
  }
}

/** What must hold between any moment and the next, whatever was done. */
function holdsBetween(before: Seen, after: Seen, op: Operation, deploymentKey: boolean): void {
  const isReset = RESETS.includes(op.do);
  expect(STEP_NUMBERS).toContain(after.currentStep);
  expect(after.percentage).toBeGreaterThanOrEqual(isReset ? 0 : before.percentage);
  expect(after.percentage).toBeLessThanOrEqual(100);
  expect(after.revision).toBeGreaterThanOrEqual(op.do === 'hardReset' ? 0 : before.revision);
  expect(after.onboarding['completed_at'] !== null).toBe(after.isCompleted);
  if (before.isCompleted && !isReset) {
    expect(after.isCompleted).toBe(true);
    expect(after.onboarding['completed_at']).toBe(before.onboarding['completed_at']);
  }
  if (!before.isCompleted && after.isCompleted) {
    const required = deploymentKey ? [2, 3, 6] : [1, 2, 3, 6];
    expect(required.map((n) => after.steps[n - 1]?.status)).toEqual(required.map(() => 'completed'));
  }
  after.steps.forEach((step, index) => {
    const earlier = before.steps[index] as StepRead;
    expect(step.status === 'completed').toBe(step.completed_at !== null);
    if (earlier.status === 'completed' && !isReset) expect(step).toMatchObject(stateOf(earlier));
    if (op.do !== 'hardReset' && earlier.has_data) expect(step.has_data).toBe(true);
  });
}

/** Saving a finished step again changes nothing behind it. */
function holdsBehind(before: Seen, after: Seen, op: Operation): void {
  if (op.do !== 'complete' || !['completed', 'skipped'].includes(before.steps[op.step - 1]?.status ?? '')) return;
  expect(after.currentStep).toBeGreaterThanOrEqual(before.currentStep);
  after.steps.forEach((step, index) => {
    if (index !== op.step - 1) expect(stateOf(step)).toEqual(stateOf(before.steps[index] as StepRead));
    // Step 3 adds the social media accounts to the website.
    if (index !== op.step - 1 && !(op.step === 3 && index === 1)) expect(step.data).toEqual(before.steps[index]?.data);
  });
}

const complete = (step: number): Operation => ({ do: 'complete', step });

/** What chance may not find: the end in both ways, edits after it, and every kind of reset. */
const TO_THE_END_AND_AGAIN: Operation[] = [
  ...[1, 2, 3].map(complete),
  { do: 'finish' },
  complete(2),
  { do: 'goTo', step: 1 },
  { do: 'fail', step: 3 },
  { do: 'resetStep', step: 4 },
  { do: 'skip', step: 4 },
  { do: 'softReset' },
  ...[6, 5, 4, 3, 2, 1, 6].map(complete),
  { do: 'resetAll' },
  { do: 'raise', percentage: 70 },
  { do: 'hardReset' },
];

const stateOf = ({ status, completed_at }: StepRead) => ({ status, completed_at });

describe.each([false, true])('over any sequence of operations (a key of the deployment: %p)', (deploymentKey) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ environment: deploymentKey ? { OPENAI_API_KEY: 'sk-of-the-deployment' } : {} });
  });
  afterAll(() => app.stop());

  it('the rules hold, and the user sees what the rules say', async () => {
    let completions = 0;
    await fc.assert(
      fc.asyncProperty(operations, async (sequence) => {
        const subject = await Subject.of(app);
        const model = new ProgressModel(deploymentKey);
        let before = await subject.look();
        for (const op of sequence) {
          const expected = model.apply(op);
          expect([op, await subject.perform(op)]).toEqual([op, expected]);
          const after = await subject.look();
          if (expected) {
            holdsBetween(before, after, op, deploymentKey);
            holdsBehind(before, after, op);
          } else expect(after).toEqual(before);
          expect({ ...after.onboarding, op }).toMatchObject({
            op,
            is_completed: model.completed,
            current_step: model.currentStep,
            next_step: model.nextStep,
            completion_percentage: model.percentage,
            can_proceed_to_final: model.canProceedToFinal,
            steps: model.statuses.map((status) => ({ status })),
          });
          expect([2, 4, 5].filter((n) => after.steps[n - 1]?.has_data)).toEqual(
            // Step 3's social media accounts live with the website.
            [2, 4, 5].filter((n) => model.saved.has(n) || (n === 2 && model.saved.has(3))),
          );
          if (after.isCompleted && !before.isCompleted) completions++;
          before = after;
        }
      }),
      { numRuns: 15, examples: [[TO_THE_END_AND_AGAIN]] },
    );
    // The sequences must get somewhere, or they prove little.
    expect(completions).toBeGreaterThan(1);
  });

  it('a user may go through it all, back and forth', async () => {
    const subject = await Subject.of(app);
    const model = new ProgressModel(deploymentKey);
    const steps = [1, 2, 3, 2, 1, 4, 3, 5, 1, 6, 2, 4].map(complete);
    let before = await subject.look();
    const all: Operation[] = [{ do: 'start' }, ...steps, { do: 'finish' }];
    for (const op of all) {
      expect(await subject.perform(op)).toBe(model.apply(op));
      const after = await subject.look();
      holdsBetween(before, after, op, deploymentKey);
      holdsBehind(before, after, op);
      expect([after.currentStep, after.percentage]).toEqual([model.currentStep, model.percentage]);
      before = after;
    }
    expect(before).toMatchObject({ isCompleted: true, percentage: 100, currentStep: 6 });
  });
});

describe('on a database of its own', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  /** Every row with the transaction that wrote it: an update that changes nothing shows too. */
  async function versions(): Promise<Record<string, unknown>> {
    const tables = await app.database.tables();
    expect(tables).toEqual(TABLES);
    const rows = tables.map(async (table) => {
      const text = `select xmin::text, xmax::text, ctid::text, to_jsonb(t) as row from ${table} t order by ctid`;
      return [table, await app.database.query(text)] as const;
    });
    return Object.fromEntries(await Promise.all(rows));
  }

  it('a read never writes, whoever reads', async () => {
    const reads = [...GUARDED_ROUTES, ...PUBLIC_ROUTES].filter((route) => route.startsWith('GET '));
    expect(reads.length).toBeGreaterThanOrEqual(26);
    const pathsOf = (userId: string, rows: Dump) =>
      reads.flatMap((route) => {
        const id = idIn(rows, route) ?? '';
        const steps = route.includes(':n') ? STEP_NUMBERS : [0];
        const names = { userId, id, revision: 1, provider: 'exa', url: 'https://example.com' };
        return steps.map((n) => `/${pathOf(route, { n, ...names })}`);
      });
    await fillEveryTable(app, 'full', 'mark');
    await (await app.as('started')).post('/start');
    const reset = await app.as('reset');
    await reset.post('/step/2/complete', sample(2));
    await reset.post('/reset');
    const rows = await rowsOf(app.database, 'full');
    const before = await versions();
    for (const userId of ['new', 'started', 'full', 'reset']) {
      const client = await app.as(userId);
      for (const path of pathsOf(userId, rows)) {
        const isMissing =
          (path.includes('business-info') && userId !== 'full') || (path.includes('/history/') && userId === 'new');
        const status = isMissing ? 404 : usualStatus(path);
        for (const method of ['GET', 'HEAD']) {
          expect([userId, path, (await client.send(method, path)).status]).toEqual([userId, path, status]);
        }
      }
      const progress = await app.nest.get(OnboardingProgressService).forUser(userId);
      progress.getProgressSummary();
      await app.nest.get(OnboardingProgressService).getCompletionData(userId);
    }
    expect(await versions()).toEqual(before);
  });

  /** A record refers to the session, which is locked against being deleted for that moment; nothing of it changes. */
  async function withoutLocks(): Promise<Record<string, Record<string, unknown>[]>> {
    const tables = Object.entries(await versions()) as [string, Record<string, unknown>[]][];
    return Object.fromEntries(tables.map(([table, rows]) => [table, rows.map(({ xmax: _, ...row }) => row)]));
  }

  it('a read by a service writes a record of itself, and nothing else', async () => {
    await fillEveryTable(app, 'looked at', 'mark');
    const service = await app.as('a service', { scope: 'keys:use onboarding:read' });
    const before = await withoutLocks();
    let records = 0;
    for (const route of Object.keys(INTERNAL_ROUTES)) {
      for (const userId of ['looked at', 'never seen']) {
        const path = `/${pathOf(route, { userId, provider: 'exa' })}`;
        const isMissing = userId === 'never seen' && route.includes('api-keys');
        expect([path, (await service.get(path)).status]).toEqual([path, isMissing ? 404 : 200]);
        // What was not handed out is not recorded, and neither is what was refused.
        if (!isMissing) records++;
        expect((await (await app.as('nosy')).get(path)).status).toBe(404);
      }
    }
    const after = await withoutLocks();
    expect({ ...after, access_events: [] }).toEqual({ ...before, access_events: [] });
    const [earlier, all] = [before['access_events'] ?? [], after['access_events'] ?? []];
    expect(all.slice(0, earlier.length)).toEqual(earlier);
    const added = all.slice(earlier.length);
    expect([records, added.length]).toEqual([7, 7]);
    for (const { row } of added) expect(row).toMatchObject({ actor: 'a service' });
  });

  it('a soft reset keeps what was saved, and stays', async () => {
    const user = await app.as('soft');
    for (const n of STEP_NUMBERS) {
      expect((await user.post(`/step/${n}/complete`, sample(n))).status).toBe(200);
    }
    const DATA = TABLES.filter((table) => table !== 'onboarding_sessions' && table !== 'progress_events');
    const before = await rowsOf(app.database, 'soft');
    const init = (await user.get('/init')).body;
    expect(init.onboarding.is_completed).toBe(true);
    expect((await user.post('/reset')).status).toBe(200);
    for (const _ of [1, 2]) {
      for (const path of ['/init', '/status', '/progress', '/resume', '/step/2', '/step/6/validate']) {
        expect((await user.get(path)).status).toBe(200);
      }
      const { onboarding } = (await user.get('/init')).body;
      expect(onboarding).toMatchObject({ is_completed: false, current_step: 1, completion_percentage: 0 });
      expect(onboarding.steps.map((step: StepRead) => [step.status, step.completed_at])).toEqual(
        Array(6).fill(['pending', null]),
      );
      expect(onboarding.steps.map((step: StepRead) => step.data)).toEqual(
        init.onboarding.steps.map((step: StepRead) => step.data),
      );
    }
    const after = await rowsOf(app.database, 'soft');
    for (const table of DATA) expect([table, after[table]]).toEqual([table, before[table]]);
    const started = await user.post('/start');
    expect(started.body).toMatchObject({ current_step: 1, progress: 0 });
  });

  it('a hard reset leaves no row of that user in any table, and touches nobody else', async () => {
    await fillEveryTable(app, 'alice', 'alice-was-here');
    await fillEveryTable(app, 'Alice', 'Alice-was-here');
    await app.database.query(
      `insert into access_events (user_id, session_id, id, actor, action, occurred_at)
       select name, null, gen_random_uuid(), 'support', 'read', now() from unnest(array['alice', 'Alice', 'bob']) as name`,
    );
    const mine = await rowsOf(app.database, 'alice');
    expect(Object.keys(mine).sort()).toEqual(await app.database.tables());
    expect(Object.entries(mine).filter(([, rows]) => rows.length === 0)).toEqual([]);
    const others = async () => {
      const dump = await app.database.dump();
      return Object.entries(dump).map(([table, rows]) => [
        table,
        rows.filter((row) => (row as { user_id: string }).user_id !== 'alice'),
      ]);
    };
    const before = await others();
    const alice = await app.as('alice');
    expect((await alice.post('/reset?hard=true')).status).toBe(200);
    for (const path of ['/init', '/status', '/step/2']) expect((await alice.get(path)).status).toBe(200);
    expect(await rowsOf(app.database, 'alice')).toEqual(Object.fromEntries(TABLES.map((table) => [table, []])));
    expect(await others()).toEqual(before);
    expect(JSON.stringify(await app.database.dump())).not.toContain('alice-was-here');
  });
});

describe("with the deployment's own key", () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ environment: { OPENAI_API_KEY: 'sk-of-the-deployment' } });
  });
  afterAll(() => app.stop());

  it('the first step is shown until there is a session, then the second, through every door', async () => {
    const service = app.nest.get(OnboardingProgressService);
    const user = await app.as('dora');
    const doors = async () => {
      const progress = await service.forUser('dora');
      return [
        (await user.get('/status')).body.current_step,
        (await user.get('/init')).body.onboarding.current_step,
        (await user.get('/progress')).body.current_step,
        (await user.get('/resume')).body.resume_step,
        (await service.getOnboardingStatus('dora')).current_step,
        progress.getResumeStep(),
        progress.getProgressSummary().current_step,
      ];
    };
    expect(await doors()).toEqual(Array(7).fill(1));
    expect((await service.forUser('dora')).getNextStep()).toBe(2);
    await user.post('/start');
    expect(await doors()).toEqual(Array(7).fill(2));
    expect((await user.get('/init')).body.onboarding).toMatchObject({
      completion_percentage: 0,
      next_step: 2,
      steps: [{ status: 'pending', completed_at: null }, {}, {}, {}, {}, {}],
    });
  });
});
