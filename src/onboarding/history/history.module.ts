import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { ProgressModule } from '../progress/progress.module.js';
import { OnboardingHistory } from './history.service.js';

/** What happened to one user's onboarding, what it was, and the way back. */
@Module({
  imports: [DatabaseModule, ProgressModule],
  providers: [OnboardingHistory],
  exports: [OnboardingHistory],
})
export class HistoryModule {}
