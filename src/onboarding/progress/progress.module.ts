import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { CompleteStep } from './complete.step.js';
import { OnboardingProgressService } from './onboarding-progress.service.js';
import { StepHandlers } from './step-handler.js';

/** One user's progress through the steps. */
@Module({
  imports: [DatabaseModule],
  providers: [OnboardingProgressService, StepHandlers, CompleteStep],
  exports: [OnboardingProgressService, StepHandlers],
})
export class ProgressModule {}
