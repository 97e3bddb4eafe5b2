import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { OnboardingConfigController } from './onboarding-config.controller.js';
import { OnboardingProgressService } from './onboarding-progress.service.js';
import { ProgressController } from './progress.controller.js';
import { StepHandlers } from './step-handler.js';

/** The six steps: what they are to one user, and how one moves through them. */
@Module({
  imports: [DatabaseModule],
  controllers: [ProgressController, OnboardingConfigController],
  providers: [OnboardingProgressService, StepHandlers],
  exports: [OnboardingProgressService, StepHandlers],
})
export class ProgressModule {}
