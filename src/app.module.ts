import { Module, type DynamicModule } from '@nestjs/common';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { ProvidersController } from './api-keys/providers.controller.js';
import { AuthModule } from './auth/auth.module.js';
import type { Configuration } from './config/configuration.js';
import { HealthController } from './health/health.controller.js';
import { BusinessInfoController } from './onboarding-data/business-info.controller.js';
import { OnboardingRecordsController } from './onboarding-data/onboarding-records.controller.js';
import { OnboardingModule } from './onboarding.module.js';
import { PersonalizationController } from './personalization/personalization.controller.js';
import { OnboardingConfigController } from './progress/onboarding-config.controller.js';
import { ProgressController } from './progress/progress.controller.js';

/** The whole service: onboarding, who is calling, and the routes. */
@Module({})
export class AppModule {
  static forRoot(configuration: Configuration): DynamicModule {
    return {
      module: AppModule,
      imports: [OnboardingModule.forRoot(configuration), AuthModule, ...watching(configuration)],
      controllers: [
        ProgressController,
        OnboardingConfigController,
        ApiKeysController,
        ProvidersController,
        OnboardingRecordsController,
        BusinessInfoController,
        PersonalizationController,
        HealthController,
      ],
    };
  }
}

/** What is not asked for is not even loaded. */
function watching({ METRICS_PORT }: Configuration): Promise<DynamicModule>[] {
  if (METRICS_PORT === undefined) return [];
  return [import('./watching/metrics.module.js').then(({ MetricsModule }) => ({ module: MetricsModule }))];
}
