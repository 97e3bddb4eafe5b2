import { describe, expect, it } from '@jest/globals';
import { DECORATORS } from '@nestjs/swagger';
import type { User } from '../../ground/auth/user.js';
import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import type { SnapshotPart } from '../database/record.js';
import { websiteRecord } from '../database/records/website-analysis.record.js';
import type { Session } from '../database/session.js';
import { Snapshot } from '../database/snapshot.js';
import { FLOWS } from '../flow/flows.js';
import type { FlowStep } from '../flow/flow.js';
import { newProgress, type FinishedByDeployment, type Progress } from '../flow/progress.js';
import { STEP_KEYS, STEPS, type StepKey } from '../flow/steps.js';
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
  ConfigView,
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
  viewConfig,
  viewInit,
  viewProgress,
  viewResume,
  viewStart,
  viewStatus,
  viewStep,
} from './progress.views.js';
import { StepHandlers } from './step-handler.js';

const { six, five, four, 'six-intro': intro } = FLOWS;
const NOWHERE: FinishedByDeployment = new Set();
const DEPLOYMENT_KEYS: FinishedByDeployment = new Set(['api_keys']);

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
    transition(progress, at(index + 1), six).progress;
  return {
    id: '01900000-0000-7000-8000-000000000000',
    userId: 'alice',
    revision: 1 + transitions.length,
    updatedAt: at(transitions.length),
    progress: transitions.reduce(change, newProgress(at(0))),
  };
}

const complete = (step: StepKey, errors: readonly string[] = []) => completeStep(step, errors, NOWHERE);

const STARTED_ONLY = sessionAfter();
const HALFWAY = sessionAfter(
  complete('api_keys'),
  complete('website', ['The sitemap is missing.']),
  complete('research'),
);
const FAILED = sessionAfter(complete('api_keys'), failStep('website', 'The website does not answer.'));
const COMPLETED = sessionAfter(
  complete('api_keys'),
  complete('website'),
  complete('research'),
  completeOnboarding(NOWHERE),
);

const website: SnapshotPart<JsonObject | null> = {
  name: 'website',
  select: websiteRecord(true).select,
  isDocument: true,
  fromJson: (value) => value as JsonObject | null,
};

/** Handlers of which that of step 2 shows what the snapshot has. */
function handlersOfSteps(): StepHandlers {
  const handlers = new StepHandlers();
  for (const step of STEP_KEYS) {
    handlers.register({
      step,
      keys: new Set(),
      parts: step === 'website' ? [website] : [],
      parse: () => ({ warnings: [] }),
      save: () => undefined,
      view: (snapshot) => (step === 'website' ? snapshot.of(website) : null),
    });
  }
  return handlers;
}

/** The page of a step in six pages. */
const pageOf = (step: StepKey) => six.step(step) as FlowStep;

const HANDLERS = handlersOfSteps();
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
    const good = viewProgress(snapshotOf(null), six, NOWHERE, HANDLERS);
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
    for (const [byDeployment, data] of [
      [NOWHERE, null],
      [DEPLOYMENT_KEYS, SAVED],
    ] as const) {
      const snapshot = snapshotOf(session, data);
      const views: (readonly [object, Contract])[] = [
        [viewStatus(session, six, byDeployment), StatusView],
        [viewProgress(snapshot, six, byDeployment, HANDLERS), ProgressView],
        [viewInit(ALICE, snapshot, six, byDeployment, HANDLERS), InitView],
        [viewResume(session, six, byDeployment), ResumeView],
        ...STEP_KEYS.map((step) => [viewStep(pageOf(step), snapshot, HANDLERS), StepView] as const),
        ...STEP_KEYS.map((step) => [viewAccess(step, session, six, byDeployment), StepAccessView] as const),
        ...(session ? [[viewStart(session, six, byDeployment), StartView] as const] : []),
      ];
      for (const [view, contract] of views)
        expect([contract.name, differences(view, contract)]).toEqual([contract.name, []]);
    }
  });
});

describe('the status', () => {
  it('of a user who has not started has no times, and is at the first step', () => {
    expect(viewStatus(null, six, NOWHERE)).toEqual({
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
    expect(viewStatus(null, six, DEPLOYMENT_KEYS)).toMatchObject({
      current_step: 1,
      next_step: 2,
      completion_percentage: 0,
    });
  });

  it('of one who has started is at the second step where the deployment finishes the first, with nothing done', () => {
    expect(viewStatus(STARTED_ONLY, six, DEPLOYMENT_KEYS)).toMatchObject({
      current_step: 2,
      next_step: 2,
      completion_percentage: 0,
      started_at: STARTED,
    });
  });

  it('of one who is halfway is at the first unfinished step, and may proceed to the final one', () => {
    expect(viewStatus(HALFWAY, six, NOWHERE)).toEqual({
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
    const withoutKeys = sessionAfter(complete('website'), complete('research'));
    expect(viewStatus(withoutKeys, six, NOWHERE).can_proceed_to_final).toBe(false);
    expect(viewStatus(withoutKeys, six, DEPLOYMENT_KEYS).can_proceed_to_final).toBe(true);
  });

  it('shows the step that the user went back to, and the floor of the percentage', () => {
    const back = sessionAfter(complete('api_keys'), complete('website'), goToStep('api_keys'), raisePercentage(42.5));
    expect(viewStatus(back, six, NOWHERE)).toMatchObject({
      current_step: 1,
      next_step: 3,
      completion_percentage: 42.5,
    });
  });

  it('of one who has completed is at the last step, with the time', () => {
    expect(viewStatus(COMPLETED, six, NOWHERE)).toEqual({
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
    expect(viewStep(pageOf('website'), snapshotOf(null), HANDLERS)).toEqual({
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
    expect(viewStep(pageOf('website'), snapshotOf(HALFWAY, SAVED), HANDLERS)).toEqual({
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
    expect(viewStep(pageOf('website'), snapshotOf(FAILED), HANDLERS)).toMatchObject({
      status: 'failed',
      completed_at: null,
      validation_errors: ['The website does not answer.'],
    });
  });

  it('that is skipped has no time', () => {
    const skipped = sessionAfter(skipStep('personalization', NOWHERE));
    expect(viewStep(pageOf('personalization'), snapshotOf(skipped), HANDLERS)).toMatchObject({
      status: 'skipped',
      completed_at: null,
    });
  });

  it('keeps its own status where the deployment finishes it', () => {
    expect(viewStep(pageOf('api_keys'), snapshotOf(STARTED_ONLY), HANDLERS).status).toBe('pending');
  });

  it('is the same for callers inside the process, with a date for a time', () => {
    const { stepNumber, status, completedAt, data, validationErrors } = stepDataOf(
      'website',
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
    expect(viewProgress(snapshot, six, NOWHERE, HANDLERS)).toEqual({
      steps: STEP_KEYS.map((step) => viewStep(pageOf(step), snapshot, HANDLERS)),
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
    expect(viewProgress(snapshotOf(null), six, NOWHERE, HANDLERS)).toMatchObject({
      started_at: null,
      last_updated: null,
      completed_at: null,
      completion_percentage: 0,
    });
  });

  it('count what the deployment finishes as the handlers say it', () => {
    expect(viewProgress(snapshotOf(STARTED_ONLY), six, NOWHERE, HANDLERS).current_step).toBe(1);
    expect(viewProgress(snapshotOf(STARTED_ONLY), six, DEPLOYMENT_KEYS, HANDLERS).current_step).toBe(2);
  });

  it('are all finished for one who has completed: the optional ones skipped', () => {
    const { steps, completed_at, last_updated } = viewProgress(snapshotOf(COMPLETED), six, NOWHERE, HANDLERS);
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
    const { user, onboarding, session } = viewInit(ALICE, snapshotOf(HALFWAY, SAVED), six, NOWHERE, HANDLERS);
    expect(user).toEqual({
      id: 'alice',
      email: 'alice@example.com',
      first_name: 'Alice',
      last_name: null,
      clerk_user_id: 'alice',
    });
    const { steps, ...others } = onboarding;
    expect(others).toEqual({
      ...viewStatus(HALFWAY, six, NOWHERE),
      last_updated: THIRD,
      flow: 'six',
      onboarding_type: 'website',
    });
    expect(steps.map(({ step_number, title }) => [step_number, title])).toEqual(
      STEP_KEYS.map((step, index) => [index + 1, STEPS[step].title]),
    );
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
    const { onboarding } = viewInit(ALICE, snapshotOf(HALFWAY, {}), six, NOWHERE, HANDLERS);
    expect(onboarding.steps.map(({ has_data }) => has_data)).toEqual([false, true, false, false, false, false]);
  });

  it('has neither data nor times before the start', () => {
    const { onboarding, session } = viewInit(ALICE, snapshotOf(null), six, DEPLOYMENT_KEYS, HANDLERS);
    expect(onboarding).toMatchObject({ ...viewStatus(null, six, DEPLOYMENT_KEYS), last_updated: null });
    expect(onboarding.steps.filter(({ has_data }) => has_data)).toEqual([]);
    expect(session).toEqual({ session_id: 'alice', initialized_at: null, last_activity: null });
  });
});

describe('access to a step', () => {
  it('is locked while required steps before it are unfinished: they are named', () => {
    expect(viewAccess('research', null, six, NOWHERE)).toEqual({
      can_proceed: false,
      validation_errors: ['Step 1 must be completed first.', 'Step 2 must be completed first.'],
      step_status: 'locked',
    });
  });

  it('is locked by what is missing, not by what the deployment finishes', () => {
    expect(viewAccess('research', null, six, DEPLOYMENT_KEYS).validation_errors).toEqual([
      'Step 2 must be completed first.',
    ]);
    expect(viewAccess('website', null, six, DEPLOYMENT_KEYS)).toEqual({
      can_proceed: true,
      validation_errors: [],
      step_status: 'available',
    });
    expect(viewAccess('api_keys', null, six, DEPLOYMENT_KEYS).step_status).toBe('completed');
  });

  it('to a locked step that has failed names what is missing, not why it has failed', () => {
    const failed = sessionAfter(failStep('website', 'The website does not answer.'));
    expect(viewAccess('website', failed, six, NOWHERE)).toEqual({
      can_proceed: false,
      validation_errors: ['Step 1 must be completed first.'],
      step_status: 'locked',
    });
  });

  it('to a step that has failed is given, with the reason', () => {
    expect(viewAccess('website', FAILED, six, NOWHERE)).toEqual({
      can_proceed: true,
      validation_errors: ['The website does not answer.'],
      step_status: 'available',
    });
  });

  it('to a finished step is given, with the errors that were posted with it', () => {
    expect(viewAccess('website', HALFWAY, six, NOWHERE)).toEqual({
      can_proceed: true,
      validation_errors: ['The sitemap is missing.'],
      step_status: 'completed',
    });
  });
});

describe('the start', () => {
  it('names the session, the user and where they stand', () => {
    expect(viewStart(STARTED_ONLY, six, NOWHERE)).toEqual({
      message: 'Onboarding started',
      id: STARTED_ONLY.id,
      user_id: 'alice',
      current_step: 1,
      progress: 0,
      started_at: STARTED,
    });
    expect(viewStart(HALFWAY, six, NOWHERE)).toMatchObject({ current_step: 4, progress: 50, started_at: STARTED });
    expect(viewStart(STARTED_ONLY, six, DEPLOYMENT_KEYS).current_step).toBe(2);
  });
});

describe('resuming', () => {
  it('is possible before the start, at the first step', () => {
    expect(viewResume(null, six, NOWHERE)).toEqual({
      can_resume: true,
      resume_step: 1,
      current_step: 1,
      completion_percentage: 0,
      started_at: null,
      last_updated: null,
    });
  });

  it('happens at the current step', () => {
    expect(viewResume(HALFWAY, six, NOWHERE)).toEqual({
      can_resume: true,
      resume_step: 4,
      current_step: 4,
      completion_percentage: 50,
      started_at: STARTED,
      last_updated: THIRD,
    });
    expect(viewResume(STARTED_ONLY, six, DEPLOYMENT_KEYS)).toMatchObject({ resume_step: 2, current_step: 2 });
  });

  it('is over once completed', () => {
    expect(viewResume(COMPLETED, six, NOWHERE)).toEqual({
      can_resume: false,
      message: 'Onboarding is already completed',
      completion_percentage: 100,
    });
  });
});

/** What users of a wizard read who are new, have just started, have saved website and research, and have completed. */
describe.each([
  { flow: six, current: [1, 1, 1, 6], next: [1, 1, 1, 6], percentages: [0, 0, 33.33, 100] },
  { flow: intro, current: [0, 1, 3, 6], next: [2, 2, 4, 6], percentages: [0, 0, 33.33, 100] },
  { flow: five, current: [0, 0, 2, 5], next: [1, 1, 3, 5], percentages: [0, 0, 40, 100] },
  { flow: four, current: [1, 1, 3, 5], next: [1, 1, 3, 4], percentages: [0, 0, 50, 100] },
])('the views in the flow $flow.id', ({ flow, current, next, percentages }) => {
  const sessions = [null, STARTED_ONLY, sessionAfter(complete('website'), complete('research')), COMPLETED];

  it('show where the user is in its numbers', () => {
    const views = sessions.map((session) => viewStatus(session, flow, NOWHERE));
    expect(views.map(({ current_step }) => current_step)).toEqual(current);
    expect(views.map(({ next_step }) => next_step)).toEqual(next);
    expect(views.map(({ completion_percentage }) => completion_percentage)).toEqual(percentages);
    expect(views.map(({ is_completed }) => is_completed)).toEqual([false, false, false, true]);
  });

  it('agree with each other, and keep the contract', () => {
    for (const session of sessions) {
      const snapshot = snapshotOf(session, SAVED);
      const { current_step, completion_percentage } = viewStatus(session, flow, NOWHERE);
      const progress = viewProgress(snapshot, flow, NOWHERE, HANDLERS);
      const init = viewInit(ALICE, snapshot, flow, NOWHERE, HANDLERS);
      expect(progress).toMatchObject({ current_step, completion_percentage, total_steps: flow.steps.length });
      expect(init.onboarding).toMatchObject({ current_step, completion_percentage, flow: flow.id });
      expect(differences(progress, ProgressView)).toEqual([]);
      expect(differences(init, InitView)).toEqual([]);
      expect(viewResume(session, flow, NOWHERE)).toMatchObject({ completion_percentage });
      if (session) expect(viewStart(session, flow, NOWHERE)).toMatchObject({ current_step });
    }
  });

  it('have a step for each of its pages, by its number, with the data of that step', () => {
    const snapshot = snapshotOf(COMPLETED, SAVED);
    const pages = flow.steps.map(({ number, title }) => [number, title]);
    const { steps } = viewProgress(snapshot, flow, NOWHERE, HANDLERS);
    expect(steps.map(({ step_number, title }) => [step_number, title])).toEqual(pages);
    expect(steps.filter(({ data }) => data !== null).map(({ step_number }) => step_number)).toEqual([
      flow.numberOf('website'),
    ]);
    const { onboarding } = viewInit(ALICE, snapshot, flow, NOWHERE, HANDLERS);
    expect(onboarding.steps.map(({ step_number, title }) => [step_number, title])).toEqual(pages);
  });

  it('name what is missing by its numbers', () => {
    const missing = flow.steps.filter(({ required, key }) => required && key !== 'complete');
    expect(viewAccess('complete', null, flow, NOWHERE).validation_errors).toEqual(
      missing.map(({ number }) => `Step ${number} must be completed first.`),
    );
  });

  it('resume at the number of the page to show, whatever `current_step` means', () => {
    const back = sessionAfter(complete('website'), goToStep('website'));
    expect(viewResume(back, flow, NOWHERE)).toMatchObject({ resume_step: flow.numberOf('website') });
    expect(viewResume(null, flow, NOWHERE)).toMatchObject({ resume_step: 1 });
  });

  it('describe it and every other, first its own, with the keys that it demands', () => {
    const config = viewConfig(flow);
    expect(differences(config, ConfigView)).toEqual([]);
    const steps = flow.steps.map(({ number, key, title, required }) => ({ number, key, title, required }));
    expect(config).toMatchObject({ flow: flow.id, total_steps: flow.steps.length, steps });
    expect(config.requirements.min_api_keys).toBe(flow.id === 'six' ? 1 : 0);
    expect(config.flows.map(({ flow: id, total_steps }) => [id, total_steps])).toEqual([
      ['six', 6],
      ['six-intro', 6],
      ['five', 5],
      ['four', 4],
    ]);
    expect(config.steps).toEqual(config.flows.find(({ flow: id }) => id === flow.id)?.steps);
    for (const { steps: pages } of config.flows) {
      for (const { key, providers } of pages) expect(providers !== undefined).toBe(key === 'api_keys');
    }
  });
});

describe('what is onboarded', () => {
  it('is a website before a post says something else', () => {
    const linkedin = { ...HALFWAY, progress: { ...HALFWAY.progress, onboardingType: 'linkedin' } };
    const typeOf = (session: Session | null) =>
      viewInit(ALICE, snapshotOf(session), four, NOWHERE, HANDLERS).onboarding.onboarding_type;
    expect([typeOf(null), typeOf(HALFWAY), typeOf(linkedin)]).toEqual(['website', 'website', 'linkedin']);
  });
});
