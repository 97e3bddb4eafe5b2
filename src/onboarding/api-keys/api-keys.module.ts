import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { ProgressModule } from '../progress/progress.module.js';
import { ApiKeyManager } from './api-key-manager.service.js';
import { ApiKeysStep } from './api-keys.step.js';
import { EnvFile } from './env-file.js';
import { KeyValidation } from './key-validation.service.js';
import { KeyVerifier } from './key-verifier.js';
import { KeyChecksLimit, KeySavesLimit } from './rate-limits.js';

/** Users' keys of AI providers: kept sealed, shown masked, checked with their providers. */
@Module({
  imports: [DatabaseModule, ProgressModule],
  providers: [ApiKeyManager, ApiKeysStep, EnvFile, KeyValidation, KeyVerifier, KeyChecksLimit, KeySavesLimit],
  exports: [ApiKeyManager, KeyValidation, KeyChecksLimit, KeySavesLimit],
})
export class ApiKeysModule {}
