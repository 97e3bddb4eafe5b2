import fc from 'fast-check';
import { FLOW_IDS, type FlowId } from '../../../src/ground/config/wizard-flows.js';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import { STEP_KEYS } from '../../../src/onboarding/flow/steps.js';
import { STEP_DATA } from './history-operations.js';
import { jsonDocument } from './json-documents.js';
import { sample } from './samples.js';

/** What is posted for a step: text that was made up, what the user then reads of a step, or an earlier post. */
export type PostedData =
  | { readonly is: 'text'; readonly data: string }
  | { readonly is: 'read'; readonly step: number; readonly more: JsonObject }
  | { readonly is: 'earlier'; readonly back: number };

export interface StepPost {
  readonly number: number;
  /** The wizard that the request names; left out: none. */
  readonly flow?: FlowId | undefined;
  readonly posted: PostedData;
}

const stepData = fc.oneof(...STEP_KEYS.map((step) => STEP_DATA[step]));

const samples = fc.integer({ min: 2, max: 6 }).map((step) => sample(step).data);

/** What a wizard has gathered on several pages. */
const heap = fc
  .array(fc.oneof(stepData, samples), { minLength: 2, maxLength: 4 })
  .map((parts) => Object.assign({}, ...parts) as JsonObject);

const key = (mark: string) => `sk-proj-${mark.padEnd(24, '0')}`;

/** Keys: good ones, masks, another provider's, of nobody, and none. */
const keys = fc.constantFrom<JsonObject>(
  { openai: key('one') },
  { openai: key('two'), anthropic: `sk-ant-${'0'.repeat(24)}` },
  { tavily: 'tvly-000000000000', exa: 'exa-of-a-post-0000000', gemini: 'AIza0123456789abcdefghijklmnopqrstuvwxy' },
  { openai: '********-one' },
  { openai: '********0000' },
  { openai: `sk-ant-${'0'.repeat(24)}` },
  { mistral: '' },
  { nonesuch: 'x' },
  { openai: 5 },
  {},
);
const withKeys = fc
  .tuple(keys, fc.option(stepData, { nil: {} }))
  .map(([api_keys, more]): JsonObject => ({ ...more, api_keys }));

/** What competitors, platforms and types of content say together is advised upon. */
const advised = fc
  .record({
    website: fc.constantFrom('https://one.example', 'two.example', 'https://www.three.example/'),
    competitors: fc.constantFrom([{ url: 'https://two.example' }, { domain: 'one.example' }], [{ url: 'c.example' }]),
    content_types: fc.constantFrom(['Newsletters'], ['Blog Posts', 'Videos'], ['x'], []),
    selectedPlatforms: fc.constantFrom(['blog'], ['blog', 'LinkedIn'], []),
    platformPersonas: fc.constantFrom<JsonObject>({ blog: {} }, { linkedin: {} }, {}),
    corePersona: fc.constantFrom<JsonObject>({ identity: {} }, { identity: 'none' }),
    analysis: fc.constantFrom<JsonObject>(
      { status: 'failed' },
      { status: 'completed', writing_style: { tone: 'dry' } },
      { writing_style: { tone: 5 }, target_audience: { industry_focus: 5 } },
      { writing_style: { tone: 'dry', voice: ['x'] }, guidelines: ['Lead'] },
      { guidelines: { do: 'x' } },
    ),
    integrations: fc.constantFrom<JsonObject>({ connectedPlatforms: ['wix'] }, { socialPlatforms: { x: false } }),
    stepType: fc.constantFrom('research', 'linkedin_research', 'personalization'),
    onboarding_type: fc.constantFrom('website', 'linkedin'),
    email: fc.constantFrom('a@example.com', 'b@example.com'),
  })
  .chain((all) =>
    fc
      .subarray(Object.keys(all))
      .map((names) => Object.fromEntries(names.map((name) => [name, all[name as keyof typeof all]]))),
  );

/** Values that change nothing, and values of a wrong kind. */
const odd = fc.constantFrom<unknown>(
  null,
  '',
  [],
  {},
  0,
  -1,
  1e-7,
  9007199254740991,
  true,
  'x',
  'x'.repeat(10_001),
  ['x'],
  [5],
  [null],
  { x: null },
);
const NAMES = [
  ...['website', 'website_url', 'analysis', 'businessData', 'integrations', 'status', 'brand_analysis', 'guidelines'],
  ...['competitors', 'research_depth', 'content_types', 'researchSummary', 'auto_research', 'social_media_accounts'],
  ...[
    'corePersona',
    'core_persona',
    'platformPersonas',
    'selectedPlatforms',
    'providers',
    'notes',
    'api_keys',
    'hobby',
  ],
];
const wrong = fc
  .tuple(
    fc.oneof(stepData, samples, advised),
    fc.dictionary(fc.constantFrom(...NAMES), odd, { minKeys: 1, maxKeys: 3 }),
  )
  .map(([data, more]): JsonObject => ({ ...data, ...more }));

/** No JSON object, or one that holds what cannot be kept. */
const BROKEN = [
  '[]',
  '"x"',
  '5',
  '{"website":1e999}',
  '{"size":9007199254740993}',
  '{"size":1e-400}',
  '{"x":"\\u0000"}',
];

const text = (data: fc.Arbitrary<JsonObject>) => data.map((value) => JSON.stringify(value));

const posted: fc.Arbitrary<PostedData> = fc.oneof(
  {
    weight: 14,
    arbitrary: fc
      .oneof(
        { weight: 4, arbitrary: text(stepData) },
        { weight: 2, arbitrary: text(samples) },
        { weight: 3, arbitrary: text(heap) },
        { weight: 4, arbitrary: text(advised) },
        { weight: 3, arbitrary: text(wrong) },
        { weight: 2, arbitrary: text(withKeys) },
        { weight: 1, arbitrary: text(jsonDocument) },
        { weight: 2, arbitrary: fc.constant('null') },
        { weight: 1, arbitrary: fc.constantFrom(...BROKEN) },
      )
      .map((data): PostedData => ({ is: 'text', data })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 6 }), fc.oneof(fc.constant({}), advised))
      .map(([step, more]): PostedData => ({ is: 'read', step, more: more })),
  },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 4 }).map((back): PostedData => ({ is: 'earlier', back })) },
);

/** A post by any number that there is, and now and then by one that there is not. */
export const stepPost: fc.Arbitrary<StepPost> = fc.record({
  number: fc.oneof({ weight: 30, arbitrary: fc.integer({ min: 1, max: 6 }) }, { weight: 1, arbitrary: fc.constant(7) }),
  flow: fc.option(fc.constantFrom(...FLOW_IDS), { nil: undefined, freq: 2 }),
  posted,
});
