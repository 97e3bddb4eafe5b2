import { AccessEvent } from './access-event.entity.js';
import { ApiKey } from './api-key.entity.js';
import { BusinessInfo } from './business-info.entity.js';
import { CompetitorAnalysis } from './competitor-analysis.entity.js';
import { DataKey } from './data-key.entity.js';
import { DocumentVersion } from './document-version.entity.js';
import { OnboardingSession } from './onboarding-session.entity.js';
import { PersonaData } from './persona-data.entity.js';
import { PlatformIntegrations } from './platform-integrations.entity.js';
import { ProgressEvent } from './progress-event.entity.js';
import { ResearchPreferences } from './research-preferences.entity.js';
import { WebsiteAnalysis } from './website-analysis.entity.js';

/** Every table of the service. */
export const entities = [
  OnboardingSession,
  WebsiteAnalysis,
  ResearchPreferences,
  CompetitorAnalysis,
  PersonaData,
  PlatformIntegrations,
  BusinessInfo,
  DocumentVersion,
  DataKey,
  ApiKey,
  ProgressEvent,
  AccessEvent,
];
