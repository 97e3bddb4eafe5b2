import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { Configuration } from './configuration.js';

const KEY = 'onboarding';

/** Hands the validated configuration to whoever asks for `Configuration`. */
@Module({})
export class ConfigurationModule {
  static forRoot(configuration: Configuration): DynamicModule {
    return {
      module: ConfigurationModule,
      global: true,
      // The file and the environment are read before the application is built, so that a mistake is one line at the start.
      imports: [ConfigModule.forRoot({ ignoreEnvFile: true, load: [() => ({ [KEY]: configuration })] })],
      providers: [
        {
          provide: Configuration,
          inject: [ConfigService],
          useFactory: (config: ConfigService) => config.getOrThrow<Configuration>(KEY),
        },
      ],
      exports: [Configuration],
    };
  }
}
