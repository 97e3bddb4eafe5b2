import { describe, expect, it } from '@jest/globals';
import { FLOW_IDS } from '../../ground/config/wizard-flows.js';
import type { JsonObject } from '../../ground/problems/json.js';
import { CANONICAL_FLOWS, FLOWS } from './flows.js';
import { finishedBy, type KeyFact, type OnboardingFacts, type SavedDocument } from './onboarding-facts.js';
import { newProgress, type Progress, type StepStates } from './progress.js';
import type { AdviceList } from './requirement-findings.js';
import { REQUIREMENT_CODES, RULES, type RequirementCode } from './requirement-rules.js';
import { requirementsOf } from './requirements.js';
import { StepStatus } from './step-status.js';
import { STEP_KEYS } from './steps.js';

const DAY_MS = 86_400_000;
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
const persona = (values: JsonObject) => ({ persona: doc(values) });
const integrations = (values: JsonObject) => ({ integrations: doc(values) });

const SITE = { website_url: 'https://example.com' };
const PERSONA = { core_persona: { identity: {} }, platform_personas: { blog: {} } };
const since = (mark: 'research' | 'persona') => ({
  websiteSince: { ...NOTHING.websiteSince, [mark]: { isDifferent: true, changedAt: SAVED } },
});
const unchangedFor = (ms: number) => ({ hasAnalysis: true, analysisUnchangedSince: new Date(NOW.getTime() - ms) });

/** What step 5 posts of a user who has connected nothing. */
const UNCONNECTED = {
  website_platforms: { wix: [], wordpress: [], primaryWebsite: 'https://example.com' },
  analytics_platforms: { gsc: { connected: false, sites: [{ siteUrl: 'x' }] } },
  social_platforms: { facebook: false },
  connected_platforms: [],
};

/** What is so, and the facts that differ from those of `NOTHING`. */
type Case = readonly [name: string, facts: Partial<OnboardingFacts>];

interface Cases {
  readonly list: AdviceList;
  readonly appears: readonly Case[];
  /** Each lacks one condition alone. */
  readonly doesNot: readonly Case[];
}

/** What is wrong, unchecked or worth doing, as the table of the contract has it: in every wizard, and whatever the progress. */
const CASES: Readonly<Partial<Record<RequirementCode, Cases>>> = {
  api_key_refused: {
    list: 'errors',
    appears: [
      ['the provider said no', own(keyOf('ai', { verification: 'invalid' }))],
      ['of research', own(keyOf('research', { verification: 'invalid' }))],
      ['the provider cannot be asked any more', own(keyOf('ai', { verification: 'invalid', canBeAsked: false }))],
    ],
    doesNot: [
      ['there is no key', own()],
      ['the provider said yes', own(AI)],
      ['the provider said neither', own(keyOf('ai', { verification: 'unverified' }))],
      ['the provider was not asked', own(keyOf('ai', { verification: null }))],
    ],
  },
  api_key_unverified: {
    list: 'pending_verification',
    appears: [
      ['the provider was not asked', own(keyOf('ai', { verification: null }))],
      ['of research', own(AI, keyOf('research', { verification: null }))],
    ],
    doesNot: [
      ['there is no key', own()],
      ['the provider cannot be asked for free', own(keyOf('ai', { verification: null, canBeAsked: false }))],
      ['the provider said yes', own(AI)],
      ['the provider said no', own(keyOf('ai', { verification: 'invalid' }))],
      ['the provider said neither', own(keyOf('ai', { verification: 'unverified' }))],
    ],
  },
  api_key_of_deployment: {
    list: 'recommended',
    appears: [
      ['the deployment has a key of an AI provider', shared(AI)],
      ['the user has a key of research', { ...shared(AI), keys: [RESEARCH_KEY] }],
    ],
    doesNot: [
      ['nobody has a key', own()],
      ['the user has a key of an AI provider, too', { ...shared(AI), keys: [AI] }],
      ['the deployment has a key of research alone', shared(RESEARCH_KEY)],
    ],
  },
  research_key_missing: {
    list: 'recommended',
    appears: [
      ['nobody has a key', own()],
      ['the user has a key of an AI provider', own(AI)],
      ['the deployment has one', shared(AI)],
    ],
    doesNot: [
      ['the user has a key of research', own(RESEARCH_KEY)],
      ['the deployment has one', shared(RESEARCH_KEY)],
    ],
  },
  website_analysis_missing: {
    list: 'recommended',
    appears: [
      ['there is an address', website(SITE)],
      ['the analysis is under way', website({ ...SITE, status: 'pending' })],
    ],
    doesNot: [
      ['there is no address', website({ businessData: { name: 'Bakery' } })],
      ['there is an analysis', { ...website(SITE), hasAnalysis: true }],
      ['the analysis has failed', website({ ...SITE, status: 'failed' })],
    ],
  },
  website_analysis_failed: {
    list: 'errors',
    appears: [
      ['its status says so', website({ ...SITE, status: 'failed' })],
      ['an earlier analysis is there', { ...website({ ...SITE, status: 'failed' }), hasAnalysis: true }],
    ],
    doesNot: [
      ['nothing is saved', {}],
      ['there is no status', website(SITE)],
      ['the status is another', website({ ...SITE, status: 'completed' })],
    ],
  },
  website_analysis_old: {
    list: 'recommended',
    appears: [
      ['it is unchanged for 180 days', { ...website(SITE), ...unchangedFor(180 * DAY_MS) }],
      ['it is unchanged for a year', { ...website(SITE), ...unchangedFor(365 * DAY_MS) }],
    ],
    doesNot: [
      ['it is unchanged for a moment less', { ...website(SITE), ...unchangedFor(180 * DAY_MS - 1) }],
      ['it has changed since', { ...website(SITE), hasAnalysis: true }],
      ['there is no analysis', { ...website(SITE), ...unchangedFor(180 * DAY_MS), hasAnalysis: false }],
      ['the analysis has failed', { ...website({ ...SITE, status: 'failed' }), ...unchangedFor(180 * DAY_MS) }],
    ],
  },
  research_older_than_website: {
    list: 'recommended',
    appears: [
      ['the website has changed', { ...research({}), ...since('research') }],
      ['there are competitors alone', { competitors: [{}], ...since('research') }],
    ],
    doesNot: [
      ['the website is what it was', research({})],
      ['there is no research', since('research')],
      ['it has changed since the persona', { ...research({}), ...since('persona') }],
    ],
  },
  competitors_missing: {
    list: 'recommended',
    appears: [
      ['there is none', {}],
      ['there are preferences', research({ research_depth: 'Deep' })],
    ],
    doesNot: [['there is one', { competitors: [{}] }]],
  },
  competitor_is_own_site: {
    list: 'errors',
    appears: [['the hosts are one', { ...website(SITE), competitors: [{ url: 'https://example.com/shop' }] }]],
    doesNot: [
      ['the hosts differ', { ...website(SITE), competitors: [{ url: 'https://other.example' }] }],
      ['there is no competitor', website(SITE)],
      ['there is no address', { competitors: [{ url: 'https://example.com' }] }],
    ],
  },
  content_types_uncovered: {
    list: 'recommended',
    appears: [['no platform is there', research({ content_types: ['Blog Posts'] })]],
    doesNot: [
      ['research asks for none', research({ content_types: [] })],
      [
        'the analysis has one',
        { ...research({ content_types: ['Blog'] }), ...website({ content_type: { primary_type: 'blog' } }) },
      ],
      ['the persona has one', { ...research({ content_types: ['Blog'] }), ...persona(PERSONA) }],
    ],
  },
  persona_missing: {
    list: 'recommended',
    appears: [
      ['nothing is saved', {}],
      ['it has no identity', persona({ ...PERSONA, core_persona: {} })],
      ['it has no platform', persona({ ...PERSONA, platform_personas: {} })],
    ],
    doesNot: [['it is saved', persona(PERSONA)]],
  },
  persona_older_than_website: {
    list: 'recommended',
    appears: [['the website has changed', { ...persona(PERSONA), ...since('persona') }]],
    doesNot: [
      ['the website is what it was', persona(PERSONA)],
      ['there is no persona', since('persona')],
      ['it has changed since the research', { ...persona(PERSONA), ...since('research') }],
    ],
  },
  platform_without_persona: {
    list: 'recommended',
    appears: [
      ['a selected platform has none', persona({ ...PERSONA, selected_platforms: ['blog', 'linkedin'] })],
      ['there is none at all', persona({ selected_platforms: ['linkedin'] })],
      [
        'that of the platform is empty',
        persona({ platform_personas: { linkedin: null }, selected_platforms: ['linkedin'] }),
      ],
    ],
    doesNot: [
      ['each has one, in any case of letters', persona({ ...PERSONA, selected_platforms: ['Blog'] })],
      ['none is selected', persona(PERSONA)],
    ],
  },
  integrations_missing: {
    list: 'recommended',
    appears: [
      ['nothing is saved', {}],
      ['only an address is', integrations({ primary_website: SITE.website_url })],
      ['the page posted that none is connected', integrations(UNCONNECTED)],
    ],
    doesNot: [
      ['one is named', integrations({ connected_platforms: ['wix'] })],
      ['one is connected', integrations({ ...UNCONNECTED, social_platforms: { facebook: true } })],
      ['sites of one are listed', integrations({ website_platforms: { wordpress: [{ name: 'Example' }] } })],
      ['one says so', integrations({ analytics_platforms: { gsc: { connected: true, sites: [] } } })],
    ],
  },
  document_malformed: {
    list: 'errors',
    appears: [
      ['in the website', website({ writing_style: { tone: 7 } })],
      ['in the research', research({ content_types: { blog: true } })],
      ['in a competitor', { competitors: [{ domain: 7 }] }],
      ['in the persona', persona({ core_persona: { identity: 'x' } })],
      ['in the integrations', integrations({ connected_platforms: [7] })],
    ],
    doesNot: [
      ['nothing is saved', {}],
      ['what is saved has the right types', { ...website({ writing_style: { tone: 'dry' } }), ...persona(PERSONA) }],
      ['nobody reads it', website({ writing_style: { rhythm: 7 }, mood: [] })],
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

const steps: StepStates = Object.fromEntries(
  STEP_KEYS.map((step) => [step, { status: StepStatus.Completed, completed_at: null, validation_errors: [] }]),
);

const PROGRESS: Readonly<Record<string, Progress>> = {
  'nothing finished': newProgress(START),
  'onboarding completed': { ...newProgress(START), steps, completedAt: NOW },
};

/** Where the code is listed, and in which list. */
function placesOf(code: string, [, facts]: Case): readonly string[] {
  return situations(facts).flatMap(({ name, flow, keys }) => {
    const all = { ...NOTHING, ...keys, ...facts };
    return Object.entries(PROGRESS).flatMap(([at, progress]) => {
      const { items } = requirementsOf({ facts: all, progress, flow, byDeployment: finishedBy(all.deployment) });
      return items.filter((item) => item.code === code).map(({ list }) => `${list}: ${name}, ${at}`);
    });
  });
}

describe.each(Object.entries(CASES))('%s', (code, { list, appears, doesNot }) => {
  it.each(appears.map((each) => [each[0], each] as const))('is listed where %s', (_, each) => {
    const everywhere = situations(each[1]).flatMap(({ name }) =>
      Object.keys(PROGRESS).map((at) => `${list}: ${name}, ${at}`),
    );
    expect(placesOf(code, each)).toEqual(everywhere);
  });

  it.each(doesNot.map((each) => [each[0], each] as const))('is not listed where %s', (_, each) => {
    expect(placesOf(code, each)).toEqual([]);
  });
});

it('each code that is never due has cases of both', () => {
  const codes = RULES.filter(({ list }) => list !== 'due').map(({ code }) => code);
  expect([codes.length, REQUIREMENT_CODES.length]).toEqual([16, 23]);
  expect(Object.keys(CASES)).toEqual(codes);
  for (const { appears, doesNot } of Object.values(CASES)) {
    expect([appears.length, doesNot.length]).not.toContain(0);
  }
});
