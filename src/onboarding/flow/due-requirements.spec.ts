import { describe, expect, it } from '@jest/globals';
import { FLOW_IDS, type FlowId } from '../../ground/config/wizard-flows.js';
import type { JsonObject } from '../../ground/problems/json.js';
import { CANONICAL_FLOWS, FLOWS } from './flows.js';
import { finishedBy, type KeyFact, type OnboardingFacts, type SavedDocument } from './onboarding-facts.js';
import { newProgress, type StepStates } from './progress.js';
import { RULES, type RequirementCode } from './requirement-rules.js';
import { DUE_LISTS, requirementsOf } from './requirements.js';
import { StepStatus } from './step-status.js';
import type { StepKey } from './steps.js';

const { Pending, InProgress, Completed, Skipped, Failed } = StepStatus;

const NOW = new Date('2026-06-01T00:00:00.000Z');
const START = new Date('2026-01-01T00:00:00.000Z');
const SAVED = new Date('2026-01-02T00:00:00.000Z');
const SAME = { isDifferent: false, changedAt: null };

/** A user who has begun, and has saved nothing, in a deployment without keys. */
const NOTHING: OnboardingFacts = {
  now: NOW,
  startedAt: START,
  keys: [],
  deployment: { keys: [], deadlineDays: null },
  website: null,
  hasAnalysis: false,
  research: null,
  competitors: [],
  competitorsChangedAt: null,
  persona: null,
  integrations: null,
  websiteSince: { research: SAME, persona: SAME },
  analysisUnchangedSince: null,
};

const keyOf = (use: KeyFact['use'], more: Partial<KeyFact> = {}): KeyFact => {
  return {
    provider: use,
    name: use,
    use,
    canBeAsked: true,
    verification: 'configured',
    savedAt: SAVED,
    verifiedAt: null,
    ...more,
  };
};

const own = (...keys: readonly KeyFact[]) => ({ keys, deployment: NOTHING.deployment });
const shared = (...keys: readonly KeyFact[]) => ({ keys: [], deployment: { keys, deadlineDays: null } });
const AI = keyOf('ai');
const RESEARCH_KEY = keyOf('research');

const doc = (values: JsonObject): SavedDocument => ({ values, changedAt: SAVED });
const website = (values: JsonObject) => ({ website: doc(values) });
const research = (values: JsonObject) => ({ research: doc(values) });

const SITE = { website_url: 'https://example.com' };
const FINISHED = { api_keys: Completed, website: Completed, research: Completed };

interface More {
  readonly statuses?: Partial<Record<StepKey, StepStatus>>;
  readonly completedAt?: Date | null;
  /** In which alone it appears; left out: in all. */
  readonly flows?: readonly FlowId[];
}

/** What is so, the facts that differ from those of `NOTHING`, and the progress. */
type Case = readonly [name: string, facts: Partial<OnboardingFacts>, more?: More];

interface Cases {
  readonly appears: readonly Case[];
  /** Each lacks one condition alone. */
  readonly doesNot: readonly Case[];
}

const SIX = { flows: ['six'] } as const;
const openAs = (step: StepKey, status: StepStatus) => ({ statuses: { [step]: status } });

/** Cases of a step that all wizards demand, with these facts. */
const whileOpen = (step: StepKey, facts: Partial<OnboardingFacts>) => ({
  appears: [Pending, InProgress, Failed].map((status): Case => [`the step is ${status}`, facts, openAs(step, status)]),
  doesNot: [Completed, Skipped].map((status): Case => [`the step is ${status}`, facts, openAs(step, status)]),
});

/** What may be due, as the table of the contract has it. */
const CASES: Readonly<Partial<Record<RequirementCode, Cases>>> = {
  api_key_missing: {
    appears: [
      ['nobody has a key', own(), SIX],
      ['the user has a key of research alone', own(RESEARCH_KEY), SIX],
      ['the user has a key of a provider that is no more', own(keyOf('unknown')), SIX],
      ['the deployment has a key of research alone', shared(RESEARCH_KEY), SIX],
      ['the step is in progress', own(), { ...SIX, ...openAs('api_keys', InProgress) }],
      ['the step has failed', own(), { ...SIX, ...openAs('api_keys', Failed) }],
    ],
    doesNot: [
      ['the user has a key of an AI provider', own(AI)],
      ['the user has a refused one', own(keyOf('ai', { verification: 'invalid' }))],
      ['the deployment has one', shared(AI)],
      ['the step is completed', own(), openAs('api_keys', Completed)],
      ['the step is skipped', own(), openAs('api_keys', Skipped)],
    ],
  },
  api_keys_step_open: {
    appears: [
      ['the user has a key of an AI provider', own(AI), SIX],
      ['the user has a key of research', own(RESEARCH_KEY), SIX],
      ['the deployment has a key of research', { ...shared(RESEARCH_KEY), keys: [AI] }, SIX],
    ],
    doesNot: [
      ['the user has no key', own()],
      ['the deployment has a key of an AI provider', { ...shared(AI), keys: [AI] }],
      ['the step is completed', own(AI), openAs('api_keys', Completed)],
    ],
  },
  website_missing: {
    appears: [
      ...whileOpen('website', {}).appears,
      ['the website has none of it', website({ website_url: '', businessData: {}, integrations: {} })],
      ['no platform is connected', website({ integrations: { wix: { connected: false } } })],
    ],
    doesNot: [
      ...whileOpen('website', {}).doesNot,
      ['there is an address', website(SITE)],
      ['there are business data', website({ businessData: { name: 'Bakery' } })],
      ['a platform is connected', website({ integrations: { wix: { connected: true } } })],
    ],
  },
  website_step_open: {
    appears: [
      ...whileOpen('website', website(SITE)).appears,
      ['there are business data', website({ businessData: { name: 'Bakery' } })],
      ['a platform is connected', website({ integrations: { wix: { connected: true } } })],
    ],
    doesNot: [
      ...whileOpen('website', website(SITE)).doesNot,
      ['nothing is saved', {}],
      ['nothing of that is saved', website({ email: 'a@example.com' })],
    ],
  },
  research_missing: {
    appears: [...whileOpen('research', {}).appears, ['a website is there', website(SITE)]],
    doesNot: [
      ...whileOpen('research', {}).doesNot,
      ['there are preferences', research({ research_depth: 'Deep' })],
      ['there are competitors', { competitors: [{}] }],
    ],
  },
  research_step_open: {
    appears: [
      ...whileOpen('research', research({ research_depth: 'Deep' })).appears,
      ['there are competitors', { competitors: [{}] }],
    ],
    doesNot: [...whileOpen('research', research({ research_depth: 'Deep' })).doesNot, ['nothing is saved', {}]],
  },
  final_step_open: {
    appears: [
      ['all that is demanded is completed', {}, { statuses: FINISHED }],
      [
        'the deployment finishes the step of keys',
        shared(AI),
        { statuses: { website: Completed, research: Completed } },
      ],
      [
        'only the step of keys is open',
        own(),
        { statuses: { website: Completed, research: Completed }, flows: ['six-intro', 'five', 'four'] },
      ],
      ['the last step is completed, and an optional one open', {}, { statuses: { ...FINISHED, complete: Completed } }],
    ],
    doesNot: [
      ['nothing is finished', {}],
      ['the website is open', {}, { statuses: { ...FINISHED, website: InProgress } }],
      ['the research is open', {}, { statuses: { ...FINISHED, research: Failed } }],
      ['onboarding is completed', {}, { statuses: FINISHED, completedAt: NOW }],
    ],
  },
};

/** Whose keys there are, where the facts leave that open. */
const WHOSE_KEYS: Readonly<Record<string, Partial<OnboardingFacts>>> = {
  'no key': own(),
  'a key of their own': own(AI, RESEARCH_KEY),
  'the deployment’s': shared(AI, RESEARCH_KEY),
};

const NUMBERS = { 'own numbers': FLOWS, 'canonical numbers': CANONICAL_FLOWS };

/** Each wizard, in both of its numbers, with each of these keys, as texts. */
function situations(facts: Partial<OnboardingFacts>) {
  const isOpen = !('keys' in facts || 'deployment' in facts);
  return Object.entries(isOpen ? WHOSE_KEYS : { 'these keys': {} }).flatMap(([whose, keys]) =>
    Object.entries(NUMBERS).flatMap(([numbers, flows]) =>
      FLOW_IDS.map((id) => ({ id, name: `${id} in ${numbers}, ${whose}`, flow: flows[id], keys })),
    ),
  );
}

/** Where the code is due: once, and in a list of what is due. */
function placesOf(code: string, [, facts, { statuses = {}, completedAt = null } = {}]: Case): readonly string[] {
  return situations(facts).flatMap(({ name, flow, keys }) => {
    const all = { ...NOTHING, ...keys, ...facts };
    const steps: StepStates = Object.fromEntries(
      Object.entries(statuses).map(([step, status]) => [step, { status, completed_at: null, validation_errors: [] }]),
    );
    const progress = { ...newProgress(START), steps, completedAt };
    const { items } = requirementsOf({ facts: all, progress, flow, byDeployment: finishedBy(all.deployment) });
    const lists = items.filter((item) => item.code === code).map(({ list }) => list);
    expect(lists.every((list) => (DUE_LISTS as readonly string[]).includes(list))).toBe(true);
    return lists.map(() => name);
  });
}

describe.each(Object.entries(CASES))('%s', (code, { appears, doesNot }) => {
  it.each(appears.map((each) => [each[0], each] as const))('is due where %s', (_, each) => {
    const [, facts, { flows = FLOW_IDS } = {}] = each;
    const expected = situations(facts).filter(({ id }) => flows.includes(id));
    expect(placesOf(code, each)).toEqual(expected.map(({ name }) => name));
  });

  it.each(doesNot.map((each) => [each[0], each] as const))('is not due where %s', (_, each) => {
    expect(placesOf(code, each)).toEqual([]);
  });
});

it('each code that may be due has cases of both', () => {
  const codes = RULES.filter(({ list }) => list === 'due').map(({ code }) => code);
  expect(codes).toHaveLength(7);
  expect(Object.keys(CASES)).toEqual(codes);
  for (const { appears, doesNot } of Object.values(CASES)) {
    expect([appears.length, doesNot.length]).not.toContain(0);
  }
});
