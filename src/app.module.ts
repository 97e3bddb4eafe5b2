import { Module, type DynamicModule } from '@nestjs/common';
import { ApiKeysModule } from './api-keys/api-keys.module.js';
import { AuthModule } from './auth/auth.module.js';
import type { Configuration } from './config/configuration.js';
import { ConfigurationModule } from './config/configuration.module.js';
import { DatabaseModule } from './database/database.module.js';
import { HealthModule } from './health/health.module.js';
import { OnboardingDataModule } from './onboarding-data/onboarding-data.module.js';
import { PersonalizationModule } from './personalization/personalization.module.js';
import { ProgressModule } from './progress/progress.module.js';

/** The whole service: its modules, in the order in which they build on each other. */
@Module({})
export class AppModule {
  static forRoot(configuration: Configuration): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigurationModule.forRoot(configuration),
        AuthModule,
        DatabaseModule,
        ProgressModule,
        ApiKeysModule,
        OnboardingDataModule,
        PersonalizationModule,
        HealthModule,
      ],
    };
  }
}
