import { describe, expect, it } from '@jest/globals';
import type { SnapshotPart } from '../database/record.js';
import { savedKeys } from '../database/records/sealed-keys.record.js';
import { STEP_KEYS, type StepKey } from '../flow/steps.js';
import { StepHandlers, type StepHandler } from './step-handler.js';

/** A step that takes anything and shows nothing. */
function handlerOf(step: StepKey, more: Partial<StepHandler> = {}): StepHandler {
  const parse = () => ({ warnings: [] });
  return { step, keys: new Set(), parts: [], parse, save: () => undefined, view: () => null, ...more };
}

function partOf(name: string): SnapshotPart<unknown> {
  return { ...savedKeys, name };
}

function registered(...all: readonly StepHandler[]): StepHandlers {
  const handlers = new StepHandlers();
  for (const handler of all) handlers.register(handler);
  return handlers;
}

describe('registration', () => {
  it('gives each step the handler that was registered for it, in whatever order', () => {
    const all = STEP_KEYS.map((step) => handlerOf(step));
    const handlers = registered(...all.toReversed());
    expect(STEP_KEYS.map((step) => handlers.of(step))).toEqual(all);
    for (const handler of all) expect(handlers.of(handler.step)).toBe(handler);
  });

  it('refuses a second handler of a step, and keeps the first', () => {
    const first = handlerOf('website');
    const handlers = registered(first);
    expect(() => handlers.register(handlerOf('website'))).toThrow('The step website has two handlers: register one.');
    expect(() => handlers.register(first)).toThrow('The step website has two handlers');
    expect(handlers.of('website')).toBe(first);
  });
});

describe('missing handlers', () => {
  it('are none when each step has one', () => {
    expect(() => registered(...STEP_KEYS.map((step) => handlerOf(step))).onModuleInit()).not.toThrow();
  });

  it('are all of them before any is registered, by key', () => {
    expect(() => new StepHandlers().onModuleInit()).toThrow(
      `Steps without a handler: ${STEP_KEYS.join(', ')}. ` +
        "The module that knows a step's data registers one with StepHandlers.",
    );
  });

  it.each(STEP_KEYS)('are named: %s alone', (missing) => {
    const handlers = registered(...STEP_KEYS.filter((step) => step !== missing).map((step) => handlerOf(step)));
    const only = new RegExp(`^Steps without a handler: ${missing}\\. `);
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
    const others = STEP_KEYS.filter((step) => !registeredSteps.includes(step)).map((step) => handlerOf(step));
    return registered(...handlers, ...others);
  };
  const handlers = all(
    handlerOf('research', { parts: [social, research, website] }),
    handlerOf('api_keys', { parts: [keys] }),
    handlerOf('website', { parts: [website, social] }),
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

describe('the sections of steps', () => {
  const sectionOf = (...keys: string[]) => ({ keys: new Set(keys), parse: () => null });
  const others = STEP_KEYS.filter((step) => step !== 'website' && step !== 'research').map((step) => handlerOf(step));
  const research = handlerOf('research', { keys: new Set(['competitors']), section: sectionOf('competitors') });
  const keys = new Set(['website', 'analysis', 'status']);
  const website = handlerOf('website', { keys, section: sectionOf('website', 'analysis') });

  it('are those of the handlers that have one, in the order of the steps', () => {
    expect(registered(research, ...others, website).withSections).toEqual([website, research]);
    expect(registered(...STEP_KEYS.map((step) => handlerOf(step))).withSections).toEqual([]);
  });

  it('say which keys each step saves', () => {
    const { keys } = registered(research, ...others, website);
    expect([...keys].map(([step, all]) => [step, [...all]])).toEqual([
      ['api_keys', []],
      ['website', ['website', 'analysis', 'status']],
      ['research', ['competitors']],
      ['personalization', []],
      ['integrations', []],
      ['complete', []],
    ]);
  });

  it('are found once, and only when each step has its handler', () => {
    const handlers = registered(...others, website);
    expect(() => handlers.keys).toThrow('Steps without a handler: research.');
    handlers.register(research);
    expect([...handlers.keys.keys()]).toEqual(STEP_KEYS);
    expect(handlers.keys).toBe(handlers.keys);
  });
});
