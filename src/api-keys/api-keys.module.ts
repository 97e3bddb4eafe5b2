import { Module } from '@nestjs/common';
import { ProgressModule } from '../progress/progress.module.js';
import { ApiKeysStep } from './api-keys.step.js';

/** Users' keys of AI providers. */
@Module({ imports: [ProgressModule], providers: [ApiKeysStep] })
export class ApiKeysModule {}
