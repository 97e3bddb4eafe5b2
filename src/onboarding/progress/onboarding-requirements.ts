import { Injectable, Logger } from '@nestjs/common';
import { channel } from 'node:diagnostics_channel';
import type { FlowId } from '../../ground/config/wizard-flows.js';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import type { Session } from '../database/session.js';
import type { Snapshot } from '../database/snapshot.js';
import type { Flow } from '../flow/flow.js';
import { DemandUnmet, StepsMissing } from '../flow/flow.problems.js';
import type { RequirementCode } from '../flow/requirement-rules.js';
import { canComplete, requirementsOf } from '../flow/requirements.js';
import type { StepKey } from '../flow/steps.js';
import type { Terms } from '../flow/terms.js';
import { answerOf } from './answers.js';
import { Deployment } from './deployment.js';
import { progressOf } from './progress.views.js';
import type { RequirementsView } from './requirements.contract.js';
import { viewRequirements } from './requirements.views.js';
import { REQUIREMENT_PARTS, SavedFacts } from './saved-facts.js';

/** A step that was not completed, and why: one of a few words each, never a user's. */
interface Refusal {
  readonly step: StepKey;
  readonly code: RequirementCode;
}

/** Publishes refusals to subscribers, such as metrics; costs nothing while there are none. */
const refusals = channel('onboarding.refusals');

/** How requirements are shown. */
export interface RequirementsOptions {
  /** Left out: that of the session, in canonical numbers. */
  readonly flow?: Flow;
  /** The wizard that the request names. */
  readonly named?: FlowId | null;
  /** The session as it is stored, where the snapshot is of a change that was not made. */
  readonly stored?: Session | null;
  readonly now?: Date;
}

/** What is due, why, and what clears it. */
@Injectable()
export class OnboardingRequirements {
  readonly #logger = new Logger('requirements');

  constructor(
    private readonly database: OnboardingDatabaseService,
    private readonly deployment: Deployment,
  ) {}

  async find(userId: string, terms: Terms): Promise<RequirementsView> {
    const snapshot = await this.database.read(userId, REQUIREMENT_PARTS);
    const { session } = snapshot;
    const flow = this.deployment.flowOf(session, terms);
    return answerOf(session, flow, this.view(snapshot, { flow, named: terms.flow ?? null }));
  }

  /** @param snapshot with all facts */
  view(snapshot: Snapshot, shown: RequirementsOptions = {}): RequirementsView {
    const { session } = snapshot;
    const { flow = this.deployment.flowOf(session), named = null, stored = session, now = new Date() } = shown;
    const { wizard, finishedSteps: byDeployment } = this.deployment;
    const progress = progressOf(session);
    const context = { facts: new SavedFacts(snapshot, this.deployment, now), progress, flow, byDeployment };
    return viewRequirements(requirementsOf(context), {
      flow,
      stored,
      isCompleted: progress.completedAt !== null,
      canComplete: canComplete(context, session?.revision ?? 0, { named, deployment: wizard }),
    });
  }

  /** Does the work; where it is refused, what was due is published, and only then read. */
  async publishingRefusals<T>(userId: string, terms: Terms, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (refusals.hasSubscribers) await this.#publish(userId, terms, error);
      throw error;
    }
  }

  /** Never fails: the refusal is answered in any case. */
  async #publish(userId: string, terms: Terms, refusal: unknown): Promise<void> {
    try {
      for (const { step, code } of await this.#refusalsOf(userId, terms, refusal)) refusals.publish({ step, code });
    } catch (error) {
      this.#logger.warn({ err: error }, 'A refusal is not counted, since what was due cannot be read');
    }
  }

  async #refusalsOf(userId: string, terms: Terms, error: unknown): Promise<readonly Refusal[]> {
    if (error instanceof DemandUnmet) return [error.demand];
    if (!(error instanceof StepsMissing)) return [];
    const { currently_due, eventually_due, past_due } = await this.find(userId, terms);
    const due = [...currently_due, ...eventually_due, ...past_due];
    return due.map(({ step_key: step, code }) => ({ step, code })).filter(({ step }) => error.missing.includes(step));
  }
}
