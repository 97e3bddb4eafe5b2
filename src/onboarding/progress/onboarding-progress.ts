import type { Session } from '../database/session.js';
import type { Snapshot } from '../database/snapshot.js';
import { refuseUnstorable, type JsonObject } from '../../ground/problems/json.js';
import { isFinished, missingBefore, nextStep, stepState, type Progress } from '../flow/progress.js';
import { StepNotFound } from '../flow/flow.problems.js';
import { StepStatus } from '../flow/step-status.js';
import { isStepNumber, STEP_NUMBERS, STEPS, type StepNumber } from '../flow/steps.js';
import {
  completeOnboarding,
  failStep,
  goToStep,
  reset,
  resetStep,
  skipStep,
  type Transition,
} from '../flow/transitions.js';
import type { OnboardingProgressService } from './onboarding-progress.service.js';
import type { StatusView } from './progress.contract.js';
import { progressOf, stepDataOf, viewStatus } from './progress.views.js';
import type { StepData } from './step-data.js';
import type { StepHandlers } from './step-handler.js';

/** The status with the steps that are completed and failed. */
export interface ProgressSummary extends StatusView {
  readonly total_steps: number;
  readonly completed_steps: readonly StepNumber[];
  readonly failed_steps: readonly StepNumber[];
}

/**
 * One user's progress, for callers inside the process. It shows the state when it was loaded or last changed; every
 * change is stored before its promise resolves. Step numbers outside 1 to 6 throw `StepNotFound`.
 */
export class OnboardingProgress {
  private constructor(
    readonly userId: string,
    private readonly service: OnboardingProgressService,
    private readonly handlers: StepHandlers,
    private snapshot: Snapshot,
  ) {}

  static async load(
    userId: string,
    service: OnboardingProgressService,
    handlers: StepHandlers,
  ): Promise<OnboardingProgress> {
    return new OnboardingProgress(userId, service, handlers, await service.snapshot(userId));
  }

  /** Saves the data and completes the step. @throws InvalidInput, StepsMissing */
  async markStepCompleted(step: number, data: JsonObject | null = null): Promise<void> {
    refuseUnstorable(data);
    await this.service.completeStep(this.userId, parseStepNumber(step), data);
    this.snapshot = await this.service.snapshot(this.userId);
  }

  async markStepInProgress(step: number): Promise<void> {
    await this.#change(goToStep(parseStepNumber(step)));
  }

  /** @throws StepNotSkippable for a required step */
  async markStepSkipped(step: number): Promise<void> {
    await this.#change(skipStep(parseStepNumber(step), this.handlers.finishedByDeployment));
  }

  /** Keeps the error with the step; a finished step stays finished. */
  async markStepFailed(step: number, error: string): Promise<void> {
    refuseUnstorable(error);
    await this.#change(failStep(parseStepNumber(step), error));
  }

  /** One step back to pending. What was saved for it stays. */
  async resetStep(step: number): Promise<void> {
    await this.#change(resetStep(parseStepNumber(step)));
  }

  /** All of the progress back to the start. What was saved stays. */
  async resetAllSteps(): Promise<void> {
    await this.#change(reset());
  }

  /** @throws StepsMissing */
  async completeOnboarding(): Promise<void> {
    await this.#change(completeOnboarding(this.handlers.finishedByDeployment));
  }

  getStepData(step: number): StepData {
    return stepDataOf(parseStepNumber(step), this.snapshot, this.handlers);
  }

  getProgressSummary(): ProgressSummary {
    return {
      ...viewStatus(this.snapshot.session, this.handlers.finishedByDeployment),
      total_steps: STEPS.length,
      completed_steps: this.getCompletedSteps(),
      failed_steps: this.getFailedSteps(),
    };
  }

  /** The first unfinished step; null once onboarding is completed. */
  getNextStep(): StepNumber | null {
    return this.#progress.completedAt ? null : nextStep(this.#progress, this.handlers.finishedByDeployment);
  }

  /** The step to show on return. */
  getResumeStep(): StepNumber {
    return viewStatus(this.snapshot.session, this.handlers.finishedByDeployment).current_step as StepNumber;
  }

  /** Whether every required step before it is finished. */
  canProceedToStep(step: number): boolean {
    return missingBefore(this.#progress, parseStepNumber(step), this.handlers.finishedByDeployment).length === 0;
  }

  /** Completed or skipped. */
  getCompletedSteps(): StepNumber[] {
    return STEP_NUMBERS.filter((step) => isFinished(this.#progress, step));
  }

  getFailedSteps(): StepNumber[] {
    return STEP_NUMBERS.filter((step) => stepState(this.#progress, step).status === StepStatus.Failed);
  }

  get #progress(): Progress {
    return progressOf(this.snapshot.session);
  }

  async #change(transition: Transition): Promise<void> {
    const session: Session = await this.service.change(this.userId, transition);
    this.snapshot = this.snapshot.withSession(session);
  }
}

function parseStepNumber(step: number): StepNumber {
  if (!isStepNumber(step)) throw new StepNotFound();
  return step;
}
