import { Injectable } from '@nestjs/common';
import type { JsonObject } from '../../ground/problems/json.js';
import { Problem, type FieldError } from '../../ground/problems/problem.js';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { Flow } from '../flow/flow.js';
import { StepNotFound } from '../flow/flow.problems.js';
import { missingBefore } from '../flow/progress.js';
import type { StepKey } from '../flow/steps.js';
import type { Terms } from '../flow/terms.js';
import { completeStep } from '../flow/transitions.js';
import { inFlow, refusingInFlow } from './answers.js';
import { Deployment } from './deployment.js';
import { FlowHints } from './flow-hints.js';
import { OnboardingRequirements } from './onboarding-requirements.js';
import { PostedStep, type ChosenStep } from './posted-step.js';
import { PREVIEW_PARTS, withChanges } from './previewed-facts.js';
import type { StepCompletedView } from './progress.contract.js';
import type { StepPreviewView } from './requirements.contract.js';
import { StepHandlers } from './step-handler.js';

/** Which step is to be completed, and with what. */
export interface StepPost {
  readonly number: number;
  /** Null: what is saved must be enough. */
  readonly data: JsonObject | null;
  readonly validationErrors: readonly string[];
}

/** A step as it was completed. */
interface CompletedStep extends ChosenStep {
  readonly flow: Flow;
  /** Steps before it that the flow demands, and that are open. */
  readonly missing: readonly StepKey[];
}

/** Completes steps, or says what completing one would do: both make the same decision. */
@Injectable()
export class StepCompletion {
  readonly #hints: FlowHints;

  constructor(
    private readonly database: OnboardingDatabaseService,
    private readonly handlers: StepHandlers,
    private readonly deployment: Deployment,
    private readonly requirements: OnboardingRequirements,
  ) {
    this.#hints = new FlowHints(deployment.wizard);
  }

  /** @throws StepNotFound; InvalidInput; StepsMissing */
  async complete(userId: string, post: StepPost, terms: Terms): Promise<StepCompletedView> {
    const request = await this.#read(userId, post, terms);
    const options = { reads: request.reads, ...terms };
    const { result, snapshot } = await this.requirements.publishingRefusals(userId, terms, () =>
      this.database.forUserThenRead(userId, options, (data: UnitOfWork) =>
        refusingInFlow(data, () => this.#decide(request, post.validationErrors, data)),
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

  /** Stores nothing, and asks no provider. The precondition is not heeded: whether it holds is not what is asked. @throws StepNotFound */
  async preview(
    userId: string,
    post: StepPost,
    { flow: named = null, numbers = 'canonical' }: Terms,
  ): Promise<StepPreviewView> {
    const terms = { flow: named, numbers };
    const request = await this.#read(userId, post, terms);
    return this.database.dryRun(userId, PREVIEW_PARTS, { reads: request.reads, ...terms }, (data, saved) => {
      const { done, errors } = attempt(() => {
        const completed = this.#decide(request, post.validationErrors, data);
        return { warnings: warningsOf(completed), after: withChanges(saved, data.preview(saved), data.now) };
      });
      const { now } = data;
      // A refused post changes nothing: not even which wizard the user was last seen with.
      const flow = done ? data.flow : this.deployment.flowOf(saved.session, terms);
      return inFlow(data.flow, {
        can_proceed: done !== null,
        validation_errors: errors.map(({ detail }) => detail),
        warnings: done?.warnings ?? [],
        errors: [...errors],
        requirements_after: this.requirements.view(done?.after ?? saved, { flow, named, stored: saved.session, now }),
      });
    });
  }

  /** @throws StepNotFound for a number that no wizard has */
  async #read(userId: string, { number, data: posted }: StepPost, terms: Terms): Promise<PostedStep> {
    const { handlers, deployment } = this;
    const request = new PostedStep({ handlers, number, posted, terms, deployment });
    if (!request.isUnknown) return request;
    throw new StepNotFound(deployment.flowOf(await this.database.getSessionByUser(userId), terms));
  }

  #decide(request: PostedStep, validationErrors: readonly string[], data: UnitOfWork) {
    const { finishedSteps } = this.deployment;
    const chosen = request.choose(data);
    const { step, parts } = chosen.handler;
    chosen.submission?.save(data);
    const { progress } = data.change(completeStep(step, validationErrors, finishedSteps));
    const { flow } = data;
    return { ...chosen, parts, flow, missing: missingBefore(progress, step, flow, finishedSteps) };
  }
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
