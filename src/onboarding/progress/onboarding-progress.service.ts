import { Injectable } from '@nestjs/common';
import type { User } from '../../ground/auth/user.js';
import type { JsonObject } from '../../ground/problems/json.js';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import type { SnapshotPart } from '../database/record.js';
import { documentChanges } from '../database/records/document-changes.record.js';
import { deleteUser } from '../database/records/onboarding-sessions.record.js';
import type { Session } from '../database/session.js';
import { wholeSnapshotOf, type Snapshot } from '../database/snapshot.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { Flow } from '../flow/flow.js';
import { StepNotFound } from '../flow/flow.problems.js';
import { missingBefore } from '../flow/progress.js';
import { STEP_KEYS, type StepKey } from '../flow/steps.js';
import type { Terms } from '../flow/terms.js';
import { completeOnboarding, reset, skipStep, unchanged, type Transition } from '../flow/transitions.js';
import { answerOf, inFlow } from './answers.js';
import { Deployment } from './deployment.js';
import { OnboardingProgress } from './onboarding-progress.js';
import { OnboardingRequirements } from './onboarding-requirements.js';
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
  viewConfig,
  viewInit,
  viewProgress,
  viewResume,
  viewStart,
  viewStatus,
  viewStep,
} from './progress.views.js';
import type { RequirementsView, StepPreviewView } from './requirements.contract.js';
import { StepCompletion } from './step-completion.js';
import { StepHandlers } from './step-handler.js';

/** The status, the steps that are missing for completion, and everything that was saved. */
export interface CompletionData extends StatusView {
  /** Required steps before the last that are unfinished. */
  readonly missing_steps: readonly number[];
  /** The saved data of each step, by its key; null where there are none. Never key material. */
  readonly data: Readonly<Record<string, JsonObject | null>>;
}

/**
 * The steps of one user: status, completion, history. A change, its data and its events are one transaction; a read never
 * writes. Step numbers are the canonical ones, those of the wizard of six pages, unless the terms are those of a wizard.
 * Every method throws `DatabaseUnavailable` while PostgreSQL is unreachable.
 */
@Injectable()
export class OnboardingProgressService {
  /** The parts of all steps, and what requirements need besides: one list, so that its statement is found again. */
  #factParts: readonly SnapshotPart<unknown>[] | null = null;

  constructor(
    private readonly database: OnboardingDatabaseService,
    private readonly handlers: StepHandlers,
    private readonly deployment: Deployment,
    private readonly steps: StepCompletion,
    private readonly due: OnboardingRequirements,
  ) {}

  /** One user's progress, for callers that work through it step by step. */
  forUser(userId: string): Promise<OnboardingProgress> {
    return OnboardingProgress.load(userId, this, this.handlers, this.deployment);
  }

  async getOnboardingStatus(userId: string, terms: Terms = {}): Promise<StatusView> {
    const session = await this.database.getSessionByUser(userId);
    const flow = this.deployment.flowOf(session, terms);
    return answerOf(session, flow, viewStatus(session, flow, this.deployment.finishedSteps));
  }

  /** The user goes to a step on purpose: it becomes the current one, and in progress unless it is finished. @throws StepNotFound */
  async updateStep(userId: string, stepNumber: number): Promise<StatusView> {
    return this.#statusOf(await this.database.updateStep(userId, stepNumber));
  }

  /** Sets a floor of 0 to 100 under the percentage; only a reset lowers it. @throws PercentageOutOfRange */
  async updateProgress(userId: string, percentage: number): Promise<StatusView> {
    return this.#statusOf(await this.database.updateProgress(userId, percentage));
  }

  #statusOf(session: Session): StatusView {
    return viewStatus(session, this.deployment.flowOf(session), this.deployment.finishedSteps);
  }

  /** Completes the onboarding; a second call returns the same answer. @throws StepsMissing */
  async completeOnboarding(userId: string, terms: Terms = {}): Promise<CompletedView> {
    const persona = this.handlers.of('personalization');
    const reads = { saved: wholeSnapshotOf(persona.parts) };
    const work = (data: UnitOfWork<typeof reads>) => {
      const { progress } = data.change(completeOnboarding(this.deployment.finishedSteps));
      return inFlow(data.flow, {
        message: 'Onboarding completed successfully',
        completed_at: (progress.completedAt as Date).toISOString(),
        completion_percentage: 100,
        persona_generated: persona.view(data.read.saved) !== null,
        scheduled_tasks: [],
        failed_tasks: null,
      });
    };
    return this.due.publishingRefusals(userId, terms, () => this.database.forUser(userId, { reads, ...terms }, work));
  }

  /** `hard` deletes everything of this user; otherwise what was saved stays, and only the progress starts again. */
  async resetOnboarding(
    userId: string,
    { hard = false, ...terms }: { hard?: boolean } & Terms = {},
  ): Promise<ResetView> {
    return this.database.forUser(userId, terms, (data) => {
      if (hard) data.run(deleteUser);
      const startedAt = hard ? null : data.change(reset()).progress.startedAt;
      return inFlow(data.flow, {
        message: hard ? 'Onboarding was reset and all of its data deleted' : 'Onboarding was reset',
        reset_mode: hard ? 'hard' : 'soft',
        current_step: data.flow.currentStep(data.flow.firstStep),
        started_at: startedAt?.toISOString() ?? null,
        user_id: userId,
      });
    });
  }

  async getCompletionData(userId: string): Promise<CompletionData> {
    const snapshot = await this.snapshot(userId);
    const { session } = snapshot;
    const flow = this.deployment.flowOf(session);
    const byDeployment = this.deployment.finishedSteps;
    const missing = missingBefore(progressOf(session), 'complete', flow, byDeployment);
    return {
      ...viewStatus(session, flow, byDeployment),
      missing_steps: missing.map((step) => flow.numberOf(step) as number),
      data: Object.fromEntries(STEP_KEYS.map((step) => [step, this.handlers.of(step).view(snapshot)])),
    };
  }

  async init(user: User, terms: Terms = {}): Promise<InitView> {
    const snapshot = await this.snapshot(user.id);
    const flow = this.deployment.flowOf(snapshot.session, terms);
    return answerOf(
      snapshot.session,
      flow,
      viewInit(user, snapshot, flow, this.deployment.finishedSteps, this.handlers),
    );
  }

  async getProgress(userId: string, terms: Terms = {}): Promise<ProgressView> {
    const snapshot = await this.snapshot(userId);
    const flow = this.deployment.flowOf(snapshot.session, terms);
    return answerOf(snapshot.session, flow, viewProgress(snapshot, flow, this.deployment.finishedSteps, this.handlers));
  }

  /** @throws StepNotFound */
  async getStep(userId: string, number: number, terms: Terms = {}): Promise<StepView> {
    // Which step it is may depend on the user's own wizard, which is read together with the step's data: most users have the
    // deployment's, and are answered by the first read.
    let expected = this.deployment.flowOf(null, terms).keyOf(number);
    for (;;) {
      const snapshot = await this.database.read(userId, expected ? this.handlers.of(expected).parts : []);
      const flow = this.deployment.flowOf(snapshot.session, terms);
      const key = flow.keyOf(number);
      const step = key && flow.step(key);
      if (!step) throw new StepNotFound(flow);
      if (key === expected) return answerOf(snapshot.session, flow, viewStep(step, snapshot, this.handlers));
      expected = key;
    }
  }

  /** @throws StepNotFound */
  async validateStep(userId: string, number: number, terms: Terms = {}): Promise<StepAccessView> {
    const session = await this.database.getSessionByUser(userId);
    const flow = this.deployment.flowOf(session, terms);
    const step = stepAt(number, flow);
    return inFlow(flow, viewAccess(step, session, flow, this.deployment.finishedSteps));
  }

  /** What is due, why, and which requests clear it. */
  requirements(userId: string, terms: Terms = {}): Promise<RequirementsView> {
    return this.due.find(userId, terms);
  }

  /** The same in a snapshot with all facts, in canonical numbers. */
  requirementsIn(snapshot: Snapshot): RequirementsView {
    return this.due.view(snapshot);
  }

  /**
   * What completing the step with these data would answer, and what would be due then. Nothing is stored, and no provider is asked.
   * @throws StepNotFound
   */
  previewStep(
    userId: string,
    number: number,
    data: JsonObject | null = null,
    terms: Terms = {},
  ): Promise<StepPreviewView> {
    return this.steps.preview(userId, { number, data, validationErrors: [] }, terms);
  }

  async start(userId: string, terms: Terms = {}): Promise<StartView> {
    return this.database.forUser(userId, terms, (data) => {
      const session = data.change(unchanged);
      return inFlow(data.flow, viewStart(session, data.flow, this.deployment.finishedSteps));
    });
  }

  async resume(userId: string, terms: Terms = {}): Promise<ResumeView> {
    const session = await this.database.getSessionByUser(userId);
    const flow = this.deployment.flowOf(session, terms);
    return inFlow(flow, viewResume(session, flow, this.deployment.finishedSteps));
  }

  /**
   * Saves the step's data and marks it completed. Without data, what is saved already must be enough. A wizard's post is read by its
   * number and its content; other callers name the step by its canonical number.
   * @throws StepNotFound
   * @throws InvalidInput naming what is wrong or missing
   * @throws StepsMissing for the last step while required steps are unfinished
   */
  completeStep(
    userId: string,
    number: number,
    data: JsonObject | null = null,
    validationErrors: readonly string[] = [],
    terms: Terms = {},
  ): Promise<StepCompletedView> {
    return this.steps.complete(userId, { number, data, validationErrors }, terms);
  }

  /** @throws StepNotFound; StepNotSkippable for a required step */
  async skipStep(userId: string, number: number, terms: Terms = {}): Promise<StepSkippedView> {
    return this.database.forUser(userId, terms, (data) => {
      const { flow } = data;
      const step = stepAt(number, flow);
      data.change(skipStep(step, this.deployment.finishedSteps));
      const message = `${flow.nameOf(step)} skipped successfully`;
      return inFlow(flow, { message, step_number: flow.numberOf(step) as number });
    });
  }

  /** Changes the progress by a rule of `flow`. */
  change(userId: string, transition: Transition): Promise<Session> {
    const work = (data: UnitOfWork) => data.change(transition);
    return this.due.publishingRefusals(userId, {}, () => this.database.forUser(userId, {}, work));
  }

  /** What is saved for all steps, in one read. */
  snapshot(userId: string): Promise<Snapshot> {
    return this.database.read(userId, this.handlers.parts);
  }

  /** The same with all facts that requirements are found in. */
  snapshotOfFacts(userId: string): Promise<Snapshot> {
    this.#factParts ??= [...this.handlers.parts, documentChanges];
    return this.database.read(userId, this.#factParts);
  }

  /** The steps and what they require, the same for all users. */
  config(terms: Terms = {}): ConfigView {
    const flow = this.deployment.flowOf(null, terms);
    return inFlow(flow, viewConfig(flow));
  }
}

/** @throws StepNotFound */
function stepAt(number: number, flow: Flow): StepKey {
  const step = flow.keyOf(number);
  if (!step) throw new StepNotFound(flow);
  return step;
}
