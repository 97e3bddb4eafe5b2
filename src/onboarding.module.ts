import { Module, type DynamicModule } from '@nestjs/common';
import { ApiKeysModule } from './api-keys/api-keys.module.js';
import { Configuration, type Environment } from './config/configuration.js';
import { ConfigurationModule } from './config/configuration.module.js';
import { DatabaseModule } from './database/database.module.js';
import { OnboardingDataModule } from './onboarding-data/onboarding-data.module.js';
import { PersonalizationModule } from './personalization/personalization.module.js';
import { ProgressModule } from './progress/progress.module.js';

const MODULES = [DatabaseModule, ProgressModule, ApiKeysModule, OnboardingDataModule, PersonalizationModule];

/**
 * Onboarding inside another Nest application: its services, without routes, guards, pipes or filters, so that the host's own
 * stay as they are. Every method takes the user first; whoever calls has made sure who that is.
 */
@Module({})
export class OnboardingModule {
  /**
   * @param settings the variables of `.env.example`, as texts; at least DATABASE_URL and API_KEY_ENCRYPTION_KEYS. Nothing is
   * read from the environment of the process, and nothing is migrated: `npm run migrate` does that.
   * @throws ConfigurationError
   */
  static forRoot(settings: Environment | Configuration): DynamicModule {
    const configuration = settings instanceof Configuration ? settings : new Configuration(settings);
    return {
      module: OnboardingModule,
      imports: [ConfigurationModule.forRoot(configuration), ...MODULES],
      exports: MODULES,
    };
  }
}
