import { Inject, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { Configuration, ConfigurationError } from './configuration.js';

/** Not a name that a host application would give to settings of its own: all of an application's share one table. */
const KEY = 'onboarding_service_configuration';

const GIVEN = Symbol('the configuration that this module was given');

/** Hands the validated configuration to whoever asks for `Configuration`. */
@Module({})
export class ConfigurationModule implements OnModuleInit {
  constructor(
    @Inject(GIVEN) private readonly given: Configuration,
    private readonly config: ConfigService,
  ) {}

  static forRoot(configuration: Configuration): DynamicModule {
    return {
      module: ConfigurationModule,
      global: true,
      // The file and the environment are read before the application is built, so that a mistake is one line at the start.
      imports: [ConfigModule.forRoot({ ignoreEnvFile: true, load: [() => ({ [KEY]: configuration })] })],
      providers: [
        { provide: GIVEN, useValue: configuration },
        {
          provide: Configuration,
          inject: [ConfigService],
          useFactory: (config: ConfigService) => config.getOrThrow<Configuration>(KEY),
        },
      ],
      exports: [Configuration],
    };
  }

  /** Two configurations in one application would mix: some of the services would have one, some the other. */
  onModuleInit(): void {
    if (this.config.get<unknown>(KEY) === this.given) return;
    throw new ConfigurationError([
      'OnboardingModule is imported twice with different settings: an application has one',
    ]);
  }
}
