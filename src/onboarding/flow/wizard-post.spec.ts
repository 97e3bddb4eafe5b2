import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FLOW_IDS, type FlowId } from '../../ground/config/wizard-flows.js';
import type { JsonObject } from '../../ground/problems/json.js';
import { InvalidInput } from '../../ground/problems/problem.js';
import { flowInUse, type RememberedFlow } from './flow-choice.js';
import { FLOWS } from './flows.js';
import { STEP_KEYS, type StepKey } from './steps.js';
import { onboardingTypeOf, WizardPost, type KeysOfSteps, type PostContext } from './wizard-post.js';

/** Some of the keys that each step saves, with those that belong to several. */
const KEYS: KeysOfSteps = new Map<StepKey, ReadonlySet<string>>([
  [
    'website',
    new Set(
      (
        'website website_url domainName analysis crawlResult businessData integrations sitemapAnalysis ' +
        'target_audience'
      ).split(' '),
    ),
  ],
  [
    'research',
    new Set(
      (
        'competitors researchSummary sitemapAnalysis growth_summary research_depth target_audience ' +
        'analysisTimestamp stepType completedAt'
      ).split(' '),
    ),
  ],
  ['personalization', new Set('corePersona core_persona platformPersonas platform_personas stepType'.split(' '))],
  ['integrations', new Set('integrations primary_website notes'.split(' '))],
]);

const learnt = (id: FlowId): RememberedFlow => ({ id, source: 'learnt' });

/** Users and deployments: the wizard that a user was last seen with, or null, and that of the deployment. */
const CONTEXTS: readonly PostContext[] = FLOW_IDS.flatMap((deployment) =>
  [null, ...FLOW_IDS].map((id) => ({ remembered: id && learnt(id), deployment })),
);
const SIX: PostContext = { remembered: null, deployment: 'six' };
const isSix = (id: FlowId) => id === 'six' || id === 'six-intro';

/** Whether numbers 2 and 3 may be those of a shorter wizard, though nothing in the post says so. */
const mayBeShort = ({ remembered, deployment }: PostContext) =>
  !isSix(deployment) || !isSix(flowInUse(remembered, deployment));
const SHORT_CONTEXTS = CONTEXTS.filter(mayBeShort);
const SIX_CONTEXTS = CONTEXTS.filter((context) => !mayBeShort(context));

const read = (number: number, data: JsonObject, context = SIX) => new WizardPost(number, data, KEYS).read(context);

/** The post means the same for every user of each of these contexts. */
function expectIn(
  contexts: readonly PostContext[],
  [number, data]: readonly [number, JsonObject],
  [step, flow]: readonly [StepKey | null, FlowId | null],
) {
  for (const context of contexts) {
    expect({ ...context, ...read(number, data, context) }).toEqual({ ...context, step, flow });
  }
}

/** The post is read by its number in the wizard that the user was last seen with, and tells nothing. */
function expectByNumber(number: number, data: JsonObject, contexts = CONTEXTS) {
  for (const context of contexts) {
    const step = FLOWS[flowInUse(context.remembered, context.deployment)].keyOf(number);
    expect({ ...context, ...read(number, data, context) }).toEqual({ ...context, step, flow: null });
  }
}

const PERSONA = { corePersona: { identity: {} }, platformPersonas: { linkedin: {} } };
const WEBSITE = { website: 'https://example.com', analysis: {}, crawlResult: {} };
const FINDINGS = { competitors: [{ url: 'https://c.example' }], researchSummary: {}, sitemapAnalysis: {} };
/** What the wizard of October 2025 gathers, and posts with every page. */
const HEAP = { ...WEBSITE, ...FINDINGS, ...PERSONA, analysisTimestamp: '2025-10-08T00:00:00Z' };

it('users are of both kinds: those whose numbers may be short, and those whose are not', () => {
  expect([CONTEXTS.length, SHORT_CONTEXTS.length, SIX_CONTEXTS.length]).toEqual([20, 14, 6]);
});

describe('row 1: number 6', () => {
  it.each<JsonObject>([{}, HEAP, { api_keys: { openai: 'x' } }, { onboarding_type: 'linkedin' }, { integrations: {} }])(
    'is the last step, with whatever data: %j',
    (data) => expectIn(CONTEXTS, [6, data], ['complete', null]),
  );
});

describe('row 2: number 1 with keys', () => {
  it.each<JsonObject>([{}, { website: 'https://example.com' }, { onboarding_type: 'website' }, HEAP])(
    'is that of keys, in six pages, also next to %j',
    (more) => expectIn(CONTEXTS, [1, { ...more, api_keys: { openai: 'x' } }], ['api_keys', 'six']),
  );

  it.each([{}, [], ['x'], 'x', '', null, 7, true])('is not where the keys are %j', (keys) => {
    expectByNumber(1, { api_keys: keys });
    expectIn(CONTEXTS, [1, { api_keys: keys, website: 'https://example.com' }], ['website', 'five']);
  });
});

describe('row 3: number 1 with a type', () => {
  it.each<JsonObject>([{}, WEBSITE, { integrations: {} }, { competitors: [] }])('is the website, in four: %j', (more) =>
    expectIn(CONTEXTS, [1, { ...more, onboarding_type: 'linkedin' }], ['website', 'four']),
  );

  it.each(['', null])('is not where the type is %j', (type) => {
    expectIn(CONTEXTS, [1, { ...WEBSITE, onboarding_type: type }], ['website', 'five']);
    expectByNumber(1, { onboarding_type: type });
  });
});

describe('row 4: number 1 with a website', () => {
  it.each(['website', 'website_url', 'businessData', 'analysis', 'integrations'])(
    'is the website, in five: %s',
    (key) => expectIn(CONTEXTS, [1, { [key]: 'https://example.com' }], ['website', 'five']),
  );

  it.each(['', null])('is not where that is %j', (value) => {
    expectByNumber(1, { website: value, businessData: value });
  });
});

describe('row 5: number 1 with nothing', () => {
  it('is the first step of the user’s wizard', () => {
    expectByNumber(1, {});
    expect(read(1, {}, { remembered: null, deployment: 'six' }).step).toBe('api_keys');
    expect(read(1, {}, { remembered: learnt('four'), deployment: 'six' }).step).toBe('website');
    expect(read(1, {}, { remembered: learnt('six'), deployment: 'five' }).step).toBe('api_keys');
  });

  it('or with data of other pages, too', () => {
    expectByNumber(1, { competitors: [{}], stepType: 'research' });
    expectByNumber(1, PERSONA);
  });
});

describe('row 6: number 4 with a persona', () => {
  it.each<JsonObject>([
    { corePersona: {} },
    { platformPersonas: {} },
    { ...PERSONA, stepType: 'personalization' },
    // October 2025.
    { ...HEAP, stepType: 'research' },
    { ...PERSONA, integrations: {} },
    { ...PERSONA, onboarding_type: 'website' },
  ])('is the persona, in six: %j', (data) => expectIn(CONTEXTS, [4, data], ['personalization', 'six']));

  it('is not where it is empty', () => expectByNumber(4, { corePersona: null, platformPersonas: '' }));
});

describe('row 7: number 3 with a persona, posted as such', () => {
  const data = { ...PERSONA, stepType: 'personalization' };

  it.each<JsonObject>([data, { corePersona: {}, stepType: 'personalization' }, { ...HEAP, ...data }])(
    'is the persona, in five, where the numbers may be short: %j',
    (post) => expectIn(SHORT_CONTEXTS, [3, post], ['personalization', 'five']),
  );

  it('is the persona, in four, where a type is posted with it, whatever else is known', () => {
    expectIn(CONTEXTS, [3, { ...data, onboarding_type: 'linkedin' }], ['personalization', 'four']);
  });

  it('is research where only six pages are known', () => {
    expectIn(SIX_CONTEXTS, [3, { ...data, ...FINDINGS }], ['research', 'six']);
  });
});

describe('row 8: number 3 otherwise', () => {
  it.each<JsonObject>([
    FINDINGS,
    { ...FINDINGS, stepType: 'research' },
    { research_depth: 'Basic' },
    { growth_summary: 'It grows.' },
    { target_audience: {} },
    { ...HEAP, stepType: 'research' },
    { ...FINDINGS, stepType: 'personalization' },
    { ...FINDINGS, ...PERSONA },
  ])('is research, in six: %j', (data) => expectIn(CONTEXTS, [3, data], ['research', 'six']));
});

describe('row 9: number 2 with research', () => {
  it.each<JsonObject>([
    { ...FINDINGS, stepType: 'research' },
    { growth_summary: 'It grows.', stepType: 'linkedin_research' },
    { research_depth: 'Basic', stepType: 'research' },
    { research_depth: 'Basic', stepType: 'linkedin_research' },
    { competitors: [{}] },
    { researchSummary: {} },
    { sitemapAnalysis: {} },
    { growth_summary: 'It grows.' },
    // Saved with an analysis of the website that is not a fresh one.
    { ...FINDINGS, website: 'https://example.com' },
    { ...FINDINGS, ...WEBSITE, analysisTimestamp: '2026-01-01T00:00:00Z' },
    // The type is enough next to a fresh website, too.
    { ...FINDINGS, ...WEBSITE, stepType: 'research' },
  ])('is research, in five, where the numbers may be short; in four with a type: %j', (data) => {
    expectIn(SHORT_CONTEXTS, [2, data], ['research', 'five']);
    expectIn(CONTEXTS, [2, { ...data, onboarding_type: 'linkedin' }], ['research', 'four']);
  });

  it.each<JsonObject>([
    { ...FINDINGS, ...WEBSITE },
    { ...FINDINGS, ...WEBSITE, analysisTimestamp: '' },
    { ...WEBSITE, stepType: 'website' },
    // No research is posted, though the type says so.
    { website: 'https://example.com', stepType: 'research' },
  ])('is not where a fresh website is posted, or a website alone: %j', (data) =>
    expectIn(CONTEXTS, [2, data], ['website', 'six']),
  );

  it.each<JsonObject>([
    { ...WEBSITE, ...FINDINGS, stepType: 'research' },
    { website: 'https://example.com', competitors: [{}] },
    { ...HEAP, stepType: 'research' },
  ])('is the website where only six pages are known: %j', (data) =>
    expectIn(SIX_CONTEXTS, [2, data], ['website', 'six']),
  );
});

describe('row 10: number 2 otherwise', () => {
  it.each<JsonObject>([
    WEBSITE,
    { website: 'https://example.com' },
    { businessData: {} },
    { integrations: {} },
    { target_audience: {} },
    { ...WEBSITE, ...PERSONA },
  ])('is the website, in six: %j', (data) => expectIn(CONTEXTS, [2, data], ['website', 'six']));
});

describe('row 11: number 5 with data', () => {
  it.each<JsonObject>([
    { integrations: {} },
    { notes: 'x' },
    { ...HEAP, integrations: {}, onboarding_type: 'website' },
  ])('is the integrations, in six: %j', (data) => expectIn(CONTEXTS, [5, data], ['integrations', 'six']));
});

describe('row 12: number 4 with integrations alone', () => {
  it.each<JsonObject>([
    { integrations: {} },
    { integrations: {}, stepType: 'integrations', completedAt: '2026-01-01T00:00:00Z' },
    { integrations: {}, onboarding_type: 'website' },
    { integrations: {}, corePersona: null, website: '' },
  ])('is the integrations, in five: %j', (data) => expectIn(CONTEXTS, [4, data], ['integrations', 'five']));

  it.each<JsonObject>([
    { integrations: {}, notes: 'x' },
    { integrations: {}, website: 'https://example.com' },
    { integrations: '' },
    { notes: 'x' },
  ])('is not with anything else, or without them: %j', (data) => expectByNumber(4, data));
});

describe('row 13: every other number and post', () => {
  it.each([-1, 0, 7, 8, 99, 1.5, NaN])('number %p is no step', (number) => {
    for (const data of [{}, HEAP, { onboarding_type: 'linkedin' }]) {
      expectIn(CONTEXTS, [number, data], [null, null]);
    }
  });

  it.each([2, 3, 4, 5])('number %i without data is that of the user’s wizard', (number) => expectByNumber(number, {}));

  it('numbers 5 and 6 of four pages are the last step', () => {
    const context = { remembered: learnt('four'), deployment: 'six' } as const;
    expect([4, 5, 6].map((number) => read(number, {}, context).step)).toEqual(['complete', 'complete', 'complete']);
  });

  /** Posts without a key of the step that a row names. What a page adds to all posts is no key of a step. */
  const WITHOUT: readonly (readonly [row: string, number: number, data: JsonObject])[] = [
    ['6', 4, { stepType: 'personalization', completedAt: 'x' }],
    ['6', 4, WEBSITE],
    ['7', 3, { stepType: 'personalization' }],
    ['7', 3, { stepType: 'personalization', onboarding_type: 'linkedin' }],
    ['7', 3, { corePersona: '', stepType: 'personalization' }],
    ['8', 3, { stepType: 'research', completedAt: 'x' }],
    ['8', 3, { website: 'https://example.com' }],
    ['8', 3, PERSONA],
    ['8', 3, { ...PERSONA, stepType: 'research' }],
    ['9', 2, { stepType: 'research' }],
    ['9', 2, { ...PERSONA, stepType: 'research' }],
    ['9', 2, { stepType: 'linkedin_research', onboarding_type: 'linkedin' }],
    ['9', 2, { stepType: 'research', competitors: null }],
    ['10', 2, { onboarding_type: 'website', completedAt: 'x' }],
    ['10', 2, PERSONA],
    ['10', 2, { website: '', businessData: null }],
    ['11', 5, { stepType: 'integrations', onboarding_type: 'website' }],
    ['11', 5, { website: 'https://example.com', corePersona: {} }],
    ['12', 4, { stepType: 'integrations' }],
    ['12', 4, { integrations: null }],
  ];

  it.each(WITHOUT)('row %s needs a key of its step: number %i with %j is read by its number', (_, number, data) =>
    expectByNumber(number, data),
  );

  it('a key that only every object has is none', () => {
    for (const key of ['toString', 'constructor', '__proto__', 'hasOwnProperty']) {
      const data = JSON.parse(`{"${key}":{"corePersona":{},"website":"https://example.com"}}`) as JsonObject;
      for (const number of [1, 2, 3, 4, 5]) expectByNumber(number, data);
    }
  });
});

describe('numbers 2 and 3 may be short', () => {
  const posts: readonly (readonly [number, JsonObject, short: StepKey, long: StepKey])[] = [
    [2, { ...FINDINGS, stepType: 'research' }, 'research', 'website'],
    [3, { ...PERSONA, stepType: 'personalization' }, 'personalization', 'research'],
  ];

  it.each(posts)('where a type is posted: number %i', (number, data, short) => {
    expectIn(CONTEXTS, [number, { ...data, onboarding_type: 'website' }], [short, 'four']);
  });

  it.each(posts)(
    'where the user was last seen with a shorter wizard, or none was seen and one is served: number %i',
    (number, data, short) => {
      for (const id of ['five', 'four'] as const) {
        expectIn([{ remembered: learnt(id), deployment: 'six' }], [number, data], [short, 'five']);
        expectIn([{ remembered: learnt(id), deployment: 'six-intro' }], [number, data], [short, 'five']);
        expectIn([{ remembered: null, deployment: id }], [number, data], [short, 'five']);
      }
    },
  );

  it.each(posts)(
    'where a shorter one is served, though the user was last seen with six: number %i',
    (number, data, short) => {
      for (const deployment of ['five', 'four'] as const) {
        for (const id of ['six', 'six-intro'] as const) {
          expectIn([{ remembered: learnt(id), deployment }], [number, data], [short, 'five']);
          expectIn([{ remembered: { id, source: 'explicit' }, deployment }], [number, data], [short, 'five']);
        }
      }
    },
  );

  it.each(posts)('and not otherwise: number %i', (number, data, _, long) => {
    // With data of the step that the number names in six pages, as an old wizard's button posts them again.
    expectIn(SIX_CONTEXTS, [number, { ...HEAP, ...data }], [long, 'six']);
  });
});

describe('what could be misread', () => {
  it('a user of six pages with an introduction who goes back to the website posts it alone', () => {
    expectIn(CONTEXTS, [2, { ...WEBSITE, domainName: 'example.com' }], ['website', 'six']);
  });

  it('and one who goes back to research, with a persona gathered, says so', () => {
    expectIn(CONTEXTS, [3, { ...FINDINGS, ...PERSONA, stepType: 'research' }], ['research', 'six']);
  });

  it('the website page of six pages posts its own object, whatever was restored', () => {
    expectIn(CONTEXTS, [2, { ...WEBSITE, sitemapAnalysis: {} }], ['website', 'six']);
  });

  it('what was gathered by October 2025, with number 3, is research', () => {
    expectIn(CONTEXTS, [3, { ...HEAP, stepType: 'research' }], ['research', 'six']);
  });

  it('a program that posts a persona to number 3 means what that number is, as before', () => {
    expectByNumber(3, { corePersona: { identity: {} } });
    for (const context of SIX_CONTEXTS) expect(read(3, PERSONA, context).step).toBe('research');
  });

  it('a program that posts a website and competitors to number 2 means the website, in a deployment of six pages', () => {
    const data = { website: 'https://example.com', competitors: [{ url: 'https://c.example' }] };
    expectIn(SIX_CONTEXTS, [2, data], ['website', 'six']);
  });

  it('an old button that posts what was set last flips no user of six pages', () => {
    for (const number of [2, 3, 4, 5, 6]) {
      for (const stepType of ['research', 'personalization', 'linkedin_research']) {
        for (const context of SIX_CONTEXTS) {
          const { step, flow } = read(number, { ...HEAP, integrations: {}, stepType }, context);
          expect([number, step]).toEqual([number, FLOWS.six.keyOf(number)]);
          expect([null, 'six']).toContain(flow);
        }
      }
    }
  });
});

/** What each page posts. The generations are those of the main product. */
const WIZARDS: Readonly<Record<FlowId, readonly (readonly [number, JsonObject, StepKey])[]>> = {
  six: [
    [1, { api_keys: { openai: 'x' } }, 'api_keys'],
    [2, WEBSITE, 'website'],
    [3, { ...FINDINGS, stepType: 'research' }, 'research'],
    [4, { ...PERSONA, stepType: 'personalization' }, 'personalization'],
    [5, { integrations: {} }, 'integrations'],
    [6, {}, 'complete'],
  ],
  'six-intro': [
    [2, WEBSITE, 'website'],
    [3, { ...FINDINGS, stepType: 'research' }, 'research'],
    [4, { ...PERSONA, stepType: 'personalization' }, 'personalization'],
    [5, { integrations: {} }, 'integrations'],
    [6, {}, 'complete'],
  ],
  five: [
    [1, WEBSITE, 'website'],
    [2, { ...FINDINGS, stepType: 'research' }, 'research'],
    [3, { ...PERSONA, stepType: 'personalization' }, 'personalization'],
    [4, { integrations: {} }, 'integrations'],
    [6, {}, 'complete'],
  ],
  four: [
    [1, { integrations: {}, onboarding_type: 'linkedin' }, 'website'],
    [2, { growth_summary: 'x', stepType: 'linkedin_research', onboarding_type: 'linkedin' }, 'research'],
    [3, { ...PERSONA, stepType: 'personalization', onboarding_type: 'linkedin' }, 'personalization'],
    [6, { onboarding_type: 'linkedin' }, 'complete'],
  ],
};

describe.each(FLOW_IDS)('a new user of the wizard %s', (id) => {
  it.each(FLOW_IDS)('is read right page by page where %s is served', (deployment) => {
    let remembered: RememberedFlow | null = null;
    const steps: (StepKey | null)[] = [];
    for (const [number, data] of WIZARDS[id]) {
      const { step, flow } = read(number, data, { remembered, deployment });
      if (flow) remembered = learnt(flow);
      steps.push(step);
    }
    expect(steps).toEqual(WIZARDS[id].map(([, , step]) => step));
    expect(remembered).toEqual(learnt(id === 'six-intro' ? 'six' : id));
  });
});

describe('whatever is posted', () => {
  const keys = [...new Set([...KEYS.values()].flatMap((all) => [...all]))];
  const key = fc.oneof(
    fc.constantFrom(...keys, 'api_keys', 'onboarding_type', 'stepType', '__proto__', 'toString'),
    fc.string(),
  );
  const value = fc.oneof(
    fc.constantFrom('research', 'linkedin_research', 'personalization', '', {}, []),
    fc.jsonValue(),
  );
  // From text, as it comes over the wire: an assignment would not set `__proto__`.
  const data = fc
    .array(fc.tuple(key, value), { maxLength: 8 })
    .map((entries) => JSON.parse(JSON.stringify(Object.fromEntries(entries))) as JsonObject);
  const number = fc.oneof(fc.integer({ min: 0, max: 8 }), fc.double());
  const context = fc.constantFrom(...CONTEXTS);

  it('is read without an error, as a step of some wizard or as none', () => {
    fc.assert(
      fc.property(number, data, context, (n, posted, where) => {
        const { step, flow } = read(n, posted, where);
        expect([...STEP_KEYS, null]).toContain(step);
        expect([...FLOW_IDS, null]).toContain(flow);
        // What is learnt is a wizard that has a page for the step.
        if (flow) expect(FLOWS[flow].keyOf(n)).toBe(step);
        // Nothing tells the two of six pages apart.
        expect(flow).not.toBe('six-intro');
      }),
      { numRuns: 2000 },
    );
  });

  it('is read the same whether the user’s wizard was learnt or named: to name one is not the business of a post', () => {
    fc.assert(
      fc.property(
        number,
        data,
        fc.constantFrom(...FLOW_IDS),
        fc.constantFrom('six', 'five', 'four'),
        (n, posted, id, deployment) => {
          const [first, second] = (['learnt', 'explicit'] as const).map((source) =>
            read(n, posted, { remembered: { id, source }, deployment: deployment as FlowId }),
          );
          expect(first).toEqual(second);
        },
      ),
    );
  });

  it('leaves what was posted as it was', () => {
    fc.assert(
      fc.property(number, data, context, (n, posted, where) => {
        const before = JSON.stringify(posted);
        read(n, posted, where);
        expect(JSON.stringify(posted)).toBe(before);
      }),
    );
  });
});

describe('what is onboarded', () => {
  it.each([
    ['website', 'website'],
    ['linkedin', 'linkedin'],
    ['x'.repeat(100), 'x'.repeat(100)],
    ['', null],
    [null, null],
    [undefined, null],
  ])('is what was posted, or nothing: %j', (posted, type) => {
    expect(onboardingTypeOf({ onboarding_type: posted })).toBe(type);
  });

  it.each([7, true, {}, [], ['linkedin'], 'x'.repeat(101)])('is refused where it is %j', (posted) => {
    expect(() => onboardingTypeOf({ onboarding_type: posted })).toThrow(InvalidInput);
    expect(() => onboardingTypeOf({ onboarding_type: posted })).toThrow(
      'onboarding_type must be a text of at most 100 characters.',
    );
  });
});
