import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../ground/problems/json.js';
import type { StepKey } from '../flow/steps.js';
import type { StepHandler } from './step-handler.js';
import { splitSections } from './submission.js';

const NOTHING = { warnings: [] };

/** A step that saves these keys, and takes the shared ones from every post. */
function handlerOf(step: StepKey, keys: readonly string[], shared: readonly string[] = []): StepHandler {
  const section = { keys: new Set([...keys, ...shared]), shared: new Set(shared), parse: () => NOTHING };
  return { step, parts: [], section, parse: () => NOTHING, save: () => undefined, view: () => null };
}

const website = handlerOf('website', ['url', 'style', 'map', 'platforms', 'stepType']);
const research = handlerOf('research', ['rivals', 'style', 'map', 'stepType']);
const persona = handlerOf('personalization', ['persona', 'stepType']);
const integrations = handlerOf('integrations', [], ['platforms']);
const ALL = [website, research, persona, integrations];

/** What stays with the posted step, and what goes to others. */
function split(handler: StepHandler, data: JsonObject) {
  const { own, sections } = splitSections(handler, ALL, data);
  return { own, ...Object.fromEntries([...sections].map(([{ step }, section]) => [step, section])) };
}

describe('what is posted with a step', () => {
  it('stays with it where it saves the key, or where no step knows it', () => {
    const data = { rivals: 1, style: 2, unknown: 3 };
    expect(split(research, data)).toEqual({ own: data });
  });

  it('goes to the one other step that saves the key', () => {
    expect(split(research, { rivals: 1, url: 2, persona: 3 })).toEqual({
      own: { rivals: 1 },
      website: { url: 2 },
      personalization: { persona: 3 },
    });
  });

  it('goes to a step that takes the key from every post, even where the posted one saves it', () => {
    expect(split(website, { url: 1, platforms: 2 })).toEqual({
      own: { url: 1, platforms: 2 },
      integrations: { platforms: 2 },
    });
    expect(split(research, { rivals: 1, platforms: 2 })).toEqual({
      own: { rivals: 1 },
      integrations: { platforms: 2 },
    });
  });

  it('goes to the nearest step before it where several others save the key', () => {
    expect(split(persona, { persona: 1, style: 2, map: 3 })).toEqual({
      own: { persona: 1 },
      research: { style: 2, map: 3 },
    });
  });

  it('keeps what every page adds', () => {
    expect(split(integrations, { platforms: 1, stepType: 'research' })).toEqual({
      own: { platforms: 1, stepType: 'research' },
    });
  });
});
