import { Injectable } from '@nestjs/common';
import type { User } from '../../ground/auth/user.js';
import { Configuration } from '../../ground/config/configuration.js';
import type { FlowId } from '../../ground/config/wizard-flows.js';
import { withHeaders } from '../../ground/http/answer-headers.js';
import type { JsonObject } from '../../ground/problems/json.js';
import { Problem } from '../../ground/problems/problem.js';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import { deleteUser } from '../database/records/onboarding-sessions.record.js';
import { entityTagOf, type Session } from '../database/session.js';
import { wholeSnapshotOf, type Snapshot } from '../database/snapshot.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { Flow } from '../flow/flow.js';
import { flowOfRead } from '../flow/flow-choice.js';
import { headersOf, StepNotFound } from '../flow/flow.problems.js';
import { missingBefore } from '../flow/progress.js';
import { STEP_KEYS, type StepKey } from '../flow/steps.js';
import type { Terms } from '../flow/terms.js';
import { completeOnboarding, completeStep, reset, skipStep, unchanged, type Transition } from '../flow/transitions.js';
import { FlowHints } from './flow-hints.js';
import { OnboardingProgress } from './onboarding-progress.js';
import { PostedStep } from './posted-step.js';
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
  /** The wizard that the deployment serves. */
  readonly #deployment: FlowId;
  readonly #hints: FlowHints;

  constructor(
    private readonly database: OnboardingDatabaseService,
    private readonly handlers: StepHandlers,
    configuration: Configuration,
  ) {
    this.#deployment = configuration.WIZARD_FLOW;
    this.#hints = new FlowHints(this.#deployment);
  }

  /** One user's progress, for callers that work through it step by step. */
  forUser(userId: string): Promise<OnboardingProgress> {
    return OnboardingProgress.load(userId, this, this.handlers);
  }

  async getOnboardingStatus(userId: string, terms: Terms = {}): Promise<StatusView> {
    const session = await this.database.getSessionByUser(userId);
    const flow = this.flowOf(session, terms);
    return answerOf(session, flow, viewStatus(session, flow, this.handlers.finishedByDeployment));
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
    return viewStatus(session, this.flowOf(session), this.handlers.finishedByDeployment);
  }

  /** Completes the onboarding; a second call returns the same answer. @throws StepsMissing */
  async completeOnboarding(userId: string, terms: Terms = {}): Promise<CompletedView> {
    const persona = this.handlers.of('personalization');
    const reads = { saved: wholeSnapshotOf(persona.parts) };
    return this.database.forUser(userId, { reads, ...terms }, (data) => {
      const { progress } = data.change(completeOnboarding(this.handlers.finishedByDeployment));
      return inFlow(data.flow, {
        message: 'Onboarding completed successfully',
        completed_at: (progress.completedAt as Date).toISOString(),
        completion_percentage: 100,
        persona_generated: persona.view(data.read.saved) !== null,
        scheduled_tasks: [],
        failed_tasks: null,
      });
    });
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
    const flow = this.flowOf(session);
    const byDeployment = this.handlers.finishedByDeployment;
    const missing = missingBefore(progressOf(session), 'complete', flow, byDeployment);
    return {
      ...viewStatus(session, flow, byDeployment),
      missing_steps: missing.map((step) => flow.numberOf(step) as number),
      data: Object.fromEntries(STEP_KEYS.map((step) => [step, this.handlers.of(step).view(snapshot)])),
    };
  }

  async init(user: User, terms: Terms = {}): Promise<InitView> {
    const snapshot = await this.snapshot(user.id);
    const flow = this.flowOf(snapshot.session, terms);
    return answerOf(snapshot.session, flow, viewInit(user, snapshot, flow, this.handlers));
  }

  async getProgress(userId: string, terms: Terms = {}): Promise<ProgressView> {
    const snapshot = await this.snapshot(userId);
    const flow = this.flowOf(snapshot.session, terms);
    return answerOf(snapshot.session, flow, viewProgress(snapshot, flow, this.handlers));
  }

  /** @throws StepNotFound */
  async getStep(userId: string, number: number, terms: Terms = {}): Promise<StepView> {
    // Which step it is may depend on the user's own wizard, which is read together with the step's data: most users have the
    // deployment's, and are answered by the first read.
    let expected = this.flowOf(null, terms).keyOf(number);
    for (;;) {
      const snapshot = await this.database.read(userId, expected ? this.handlers.of(expected).parts : []);
      const flow = this.flowOf(snapshot.session, terms);
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
    const flow = this.flowOf(session, terms);
    const step = stepAt(number, flow);
    return inFlow(flow, viewAccess(step, session, flow, this.handlers.finishedByDeployment));
  }

  async start(userId: string, terms: Terms = {}): Promise<StartView> {
    return this.database.forUser(userId, terms, (data) => {
      const session = data.change(unchanged);
      return inFlow(data.flow, viewStart(session, data.flow, this.handlers.finishedByDeployment));
    });
  }

  async resume(userId: string, terms: Terms = {}): Promise<ResumeView> {
    const session = await this.database.getSessionByUser(userId);
    const flow = this.flowOf(session, terms);
    return inFlow(flow, viewResume(session, flow, this.handlers.finishedByDeployment));
  }

  /**
   * Saves the step's data and marks it completed. Without data, what is saved already must be enough. A wizard's post is read by its
   * number and its content; other callers name the step by its canonical number.
   * @throws StepNotFound
   * @throws InvalidInput naming what is wrong or missing
   * @throws StepsMissing for the last step while required steps are unfinished
   */
  async completeStep(
    userId: string,
    number: number,
    posted: JsonObject | null = null,
    validationErrors: readonly string[] = [],
    terms: Terms = {},
  ): Promise<StepCompletedView> {
    const { handlers } = this;
    const request = new PostedStep({ handlers, number, posted, terms, deployment: this.#deployment });
    if (request.isUnknown) throw new StepNotFound(this.flowOf(await this.database.getSessionByUser(userId), terms));
    const { result, snapshot } = await this.database.forUserThenRead(
      userId,
      { reads: request.reads, ...terms },
      (data: UnitOfWork) => refusingInFlow(data, () => this.#complete(request, validationErrors, data)),
    );
    const { handler, submission, flow, missing } = result;
    if (result.learnt) this.#hints.notice(result.learnt);
    const warnings = [
      ...(submission?.warnings(flow) ?? []),
      ...((await submission?.afterCommit(userId)) ?? []),
      ...missing.map((step) => `${flow.nameOf(step)} is still to be completed.`),
    ];
    return inFlow(flow, {
      message: `${flow.nameOf(handler.step)} completed successfully`,
      step_number: flow.numberOf(handler.step) as number,
      data: handler.view(snapshot),
      warnings: warnings.length > 0 ? warnings : null,
    });
  }

  #complete(request: PostedStep, validationErrors: readonly string[], data: UnitOfWork) {
    const byDeployment = this.handlers.finishedByDeployment;
    const chosen = request.choose(data);
    const { step, parts } = chosen.handler;
    chosen.submission?.save(data);
    const { progress } = data.change(completeStep(step, validationErrors, byDeployment));
    const { flow } = data;
    return { ...chosen, parts, flow, missing: missingBefore(progress, step, flow, byDeployment) };
  }

  /** @throws StepNotFound; StepNotSkippable for a required step */
  async skipStep(userId: string, number: number, terms: Terms = {}): Promise<StepSkippedView> {
    return this.database.forUser(userId, terms, (data) => {
      const { flow } = data;
      const step = stepAt(number, flow);
      data.change(skipStep(step, this.handlers.finishedByDeployment));
      const message = `${flow.nameOf(step)} skipped successfully`;
      return inFlow(flow, { message, step_number: flow.numberOf(step) as number });
    });
  }

  /** Changes the progress by a rule of `flow`. */
  change(userId: string, transition: Transition): Promise<Session> {
    return this.database.forUser(userId, {}, (data) => data.change(transition));
  }

  /** What is saved for all steps, in one read. */
  snapshot(userId: string): Promise<Snapshot> {
    return this.database.read(userId, this.handlers.parts);
  }

  /** The steps and what they require, the same for all users. */
  config(terms: Terms = {}): ConfigView {
    const flow = this.flowOf(null, terms);
    return inFlow(flow, viewConfig(flow));
  }

  /** The flow in which a user is answered. */
  flowOf(session: Session | null, terms: Terms = {}): Flow {
    return flowOfRead(session?.progress ?? null, terms, this.#deployment);
  }
}

/** @throws StepNotFound */
function stepAt(number: number, flow: Flow): StepKey {
  const step = flow.keyOf(number);
  if (!step) throw new StepNotFound(flow);
  return step;
}

/** An answer that speaks of steps says whose numbers they are, unless those are the canonical ones. */
const inFlow = <T extends object>(flow: Flow, answer: T): T => withHeaders(answer, headersOf(flow));

/** The same, of a read that shows a state of the onboarding. */
const answerOf = <T extends object>(session: Session | null, flow: Flow, answer: T): T =>
  withHeaders(answer, { ...headersOf(flow), etag: entityTagOf(session) });

/** Refusals of the work say whose numbers they have. */
function refusingInFlow<T>(data: UnitOfWork, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Problem) Object.assign(error, { headers: { ...error.headers, ...headersOf(data.flow) } });
    throw error;
  }
}
