import { Module } from '@nestjs/common';
import { DatabaseModule } from '../../onboarding/database/database.module.js';
import { Metrics } from './metrics.js';

@Module({ imports: [DatabaseModule], providers: [Metrics] })
export class MetricsModule {}
