import { expect } from '@jest/globals';
import pg from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { FLOW_IDS, type FlowId } from '../../../src/ground/config/wizard-flows.js';
import { KeyStore } from '../../../src/onboarding/database/key-store.js';
import { OnboardingDatabaseService } from '../../../src/onboarding/database/onboarding-database.service.js';
import { STEP_KEYS, type StepKey } from '../../../src/onboarding/flow/steps.js';
import { UserImport } from '../../../src/operations/legacy-import/user-import.js';
import type { Random } from '../../torture/random.js';
import { bareUser, legacyProgress, legacyUser } from '../data/legacy-users.js';
import { OperatedUser, type Change } from '../data/operated-user.js';
import { sample } from '../data/samples.js';
import type { TestApp } from '../service/app.js';

/** Operations on random users by name, each with how often it is done. */
const WEIGHTS = {
  completeNext: 30,
  complete: 12,
  skip: 8,
  fail: 8,
  resetStep: 5,
  goTo: 2,
  saveKey: 3,
  finish: 4,
  softReset: 3,
  hardReset: 2,
  restore: 7,
  import: 5,
  erase: 2,
  moveIntoPast: 8,
  stateNothing: 2,
  commitLate: 4,
  rollBack: 3,
} as const;

export type OnboardingOperation = keyof typeof WEIGHTS;

const OPERATIONS = Object.keys(WEIGHTS) as OnboardingOperation[];
const TOTAL = Object.values(WEIGHTS).reduce((sum, weight) => sum + weight, 0);

const OUTCOMES = { commitLate: 'commit', rollBack: 'rollback' } as const;

/** Changes the onboarding of a few users at random: through the service, and past it, as a database sees other processes. */
export class RandomOnboardings {
  static readonly operations: readonly OnboardingOperation[] = [...OPERATIONS].sort();

  /** How often each operation did something. */
  readonly done = new Map<OnboardingOperation, number>();

  private constructor(
    private readonly app: TestApp,
    private readonly owner: pg.Pool,
    private readonly userIds: readonly string[],
    private readonly random: Random,
  ) {}

  static start(app: TestApp, userIds: readonly string[], random: Random): RandomOnboardings {
    const owner = new pg.Pool({ connectionString: app.database.ownerUrl, max: 8 });
    return new RandomOnboardings(app, owner, userIds, random);
  }

  async stop(): Promise<void> {
    await this.owner.end();
  }

  /** Does so many operations, some at the same time. */
  async perform(operations: number, atOnce: number): Promise<void> {
    let left = operations;
    const work = async () => {
      while (left-- > 0) {
        const operation = this.#pick();
        if (await this.#do(operation)) this.done.set(operation, (this.done.get(operation) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  }

  /** Leaves half of the users where nothing has happened for a while. */
  async leaveSome(): Promise<void> {
    for (const userId of this.userIds) if (this.random.next() < 0.5) await this.#moveIntoPast(userId);
  }

  #pick(): OnboardingOperation {
    let left = this.random.next() * TOTAL;
    return OPERATIONS.find((operation) => (left -= WEIGHTS[operation]) < 0) ?? 'complete';
  }

  /** Whether it was accepted, and changed something. */
  async #do(operation: OnboardingOperation): Promise<boolean> {
    const userId = this.random.pick(this.userIds);
    const client = await this.app.as(userId);
    const user = new OperatedUser(this.app, userId, client);
    const number = this.random.between(1, STEP_KEYS.length);
    const step = STEP_KEYS[number - 1] as StepKey;
    const flow = this.random.next() < 0.3 ? this.random.pick(FLOW_IDS) : undefined;
    switch (operation) {
      case 'completeNext':
        return user.perform(completionOf(await this.#nextStep(userId), flow));
      case 'complete':
        return user.perform(completionOf(step, flow));
      case 'skip':
        return user.perform({ do: operation, step, flow });
      case 'fail':
      case 'resetStep':
      case 'goTo':
        return user.perform({ do: operation, step: number });
      case 'saveKey':
        return user.perform({ do: operation });
      case 'finish':
      case 'softReset':
        return user.perform({ do: operation, flow });
      case 'hardReset':
        return (await client.post('/reset?hard=true')).status === 200;
      case 'restore':
        return this.#restore(userId);
      case 'import':
        return this.#import(userId);
      case 'erase':
        return this.#changes('delete from onboarding_sessions where user_id = $1', userId);
      case 'moveIntoPast':
        return this.#moveIntoPast(userId);
      case 'stateNothing':
        return this.#changes(STATE_NOTHING, userId);
      case 'commitLate':
      case 'rollBack':
        return this.#changePastService(userId, OUTCOMES[operation]);
    }
  }

  async #nextStep(userId: string): Promise<StepKey> {
    const { rows } = await this.owner.query<{ steps: Readonly<Record<string, { status: string }>> }>(
      'select steps from onboarding_sessions where user_id = $1',
      [userId],
    );
    const isOpen = (step: StepKey) => !['completed', 'skipped'].includes(rows[0]?.steps[step]?.status ?? '');
    return STEP_KEYS.find(isOpen) ?? 'complete';
  }

  async #restore(userId: string): Promise<boolean> {
    const { rows } = await this.owner.query<{ revision: number }>(
      'select revision::int from onboarding_sessions where user_id = $1',
      [userId],
    );
    const revision = this.random.between(1, rows[0]?.revision ?? 1);
    const what = this.random.pick(['progress', 'all'] as const);
    const { status, text } = await (await this.app.as(userId)).post('/restore', { revision, what });
    expect([[200, 400, 404, 410].includes(status), status, text]).toEqual([true, status, text]);
    return status === 200;
  }

  async #import(userId: string): Promise<boolean> {
    const { nest } = this.app;
    const onConflict = this.random.pick(['skip', 'merge', 'replace'] as const);
    const options = { onConflict, dryRun: false };
    const importing = new UserImport(nest.get(OnboardingDatabaseService), nest.get(KeyStore), options);
    const completed = STEP_KEYS.slice(0, this.random.between(0, STEP_KEYS.length));
    const user =
      this.random.next() < 0.2 ? bareUser(userId) : legacyUser(userId, { progress: legacyProgress(completed) });
    const { outcome } = await importing.import(user);
    return ['imported', 'merged', 'replaced'].includes(outcome);
  }

  /** As the owner, past the service. */
  async #changes(statement: string, userId: string, ...values: unknown[]): Promise<boolean> {
    return ((await this.owner.query(statement, [userId, ...values])).rowCount ?? 0) > 0;
  }

  /** A minute of the test becomes some days, so that each part of it has its own; days before are only moved. */
  async #moveIntoPast(userId: string): Promise<boolean> {
    const [by, factor] = [this.random.between(0, 40 * 86_400_000_000), this.random.between(1, 50_000)];
    return this.#alone(userId, 'commit', async (client) => {
      await client.query(MOVE_SESSION, [userId, by, factor]);
      await client.query(MOVE_EVENTS, [userId, by, factor]);
    });
  }

  /** An event by another process, whose transaction ends late. */
  #changePastService(userId: string, outcome: 'commit' | 'rollback'): Promise<boolean> {
    return this.#alone(userId, outcome, async (client) => {
      await client.query(NEXT_EVENT, [userId, this.random.pick(STEP_KEYS), this.random.pick(['completed', 'failed'])]);
      await delay(this.random.between(50, 600));
    });
  }

  /** In a transaction that has the lock on the user's session. @returns whether there is one */
  async #alone(userId: string, outcome: string, work: (client: pg.PoolClient) => Promise<void>): Promise<boolean> {
    const client = await this.owner.connect();
    try {
      await client.query('begin');
      const { rowCount } = await client.query('select from onboarding_sessions where user_id = $1 for update', [
        userId,
      ]);
      if (rowCount === 1) await work(client);
      await client.query(outcome);
      return rowCount === 1;
    } finally {
      client.release();
    }
  }
}

function completionOf(step: StepKey, flow: FlowId | undefined): Change {
  const { data } = sample(STEP_KEYS.indexOf(step) + 1);
  return { do: 'complete', step, data, errors: [], flow };
}

/** A time is so much earlier; how long ago it was is stretched if that is less than an hour. Values: user, microseconds, factor. */
const moved = (time: string) =>
  `(now() - $2::float8 * interval '1 microsecond'
    - (now() - ${time}) * case when now() - ${time} < interval '1 hour' then $3::float8 else 1 end)`;

const movedSteps = (steps: string) => `(
  select coalesce(jsonb_object_agg(key, value || jsonb_build_object('completed_at', ${moved(
    `(value ->> 'completed_at')::timestamptz`,
  )})), '{}')
  from jsonb_each(${steps}))`;

const MOVE_SESSION = `
  update onboarding_sessions
  set started_at = ${moved('started_at')}, completed_at = ${moved('completed_at')}, steps = ${movedSteps('steps')}
  where user_id = $1`;

/** What a transaction changes of an event is its own. */
const MOVE_EVENTS = `
  update progress_events
  set tx = default, occurred_at = ${moved('occurred_at')},
      state = case when state = '{}' then state else state || jsonb_build_object(
        'started_at', ${moved(`(state ->> 'started_at')::timestamptz`)},
        'completed_at', ${moved(`(state ->> 'completed_at')::timestamptz`)},
        'steps', ${movedSteps(`state -> 'steps'`)}
      ) end
  where user_id = $1`;

/** Some events, as if they were from before events stated anything. */
const STATE_NOTHING = `update progress_events set tx = default, state = '{}' where user_id = $1 and random() < 0.3`;

/** Values: user, step, status. */
const NEXT_EVENT = `
  with changed as (
    update onboarding_sessions
    set revision = revision + 1, updated_at = now(),
        steps = steps || jsonb_build_object($2::text, jsonb_build_object('status', $3::text, 'completed_at', null))
    where user_id = $1
    returning *
  )
  insert into progress_events (user_id, session_id, revision, type, step, data, state, actor, occurred_at)
  select user_id, id, revision, 'step_completed', $2, '{}', jsonb_build_object(
           'steps', steps, 'current_step', current_step, 'percentage_floor', percentage_floor, 'started_at', started_at,
           'completed_at', completed_at, 'flow', flow, 'flow_source', flow_source, 'onboarding_type', onboarding_type
         ), 'user', now()
  from changed`;
