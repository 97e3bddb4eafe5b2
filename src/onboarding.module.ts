import { Module, type DynamicModule } from '@nestjs/common';
import { ApiKeysModule } from './onboarding/api-keys/api-keys.module.js';
import { Configuration, ConfigurationError, type Environment } from './ground/config/configuration.js';
import { ConfigurationModule } from './ground/config/configuration.module.js';
import { DatabaseModule } from './onboarding/database/database.module.js';
import { HistoryModule } from './onboarding/history/history.module.js';
import { StepsModule } from './onboarding/steps/steps.module.js';
import { PersonalizationModule } from './onboarding/personalization/personalization.module.js';
import { ProgressModule } from './onboarding/progress/progress.module.js';
import { InternalModule } from './operations/internal/internal.module.js';

const MODULES = [
  DatabaseModule,
  ProgressModule,
  ApiKeysModule,
  StepsModule,
  HistoryModule,
  PersonalizationModule,
  InternalModule,
];

/**
 * Onboarding inside another Nest application: its services, without routes, guards, pipes or filters, so that the host's own
 * stay as they are. Every method takes the user id first; the host has authenticated the user.
 */
@Module({})
export class OnboardingModule {
  /**
   * An application calls this once: where several modules need the services, they import the module that imports this one.
   * @param settings the variables of `.env.example`, as texts; at least DATABASE_URL and API_KEY_ENCRYPTION_KEYS. Nothing is
   * read from the environment of the process, nothing is written to a file unless WRITE_ENV_FILE says so, and nothing is
   * migrated: `npm run migrate` does that.
   * @throws ConfigurationError
   */
  static forRoot(settings: Environment | Configuration): DynamicModule {
    const configuration = settings instanceof Configuration ? settings : configurationOf(settings);
    const { DATABASE_URL, API_KEY_ENCRYPTION_KEYS } = configuration;
    const missing = [
      ...(DATABASE_URL ? [] : ['DATABASE_URL must be set']),
      ...(API_KEY_ENCRYPTION_KEYS.length > 0 ? [] : ['API_KEY_ENCRYPTION_KEYS must be set']),
    ];
    if (missing.length > 0) throw new ConfigurationError(missing);
    return {
      module: OnboardingModule,
      imports: [ConfigurationModule.forRoot(configuration), ...MODULES],
      exports: MODULES,
    };
  }
}

/** On its own and in local development the service writes saved keys to `.env`; in a host only where WRITE_ENV_FILE is true. */
function configurationOf(settings: Environment): Configuration {
  return new Configuration({ ...settings, WRITE_ENV_FILE: settings.WRITE_ENV_FILE || 'false' });
}
