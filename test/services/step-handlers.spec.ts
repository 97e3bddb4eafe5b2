import { Injectable, Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { describe, expect, it } from '@jest/globals';
import { Configuration } from '../../src/ground/config/configuration.js';
import { ConfigurationModule } from '../../src/ground/config/configuration.module.js';
import { StepsModule } from '../../src/onboarding/steps/steps.module.js';
import { OnboardingModule } from '../../src/onboarding.module.js';
import { ProgressModule } from '../../src/onboarding/progress/progress.module.js';
import { StepHandlers, type StepHandler } from '../../src/onboarding/progress/step-handler.js';
import { STEP_KEYS, type StepKey } from '../../src/onboarding/flow/steps.js';

const SETTINGS = {
  // A start asks the database nothing.
  DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
  API_KEY_ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 1).toString('base64')}`,
};

const start = async (module: DynamicModule | Type) => {
  const context = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  await context.close();
};

/** What a module of somebody's that takes a step's data registers. */
const handlerOf = (step: StepKey): StepHandler => ({
  step,
  keys: new Set<string>(),
  parts: [],
  parse: () => ({ warnings: [] }),
  save: () => undefined,
  view: () => null,
});

/** Onboarding with another handler of a step, as a host application might bring one. */
function withAnother(step: StepKey): DynamicModule {
  @Injectable()
  class AnotherHandler {
    constructor(handlers: StepHandlers) {
      handlers.register(handlerOf(step));
    }
  }
  @Module({})
  class Host {}
  return { module: Host, imports: [OnboardingModule.forRoot(SETTINGS)], providers: [AnotherHandler] };
}

describe('the handlers of the steps', () => {
  it('are one each in OnboardingModule', async () => {
    await start(OnboardingModule.forRoot(SETTINGS));
  });

  it.each(STEP_KEYS)('are not two of the step %s: the application does not start', async (step) => {
    await expect(start(withAnother(step))).rejects.toThrow(`The step ${step} has two handlers`);
  });

  it('are not missing: the application does not start, and hears which', async () => {
    @Module({ imports: [ConfigurationModule.forRoot(new Configuration(SETTINGS)), ProgressModule] })
    class WithoutData {}
    await expect(start(WithoutData)).rejects.toThrow(
      `Steps without a handler: ${STEP_KEYS.filter((step) => step !== 'complete').join(', ')}.`,
    );
    @Module({ imports: [ConfigurationModule.forRoot(new Configuration(SETTINGS)), StepsModule] })
    class WithoutKeys {}
    await expect(start(WithoutKeys)).rejects.toThrow('Steps without a handler: api_keys.');
  });
});
