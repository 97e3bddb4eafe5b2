import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { Metrics } from './metrics.js';

@Module({ imports: [DatabaseModule], providers: [Metrics] })
export class MetricsModule {}
