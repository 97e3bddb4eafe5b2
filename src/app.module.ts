import { Module, type DynamicModule } from '@nestjs/common';
import { ApiKeysController } from './onboarding/api-keys/api-keys.routes.js';
import { ProvidersController } from './onboarding/api-keys/providers.routes.js';
import { AuthModule } from './ground/auth/auth.module.js';
import type { Configuration } from './ground/config/configuration.js';
import { HealthController } from './ground/health/health.routes.js';
import { LiveModule } from './onboarding/live/live.module.js';
import { LiveController } from './onboarding/live/live.routes.js';
import { HistoryController } from './onboarding/history/history.routes.js';
import { BusinessInfoController } from './onboarding/steps/business-info.routes.js';
import { SavedDataController } from './onboarding/steps/saved-data.routes.js';
import { StyleDetectionController } from './onboarding/steps/style-detection.routes.js';
import { OnboardingModule } from './onboarding.module.js';
import { DatabaseModule } from './onboarding/database/database.module.js';
import { InternalReadsController, KeyLendingController } from './operations/internal/internal.routes.js';
import { PersonalizationController } from './onboarding/personalization/personalization.routes.js';
import { OnboardingConfigController } from './onboarding/progress/onboarding-config.routes.js';
import { ProgressController } from './onboarding/progress/progress.routes.js';

export interface AppOptions {
  /** The folder of the built page `/demo`; left out: there is no page. */
  readonly demo?: string;
}

/** Imports modules that are loaded late, as others import them: Nest would make a second one of `{ module: AnalyticsModule }`. */
@Module({})
class Loaded {}

/** The whole service: onboarding, authentication and the routes. */
@Module({})
export class AppModule {
  static forRoot(configuration: Configuration, { demo }: AppOptions = {}): DynamicModule {
    return {
      module: AppModule,
      imports: [
        OnboardingModule.forRoot(configuration),
        AuthModule,
        LiveModule,
        ...metrics(configuration),
        ...operators(configuration),
        ...demoPage(configuration, demo),
      ],
      controllers: [
        ProgressController,
        OnboardingConfigController,
        ApiKeysController,
        ProvidersController,
        SavedDataController,
        StyleDetectionController,
        BusinessInfoController,
        HistoryController,
        LiveController,
        PersonalizationController,
        InternalReadsController,
        KeyLendingController,
        HealthController,
      ],
    };
  }
}

/** Without METRICS_PORT the module of metrics is not loaded at all. */
function metrics({ METRICS_PORT }: Configuration): Promise<DynamicModule>[] {
  if (METRICS_PORT === undefined) return [];
  return [
    import('./ground/telemetry/metrics.module.js').then(({ MetricsModule }) => MetricsModule.forRoot(DatabaseModule)),
  ];
}

/** Without DATABASE_OPERATOR_URL the modules of operators, and of jobs, are not loaded at all. */
function operators({ DATABASE_OPERATOR_URL }: Configuration): Promise<DynamicModule>[] {
  if (DATABASE_OPERATOR_URL === undefined) return [];
  return [
    import('./operations/analytics/analytics.module.js').then(({ AnalyticsModule }) => ({
      module: Loaded,
      imports: [AnalyticsModule],
    })),
  ];
}

/** The page for developers, which gives out tokens: only a local service loads it. */
function demoPage({ isLocal }: Configuration, folder: string | undefined): Promise<DynamicModule>[] {
  if (!isLocal || folder === undefined) return [];
  return [import('./operations/demo/demo.module.js').then(({ DemoModule }) => DemoModule.forRoot(folder))];
}
