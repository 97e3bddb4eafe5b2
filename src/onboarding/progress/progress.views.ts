import { FLOW_IDS } from '../../ground/config/wizard-flows.js';
import type { User } from '../../ground/auth/user.js';
import { PROVIDERS } from '../../ground/providers/providers.js';
import type { Session } from '../database/session.js';
import type { Snapshot } from '../database/snapshot.js';
import type { Flow, FlowStep } from '../flow/flow.js';
import { FLOWS } from '../flow/flows.js';
import { NOT_STARTED, positionIn } from '../flow/position.js';
import {
  missingBefore,
  pageToShow,
  stepAccess,
  stepState,
  type FinishedByDeployment,
  type Progress,
} from '../flow/progress.js';
import type { StepKey } from '../flow/steps.js';
import { StepData } from './step-data.js';
import type {
  ConfigView,
  FlowView,
  InitView,
  ProgressView,
  ResumeView,
  StartView,
  StatusView,
  StepAccessView,
  StepView,
} from './progress.contract.js';
import type { StepHandlers } from './step-handler.js';

const iso = (date: Date | null | undefined): string | null => date?.toISOString() ?? null;

export function progressOf(session: Session | null): Progress {
  return session?.progress ?? NOT_STARTED;
}

export function viewStatus(session: Session | null, flow: Flow, byDeployment: FinishedByDeployment): StatusView {
  return positionIn(flow, session?.progress ?? null, byDeployment);
}

export function stepDataOf(step: StepKey, number: number, snapshot: Snapshot, handlers: StepHandlers): StepData {
  const state = stepState(progressOf(snapshot.session), step);
  return new StepData(step, number, state, handlers.of(step).view(snapshot));
}

export function viewStep(
  { key, number, title, description }: FlowStep,
  snapshot: Snapshot,
  handlers: StepHandlers,
): StepView {
  const { status, completed_at, validation_errors } = stepState(progressOf(snapshot.session), key);
  return {
    step_number: number,
    title,
    description,
    status,
    completed_at,
    data: handlers.of(key).view(snapshot),
    validation_errors: [...validation_errors],
  };
}

export function viewProgress(
  snapshot: Snapshot,
  flow: Flow,
  byDeployment: FinishedByDeployment,
  handlers: StepHandlers,
): ProgressView {
  const { session } = snapshot;
  const { is_completed, current_step, completion_percentage, started_at, completed_at } = viewStatus(
    session,
    flow,
    byDeployment,
  );
  return {
    steps: flow.steps.map((step) => viewStep(step, snapshot, handlers)),
    current_step,
    started_at,
    last_updated: iso(session?.updatedAt),
    is_completed,
    completed_at,
    completion_percentage,
    total_steps: flow.steps.length,
  };
}

export function viewInit(
  user: User,
  snapshot: Snapshot,
  flow: Flow,
  byDeployment: FinishedByDeployment,
  handlers: StepHandlers,
): InitView {
  const { session } = snapshot;
  return {
    user: {
      id: user.id,
      email: user.email,
      first_name: user.firstName,
      last_name: user.lastName,
      clerk_user_id: user.id,
    },
    onboarding: {
      ...viewStatus(session, flow, byDeployment),
      last_updated: iso(session?.updatedAt),
      steps: flow.steps.map((step) => {
        const { validation_errors: _, data, ...view } = viewStep(step, snapshot, handlers);
        return { ...view, has_data: data !== null, data };
      }),
      flow: flow.id,
      onboarding_type: progressOf(session).onboardingType ?? 'website',
    },
    session: {
      session_id: user.id,
      initialized_at: iso(session?.progress.startedAt),
      last_activity: iso(session?.updatedAt),
    },
  };
}

export function viewAccess(
  step: StepKey,
  session: Session | null,
  flow: Flow,
  byDeployment: FinishedByDeployment,
): StepAccessView {
  const progress = progressOf(session);
  const access = stepAccess(progress, step, flow, byDeployment);
  const missing = missingBefore(progress, step, flow, byDeployment).map(
    (other) => `${flow.nameOf(other)} must be completed first.`,
  );
  return {
    can_proceed: access !== 'locked',
    validation_errors: access === 'locked' ? missing : [...stepState(progress, step).validation_errors],
    step_status: access,
  };
}

export function viewStart(session: Session, flow: Flow, byDeployment: FinishedByDeployment): StartView {
  const { current_step, completion_percentage } = viewStatus(session, flow, byDeployment);
  return {
    message: 'Onboarding started',
    id: session.id,
    user_id: session.userId,
    current_step,
    progress: completion_percentage,
    started_at: session.progress.startedAt.toISOString(),
  };
}

export function viewResume(session: Session | null, flow: Flow, byDeployment: FinishedByDeployment): ResumeView {
  const { is_completed, current_step, completion_percentage, started_at } = viewStatus(session, flow, byDeployment);
  if (is_completed) return { can_resume: false, message: 'Onboarding is already completed', completion_percentage };
  const page = session ? pageToShow(session.progress, flow, byDeployment) : flow.firstStep;
  return {
    can_resume: true,
    resume_step: flow.numberOf(page) as number,
    current_step,
    completion_percentage,
    started_at,
    last_updated: iso(session?.updatedAt),
  };
}

/** The flow, what it requires, and every other flow: the same for all users. */
export function viewConfig(flow: Flow): ConfigView {
  const providers = PROVIDERS.map(({ id }) => id);
  return {
    ...viewFlow(flow, providers),
    requirements: {
      min_api_keys: flow.step('api_keys')?.required ? 1 : 0,
      required_providers: [],
      optional_providers: providers,
    },
    flows: FLOW_IDS.map((id) => viewFlow(FLOWS[id], providers)),
  };
}

function viewFlow({ id, steps }: Flow, providers: string[]): FlowView {
  return {
    flow: id,
    total_steps: steps.length,
    steps: steps.map(({ number, key, title, description, required }) => {
      const step = { number, key, title, description, required };
      return key === 'api_keys' ? { ...step, providers } : step;
    }),
  };
}
