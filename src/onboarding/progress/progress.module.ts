import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { CompleteStep } from './complete.step.js';
import { Deployment } from './deployment.js';
import { OnboardingProgressService } from './onboarding-progress.service.js';
import { OnboardingRequirements } from './onboarding-requirements.js';
import { StepCompletion } from './step-completion.js';
import { StepHandlers } from './step-handler.js';

/** One user's progress through the steps. */
@Module({
  imports: [DatabaseModule],
  providers: [
    OnboardingProgressService,
    OnboardingRequirements,
    StepCompletion,
    Deployment,
    StepHandlers,
    CompleteStep,
  ],
  exports: [OnboardingProgressService, Deployment, StepHandlers],
})
export class ProgressModule {}
