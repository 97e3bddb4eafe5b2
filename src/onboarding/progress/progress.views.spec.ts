import { describe, expect, it } from '@jest/globals';
import { DECORATORS } from '@nestjs/swagger';
import type { User } from '../../ground/auth/user.js';
import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import type { SnapshotPart } from '../database/record.js';
import { websiteRecord } from '../database/records/website-analysis.record.js';
import type { Session } from '../database/session.js';
import { Snapshot } from '../database/snapshot.js';
import { newProgress, type Progress } from '../flow/progress.js';
import { STEP_NUMBERS, STEPS, type StepNumber } from '../flow/steps.js';
import {
  completeOnboarding,
  completeStep,
  failStep,
  goToStep,
  raisePercentage,
  skipStep,
  type Transition,
} from '../flow/transitions.js';
import {
  InitView,
  ProgressView,
  ResumeView,
  StartView,
  StatusView,
  StepAccessView,
  StepView,
} from './progress.contract.js';
import {
  progressOf,
  stepDataOf,
  viewAccess,
  viewInit,
  viewProgress,
  viewResume,
  viewStart,
  viewStatus,
  viewStep,
} from './progress.views.js';
import { StepHandlers } from './step-handler.js';

const NOWHERE: ReadonlySet<StepNumber> = new Set();
const DEPLOYMENT_KEYS: ReadonlySet<StepNumber> = new Set([1]);

/** The time of a change: so many minutes after the start. */
const at = (minute: number) => new Date(Date.UTC(2026, 0, 2, 3, minute));
const [STARTED, FIRST, SECOND, THIRD, FOURTH] = [0, 1, 2, 3, 4].map((minute) => at(minute).toISOString()) as [
  string,
  string,
  string,
  string,
  string,
];

/** A session after these changes, the first one a minute after the start. */
function sessionAfter(...transitions: readonly Transition[]): Session {
  const change = (progress: Progress, transition: Transition, index: number) =>
    transition(progress, at(index + 1)).progress;
  return {
    id: '01900000-0000-7000-8000-000000000000',
    userId: 'alice',
    revision: 1 + transitions.length,
    updatedAt: at(transitions.length),
    progress: transitions.reduce(change, newProgress(at(0))),
  };
}

const complete = (step: StepNumber, errors: readonly string[] = []) => completeStep(step, errors, NOWHERE);

const STARTED_ONLY = sessionAfter();
const HALFWAY = sessionAfter(complete(1), complete(2, ['The sitemap is missing.']), complete(3));
const FAILED = sessionAfter(complete(1), failStep(2, 'The website does not answer.'));
const COMPLETED = sessionAfter(complete(1), complete(2), complete(3), completeOnboarding(NOWHERE));

const website: SnapshotPart<JsonObject | null> = {
  name: 'website',
  select: websiteRecord(true).select,
  isDocument: true,
  fromJson: (value) => value as JsonObject | null,
};

/** Handlers of which that of step 2 shows what the snapshot has. */
function handlersWith(byDeployment: ReadonlySet<StepNumber> = NOWHERE): StepHandlers {
  const handlers = new StepHandlers();
  for (const step of STEP_NUMBERS) {
    handlers.register({
      step,
      parts: step === 2 ? [website] : [],
      parse: () => ({ warnings: [] }),
      save: () => undefined,
      view: (snapshot) => (step === 2 ? snapshot.of(website) : null),
      isFinished: () => byDeployment.has(step),
    });
  }
  return handlers;
}

const HANDLERS = handlersWith();
const SAVED = { url: 'https://example.com' };
const snapshotOf = (session: Session | null, data: JsonObject | null = null) =>
  new Snapshot(session, { website: data });

const ALICE: User = { id: 'alice', email: 'alice@example.com', firstName: 'Alice', lastName: null, scopes: new Set() };

type Contract = new () => object;

interface Field {
  readonly type: unknown;
  readonly isArray?: boolean;
  readonly nullable?: boolean;
  readonly required?: boolean;
}

/** Where a view differs from its contract: fields that it lacks, that are not declared, and nulls that are not allowed. */
function differences(view: object, contract: Contract, path = ''): string[] {
  const target = contract.prototype as object;
  const names = Reflect.getMetadata(DECORATORS.API_MODEL_PROPERTIES_ARRAY, target) as string[];
  const fields = new Map(
    names.map((name) => {
      const key = name.slice(1);
      return [key, Reflect.getMetadata(DECORATORS.API_MODEL_PROPERTIES, target, key) as Field] as const;
    }),
  );
  const lacking = [...fields].filter(([name, { required }]) => required !== false && !Object.hasOwn(view, name));
  return [
    ...lacking.map(([name]) => `${path}${name} is lacking`),
    ...Object.entries(view).flatMap(([name, value]: [string, unknown]) => {
      const here = path + name;
      const field = fields.get(name);
      if (!field) return [`${here} is not declared`];
      if (value === null) return field.nullable ? [] : [`${here} is null`];
      if (Array.isArray(value) !== (field.isArray === true)) return [`${here} is no list, or is one`];
      if (!isContract(field.type)) return [];
      const items = (Array.isArray(value) ? value : [value]) as unknown[];
      return items.flatMap((item, index) =>
        isJsonObject(item) ? differences(item, field.type as Contract, `${here}.${index}.`) : [`${here} is no object`],
      );
    }),
  ];
}

const isContract = (type: unknown) => typeof type === 'function' && /View$/.test(type.name);

describe('the contract', () => {
  it('is held against each field: what is lacking, undeclared, or null, at any depth', () => {
    const good = viewProgress(snapshotOf(null), HANDLERS);
    const [first, ...others] = good.steps;
    const { title: _, ...untitled } = first as StepView;
    const bad = { ...good, is_completed: null, more: 1, steps: [untitled, ...others] };
    expect(differences(good, ProgressView)).toEqual([]);
    expect(differences(bad, ProgressView).toSorted()).toEqual([
      'is_completed is null',
      'more is not declared',
      'steps.0.title is lacking',
    ]);
  });

  const cases: readonly (readonly [name: string, session: Session | null])[] = [
    ['a user who has not started', null],
    ['one who has just started', STARTED_ONLY],
    ['one who is halfway', HALFWAY],
    ['one with a failed step', FAILED],
    ['one who has completed', COMPLETED],
  ];

  it.each(cases)('is kept by every view of %s', (_, session) => {
    for (const [handlers, data] of [
      [HANDLERS, null],
      [handlersWith(DEPLOYMENT_KEYS), SAVED],
    ] as const) {
      const { finishedByDeployment } = handlers;
      const snapshot = snapshotOf(session, data);
      const views: (readonly [object, Contract])[] = [
        [viewStatus(session, finishedByDeployment), StatusView],
        [viewProgress(snapshot, handlers), ProgressView],
        [viewInit(ALICE, snapshot, handlers), InitView],
        [viewResume(session, finishedByDeployment), ResumeView],
        ...STEP_NUMBERS.map((step) => [viewStep(step, snapshot, handlers), StepView] as const),
        ...STEP_NUMBERS.map((step) => [viewAccess(step, session, finishedByDeployment), StepAccessView] as const),
        ...(session ? [[viewStart(session, finishedByDeployment), StartView] as const] : []),
      ];
      for (const [view, contract] of views)
        expect([contract.name, differences(view, contract)]).toEqual([contract.name, []]);
    }
  });
});

describe('the status', () => {
  it('of a user who has not started has no times, and is at the first step', () => {
    expect(viewStatus(null, NOWHERE)).toEqual({
      is_completed: false,
      current_step: 1,
      completion_percentage: 0,
      next_step: 1,
      started_at: null,
      completed_at: null,
      can_proceed_to_final: false,
    });
    expect(progressOf(null)).toEqual(newProgress(new Date(0)));
  });

  it('of one who has not started is at the first step, also where the deployment finishes it: the next one is the second', () => {
    expect(viewStatus(null, DEPLOYMENT_KEYS)).toMatchObject({
      current_step: 1,
      next_step: 2,
      completion_percentage: 0,
    });
  });

  it('of one who has started is at the second step where the deployment finishes the first, with nothing done', () => {
    expect(viewStatus(STARTED_ONLY, DEPLOYMENT_KEYS)).toMatchObject({
      current_step: 2,
      next_step: 2,
      completion_percentage: 0,
      started_at: STARTED,
    });
  });

  it('of one who is halfway is at the first unfinished step, and may proceed to the final one', () => {
    expect(viewStatus(HALFWAY, NOWHERE)).toEqual({
      is_completed: false,
      current_step: 4,
      completion_percentage: 50,
      next_step: 4,
      started_at: STARTED,
      completed_at: null,
      can_proceed_to_final: true,
    });
  });

  it('may proceed to the final step with what the deployment finishes', () => {
    const withoutKeys = sessionAfter(complete(2), complete(3));
    expect(viewStatus(withoutKeys, NOWHERE).can_proceed_to_final).toBe(false);
    expect(viewStatus(withoutKeys, DEPLOYMENT_KEYS).can_proceed_to_final).toBe(true);
  });

  it('shows the step that the user went back to, and the floor of the percentage', () => {
    const back = sessionAfter(complete(1), complete(2), goToStep(1), raisePercentage(42.5));
    expect(viewStatus(back, NOWHERE)).toMatchObject({ current_step: 1, next_step: 3, completion_percentage: 42.5 });
  });

  it('of one who has completed is at the last step, with the time', () => {
    expect(viewStatus(COMPLETED, NOWHERE)).toEqual({
      is_completed: true,
      current_step: 6,
      completion_percentage: 100,
      next_step: 6,
      started_at: STARTED,
      completed_at: FOURTH,
      can_proceed_to_final: true,
    });
  });
});

describe('one step', () => {
  it('is pending and empty for a user who has not started', () => {
    expect(viewStep(2, snapshotOf(null), HANDLERS)).toEqual({
      step_number: 2,
      title: 'Website Analysis',
      description: 'Set up website analysis and crawling',
      status: 'pending',
      completed_at: null,
      data: null,
      validation_errors: [],
    });
  });

  it('is what its handler shows of the snapshot, with the errors that were posted with it', () => {
    expect(viewStep(2, snapshotOf(HALFWAY, SAVED), HANDLERS)).toEqual({
      step_number: 2,
      title: 'Website Analysis',
      description: 'Set up website analysis and crawling',
      status: 'completed',
      completed_at: SECOND,
      data: SAVED,
      validation_errors: ['The sitemap is missing.'],
    });
  });

  it('that has failed says why', () => {
    expect(viewStep(2, snapshotOf(FAILED), HANDLERS)).toMatchObject({
      status: 'failed',
      completed_at: null,
      validation_errors: ['The website does not answer.'],
    });
  });

  it('that is skipped has no time', () => {
    const skipped = sessionAfter(skipStep(4, NOWHERE));
    expect(viewStep(4, snapshotOf(skipped), HANDLERS)).toMatchObject({ status: 'skipped', completed_at: null });
  });

  it('keeps its own status where the deployment finishes it', () => {
    expect(viewStep(1, snapshotOf(STARTED_ONLY), handlersWith(DEPLOYMENT_KEYS)).status).toBe('pending');
  });

  it('is the same for callers inside the process, with a date for a time', () => {
    const { stepNumber, status, completedAt, data, validationErrors } = stepDataOf(
      2,
      snapshotOf(HALFWAY, SAVED),
      HANDLERS,
    );
    expect([stepNumber, status, completedAt, data]).toEqual([2, 'completed', at(2), SAVED]);
    expect(validationErrors).toEqual(['The sitemap is missing.']);
  });
});

describe('all steps', () => {
  it('are each as it is alone, in order, with the status', () => {
    const snapshot = snapshotOf(HALFWAY, SAVED);
    expect(viewProgress(snapshot, HANDLERS)).toEqual({
      steps: STEP_NUMBERS.map((step) => viewStep(step, snapshot, HANDLERS)),
      current_step: 4,
      started_at: STARTED,
      last_updated: THIRD,
      is_completed: false,
      completed_at: null,
      completion_percentage: 50,
      total_steps: 6,
    });
  });

  it('have no times before the start', () => {
    expect(viewProgress(snapshotOf(null), HANDLERS)).toMatchObject({
      started_at: null,
      last_updated: null,
      completed_at: null,
      completion_percentage: 0,
    });
  });

  it('count what the deployment finishes as the handlers say it', () => {
    expect(viewProgress(snapshotOf(STARTED_ONLY), HANDLERS).current_step).toBe(1);
    expect(viewProgress(snapshotOf(STARTED_ONLY), handlersWith(DEPLOYMENT_KEYS)).current_step).toBe(2);
  });

  it('are all finished for one who has completed: the optional ones skipped', () => {
    const { steps, completed_at, last_updated } = viewProgress(snapshotOf(COMPLETED), HANDLERS);
    expect(steps.map(({ status }) => status)).toEqual([
      'completed',
      'completed',
      'completed',
      'skipped',
      'skipped',
      'completed',
    ]);
    expect(steps.map((step) => step.completed_at)).toEqual([FIRST, SECOND, THIRD, null, null, FOURTH]);
    expect([completed_at, last_updated]).toEqual([FOURTH, FOURTH]);
  });
});

describe('what the wizard reads when it opens', () => {
  it('is the user, the status, the steps without their errors, and the times of the session', () => {
    const { user, onboarding, session } = viewInit(ALICE, snapshotOf(HALFWAY, SAVED), HANDLERS);
    expect(user).toEqual({
      id: 'alice',
      email: 'alice@example.com',
      first_name: 'Alice',
      last_name: null,
      clerk_user_id: 'alice',
    });
    const { steps, ...others } = onboarding;
    expect(others).toEqual({ ...viewStatus(HALFWAY, NOWHERE), last_updated: THIRD });
    expect(steps.map(({ step_number, title }) => [step_number, title])).toEqual(STEPS.map((s) => [s.number, s.title]));
    expect(steps[1]).toEqual({
      step_number: 2,
      title: 'Website Analysis',
      description: 'Set up website analysis and crawling',
      status: 'completed',
      completed_at: SECOND,
      has_data: true,
      data: SAVED,
    });
    expect(session).toEqual({ session_id: 'alice', initialized_at: STARTED, last_activity: THIRD });
  });

  it('says of each step whether it has data', () => {
    const { onboarding } = viewInit(ALICE, snapshotOf(HALFWAY, {}), HANDLERS);
    expect(onboarding.steps.map(({ has_data }) => has_data)).toEqual([false, true, false, false, false, false]);
  });

  it('has neither data nor times before the start', () => {
    const { onboarding, session } = viewInit(ALICE, snapshotOf(null), handlersWith(DEPLOYMENT_KEYS));
    expect(onboarding).toMatchObject({ ...viewStatus(null, DEPLOYMENT_KEYS), last_updated: null });
    expect(onboarding.steps.filter(({ has_data }) => has_data)).toEqual([]);
    expect(session).toEqual({ session_id: 'alice', initialized_at: null, last_activity: null });
  });
});

describe('access to a step', () => {
  it('is locked while required steps before it are unfinished: they are named', () => {
    expect(viewAccess(3, null, NOWHERE)).toEqual({
      can_proceed: false,
      validation_errors: ['Step 1 must be completed first.', 'Step 2 must be completed first.'],
      step_status: 'locked',
    });
  });

  it('is locked by what is missing, not by what the deployment finishes', () => {
    expect(viewAccess(3, null, DEPLOYMENT_KEYS).validation_errors).toEqual(['Step 2 must be completed first.']);
    expect(viewAccess(2, null, DEPLOYMENT_KEYS)).toEqual({
      can_proceed: true,
      validation_errors: [],
      step_status: 'available',
    });
    expect(viewAccess(1, null, DEPLOYMENT_KEYS).step_status).toBe('completed');
  });

  it('to a locked step that has failed names what is missing, not why it has failed', () => {
    const failed = sessionAfter(failStep(2, 'The website does not answer.'));
    expect(viewAccess(2, failed, NOWHERE)).toEqual({
      can_proceed: false,
      validation_errors: ['Step 1 must be completed first.'],
      step_status: 'locked',
    });
  });

  it('to a step that has failed is given, with the reason', () => {
    expect(viewAccess(2, FAILED, NOWHERE)).toEqual({
      can_proceed: true,
      validation_errors: ['The website does not answer.'],
      step_status: 'available',
    });
  });

  it('to a finished step is given, with the errors that were posted with it', () => {
    expect(viewAccess(2, HALFWAY, NOWHERE)).toEqual({
      can_proceed: true,
      validation_errors: ['The sitemap is missing.'],
      step_status: 'completed',
    });
  });
});

describe('the start', () => {
  it('names the session, the user and where they stand', () => {
    expect(viewStart(STARTED_ONLY, NOWHERE)).toEqual({
      message: 'Onboarding started',
      id: STARTED_ONLY.id,
      user_id: 'alice',
      current_step: 1,
      progress: 0,
      started_at: STARTED,
    });
    expect(viewStart(HALFWAY, NOWHERE)).toMatchObject({ current_step: 4, progress: 50, started_at: STARTED });
    expect(viewStart(STARTED_ONLY, DEPLOYMENT_KEYS).current_step).toBe(2);
  });
});

describe('resuming', () => {
  it('is possible before the start, at the first step', () => {
    expect(viewResume(null, NOWHERE)).toEqual({
      can_resume: true,
      resume_step: 1,
      current_step: 1,
      completion_percentage: 0,
      started_at: null,
      last_updated: null,
    });
  });

  it('happens at the current step', () => {
    expect(viewResume(HALFWAY, NOWHERE)).toEqual({
      can_resume: true,
      resume_step: 4,
      current_step: 4,
      completion_percentage: 50,
      started_at: STARTED,
      last_updated: THIRD,
    });
    expect(viewResume(STARTED_ONLY, DEPLOYMENT_KEYS)).toMatchObject({ resume_step: 2, current_step: 2 });
  });

  it('is over once completed', () => {
    expect(viewResume(COMPLETED, NOWHERE)).toEqual({
      can_resume: false,
      message: 'Onboarding is already completed',
      completion_percentage: 100,
    });
  });
});
