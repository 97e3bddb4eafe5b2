import { Inject, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { Configuration, ConfigurationError } from './configuration.js';

/** A name that no host application gives to its own settings: @nestjs/config keeps all of them in one table. */
const KEY = 'onboarding_service_configuration';

const ARGUMENT = Symbol('the argument of forRoot');

/** Provides the validated `Configuration` to the whole application. */
@Module({})
export class ConfigurationModule implements OnModuleInit {
  constructor(
    @Inject(ARGUMENT) private readonly argument: Configuration,
    private readonly config: ConfigService,
  ) {}

  static forRoot(configuration: Configuration): DynamicModule {
    return {
      module: ConfigurationModule,
      global: true,
      // The file and the environment are read before the application is built, so that a mistake is one line at the start.
      imports: [ConfigModule.forRoot({ ignoreEnvFile: true, load: [() => ({ [KEY]: configuration })] })],
      providers: [
        { provide: ARGUMENT, useValue: configuration },
        {
          provide: Configuration,
          inject: [ConfigService],
          useFactory: (config: ConfigService) => config.getOrThrow<Configuration>(KEY),
        },
      ],
      exports: [Configuration],
    };
  }

  /** Two configurations in one application would mix: some services would get one, some the other. */
  onModuleInit(): void {
    if (this.config.get<unknown>(KEY) === this.argument) return;
    throw new ConfigurationError([
      'OnboardingModule is imported twice with different settings: an application has one',
    ]);
  }
}
