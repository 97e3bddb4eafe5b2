import fc from 'fast-check';
import type { FlowId } from '../../../src/ground/config/wizard-flows.js';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import type { StepKey } from '../../../src/onboarding/flow/steps.js';
import type { Parts } from './history-model.js';
import { jsonDocument, jsonValue } from './json-documents.js';
import { DOCUMENT_KEYS } from './stored-onboarding.js';

/** The wizards that requests name. */
export const NAMED_FLOWS = ['six', 'four'] as const satisfies readonly FlowId[];

/** A wizard that the request names; left out: none. */
interface Named {
  readonly flow?: FlowId | undefined;
}

export type Post = Named &
  (
    | { readonly do: 'complete'; readonly step: StepKey; readonly data: JsonObject | null; readonly errors: string[] }
    | { readonly do: 'persona' | 'business' | 'editAnalysis'; readonly body: JsonObject }
  );

/** What can be done to a user's onboarding, over HTTP or from inside the process. */
export type Operation =
  | Post
  | (Named & { readonly do: 'skip'; readonly step: StepKey })
  | (Named & { readonly do: 'clearAnalysis' | 'finish' | 'softReset' | 'saveKey' | 'deleteKey' })
  | { readonly do: 'again' }
  | { readonly do: 'goTo' | 'fail' | 'resetStep'; readonly step: number }
  | { readonly do: 'raise'; readonly percentage: number }
  | { readonly do: 'clearCompetitors' | 'clearAccounts' }
  | Restore;

export interface Restore extends Named, Parts {
  readonly do: 'restore';
  /** Which of the revisions that there are, from 0 for the first to 1 for the latest. */
  readonly place: number;
  /** Restores the revision before it afterwards. */
  readonly undo: boolean;
}

const flow = fc.option(fc.constantFrom<FlowId>(...NAMED_FLOWS), { nil: undefined, freq: 2 });

const address = fc.constantFrom('https://one.example', 'https://two.example/', 'three.example');

/** Few different ones, so that a post often is the same as the one before, or goes back to an earlier one. */
const few = fc.constantFrom<JsonObject>(
  {},
  { tone: 'dry' },
  { tone: 'dry', list: [] },
  { tone: null, size: 9007199254740991 },
  { é: '\u{1F600}' },
);

/** Any document, or one of a few. */
const document = fc.oneof({ weight: 3, arbitrary: few }, { weight: 1, arbitrary: jsonDocument });

const text = fc.oneof(fc.constantFrom('short', 'é'.repeat(200), '\u{1F600}'.repeat(200), 'x'.repeat(201)), fc.string());

/** Some of these fields. */
const some = (fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<JsonObject> =>
  fc.record(fields, { requiredKeys: [], noNullPrototype: true });

const competitor = fc
  .tuple(fc.constantFrom('https://a.example', 'https://b.example', 'https://c.example', ''), document)
  .map(([url, more]): JsonObject => ({ ...more, url }));
const competitors = fc.array(competitor, { maxLength: 4 });

/** Sections of other steps, and keys, which are never saved from there. */
const sections = some({
  social_media_accounts: document,
  corePersona: document,
  competitors,
  research_depth: fc.constantFrom('Basic', 'Deep'),
  connected_platforms: fc.constant(['wix']),
  api_keys: fc.constant({ openai: 'sk-of-another-step-and-never-kept-000000' }),
});

const extra = fc.oneof(
  some({ hobby: jsonValue, notes: text, size: fc.constantFrom(0, 1, 1e-7, 0.1, -5), flag: fc.boolean() }),
  jsonDocument,
);

/** What the page of a step may post. */
export const STEP_DATA: Readonly<Record<StepKey, fc.Arbitrary<JsonObject>>> = {
  api_keys: fc.constantFrom<JsonObject>(
    { api_keys: { openai: 'sk-of-the-first-step-000000000000000000000' } },
    { api_keys: { exa: 'exa-of-the-first-step-0000000', openai: 'sk-another-of-the-first-step-00000000000' } },
  ),
  website: fc
    .tuple(
      fc.record({ website: address }),
      some({
        analysis: some({
          writing_style: document,
          brand_analysis: document,
          guidelines: fc.constantFrom<unknown>(['Lead'], { do: ['Lead'] }, []),
          avoid_elements: fc.constantFrom([], ['jargon']),
          status: fc.constantFrom('completed', 'failed'),
          whatever: jsonValue,
        }),
        businessData: document,
        crawl_result: document,
        useAnalysisForGenAI: fc.boolean(),
        email: text,
      }),
    )
    .map(([required, more]) => ({ ...more, ...required })),
  research: some({
    competitors,
    research_depth: fc.constantFrom('Basic', 'Expert'),
    content_types: fc.constantFrom<readonly string[]>([], ['Blog Posts'], ['Blog Posts', 'é']),
    auto_research: fc.boolean(),
    researchSummary: document,
    social_media_accounts: document,
  }),
  personalization: fc
    .tuple(
      document,
      some({ quality_metrics: document, selected_platforms: fc.constantFrom([], ['x', 'x']), brandAvatar: document }),
    )
    .map(([identity, more]) => ({ ...more, corePersona: { identity }, platformPersonas: { blog: identity } })),
  integrations: some({
    integrations: some({ primary_website: text, social_platforms: document, other: jsonValue }),
    providers: fc.constantFrom<unknown>([], {}, [{ name: 'wix' }]),
    status: fc.constantFrom('connected', 'open'),
    notes: text,
  }),
  complete: fc.constant({}),
};

const completion = (step: StepKey): fc.Arbitrary<Operation> =>
  fc
    .tuple(
      STEP_DATA[step],
      fc.option(sections),
      fc.option(extra),
      fc.array(text, { maxLength: 2 }),
      flow,
      fc.integer({ min: 0, max: 9 }),
    )
    .map(([own, others, more, errors, named, chance]) => ({
      do: 'complete',
      step,
      data: chance === 0 ? null : { ...more, ...others, ...own },
      errors,
      flow: named,
    }));

const step = fc.integer({ min: 1, max: 6 });
const constant = <T extends Operation['do']>(...names: T[]) => fc.record({ do: fc.constantFrom(...names) });

const restore: fc.Arbitrary<Operation> = fc
  .tuple(
    fc.constantFrom<Parts['what']>('progress', 'data', 'all', 'all'),
    fc.option(fc.subarray([...DOCUMENT_KEYS], { minLength: 1 }), { nil: undefined }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.boolean(),
    fc.option(flow, { nil: undefined, freq: 1 }),
  )
  .map(([what, steps, place, undo, named]) => ({
    do: 'restore',
    what,
    ...(steps && what !== 'progress' ? { steps } : {}),
    place,
    undo,
    flow: named,
  }));

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 3, arbitrary: completion('website') },
  { weight: 3, arbitrary: completion('research') },
  { weight: 2, arbitrary: completion('personalization') },
  { weight: 2, arbitrary: completion('integrations') },
  { weight: 1, arbitrary: completion('api_keys') },
  { weight: 1, arbitrary: completion('complete') },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('persona' as const), body: STEP_DATA.personalization, flow }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('business' as const),
      body: fc
        .tuple(
          fc.constantFrom('Bread for the town', 'Cake for the town'),
          some({ industry: fc.string({ maxLength: 100 }), target_audience: text }),
        )
        .map(([business_description, more]) => ({ ...more, business_description })),
      flow,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('editAnalysis' as const),
      body: some({ seo_audit: document, guidelines: fc.constant(['Lead']), website: address }),
    }),
  },
  { weight: 1, arbitrary: constant('clearAnalysis', 'clearCompetitors', 'clearAccounts') },
  { weight: 2, arbitrary: constant('again') },
  { weight: 1, arbitrary: constant('saveKey', 'deleteKey') },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('finish' as const, 'softReset' as const), flow }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('skip' as const),
      step: fc.constantFrom<StepKey>('personalization', 'integrations'),
      flow,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('goTo' as const, 'fail' as const, 'resetStep' as const), step }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('raise' as const), percentage: fc.integer({ min: 0, max: 100 }) }),
  },
  { weight: 6, arbitrary: restore },
);

/** The first steps as they are completed by most. */
const beginning: fc.Arbitrary<Operation[]> = fc
  .tuple(
    ...(['api_keys', 'website', 'research', 'personalization'] as const).map(completion),
    fc.integer({ min: 0, max: 4 }),
  )
  .map((parts) => (parts.slice(0, -1) as Operation[]).slice(0, parts.at(-1) as number));

/** Sequences of them, from the very start, or with some steps done. */
export const historyOperations: fc.Arbitrary<Operation[]> = fc
  .tuple(beginning, fc.array(operation, { minLength: 10, maxLength: 20, size: 'max' }))
  .map(([first, more]) => [...first, ...more]);
