import type { User } from '../../ground/auth/user.js';
import type { Session } from '../database/session.js';
import type { Snapshot } from '../database/snapshot.js';
import {
  canProceedToFinal,
  completionPercentage,
  currentStep,
  missingBefore,
  newProgress,
  nextStep,
  stepAccess,
  stepState,
  type FinishedByDeployment,
  type Progress,
} from '../flow/progress.js';
import { Step, STEP_NUMBERS, stepDefinition, STEPS, type StepNumber } from '../flow/steps.js';
import { StepData } from './step-data.js';
import type {
  InitView,
  ProgressView,
  ResumeView,
  StartView,
  StatusView,
  StepAccessView,
  StepView,
} from './progress.contract.js';
import type { StepHandlers } from './step-handler.js';

/** The progress of a user without a session. */
const NOT_STARTED: Progress = newProgress(new Date(0));

const iso = (date: Date | null | undefined): string | null => date?.toISOString() ?? null;

export function progressOf(session: Session | null): Progress {
  return session?.progress ?? NOT_STARTED;
}

export function viewStatus(session: Session | null, byDeployment: FinishedByDeployment): StatusView {
  const progress = progressOf(session);
  return {
    is_completed: progress.completedAt !== null,
    // Without a session a user is at the first step, even if the deployment's keys finish it.
    current_step: session ? currentStep(progress, byDeployment) : Step.ApiKeys,
    completion_percentage: completionPercentage(progress),
    next_step: nextStep(progress, byDeployment),
    started_at: iso(session?.progress.startedAt),
    completed_at: iso(progress.completedAt),
    can_proceed_to_final: canProceedToFinal(progress, byDeployment),
  };
}

export function stepDataOf(step: StepNumber, snapshot: Snapshot, handlers: StepHandlers): StepData {
  const state = stepState(progressOf(snapshot.session), step);
  return new StepData(stepDefinition(step), state, handlers.of(step).view(snapshot));
}

export function viewStep(step: StepNumber, snapshot: Snapshot, handlers: StepHandlers): StepView {
  const data = stepDataOf(step, snapshot, handlers);
  return {
    step_number: data.stepNumber,
    title: data.title,
    description: data.description,
    status: data.status,
    completed_at: iso(data.completedAt),
    data: data.data,
    validation_errors: [...data.validationErrors],
  };
}

export function viewProgress(snapshot: Snapshot, handlers: StepHandlers): ProgressView {
  const { session } = snapshot;
  const { is_completed, current_step, completion_percentage, started_at, completed_at } = viewStatus(
    session,
    handlers.finishedByDeployment,
  );
  return {
    steps: STEP_NUMBERS.map((step) => viewStep(step, snapshot, handlers)),
    current_step,
    started_at,
    last_updated: iso(session?.updatedAt),
    is_completed,
    completed_at,
    completion_percentage,
    total_steps: STEPS.length,
  };
}

export function viewInit(user: User, snapshot: Snapshot, handlers: StepHandlers): InitView {
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
      ...viewStatus(session, handlers.finishedByDeployment),
      last_updated: iso(session?.updatedAt),
      steps: STEP_NUMBERS.map((step) => {
        const { validation_errors: _, data, ...view } = viewStep(step, snapshot, handlers);
        return { ...view, has_data: data !== null, data };
      }),
    },
    session: {
      session_id: user.id,
      initialized_at: iso(session?.progress.startedAt),
      last_activity: iso(session?.updatedAt),
    },
  };
}

export function viewAccess(
  step: StepNumber,
  session: Session | null,
  byDeployment: FinishedByDeployment,
): StepAccessView {
  const progress = progressOf(session);
  const access = stepAccess(progress, step, byDeployment);
  const missing = missingBefore(progress, step, byDeployment).map((n) => `Step ${n} must be completed first.`);
  return {
    can_proceed: access !== 'locked',
    validation_errors: access === 'locked' ? missing : [...stepState(progress, step).validation_errors],
    step_status: access,
  };
}

export function viewStart(session: Session, byDeployment: FinishedByDeployment): StartView {
  const { current_step, completion_percentage } = viewStatus(session, byDeployment);
  return {
    message: 'Onboarding started',
    id: session.id,
    user_id: session.userId,
    current_step,
    progress: completion_percentage,
    started_at: session.progress.startedAt.toISOString(),
  };
}

export function viewResume(session: Session | null, byDeployment: FinishedByDeployment): ResumeView {
  const { is_completed, current_step, completion_percentage, started_at } = viewStatus(session, byDeployment);
  if (is_completed) return { can_resume: false, message: 'Onboarding is already completed', completion_percentage };
  return {
    can_resume: true,
    resume_step: current_step,
    current_step,
    completion_percentage,
    started_at,
    last_updated: iso(session?.updatedAt),
  };
}
