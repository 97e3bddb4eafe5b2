import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { ProgressModule } from '../progress/progress.module.js';
import { BusinessInfoService } from './business-info.service.js';
import { IntegrationsStep } from './integrations.step.js';
import { SavedData } from './saved-data.service.js';
import { PersonaStep } from './persona.step.js';
import { StyleDetection } from './style-detection.service.js';
import { ResearchStep } from './research.step.js';
import { WebsiteStep } from './website.step.js';

/** The data of steps 2 to 5: what they demand, how they are saved, and how they are read. */
@Module({
  imports: [DatabaseModule, ProgressModule],
  providers: [WebsiteStep, ResearchStep, PersonaStep, IntegrationsStep, SavedData, StyleDetection, BusinessInfoService],
  exports: [SavedData, StyleDetection, BusinessInfoService],
})
export class StepsModule {}
