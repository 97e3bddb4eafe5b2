import { describe, expect, it } from '@jest/globals';
import type { SnapshotPart } from '../database/record.js';
import { keyProviders } from '../database/records/sealed-keys.record.js';
import { STEP_NUMBERS, type StepNumber } from '../flow/steps.js';
import { StepHandlers, type StepHandler } from './step-handler.js';

/** A step that takes anything and shows nothing. */
function handlerOf(step: StepNumber, more: Partial<StepHandler> = {}): StepHandler {
  return { step, parts: [], parse: () => ({ warnings: [] }), save: () => undefined, view: () => null, ...more };
}

function partOf(name: string): SnapshotPart<unknown> {
  return { ...keyProviders, name };
}

function registered(...all: readonly StepHandler[]): StepHandlers {
  const handlers = new StepHandlers();
  for (const handler of all) handlers.register(handler);
  return handlers;
}

describe('registration', () => {
  it('gives each step the handler that was registered for it, in whatever order', () => {
    const all = STEP_NUMBERS.map((step) => handlerOf(step));
    const handlers = registered(...all.toReversed());
    expect(STEP_NUMBERS.map((step) => handlers.of(step))).toEqual(all);
    for (const handler of all) expect(handlers.of(handler.step)).toBe(handler);
  });

  it('refuses a second handler of a step, and keeps the first', () => {
    const first = handlerOf(2);
    const handlers = registered(first);
    expect(() => handlers.register(handlerOf(2))).toThrow('Step 2 (website) has two handlers: register one.');
    expect(() => handlers.register(first)).toThrow('Step 2 (website) has two handlers');
    expect(handlers.of(2)).toBe(first);
  });
});

describe('missing handlers', () => {
  it('are none when each step has one', () => {
    expect(() => registered(...STEP_NUMBERS.map((step) => handlerOf(step))).onModuleInit()).not.toThrow();
  });

  it('are all of them before any is registered, by number and key', () => {
    expect(() => new StepHandlers().onModuleInit()).toThrow(
      'Without a handler: step 1 (api_keys), step 2 (website), step 3 (research), step 4 (personalization), ' +
        'step 5 (integrations), step 6 (complete). The module that knows its data registers one with StepHandlers.',
    );
  });

  it.each(STEP_NUMBERS)('are named: step %i alone', (missing) => {
    const handlers = registered(...STEP_NUMBERS.filter((step) => step !== missing).map((step) => handlerOf(step)));
    const only = new RegExp(`^Without a handler: step ${missing} \\(\\w+\\)\\. `);
    expect(() => handlers.onModuleInit()).toThrow(only);
    expect(() => handlers.of(missing)).toThrow(only);
    expect(() => handlers.parts).toThrow(only);
  });
});

describe('the parts of steps', () => {
  const [website, social, research, keys] = ['website', 'social', 'research', 'keys'].map(partOf) as [
    SnapshotPart<unknown>,
    SnapshotPart<unknown>,
    SnapshotPart<unknown>,
    SnapshotPart<unknown>,
  ];
  const all = (...handlers: StepHandler[]) => {
    const registeredSteps = handlers.map(({ step }) => step);
    const others = STEP_NUMBERS.filter((step) => !registeredSteps.includes(step)).map((step) => handlerOf(step));
    return registered(...handlers, ...others);
  };
  const handlers = all(
    handlerOf(3, { parts: [social, research, website] }),
    handlerOf(1, { parts: [keys] }),
    handlerOf(2, { parts: [website, social] }),
  );

  it('are those of their handlers in the order of the steps, each once, at its first place', () => {
    expect(handlers.parts).toEqual([keys, website, social, research]);
  });

  it('are the same list each time, so that the statement for it is found at once', () => {
    expect(handlers.parts).toBe(handlers.parts);
  });

  it('are none where no step has parts', () => {
    expect(all().parts).toEqual([]);
  });
});

describe('the steps that the deployment finishes', () => {
  it('are those whose handlers say so', () => {
    const handlers = registered(
      handlerOf(1, { isFinished: () => true }),
      handlerOf(2, { isFinished: () => false }),
      handlerOf(3),
      handlerOf(5, { isFinished: () => true }),
    );
    expect([...handlers.finishedByDeployment]).toEqual([1, 5]);
  });

  it('are none before any handler is registered', () => {
    expect(new StepHandlers().finishedByDeployment.size).toBe(0);
  });

  it('are computed once, however often they are read, and stay as they were', () => {
    let calls = 0;
    const handlers = registered(handlerOf(1, { isFinished: () => ++calls === 1 }));
    const first = handlers.finishedByDeployment;
    expect([...first]).toEqual([1]);
    expect(handlers.finishedByDeployment).toBe(first);
    expect(calls).toBe(1);
  });

  it('are computed again after a registration', () => {
    const handlers = registered(handlerOf(1, { isFinished: () => true }));
    expect([...handlers.finishedByDeployment]).toEqual([1]);
    handlers.register(handlerOf(4, { isFinished: () => true }));
    expect([...handlers.finishedByDeployment]).toEqual([1, 4]);
  });

  it('are found by the handler itself, with all that it knows', () => {
    class FromConfiguration {
      readonly step = 1;
      readonly parts = [];
      constructor(private readonly hasKeys: boolean) {}
      parse = () => ({ warnings: [] });
      save = () => undefined;
      view = () => null;
      isFinished(): boolean {
        return this.hasKeys;
      }
    }
    expect([...registered(new FromConfiguration(true)).finishedByDeployment]).toEqual([1]);
    expect([...registered(new FromConfiguration(false)).finishedByDeployment]).toEqual([]);
  });
});
