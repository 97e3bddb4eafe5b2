import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../../onboarding/api-keys/api-keys.module.js';
import { DatabaseModule } from '../../onboarding/database/database.module.js';
import { AuditedReads } from './audited-reads.service.js';
import { KeyLending } from './key-lending.service.js';

/** What other back-end services may do for a user: read and take keys, both recorded in `access_events`. */
@Module({
  imports: [DatabaseModule, ApiKeysModule],
  providers: [AuditedReads, KeyLending],
  exports: [AuditedReads, KeyLending],
})
export class InternalModule {}
