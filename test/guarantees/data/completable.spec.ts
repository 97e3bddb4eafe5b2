import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Environment } from '../../../src/ground/config/configuration.js';
import { FLOW_IDS, type FlowId } from '../../../src/ground/config/wizard-flows.js';
import { historyOperations, type Operation } from '../../support/data/history-operations.js';
import { headersOf, OperatedUser } from '../../support/data/operated-user.js';
import { sample } from '../../support/data/samples.js';
import { TestDatabase } from '../../support/database/database.js';
import { TestApp } from '../../support/service/app.js';
import { done } from '../../support/service/done.js';

/** Deployments that one user may come to, one after the other. */
const ENVIRONMENTS: readonly Environment[] = [
  {},
  { OPENAI_API_KEY: 'sk-of-the-deployment' },
  { WIZARD_FLOW: 'six-intro', ONBOARDING_DEADLINE_DAYS: '1' },
  { WIZARD_FLOW: 'five', EXA_API_KEY: 'exa-of-the-deployment' },
  { WIZARD_FLOW: 'four' },
];

/** What is done at one of the deployments, and how it is then looked at. */
interface Turn {
  readonly operation: Operation | { readonly do: 'hardReset' | 'deleteKeys' | 'required' };
  readonly app: number;
  readonly flow: FlowId | undefined;
  /** Whether the onboarding is completed, and then as it was before. */
  readonly completes: boolean;
}

const turns: fc.Arbitrary<Turn[]> = historyOperations.chain((operations) =>
  fc.tuple(
    ...operations.map((operation) =>
      fc.record({
        operation: fc.oneof(
          { weight: 14, arbitrary: fc.constant(operation) },
          { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('hardReset' as const, 'deleteKeys' as const) }) },
          // Chance seldom completes all that a wizard demands.
          { weight: 1, arbitrary: fc.record({ do: fc.constant('required' as const) }) },
        ),
        app: fc.nat(ENVIRONMENTS.length - 1),
        flow: fc.option(fc.constantFrom(...FLOW_IDS), { nil: undefined, freq: 2 }),
        completes: fc.boolean(),
      }),
    ),
  ),
);

const DUE_LISTS = ['currently_due', 'eventually_due', 'past_due'] as const;

let users = 0;

describe('over any sequence of operations, at several deployments', () => {
  let database: TestDatabase;
  const apps: TestApp[] = [];

  beforeAll(async () => {
    database = await TestDatabase.create();
    for (const environment of ENVIRONMENTS) {
      apps.push(await TestApp.start({ database, environment: { RATE_LIMIT_KEY_SAVES: '0', ...environment } }));
    }
  });
  afterAll(async () => {
    for (const app of apps) await app.stop();
    await database.drop();
  });

  it('what is due says whether the onboarding can be completed, and completing it says the same', async () => {
    const completed = { yes: 0, no: 0 };
    await fc.assert(
      fc.asyncProperty(turns, async (sequence) => {
        const subject = new Subject(apps, database, `subject ${++users}`);
        for (const turn of sequence) {
          await subject.perform(turn);
          const outcome = await subject.look(turn);
          if (outcome) completed[outcome]++;
        }
      }),
      { numRuns: 20 },
    );
    expect([completed.yes > 20, completed.no > 20, completed]).toEqual([true, true, completed]);
  });
});

/** One user who goes from one deployment to another. */
class Subject {
  readonly #operated = new Map<number, OperatedUser>();

  constructor(
    private readonly apps: readonly TestApp[],
    private readonly database: TestDatabase,
    private readonly userId: string,
  ) {}

  /** Does it, or is refused. */
  async perform({ operation, app }: Turn): Promise<void> {
    const client = await this.#appAt(app).as(this.userId);
    switch (operation.do) {
      case 'hardReset':
        await done(client.post('/reset?hard=true'));
        return;
      case 'deleteKeys':
        for (const provider of ['openai', 'exa']) await client.send('DELETE', `/api-keys/${provider}`);
        return;
      case 'required':
        for (const step of [1, 2, 3]) await done(client.post(`/step/${step}/complete`, sample(step), headersOf('six')));
        return;
      case 'restore': {
        const { what, steps, place } = operation;
        const revision = 1 + Math.floor(place * Math.max(0, (await this.#revision()) - 1));
        const { status } = await client.post('/restore', { revision, what, ...(steps && { steps }) });
        expect([200, 400, 404, 410]).toContain(status);
        return;
      }
      default: {
        const operated = this.#operated.get(app) ?? new OperatedUser(this.#appAt(app), this.userId, client);
        this.#operated.set(app, operated);
        await operated.perform(operation);
      }
    }
  }

  /** Holds what is due against the status and, if the turn completes, against `POST /complete`. */
  async look({ app, flow, completes }: Turn): Promise<'yes' | 'no' | null> {
    const client = await this.#appAt(app).as(this.userId);
    const headers = headersOf(flow);
    const get = async (path: string) => (await done(client.get(path, headers))).body;
    const [status, requirements] = [await get('/status'), await get('/requirements')];
    const due = DUE_LISTS.flatMap((list) => requirements[list] as { readonly code: string }[]).map(({ code }) => code);
    const others = due.filter((code) => code !== 'final_step_open');
    const isFinal = due.includes('final_step_open');
    const { is_completed, blocked_by, can_complete } = requirements;
    const at = { app: ENVIRONMENTS[app], flow, due };
    expect({ at, final: status.can_proceed_to_final, is_completed: status.is_completed }).toEqual({
      ...{ at, final: others.length === 0, is_completed },
    });
    expect({ at, isFinal, blocked_by }).toEqual({
      at,
      isFinal: others.length === 0 && !is_completed,
      blocked_by: is_completed ? [] : [...new Set(others)],
    });
    expect({ at, can_complete }).toEqual({ at, can_complete: is_completed || blocked_by.length === 0 });
    if (!completes) return null;
    const before = await this.#revision();
    const answer = await client.post('/complete', undefined, headers);
    expect({ at, can_complete, status: answer.status }).toEqual({ at, can_complete, status: can_complete ? 200 : 400 });
    if (!can_complete || is_completed) expect(await this.#revision()).toBe(before);
    else await client.post('/restore', { revision: before, what: 'progress' });
    return can_complete ? 'yes' : 'no';
  }

  #appAt(index: number): TestApp {
    const app = this.apps[index];
    if (!app) throw new Error(`There is no deployment ${index}.`);
    return app;
  }

  async #revision(): Promise<number> {
    const [row] = await this.database.query<{ revision: string }>(
      'select revision from onboarding_sessions where user_id = $1',
      [this.userId],
    );
    return Number(row?.revision ?? 0);
  }
}
