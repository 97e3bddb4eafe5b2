import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FLOW_IDS, type FlowId } from '../../../src/ground/config/wizard-flows.js';
import { FLOWS } from '../../../src/onboarding/flow/flows.js';
import { positionIn } from '../../../src/onboarding/flow/position.js';
import { stateOf, validationErrorsOf, type ProgressState } from '../../../src/onboarding/flow/progress-state.js';
import { replay, type StatedEvent } from '../../../src/onboarding/flow/replay.js';
import type { StepKey } from '../../../src/onboarding/flow/steps.js';
import { RESTORABLE, type Restorable } from '../../../src/onboarding/flow/transitions.js';
import { OnboardingProgressService } from '../../../src/onboarding/progress/onboarding-progress.service.js';
import { Deployments } from '../../support/data/deployments.js';
import { withAllErrors } from '../../support/data/event-errors.js';
import { sample } from '../../support/data/samples.js';
import { STEP_NUMBERS } from '../../support/data/step-numbers.js';
import type { TestApp } from '../../support/service/app.js';
import type { Answer } from '../../support/service/client.js';
import { wasDone } from '../../support/service/problems.js';

/** What can be done to a user's onboarding, over HTTP or from inside the process. */
type Operation =
  | { readonly do: 'complete'; readonly step: number; readonly errors: readonly string[]; readonly flow?: FlowId }
  | { readonly do: 'business'; readonly flow?: FlowId }
  | { readonly do: 'skip' | 'goTo' | 'fail' | 'resetStep'; readonly step: number }
  | { readonly do: 'raise'; readonly percentage: number }
  | { readonly do: 'restore'; readonly back: number; readonly what: Restorable }
  | { readonly do: 'start' | 'finish' | 'saveKey' | 'removeKey' | 'softReset' | 'hardReset' };

const step = fc.constantFrom(...STEP_NUMBERS);
const constant = <const T>(value: T) => fc.constant(value);

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: constant('complete'),
      step,
      errors: fc.array(fc.constantFrom('slow', 'the site was “old”', 'x'.repeat(700)), { maxLength: 3 }),
    }),
  },
  // Now and then by another wizard.
  {
    weight: 2,
    arbitrary: fc.record({
      do: constant('complete'),
      step,
      errors: constant([]),
      flow: fc.constantFrom(...FLOW_IDS),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: constant('business'), flow: fc.constantFrom(...FLOW_IDS) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('skip', 'goTo', 'fail', 'resetStep'), step }) },
  { weight: 1, arbitrary: fc.record({ do: constant('raise'), percentage: fc.integer({ min: 0, max: 100 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: constant('restore'),
      back: fc.integer({ min: 1, max: 8 }),
      what: fc.constantFrom(...RESTORABLE),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('start', 'finish', 'business', 'saveKey', 'removeKey', 'softReset') }),
  },
  { weight: 1, arbitrary: fc.record({ do: constant('hardReset') }) },
);

const complete = (step: number, ...errors: string[]): Operation => ({ do: 'complete', step, errors });

/** What chance may not find: every kind of event, a restore from behind the end and back, and a beginning after a hard reset. */
const TO_THE_END_AND_BACK: Operation[] = [
  { do: 'saveKey' },
  { do: 'removeKey' },
  { do: 'business' },
  { do: 'goTo', step: 5 },
  ...[1, 2, 3].map((number) => complete(number, 'slow', 'old')),
  { do: 'fail', step: 4 },
  { do: 'skip', step: 4 },
  { do: 'resetStep', step: 2 },
  complete(2, 'slow'),
  { do: 'finish' },
  { do: 'softReset' },
  { do: 'raise', percentage: 70 },
  { do: 'restore', back: 2, what: 'progress' },
  { do: 'restore', back: 2, what: 'all' },
  { do: 'business', flow: 'five' },
  { do: 'business', flow: 'four' },
  { do: 'restore', back: 6, what: 'all' },
  { do: 'hardReset' },
  complete(2, 'slow'),
  { do: 'restore', back: 1, what: 'all' },
];

/** A user's session as its row states it, and the events. */
interface Stored {
  readonly session: (ProgressState & { readonly revision: number; readonly validation_errors: object }) | null;
  readonly events: readonly (StatedEvent & { readonly type: string })[];
}

/** Where a flow comes from: each request, or the deployment. */
const SOURCES = ['Onboarding-Flow', 'WIZARD_FLOW'] as const;
const KEYS = ['deployment', 'none'] as const;
const CASES = FLOW_IDS.flatMap((flow) =>
  SOURCES.flatMap((source) => KEYS.map((keys) => [flow, source, keys] as const)),
);

/** What all sequences have come to, by the type of the event. */
const happened = new Map<string, number>();
let withErrors = 0;
let users = 0;

describe('over any sequence of operations, the events replayed are the session', () => {
  let deployments: Deployments;

  beforeAll(async () => {
    deployments = await Deployments.start(FLOW_IDS);
  });
  afterAll(() => deployments.stop());

  it.each(CASES)('in %s by %s, the key: %s', async (flow, source, keys) => {
    const app = deployments.of(source === 'WIZARD_FLOW' ? flow : 'six', keys);
    const headers: Record<string, string> = source === 'WIZARD_FLOW' ? {} : { 'onboarding-flow': flow };
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 6, maxLength: 12, size: 'max' }), async (sequence) => {
        const subject = await Subject.of(app, headers, keys === 'deployment');
        for (const op of sequence) {
          await subject.perform(op);
          await subject.expectReplayed(op);
        }
      }),
      { numRuns: 5, examples: [[TO_THE_END_AND_BACK]] },
    );
  });

  it('have come to every kind of event', () => {
    // `progress_repaired` is written by a command of operators.
    const expected = [
      ...['onboarding_started', 'onboarding_completed', 'onboarding_reset', 'onboarding_restored', 'flow_changed'],
      ...['step_started', 'step_completed', 'step_skipped', 'step_failed', 'data_saved', 'progress_updated'],
      ...['api_key_saved', 'api_key_removed', 'step_reset'],
    ];
    expect(expected.filter((type) => !happened.has(type))).toEqual([]);
    expect(happened.get('onboarding_restored')).toBeGreaterThan(20);
    expect(withErrors).toBeGreaterThan(50);
  });
});

/** One user of one deployment, worked on through every door. */
class Subject {
  /** Events as they were when they were the latest. */
  #seen: Stored['events'] = [];

  private constructor(
    private readonly app: TestApp,
    private readonly userId: string,
    private readonly send: (method: string, path: string, body?: object, more?: object) => Promise<Answer>,
    private readonly byDeployment: ReadonlySet<StepKey>,
  ) {}

  static async of(app: TestApp, headers: Record<string, string>, deploymentKey: boolean): Promise<Subject> {
    const userId = `replayed ${++users}`;
    const client = await app.as(userId);
    const send = (method: string, path: string, body?: object, more: object = {}) =>
      client.send(method, path, body && JSON.stringify(body), { ...headers, ...more });
    return new Subject(app, userId, send, new Set(deploymentKey ? (['api_keys'] as const) : []));
  }

  /** Does it, or is refused. */
  async perform(op: Operation): Promise<unknown> {
    const service = this.app.nest.get(OnboardingProgressService);
    const progress = () => service.forUser(this.userId);
    switch (op.do) {
      case 'complete': {
        const body = { ...sample(op.step), validation_errors: op.errors };
        return this.#posted(`/step/${op.step}/complete`, body, op.flow);
      }
      case 'skip':
        return this.#posted(`/step/${op.step}/skip`);
      case 'start':
        return this.#posted('/start');
      case 'finish':
        return this.#posted('/complete');
      case 'business':
        return this.#posted('/business-info', { business_description: `What we do, the ${++users}th time` }, op.flow);
      case 'saveKey':
        return this.#posted('/api-keys', { provider: 'exa', api_key: `a-key-of-${++users}` });
      case 'removeKey':
        return this.#refusedOrDone(await this.send('DELETE', '/api-keys/exa'));
      case 'softReset':
        return this.#posted('/reset');
      case 'hardReset':
        return this.#posted('/reset?hard=true');
      case 'restore': {
        const revision = Math.max(1, this.#seen.length - op.back);
        return this.#posted('/restore', { revision, what: op.what });
      }
      case 'goTo':
        return wasDone(service.updateStep(this.userId, op.step));
      case 'raise':
        return wasDone(service.updateProgress(this.userId, op.percentage));
      case 'fail':
        return wasDone(progress().then((one) => one.markStepFailed(op.step, 'It failed.')));
      case 'resetStep':
        return wasDone(progress().then((one) => one.resetStep(op.step)));
    }
  }

  async #posted(path: string, body?: object, flow?: FlowId): Promise<void> {
    this.#refusedOrDone(await this.send('POST', path, body, flow && { 'onboarding-flow': flow }));
  }

  #refusedOrDone({ status, text }: Answer): void {
    expect([[200, 400, 404].includes(status), status, text]).toEqual([true, status, text]);
  }

  async #stored(): Promise<Stored> {
    const [found] = await this.app.database.query<Stored>(
      `select (select to_jsonb(s) from onboarding_sessions s where user_id = $1) as session,
              (select coalesce(jsonb_agg(to_jsonb(e) order by revision), '[]')
               from progress_events e where user_id = $1) as events`,
      [this.userId],
    );
    return found ?? { session: null, events: [] };
  }

  /** The events lead to the row, to the letter, and to what the user sees; those from before are as they were. */
  async expectReplayed(op: Operation): Promise<void> {
    const { session, events } = await this.#stored();
    const replayed = replay({ count: events.length, last: withAllErrors(events).at(-1) ?? null });
    expect([op, session?.revision ?? 0]).toEqual([op, events.length]);
    if (!session || !replayed) expect([op, session, replayed]).toEqual([op, null, null]);
    else {
      const { validation_errors, ...row } = session;
      expect({ op, state: stateOf(replayed) }).toEqual({ op, state: stateIn(row) });
      expect({ op, state: events.at(-1)?.state }).toEqual({ op, state: stateIn(row) });
      expect({ op, errors: validationErrorsOf(replayed) }).toEqual({ op, errors: validation_errors });
      await this.#expectVisible(op, events.length, replayed);
    }
    const kept = op.do === 'hardReset' ? [] : this.#seen;
    expect(events.slice(0, kept.length)).toEqual(kept);
    for (const { type, validation_errors } of events.slice(kept.length)) {
      happened.set(type, (happened.get(type) ?? 0) + 1);
      if (Object.keys(validation_errors).length > 0) withErrors++;
    }
    this.#seen = events;
  }

  /** What the latest event states is what reads show. */
  async #expectVisible(op: Operation, revision: number, replayed: NonNullable<ReturnType<typeof replay>>) {
    const [status, progress, history, earlier] = await Promise.all(
      ['/status', '/progress', '/history?limit=1', `/history/${revision}`].map((path) => this.send('GET', path)),
    );
    const flow = FLOWS[status?.headers.get('onboarding-flow') as FlowId];
    expect({ op, shown: status?.body }).toEqual({ op, shown: positionIn(flow, replayed, this.byDeployment) });
    const { completion_percentage, current_step, is_completed } = status?.body as Record<string, unknown>;
    expect(history?.body.items[0].progress).toEqual({ completion_percentage, current_step, is_completed });
    const { steps, last_updated, ...whole } = progress?.body as { steps: object[]; last_updated: string };
    const bare = steps.map((one) => ({ ...one, data: undefined, validation_errors: undefined }));
    expect(earlier?.body.progress).toEqual({ ...whole, last_updated, steps: bare });
  }
}

/** The state in a row, with its times as events state them. */
function stateIn(row: ProgressState): ProgressState {
  const { steps, current_step, percentage_floor, started_at, completed_at, flow, flow_source, onboarding_type } = row;
  return {
    ...{ steps, current_step, percentage_floor, flow, flow_source, onboarding_type },
    started_at: new Date(started_at).toISOString(),
    completed_at: completed_at && new Date(completed_at).toISOString(),
  };
}
