import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { ProgressModule } from '../progress/progress.module.js';
import { AuditedReads } from '../../operations/internal/audited-reads.service.js';
import { OnboardingDataService } from './onboarding-data.service.js';

/** What AI features are to know of a user, drawn from everything the user has saved. */
@Module({
  imports: [DatabaseModule, ProgressModule, ApiKeysModule],
  providers: [OnboardingDataService, AuditedReads],
  exports: [OnboardingDataService, AuditedReads],
})
export class PersonalizationModule {}
