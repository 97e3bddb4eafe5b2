import { Injectable } from '@nestjs/common';
import type { User } from '../../ground/auth/user.js';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import { deleteUser } from '../database/records/onboarding-sessions.record.js';
import { entityTagOf, type Session } from '../database/session.js';
import { wholeSnapshotOf, type Snapshot } from '../database/snapshot.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { tagged } from '../../ground/http/entity-tag.js';
import type { Precondition } from '../../ground/problems/precondition.js';
import type { JsonObject } from '../../ground/problems/json.js';
import { PROVIDERS } from '../../ground/providers/providers.js';
import { missingBefore } from '../flow/progress.js';
import { Step, STEP_NUMBERS, stepDefinition, STEPS, type StepNumber } from '../flow/steps.js';
import { completeOnboarding, completeStep, reset, skipStep, unchanged, type Transition } from '../flow/transitions.js';
import { OnboardingProgress } from './onboarding-progress.js';
import type {
  CompletedView,
  ConfigView,
  InitView,
  ProgressView,
  ResetView,
  ResumeView,
  StartView,
  StatusView,
  StepAccessView,
  StepCompletedView,
  StepSkippedView,
  StepView,
} from './progress.contract.js';
import {
  progressOf,
  viewAccess,
  viewInit,
  viewProgress,
  viewResume,
  viewStart,
  viewStatus,
  viewStep,
} from './progress.views.js';
import { StepHandlers, type StepHandler } from './step-handler.js';

/** The status, the steps that are missing for completion, and everything that was saved. */
export interface CompletionData extends StatusView {
  /** Required steps before the last that are unfinished. */
  readonly missing_steps: readonly StepNumber[];
  /** The saved data of each step, by its key; null where there are none. Never key material. */
  readonly data: Readonly<Record<string, JsonObject | null>>;
}

/**
 * The six steps of one user: status, completion, history. A change, its data and its events are one transaction; a read never
 * writes. Every method throws `DatabaseUnavailable` while PostgreSQL is unreachable.
 */
@Injectable()
export class OnboardingProgressService {
  constructor(
    private readonly database: OnboardingDatabaseService,
    private readonly handlers: StepHandlers,
  ) {}

  /** One user's progress, for callers that work through it step by step. */
  forUser(userId: string): Promise<OnboardingProgress> {
    return OnboardingProgress.load(userId, this, this.handlers);
  }

  async getOnboardingStatus(userId: string): Promise<StatusView> {
    const session = await this.database.getSessionByUser(userId);
    return tagged(viewStatus(session, this.handlers.finishedByDeployment), entityTagOf(session));
  }

  /** The user goes to a step on purpose: it becomes the current one, and in progress unless it is finished. @throws StepNotFound */
  async updateStep(userId: string, stepNumber: number): Promise<StatusView> {
    return viewStatus(await this.database.updateStep(userId, stepNumber), this.handlers.finishedByDeployment);
  }

  /** Sets a floor of 0 to 100 under the percentage; only a reset lowers it. @throws PercentageOutOfRange */
  async updateProgress(userId: string, percentage: number): Promise<StatusView> {
    return viewStatus(await this.database.updateProgress(userId, percentage), this.handlers.finishedByDeployment);
  }

  /** Completes the onboarding; a second call returns the same answer. @throws StepsMissing */
  async completeOnboarding(userId: string, precondition: Precondition | null = null): Promise<CompletedView> {
    const persona = this.handlers.of(Step.Personalization);
    const reads = { saved: wholeSnapshotOf(persona.parts) };
    return this.database.forUser(userId, { reads, precondition }, (data) => {
      const { progress } = data.change(completeOnboarding(this.handlers.finishedByDeployment));
      return {
        message: 'Onboarding completed successfully',
        completed_at: (progress.completedAt as Date).toISOString(),
        completion_percentage: 100,
        persona_generated: persona.view(data.read.saved) !== null,
        scheduled_tasks: [],
        failed_tasks: null,
      };
    });
  }

  /** `hard` deletes everything of this user; otherwise what was saved stays, and only the progress starts again. */
  async resetOnboarding(
    userId: string,
    { hard = false, precondition = null }: { hard?: boolean; precondition?: Precondition | null } = {},
  ): Promise<ResetView> {
    const startedAt = await this.database.forUser(userId, { precondition }, (data) => {
      if (!hard) return data.change(reset()).progress.startedAt;
      data.run(deleteUser);
      return null;
    });
    return {
      message: hard ? 'Onboarding was reset and all of its data deleted' : 'Onboarding was reset',
      reset_mode: hard ? 'hard' : 'soft',
      current_step: Step.ApiKeys,
      started_at: startedAt?.toISOString() ?? null,
      user_id: userId,
    };
  }

  async getCompletionData(userId: string): Promise<CompletionData> {
    const snapshot = await this.snapshot(userId);
    const byDeployment = this.handlers.finishedByDeployment;
    return {
      ...viewStatus(snapshot.session, byDeployment),
      missing_steps: missingBefore(progressOf(snapshot.session), Step.Complete, byDeployment),
      data: Object.fromEntries(STEPS.map(({ number, key }) => [key, this.handlers.of(number).view(snapshot)])),
    };
  }

  async init(user: User): Promise<InitView> {
    const snapshot = await this.snapshot(user.id);
    return tagged(viewInit(user, snapshot, this.handlers), entityTagOf(snapshot.session));
  }

  async getProgress(userId: string): Promise<ProgressView> {
    const snapshot = await this.snapshot(userId);
    return tagged(viewProgress(snapshot, this.handlers), entityTagOf(snapshot.session));
  }

  async getStep(userId: string, step: StepNumber): Promise<StepView> {
    const snapshot = await this.database.read(userId, this.handlers.of(step).parts);
    return tagged(viewStep(step, snapshot, this.handlers), entityTagOf(snapshot.session));
  }

  async validateStep(userId: string, step: StepNumber): Promise<StepAccessView> {
    return viewAccess(step, await this.database.getSessionByUser(userId), this.handlers.finishedByDeployment);
  }

  async start(userId: string, precondition: Precondition | null = null): Promise<StartView> {
    return viewStart(await this.change(userId, unchanged, precondition), this.handlers.finishedByDeployment);
  }

  async resume(userId: string): Promise<ResumeView> {
    return viewResume(await this.database.getSessionByUser(userId), this.handlers.finishedByDeployment);
  }

  /**
   * Saves the step's data and marks it completed. Without data, what is saved already must be enough.
   * @throws InvalidInput naming what is wrong or missing
   * @throws StepsMissing for step 6 while required steps are unfinished
   */
  async completeStep(
    userId: string,
    step: StepNumber,
    posted: JsonObject | null = null,
    validationErrors: readonly string[] = [],
    precondition: Precondition | null = null,
  ): Promise<StepCompletedView> {
    const handler = this.handlers.of(step);
    const parsed = posted && handler.parse(posted);
    const { parts } = handler;
    const complete = (data: UnitOfWork) => {
      const { progress } = data.change(completeStep(step, validationErrors, this.handlers.finishedByDeployment));
      return missingBefore(progress, step, this.handlers.finishedByDeployment);
    };
    const { result: missing, snapshot } = parsed
      ? await this.database.forUserThenRead(userId, parts, { reads: handler.reads, precondition }, (data) => {
          handler.save(parsed, data);
          return complete(data);
        })
      : await this.database.forUserThenRead(userId, parts, { reads: savedOf(handler), precondition }, (data) => {
          requireSaved(handler, data.read.saved);
          return complete(data);
        });
    const warnings = [
      ...(parsed?.warnings ?? []),
      ...((parsed && (await handler.afterCommit?.(userId, parsed))) ?? []),
      ...missing.map((n) => `Step ${n} is still to be completed.`),
    ];
    return {
      message: `Step ${step} completed successfully`,
      step_number: step,
      data: handler.view(snapshot),
      warnings: warnings.length > 0 ? warnings : null,
    };
  }

  /** @throws StepNotSkippable for a required step */
  async skipStep(userId: string, step: StepNumber, precondition: Precondition | null = null): Promise<StepSkippedView> {
    await this.change(userId, skipStep(step, this.handlers.finishedByDeployment), precondition);
    return { message: `Step ${step} skipped successfully`, step_number: step };
  }

  /** Changes the progress by a rule of `flow`. */
  change(userId: string, transition: Transition, precondition: Precondition | null = null): Promise<Session> {
    return this.database.forUser(userId, { precondition }, (data) => data.change(transition));
  }

  /** What is saved for all steps, in one read. */
  snapshot(userId: string): Promise<Snapshot> {
    return this.database.read(userId, this.handlers.parts);
  }

  /** The steps and what they require, the same for all users. */
  config(): ConfigView {
    const providers = PROVIDERS.map(({ id }) => id);
    return {
      total_steps: STEPS.length,
      steps: STEP_NUMBERS.map((step) => {
        const { number, title, description, required } = stepDefinition(step);
        return { number, title, description, required, ...(step === Step.ApiKeys ? { providers } : {}) };
      }),
      requirements: { min_api_keys: 1, required_providers: [], optional_providers: providers },
    };
  }
}

const savedOf = ({ parts }: StepHandler) => ({ saved: wholeSnapshotOf(parts) });

/** A step that is completed without data needs saved data that are enough. @throws InvalidInput */
function requireSaved(handler: StepHandler, saved: Snapshot): void {
  const view = handler.view(saved);
  if (!handler.suffices?.(view)) handler.parse(view ?? {});
}
