import type { Session } from '../database/session.js';
import type { Snapshot } from '../database/snapshot.js';
import { refuseUnstorable, type JsonObject } from '../../ground/problems/json.js';
import { isFinished, missingBefore, stepState, type Progress } from '../flow/progress.js';
import { StepNotFound } from '../flow/flow.problems.js';
import { StepStatus } from '../flow/step-status.js';
import type { Flow } from '../flow/flow.js';
import { CANONICAL_FLOWS, canonicalStep } from '../flow/flows.js';
import { STEP_KEYS, type StepKey } from '../flow/steps.js';
import {
  completeOnboarding,
  failStep,
  goToStep,
  reset,
  resetStep,
  skipStep,
  type Transition,
} from '../flow/transitions.js';
import type { Deployment } from './deployment.js';
import type { OnboardingProgressService } from './onboarding-progress.service.js';
import type { StatusView } from './progress.contract.js';
import { progressOf, stepDataOf, viewStatus } from './progress.views.js';
import type { RequirementsView } from './requirements.contract.js';
import type { StepData } from './step-data.js';
import type { StepHandlers } from './step-handler.js';

/** The status with the steps that are completed and failed. */
export interface ProgressSummary extends StatusView {
  readonly total_steps: number;
  readonly completed_steps: readonly number[];
  readonly failed_steps: readonly number[];
}

/**
 * One user's progress, for callers inside the process. It shows the state when it was loaded or last changed; every
 * change is stored before its promise resolves. Step numbers are the canonical ones; others throw `StepNotFound`.
 */
export class OnboardingProgress {
  private constructor(
    readonly userId: string,
    private readonly service: OnboardingProgressService,
    private readonly handlers: StepHandlers,
    private readonly deployment: Deployment,
    private snapshot: Snapshot,
  ) {}

  static async load(
    userId: string,
    service: OnboardingProgressService,
    handlers: StepHandlers,
    deployment: Deployment,
  ): Promise<OnboardingProgress> {
    return new OnboardingProgress(userId, service, handlers, deployment, await service.snapshotOfFacts(userId));
  }

  /** Saves the data and completes the step. @throws InvalidInput, StepsMissing */
  async markStepCompleted(step: number, data: JsonObject | null = null): Promise<void> {
    refuseUnstorable(data);
    await this.service.completeStep(this.userId, step, data);
    this.snapshot = await this.service.snapshotOfFacts(this.userId);
  }

  async markStepInProgress(step: number): Promise<void> {
    await this.#change(goToStep(stepOf(step)));
  }

  /** @throws StepNotSkippable for a required step */
  async markStepSkipped(step: number): Promise<void> {
    await this.#change(skipStep(stepOf(step), this.deployment.finishedSteps));
  }

  /** Keeps the error with the step; a finished step stays finished. */
  async markStepFailed(step: number, error: string): Promise<void> {
    refuseUnstorable(error);
    await this.#change(failStep(stepOf(step), error));
  }

  /** One step back to pending. What was saved for it stays. */
  async resetStep(step: number): Promise<void> {
    await this.#change(resetStep(stepOf(step)));
  }

  /** All of the progress back to the start. What was saved stays. */
  async resetAllSteps(): Promise<void> {
    await this.#change(reset());
  }

  /** @throws StepsMissing */
  async completeOnboarding(): Promise<void> {
    await this.#change(completeOnboarding(this.deployment.finishedSteps));
  }

  getStepData(step: number): StepData {
    return stepDataOf(stepOf(step), step, this.snapshot, this.handlers);
  }

  getProgressSummary(): ProgressSummary {
    return {
      ...this.#status,
      total_steps: this.#flow.steps.length,
      completed_steps: this.getCompletedSteps(),
      failed_steps: this.getFailedSteps(),
    };
  }

  /** What is due, why, and what clears it. */
  getRequirements(): RequirementsView {
    return this.service.requirementsIn(this.snapshot);
  }

  /** The first unfinished step; null once onboarding is completed. */
  getNextStep(): number | null {
    return this.#progress.completedAt ? null : this.#status.next_step;
  }

  /** The step to show on return. */
  getResumeStep(): number {
    return this.#status.current_step;
  }

  /** Whether every required step before it is finished. */
  canProceedToStep(step: number): boolean {
    return missingBefore(this.#progress, stepOf(step), this.#flow, this.deployment.finishedSteps).length === 0;
  }

  /** Completed or skipped. */
  getCompletedSteps(): number[] {
    return this.#numbersOf((step) => isFinished(this.#progress, step));
  }

  getFailedSteps(): number[] {
    return this.#numbersOf((step) => stepState(this.#progress, step).status === StepStatus.Failed);
  }

  #numbersOf(isMeant: (step: StepKey) => boolean): number[] {
    return STEP_KEYS.filter(isMeant).map((step) => this.#flow.numberOf(step) as number);
  }

  get #flow(): Flow {
    return this.deployment.flowOf(this.snapshot.session);
  }

  get #status(): StatusView {
    return viewStatus(this.snapshot.session, this.#flow, this.deployment.finishedSteps);
  }

  get #progress(): Progress {
    return progressOf(this.snapshot.session);
  }

  async #change(transition: Transition): Promise<void> {
    const session: Session = await this.service.change(this.userId, transition);
    this.snapshot = this.snapshot.withSession(session);
  }
}

function stepOf(number: number): StepKey {
  const step = canonicalStep(number);
  if (!step) throw new StepNotFound(CANONICAL_FLOWS.six);
  return step;
}
