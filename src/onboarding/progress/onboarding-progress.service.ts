import { Injectable } from '@nestjs/common';
import type { User } from '../../ground/auth/user.js';
import type { FlowId } from '../../ground/config/wizard-flows.js';
import { withHeaders } from '../../ground/http/answer-headers.js';
import type { JsonObject } from '../../ground/problems/json.js';
import { Problem, type FieldError } from '../../ground/problems/problem.js';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import { documentChanges } from '../database/records/document-changes.record.js';
import { deleteUser } from '../database/records/onboarding-sessions.record.js';
import { entityTagOf, type Session } from '../database/session.js';
import { wholeSnapshotOf, type Snapshot } from '../database/snapshot.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { Flow } from '../flow/flow.js';
import { flowOfRead } from '../flow/flow-choice.js';
import { DemandUnmet, headersOf, StepNotFound, StepsMissing } from '../flow/flow.problems.js';
import { canComplete, requirementsOf } from '../flow/requirements.js';
import { missingBefore, type FinishedByDeployment } from '../flow/progress.js';
import { STEP_KEYS, type StepKey } from '../flow/steps.js';
import type { Terms } from '../flow/terms.js';
import { completeOnboarding, completeStep, reset, skipStep, unchanged, type Transition } from '../flow/transitions.js';
import { Deployment } from './deployment.js';
import { FlowHints } from './flow-hints.js';
import { OnboardingProgress } from './onboarding-progress.js';
import { PostedStep, type ChosenStep } from './posted-step.js';
import { PREVIEW_PARTS, withChanges } from './previewed-facts.js';
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
import { refusals, type Refusal } from './refusals.js';
import type { RequirementsView, StepPreviewView } from './requirements.contract.js';
import { viewRequirements } from './requirements.views.js';
import { FACT_PARTS, SavedFacts } from './saved-facts.js';
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
  readonly #hints: FlowHints;

  constructor(
    private readonly database: OnboardingDatabaseService,
    private readonly handlers: StepHandlers,
    private readonly deployment: Deployment,
  ) {
    this.#hints = new FlowHints(deployment.wizard);
  }

  /** The steps that count as finished whatever their status. */
  get finishedByDeployment(): FinishedByDeployment {
    return this.deployment.finishedSteps;
  }

  /** One user's progress, for callers that work through it step by step. */
  forUser(userId: string): Promise<OnboardingProgress> {
    return OnboardingProgress.load(userId, this, this.handlers);
  }

  async getOnboardingStatus(userId: string, terms: Terms = {}): Promise<StatusView> {
    const session = await this.database.getSessionByUser(userId);
    const flow = this.flowOf(session, terms);
    return answerOf(session, flow, viewStatus(session, flow, this.finishedByDeployment));
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
    return viewStatus(session, this.flowOf(session), this.finishedByDeployment);
  }

  /** Completes the onboarding; a second call returns the same answer. @throws StepsMissing */
  async completeOnboarding(userId: string, terms: Terms = {}): Promise<CompletedView> {
    const persona = this.handlers.of('personalization');
    const reads = { saved: wholeSnapshotOf(persona.parts) };
    const work = (data: UnitOfWork<typeof reads>) => {
      const { progress } = data.change(completeOnboarding(this.finishedByDeployment));
      return inFlow(data.flow, {
        message: 'Onboarding completed successfully',
        completed_at: (progress.completedAt as Date).toISOString(),
        completion_percentage: 100,
        persona_generated: persona.view(data.read.saved) !== null,
        scheduled_tasks: [],
        failed_tasks: null,
      });
    };
    return this.#publishingRefusals(userId, terms, () => this.database.forUser(userId, { reads, ...terms }, work));
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
    const byDeployment = this.finishedByDeployment;
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
    return answerOf(snapshot.session, flow, viewInit(user, snapshot, flow, this.finishedByDeployment, this.handlers));
  }

  async getProgress(userId: string, terms: Terms = {}): Promise<ProgressView> {
    const snapshot = await this.snapshot(userId);
    const flow = this.flowOf(snapshot.session, terms);
    return answerOf(snapshot.session, flow, viewProgress(snapshot, flow, this.finishedByDeployment, this.handlers));
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
    return inFlow(flow, viewAccess(step, session, flow, this.finishedByDeployment));
  }

  /** What is due, why, and what clears it. */
  async requirements(userId: string, terms: Terms = {}): Promise<RequirementsView> {
    const snapshot = await this.database.read(userId, FACT_PARTS);
    const flow = this.flowOf(snapshot.session, terms);
    return answerOf(snapshot.session, flow, this.requirementsIn(snapshot, { flow, named: terms.flow ?? null }));
  }

  /** What is due in a snapshot with all facts; in canonical numbers unless a flow is given. */
  requirementsIn(snapshot: Snapshot, shown: Partial<RequirementsIn> = {}): RequirementsView {
    const { session } = snapshot;
    const { flow = this.flowOf(session), named = null, stored = session, now = new Date() } = shown;
    const { wizard, finishedSteps } = this.deployment;
    const progress = progressOf(session);
    const facts = new SavedFacts(snapshot, this.deployment, now);
    const context = { facts, progress, flow, byDeployment: finishedSteps };
    return viewRequirements(requirementsOf(context), {
      flow,
      stored,
      isCompleted: progress.completedAt !== null,
      canComplete: canComplete(context, session?.revision ?? 0, { named, deployment: wizard }),
    });
  }

  /**
   * What completing the step with these data would answer, and what would be due then. Nothing is stored, nor is any provider asked.
   * @throws StepNotFound
   */
  async previewStep(
    userId: string,
    number: number,
    posted: JsonObject | null = null,
    { flow: named = null, numbers = 'canonical' }: Terms = {},
  ): Promise<StepPreviewView> {
    // Without the precondition: whether it holds is not what is asked.
    const terms = { flow: named, numbers };
    const request = await this.#posted(userId, number, posted, terms);
    return this.database.dryRun(userId, PREVIEW_PARTS, { reads: request.reads, ...terms }, (data, saved) => {
      const outcome = attempt(() => {
        const completed = this.#complete(request, [], data);
        return { warnings: warningsOf(completed), after: withChanges(saved, data.preview(saved), data.now) };
      });
      // A refused post changes nothing: not even which wizard the user was last seen with.
      const flow = outcome.done ? data.flow : this.flowOf(saved.session, terms);
      const shown = { flow, named, stored: saved.session, now: data.now };
      return inFlow(data.flow, {
        can_proceed: outcome.done !== null,
        validation_errors: outcome.errors.map(({ detail }) => detail),
        warnings: outcome.done?.warnings ?? [],
        errors: [...outcome.errors],
        requirements_after: this.requirementsIn(outcome.done?.after ?? saved, shown),
      });
    });
  }

  async start(userId: string, terms: Terms = {}): Promise<StartView> {
    return this.database.forUser(userId, terms, (data) => {
      const session = data.change(unchanged);
      return inFlow(data.flow, viewStart(session, data.flow, this.finishedByDeployment));
    });
  }

  async resume(userId: string, terms: Terms = {}): Promise<ResumeView> {
    const session = await this.database.getSessionByUser(userId);
    const flow = this.flowOf(session, terms);
    return inFlow(flow, viewResume(session, flow, this.finishedByDeployment));
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
    const request = await this.#posted(userId, number, posted, terms);
    const { result, snapshot } = await this.#publishingRefusals(userId, terms, () =>
      this.database.forUserThenRead(userId, { reads: request.reads, ...terms }, (data: UnitOfWork) =>
        refusingInFlow(data, () => this.#complete(request, validationErrors, data)),
      ),
    );
    const { handler, submission, flow } = result;
    if (result.learnt) this.#hints.notice(result.learnt);
    const warnings = warningsOf(result, await submission?.afterCommit(userId));
    return inFlow(flow, {
      message: `${flow.nameOf(handler.step)} completed successfully`,
      step_number: flow.numberOf(handler.step) as number,
      data: handler.view(snapshot),
      warnings: warnings.length > 0 ? warnings : null,
    });
  }

  /** @throws StepNotFound for a number that no wizard has */
  async #posted(userId: string, number: number, posted: JsonObject | null, terms: Terms): Promise<PostedStep> {
    const { handlers, deployment } = this;
    const request = new PostedStep({ handlers, number, posted, terms, deployment });
    if (request.isUnknown) throw new StepNotFound(this.flowOf(await this.database.getSessionByUser(userId), terms));
    return request;
  }

  #complete(request: PostedStep, validationErrors: readonly string[], data: UnitOfWork) {
    const byDeployment = this.finishedByDeployment;
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
      data.change(skipStep(step, this.finishedByDeployment));
      const message = `${flow.nameOf(step)} skipped successfully`;
      return inFlow(flow, { message, step_number: flow.numberOf(step) as number });
    });
  }

  /** Changes the progress by a rule of `flow`. */
  change(userId: string, transition: Transition): Promise<Session> {
    const work = (data: UnitOfWork) => data.change(transition);
    return this.#publishingRefusals(userId, {}, () => this.database.forUser(userId, {}, work));
  }

  /** What is saved for all steps, in one read. */
  snapshot(userId: string): Promise<Snapshot> {
    return this.database.read(userId, this.handlers.parts);
  }

  /** The same with all facts that requirements are found in. */
  snapshotOfFacts(userId: string): Promise<Snapshot> {
    return this.database.read(userId, [...this.handlers.parts, documentChanges]);
  }

  async #publishingRefusals<T>(userId: string, terms: Terms, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (refusals.hasSubscribers)
        for (const refusal of await this.#refusalsOf(userId, terms, error)) refusals.publish(refusal);
      throw error;
    }
  }

  /** Why a step was not completed. Which requirements are behind a step that is missing is read only now. */
  async #refusalsOf(userId: string, terms: Terms, error: unknown): Promise<readonly Refusal[]> {
    if (error instanceof DemandUnmet) return [{ step: error.demand.step, code: error.demand.code }];
    if (!(error instanceof StepsMissing)) return [];
    const { currently_due, eventually_due, past_due } = await this.requirements(userId, terms);
    const due = [...currently_due, ...eventually_due, ...past_due];
    return due.map(({ step_key: step, code }) => ({ step, code })).filter(({ step }) => error.missing.includes(step));
  }

  /** The steps and what they require, the same for all users. */
  config(terms: Terms = {}): ConfigView {
    const flow = this.flowOf(null, terms);
    return inFlow(flow, viewConfig(flow));
  }

  /** The flow in which a user is answered. */
  flowOf(session: Session | null, terms: Terms = {}): Flow {
    return flowOfRead(session?.progress ?? null, terms, this.deployment.wizard);
  }
}

/** How requirements are shown. */
interface RequirementsIn {
  readonly flow: Flow;
  /** The wizard that the request names. */
  readonly named: FlowId | null;
  /** The session as it is stored, where the snapshot is of a change that was not made. */
  readonly stored: Session | null;
  readonly now: Date;
}

/** A step as it was completed. */
interface CompletedStep extends ChosenStep {
  readonly flow: Flow;
  /** Steps before it that the flow demands, and that are open. */
  readonly missing: readonly StepKey[];
}

/** What the user should know: how the data were taken, what could not be done besides, and which steps are missing. */
function warningsOf({ submission, flow, missing }: CompletedStep, ofCommit: readonly string[] = []): string[] {
  const stillOpen = missing.map((step) => `${flow.nameOf(step)} is still to be completed.`);
  return [...(submission?.warnings(flow) ?? []), ...ofCommit, ...stillOpen];
}

/** What a decision has led to: its result, or the errors for which it was refused. */
interface Attempt<T> {
  readonly done: T | null;
  readonly errors: readonly FieldError[];
}

/** A step that does not exist is no refusal, and neither is an outage: these are thrown. */
function attempt<T>(decide: () => T): Attempt<T> {
  try {
    return { done: decide(), errors: [] };
  } catch (error) {
    if (!(error instanceof Problem) || error instanceof StepNotFound || error.status >= 500) throw error;
    return { done: null, errors: error.errors ?? [{ pointer: '', detail: error.detail }] };
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
