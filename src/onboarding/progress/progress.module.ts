import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { CompleteStep } from './complete.step.js';
import { OnboardingProgressService } from './onboarding-progress.service.js';
import { StepHandlers } from './step-handler.js';

/** The six steps: what they are to one user, and how one moves through them. */
@Module({
  imports: [DatabaseModule],
  providers: [OnboardingProgressService, StepHandlers, CompleteStep],
  exports: [OnboardingProgressService, StepHandlers],
})
export class ProgressModule {}
