import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../ground/problems/json.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { CANONICAL_FLOWS, FLOWS } from '../flow/flows.js';
import { STEP_KEYS, type StepKey } from '../flow/steps.js';
import { StepHandlers, type Parsed, type StepHandler } from './step-handler.js';
import { splitSections, Submission } from './submission.js';

interface Keys {
  readonly keys: readonly string[];
  readonly shared?: readonly string[];
}

/** The steps with sections: `both` belongs to two of them, and `integrations` is shared as that of the wizard is. */
const SECTIONS: Partial<Record<StepKey, Keys>> = {
  website: { keys: ['website', 'analysis', 'integrations', 'both'] },
  research: { keys: ['competitors', 'both'] },
  personalization: { keys: ['corePersona', 'toString'] },
  integrations: { keys: ['integrations', 'notes'], shared: ['integrations'] },
};

/** A name that each step knows, but only from its own page. */
const OWN_ONLY = ['status'];

/** What a handler parses: whose data, and which. */
interface Traced extends Parsed {
  readonly step: StepKey;
  readonly data: JsonObject;
}

/** Notes what is saved, and by which step. */
const saved: Traced[] = [];

function handlerOf(step: StepKey): StepHandler<Traced> {
  const section = SECTIONS[step];
  const parse = (data: JsonObject): Traced => ({ step, data, warnings: [`${step} was read.`] });
  const isNothing = (data: JsonObject) => Object.values(data).every((value) => value === null);
  return {
    step,
    keys: new Set([...(section?.keys ?? []), ...OWN_ONLY]),
    parts: [],
    parse,
    save: (parsed) => void saved.push(parsed),
    view: () => null,
    afterCommit: (userId, { data }) => Promise.resolve([`${userId}: ${Object.keys(data).join()} of ${step}`]),
    ...(section && {
      section: {
        keys: new Set(section.keys),
        ...(section.shared && { shared: new Set(section.shared) }),
        parse: (data) => (isNothing(data) ? null : parse(data)),
      },
    }),
  };
}

const HANDLERS = new StepHandlers();
for (const step of STEP_KEYS) HANDLERS.register(handlerOf(step));

/** The step's own data, and the sections by their steps. */
function split(step: StepKey, data: JsonObject) {
  const { own, sections } = splitSections(HANDLERS.of(step), HANDLERS.withSections, data);
  return { own, sections: Object.fromEntries([...sections].map(([handler, section]) => [handler.step, section])) };
}

describe('the keys of a post', () => {
  it('of a common name stay with the step that they are posted with', () => {
    for (const step of STEP_KEYS)
      expect(split(step, { status: 'done' })).toEqual({ own: { status: 'done' }, sections: {} });
  });

  it('stay with the step where it saves them, as the same object where all do', () => {
    const data = { website: 'https://example.com', analysis: {} };
    expect(split('website', data)).toEqual({ own: data, sections: {} });
    expect(split('website', data).own).toBe(data);
  });

  it('go to the step that saves them, whatever step they came with', () => {
    const data = { website: 'https://example.com', competitors: [1], corePersona: { a: 1 }, notes: 'x' };
    expect(split('website', data)).toEqual({
      own: { website: 'https://example.com' },
      sections: {
        research: { competitors: [1] },
        personalization: { corePersona: { a: 1 } },
        integrations: { notes: 'x' },
      },
    });
    for (const step of ['api_keys', 'complete'] as const) {
      const { own, sections } = split(step, { ...data, api_keys: {} });
      expect(own).toEqual({ api_keys: {} });
      expect(Object.keys(sections)).toEqual(['website', 'research', 'personalization', 'integrations']);
    }
  });

  it('stay with the step, and go to the one that shares them', () => {
    const data = { integrations: { linkedin: true } };
    expect(split('website', data)).toEqual({ own: data, sections: { integrations: data } });
    // Its own page saves them where they belong alone.
    expect(split('integrations', data)).toEqual({ own: data, sections: {} });
  });

  it('go to the nearest step before, where several others save them, and to one that takes them from every post', () => {
    expect(split('personalization', { both: 1, integrations: { a: 1 } })).toEqual({
      own: {},
      sections: { research: { both: 1 }, integrations: { integrations: { a: 1 } } },
    });
    expect(split('research', { both: 1, integrations: { a: 1 } })).toEqual({
      own: { both: 1 },
      sections: { integrations: { integrations: { a: 1 } } },
    });
    expect(split('api_keys', { both: 1 })).toEqual({ own: {}, sections: { website: { both: 1 } } });
  });

  it('stay where every page adds them', () => {
    const data = { stepType: 'research', completedAt: 'today' };
    expect(split('integrations', data)).toEqual({ own: data, sections: {} });
  });

  it('stay with the step where none knows them', () => {
    const data = { newField: 1, onboarding_type: 'linkedin', corePersona: { a: 1 } };
    expect(split('research', data)).toEqual({
      own: { newField: 1, onboarding_type: 'linkedin' },
      sections: { personalization: { corePersona: { a: 1 } } },
    });
  });

  it('may be names that every object has', () => {
    const data = JSON.parse('{"__proto__":{"a":1},"constructor":2,"toString":3,"competitors":[4]}') as JsonObject;
    const { own, sections } = split('website', data);
    expect(Object.entries(own)).toEqual([
      ['__proto__', { a: 1 }],
      ['constructor', 2],
    ]);
    expect(Object.getPrototypeOf(own)).toBe(Object.prototype);
    expect(sections).toEqual({ research: { competitors: [4] }, personalization: { toString: 3 } });
    expect(split('personalization', data).own).toHaveProperty('toString', 3);
  });

  it('are none of nothing', () => {
    expect(split('website', {})).toEqual({ own: {}, sections: {} });
  });

  const known = ['website', 'analysis', 'integrations', 'both', 'competitors', 'corePersona', 'notes', 'api_keys'];
  const key = fc.oneof(fc.constantFrom(...known, '__proto__', 'toString', 'constructor'), fc.string());
  const data = fc
    .array(fc.tuple(key, fc.jsonValue()), { maxLength: 10 })
    .map((entries) => JSON.parse(JSON.stringify(Object.fromEntries(entries))) as JsonObject);

  it('are never lost, changed or made up: each is in the step’s own data or in a section', () => {
    fc.assert(
      fc.property(fc.constantFrom(...STEP_KEYS), data, (step, posted) => {
        const before = JSON.stringify(posted);
        const { own, sections } = splitSections(HANDLERS.of(step), HANDLERS.withSections, posted);
        const places = [own, ...sections.values()];
        for (const [name, value] of Object.entries(posted)) {
          const found = places.filter((place) => Object.hasOwn(place, name));
          expect(found.length).toBeGreaterThan(0);
          for (const place of found) expect(Object.entries(place)).toContainEqual([name, value]);
        }
        for (const place of places)
          for (const name of Object.keys(place)) expect(Object.hasOwn(posted, name)).toBe(true);
        for (const [handler, section] of sections) {
          expect(handler.step).not.toBe(step);
          expect(Object.keys(section).filter((name) => !handler.section?.keys.has(name))).toEqual([]);
          expect(Object.keys(section).length).toBeGreaterThan(0);
        }
        expect(JSON.stringify(posted)).toBe(before);
      }),
    );
  });
});

describe('a submission', () => {
  const NO_WORK = {} as UnitOfWork;
  const HEAP = { competitors: [1], corePersona: { a: 1 }, website: 'https://example.com' };

  it('saves the step’s own data first, then each section by its own step', () => {
    saved.length = 0;
    Submission.parse(HANDLERS, 'research', HEAP, 'Step 3').save(NO_WORK);
    expect(saved.map(({ step, data }) => [step, data])).toEqual([
      ['research', { competitors: [1] }],
      ['personalization', { corePersona: { a: 1 } }],
      ['website', { website: 'https://example.com' }],
    ]);
  });

  it('leaves out a section in which there is nothing to save', () => {
    saved.length = 0;
    Submission.parse(HANDLERS, 'research', { competitors: [1], corePersona: null }, 'Step 3').save(NO_WORK);
    expect(saved.map(({ step }) => step)).toEqual(['research']);
  });

  it('has the warnings of each of its steps, before and after it is committed', async () => {
    const submission = Submission.parse(HANDLERS, 'research', { competitors: [1], corePersona: { a: 1 } }, 'Step 3');
    expect(submission.warnings(FLOWS.six)).toEqual(['research was read.', 'personalization was read.']);
    expect(await submission.afterCommit('alice')).toEqual([
      'alice: competitors of research',
      'alice: corePersona of personalization',
    ]);
  });

  it('warns of keys in the wrong place, with the number of their page where the wizard has one', () => {
    const data = { competitors: [1], api_keys: { openai: 'x' } };
    const warnings = (['six', 'six-intro', 'five', 'four'] as const).map((id) =>
      Submission.parse(HANDLERS, 'research', data, 'Step 3').warnings(FLOWS[id]).at(-1),
    );
    const atStep = 'API keys belong to step 1: those sent with this step were not saved.';
    const nowhere = 'API keys are no part of this step: those sent with this step were not saved.';
    expect(warnings).toEqual([atStep, atStep, nowhere, nowhere]);
    for (const api_keys of ['sk-1', [{ openai: 'x' }], data.api_keys]) {
      const submission = Submission.parse(HANDLERS, 'research', { ...data, api_keys }, 'Step 3');
      expect(submission.warnings(CANONICAL_FLOWS.four)).toContain(atStep);
    }
  });

  it.each([{}, { api_keys: {} }, { api_keys: ' ' }, { api_keys: null }, { apiKeys: [] }])(
    'does not warn where there are none: %j',
    (data) => {
      expect(Submission.parse(HANDLERS, 'research', data, 'Step 3').warnings(FLOWS.six)).toEqual([
        'research was read.',
      ]);
    },
  );

  it('does not warn on their own page, and does in either spelling elsewhere', () => {
    const data = { api_keys: { openai: 'x' } };
    expect(Submission.parse(HANDLERS, 'api_keys', data, 'Step 1').warnings(FLOWS.six)).toEqual(['api_keys was read.']);
    const other = { apiKeys: { openai: 'x' } };
    expect(Submission.parse(HANDLERS, 'website', other, 'Step 2').warnings(FLOWS.six)).toHaveLength(2);
  });
});
