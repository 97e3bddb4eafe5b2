import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { ProgressModule } from '../progress/progress.module.js';
import { ApiKeyManager } from './api-key-manager.service.js';
import { ApiKeysStep } from './api-keys.step.js';
import { EnvFile } from './env-file.js';
import { KeyLending } from '../../operations/internal/key-lending.service.js';
import { KeyValidation } from './key-validation.service.js';
import { KeyVerifier } from './key-verifier.js';
import { KeyChecksLimit, KeySavesLimit } from './rate-limits.js';

/** Users' keys of AI providers: kept sealed, shown masked, checked with their providers, lent to services. */
@Module({
  imports: [DatabaseModule, ProgressModule],
  providers: [
    ApiKeyManager,
    ApiKeysStep,
    EnvFile,
    KeyLending,
    KeyValidation,
    KeyVerifier,
    KeyChecksLimit,
    KeySavesLimit,
  ],
  exports: [ApiKeyManager, KeyLending, KeyValidation, KeyChecksLimit, KeySavesLimit],
})
export class ApiKeysModule {}
