import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { HealthController } from './health.controller.js';

/** For whoever runs the service: is it alive, is it ready. */
@Module({ imports: [DatabaseModule], controllers: [HealthController] })
export class HealthModule {}
