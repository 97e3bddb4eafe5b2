import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { ProgressModule } from '../progress/progress.module.js';
import { OnboardingDataService } from './onboarding-data.service.js';

/** AI inputs, profile, prompt and summary of a user, from what the user has saved. */
@Module({
  imports: [DatabaseModule, ProgressModule, ApiKeysModule],
  providers: [OnboardingDataService],
  exports: [OnboardingDataService],
})
export class PersonalizationModule {}
