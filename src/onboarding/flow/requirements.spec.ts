import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../ground/problems/json.js';
import { FLOWS } from './flows.js';
import { Flow, type FlowStep } from './flow.js';
import { finishedBy, type KeyFact, type OnboardingFacts, type SavedDocument } from './onboarding-facts.js';
import { newProgress, type Progress, type StepStates } from './progress.js';
import { MAX_EVENTS } from './replay.js';
import type { RequirementCode } from './requirement-rules.js';
import { canComplete, DUE_LISTS, requirementsOf, type Requirement, type RequirementContext } from './requirements.js';
import { StepStatus } from './step-status.js';
import { STEPS, type StepKey } from './steps.js';

const { Completed } = StepStatus;
const { six, five, four, 'six-intro': intro } = FLOWS;

const DAY_MS = 86_400_000;
const START = new Date('2026-01-01T00:00:00.000Z');
const SAVED = new Date('2026-01-02T00:00:00.000Z');
const LATER = new Date('2026-01-03T00:00:00.000Z');
const NOW = new Date('2026-01-20T00:00:00.000Z');
const SAME = { isDifferent: false, changedAt: null };

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

const keyOf = (use: KeyFact['use'], savedAt = SAVED): KeyFact => {
  return { provider: use, name: use, use, canBeAsked: true, verification: 'configured', savedAt, verifiedAt: null };
};
const SHARED = { keys: [{ provider: 'openai', use: 'ai' }], deadlineDays: null } as const;
const doc = (values: JsonObject, changedAt = SAVED): SavedDocument => ({ values, changedAt });
const SITE = doc({ website_url: 'https://example.com' });
const PERSONA = doc({ core_persona: { identity: {} }, platform_personas: { blog: {} } }, LATER);

interface Situation {
  readonly flow?: Flow;
  readonly facts?: Partial<OnboardingFacts>;
  /** Steps that are completed, and when. */
  readonly completed?: Partial<Record<StepKey, Date | null>>;
  readonly progress?: Partial<Progress>;
}

function contextOf({ flow = six, facts = {}, completed = {}, progress = {} }: Situation): RequirementContext {
  const all = { ...NOTHING, ...facts };
  const steps: StepStates = Object.fromEntries(
    Object.entries(completed).map(([step, time]) => [
      step,
      { status: Completed, completed_at: time?.toISOString() ?? null, validation_errors: [] },
    ]),
  );
  return {
    facts: all,
    progress: { ...newProgress(START), steps, ...progress },
    flow,
    byDeployment: finishedBy(all.deployment),
  };
}

const of = (situation: Situation) => requirementsOf(contextOf(situation));
const isDue = ({ list }: Requirement) => (DUE_LISTS as readonly string[]).includes(list);
const dueIn = (situation: Situation) => of(situation).items.filter(isDue);
const codesIn = (items: readonly Requirement[]) => items.map(({ list, code }) => `${list}: ${code}`);

function only(code: RequirementCode, situation: Situation): Requirement {
  const [item, ...others] = of(situation).items.filter((each) => each.code === code);
  if (!item || others.length > 0) throw new Error(`${code} is listed ${others.length + (item ? 1 : 0)} times`);
  return item;
}

const FINISHED = { api_keys: SAVED, website: LATER, research: SAVED } as const;

describe('what is due', () => {
  it('is due now in the first open step alone, and eventually in those after it', () => {
    expect(codesIn(dueIn({}))).toEqual([
      'currently_due: api_key_missing',
      'eventually_due: website_missing',
      'eventually_due: research_missing',
    ]);
    expect(codesIn(dueIn({ completed: { website: SAVED } }))).toEqual([
      'currently_due: api_key_missing',
      'eventually_due: research_missing',
    ]);
    expect(codesIn(dueIn({ completed: { api_keys: SAVED }, facts: { website: SITE } }))).toEqual([
      'currently_due: website_step_open',
      'eventually_due: research_missing',
    ]);
  });

  it('is due now though an optional step before it is open', () => {
    expect(codesIn(dueIn({ completed: FINISHED }))).toEqual(['currently_due: final_step_open']);
  });

  it.each([
    ['five pages', five],
    ['four pages', four],
    ['six pages with an introduction', intro],
  ])('begins with the website in the wizard of %s', (_, flow) => {
    expect(codesIn(dueIn({ flow }))).toEqual(['currently_due: website_missing', 'eventually_due: research_missing']);
  });

  it('begins with the website where the deployment has a key', () => {
    expect(codesIn(dueIn({ facts: { deployment: SHARED } }))).toEqual([
      'currently_due: website_missing',
      'eventually_due: research_missing',
    ]);
  });

  it('is both that a key of an AI provider is missing and that the step is open, each in place of the other, for other keys', () => {
    const items = dueIn({ facts: { keys: [keyOf('research')] } }).filter(({ step }) => step === 'api_keys');
    expect(items.map(({ code, alternatives }) => [code, alternatives])).toEqual([
      ['api_key_missing', ['api_keys_step_open']],
      ['api_keys_step_open', ['api_key_missing']],
    ]);
  });

  it('has no alternatives otherwise', () => {
    for (const facts of [{}, { keys: [keyOf('ai')] }, { website: SITE }]) {
      expect(dueIn({ facts }).flatMap(({ alternatives }) => alternatives)).toEqual([]);
    }
  });
});

describe('the order', () => {
  it('is that of the steps, whatever the lists', () => {
    const { items } = of({ facts: { keys: [keyOf('research')] } });
    expect(codesIn(items)).toEqual([
      'currently_due: api_key_missing',
      'currently_due: api_keys_step_open',
      'eventually_due: website_missing',
      'eventually_due: research_missing',
      'recommended: competitors_missing',
      'recommended: persona_missing',
      'recommended: integrations_missing',
    ]);
  });

  it('has what belongs to no page of the wizard first', () => {
    const steps = of({ flow: four }).items.map(({ step }) => step);
    expect(steps).toEqual(['api_keys', 'integrations', 'website', 'research', 'research', 'personalization']);
  });
});

it('at most twenty of one code are listed', () => {
  const competitors = Array.from({ length: 30 }, () => ({ url: 'https://example.com', relevance_score: 'high' }));
  const { items } = of({ facts: { website: SITE, competitors } });
  const ofCode = (code: RequirementCode) => items.filter((item) => item.code === code).map(({ pointer }) => pointer);
  const first = Array.from({ length: 20 }, (_, index) => `/data/competitors/${index}`);
  expect(ofCode('competitor_is_own_site')).toEqual(first);
  expect(ofCode('document_malformed')).toEqual(first.map((pointer) => `${pointer}/relevance_score`));
});

describe('what blocks', () => {
  it('is what is due, in the order of the steps', () => {
    const facts = { keys: [keyOf('research')], website: SITE };
    expect(of({ facts }).blockedBy).toEqual([
      ...['api_key_missing', 'api_keys_step_open', 'website_step_open', 'research_missing'],
    ]);
  });

  it('is neither the end itself nor what is only recommended or wrong', () => {
    const facts = { keys: [{ ...keyOf('ai'), verification: 'invalid' as const }], website: doc({ status: 'failed' }) };
    const { blockedBy, items } = of({ facts, completed: FINISHED });
    expect(blockedBy).toEqual([]);
    expect(codesIn(items)).toEqual(
      expect.arrayContaining(['errors: api_key_refused', 'currently_due: final_step_open']),
    );
  });

  it('is nothing once onboarding is completed, also in a wizard that demands more', () => {
    const { blockedBy, items } = of({ progress: { completedAt: LATER } });
    expect(blockedBy).toEqual([]);
    expect(codesIn(items)).not.toContain('currently_due: final_step_open');
  });
});

describe('the deadline', () => {
  const deployment = { keys: [], deadlineDays: 14 };
  const END = new Date(START.getTime() + 14 * DAY_MS);
  const at = (ms: number) => ({ deployment, now: new Date(END.getTime() + ms) });
  const listsOf = (situation: Situation) => dueIn(situation).map(({ list }) => list);

  it.each([
    ['before it', -1, ['currently_due', 'eventually_due', 'eventually_due']],
    ['at it', 0, ['currently_due', 'eventually_due', 'eventually_due']],
    ['after it', 1, ['past_due', 'past_due', 'past_due']],
  ])('%s is kept or missed', (_, ms, lists) => {
    expect(of({ facts: at(ms) }).deadline).toEqual(END);
    expect(listsOf({ facts: at(ms) })).toEqual(lists);
    expect(dueIn({ facts: at(ms) }).map(({ dueAt }) => dueAt)).toEqual([END, END, END]);
  });

  it('is missed by the end, too, which still does not block', () => {
    const { items, blockedBy } = of({ facts: at(1), completed: FINISHED });
    expect(codesIn(items.filter(isDue))).toEqual(['past_due: final_step_open']);
    expect(blockedBy).toEqual([]);
  });

  it('is for what is due alone', () => {
    const advice = of({ facts: at(1) }).items.filter((item) => !isDue(item));
    expect(advice.map(({ dueAt }) => dueAt)).toEqual(advice.map(() => null));
    expect(advice).not.toEqual([]);
  });

  it.each<[string, Situation]>([
    ['the deployment has none', { facts: { now: new Date(END.getTime() + DAY_MS) } }],
    ['onboarding was not begun', { facts: { ...at(DAY_MS), startedAt: null } }],
    ['onboarding is completed', { facts: at(DAY_MS), progress: { completedAt: LATER } }],
  ])('is none where %s', (_, situation) => {
    expect(of(situation).deadline).toBeNull();
    expect(listsOf(situation)).toEqual(['currently_due', 'eventually_due', 'eventually_due']);
    expect(dueIn(situation).map(({ dueAt }) => dueAt)).toEqual([null, null, null]);
  });

  it('is a moment after the start for a deadline of no days', () => {
    const facts = { deployment: { keys: [], deadlineDays: 0 }, now: START };
    expect(of({ facts }).deadline).toEqual(START);
    expect(listsOf({ facts })).toEqual(['currently_due', 'eventually_due', 'eventually_due']);
  });
});

describe('since when it is so', () => {
  it.each<[RequirementCode, Date, Partial<OnboardingFacts>]>([
    ['api_key_missing', START, {}],
    ['api_keys_step_open', LATER, { keys: [keyOf('ai', SAVED), keyOf('research', LATER)] }],
    ['website_missing', START, {}],
    ['website_step_open', SAVED, { website: SITE }],
    ['research_step_open', SAVED, { research: doc({ research_depth: 'Deep' }), competitorsChangedAt: LATER }],
    ['research_step_open', LATER, { competitors: [{}], competitorsChangedAt: LATER }],
    ['research_step_open', START, { competitors: [{}] }],
    ['competitors_missing', LATER, { competitorsChangedAt: LATER }],
  ])('%s: %s', (code, since, facts) => {
    expect(only(code, { facts }).since).toEqual(since);
  });

  it('is due no longer than onboarding goes on: what was saved before a reset is due since the reset', () => {
    const startedAt = LATER;
    expect(only('website_step_open', { facts: { startedAt, website: SITE } }).since).toEqual(startedAt);
    expect(only('api_keys_step_open', { facts: { startedAt, keys: [keyOf('ai')] } }).since).toEqual(startedAt);
  });

  it('is unknown without a session, whatever is found', () => {
    const { items } = of({ facts: { startedAt: null, website: SITE, keys: [keyOf('ai')] } });
    expect(items.map(({ since }) => since)).toEqual(items.map(() => null));
  });

  it('the end is due since the last step that is demanded was completed', () => {
    const optional = { personalization: NOW, integrations: NOW };
    expect(only('final_step_open', { completed: { ...FINISHED, ...optional } }).since).toEqual(LATER);
    expect(only('final_step_open', { flow: five, completed: { ...FINISHED, api_keys: NOW } }).since).toEqual(LATER);
    expect(only('final_step_open', { completed: { api_keys: null, website: null, research: null } }).since).toEqual(
      START,
    );
  });
});

/** A wizard that demands what no wizard demands today. */
const DEMANDING = new Flow(
  'six',
  six.steps.map((step): FlowStep => ({ ...step, required: !step.isIntroduction })),
  { alsoComplete: [], currentStep: 'page', completed: 6 },
);

describe('a step that no wizard demands today', () => {
  const situation = (facts: Partial<OnboardingFacts>, more: Situation = {}) => ({
    flow: DEMANDING,
    facts,
    completed: FINISHED,
    ...more,
  });

  it('is due where one does', () => {
    expect(codesIn(dueIn(situation({})))).toEqual([
      'currently_due: persona_missing',
      'eventually_due: integrations_missing',
    ]);
    expect(of(situation({})).blockedBy).toEqual(['persona_missing', 'integrations_missing']);
  });

  it('is due as long as it is open, though its data are there', () => {
    const missing = only('persona_missing', situation({}));
    const saved = only('persona_missing', situation({ persona: PERSONA }));
    expect([missing.list, saved.list]).toEqual(['currently_due', 'currently_due']);
    expect(saved.detail).toBe('Your persona is saved. Complete its step to go on.');
    expect(missing.detail).not.toBe(saved.detail);
  });

  it('is only recommended once it is finished', () => {
    const completed = { ...FINISHED, personalization: LATER, integrations: LATER };
    const { items, blockedBy } = of(situation({}, { completed }));
    expect(codesIn(items)).toEqual(
      expect.arrayContaining(['recommended: persona_missing', 'recommended: integrations_missing']),
    );
    expect(codesIn(items.filter(isDue))).toEqual(['currently_due: final_step_open']);
    expect(blockedBy).toEqual([]);
    expect(of(situation({ persona: PERSONA }, { completed })).items.map(({ code }) => code)).not.toContain(
      'persona_missing',
    );
  });

  it('keeps what is worth doing besides', () => {
    const codes = codesIn(of(situation({ persona: doc({ selected_platforms: ['blog'] }) })).items);
    expect(codes).toEqual(
      expect.arrayContaining(['currently_due: persona_missing', 'recommended: platform_without_persona']),
    );
  });
});

describe('whether onboarding can be completed', () => {
  const sources = { named: null, deployment: 'six' } as const;

  it('is so exactly when nothing blocks, or once it is completed', () => {
    expect(canComplete(contextOf({}), 5, sources)).toBe(false);
    expect(canComplete(contextOf({ completed: FINISHED }), 5, sources)).toBe(true);
    expect(canComplete(contextOf({ progress: { completedAt: LATER } }), 5, sources)).toBe(true);
  });

  it('is so as long as the user may have the events that it takes', () => {
    // Two steps are skipped, the last is completed, and then all is.
    const context = contextOf({ completed: FINISHED });
    expect([4, 3].map((left) => canComplete(context, MAX_EVENTS - left, sources))).toEqual([true, false]);
    const rest = contextOf({ completed: { ...FINISHED, personalization: SAVED, integrations: SAVED } });
    expect([2, 1].map((left) => canComplete(rest, MAX_EVENTS - left, sources))).toEqual([true, false]);
    const completed = contextOf({ progress: { completedAt: LATER } });
    expect(canComplete(completed, MAX_EVENTS, sources)).toBe(true);
  });

  it('counts the change to another wizard', () => {
    const progress = { flow: { id: 'six', source: 'learnt' } } as const;
    const context = contextOf({ flow: five, completed: FINISHED, progress });
    const named = { ...sources, named: 'five' } as const;
    expect([5, 4].map((left) => canComplete(context, MAX_EVENTS - left, named))).toEqual([true, false]);
    expect([4, 3].map((left) => canComplete(context, MAX_EVENTS - left, sources))).toEqual([true, false]);
  });
});

it('every step that a wizard demands has a rule that is due', () => {
  for (const step of Object.keys(STEPS) as StepKey[]) {
    const completed = Object.fromEntries(
      DEMANDING.steps.filter(({ key }) => key !== step && key !== 'complete').map(({ key }) => [key, SAVED]),
    );
    const due = dueIn({ flow: DEMANDING, completed, progress: { currentStep: null } });
    expect([step, due.map((item) => item.step)]).toEqual([step, [step]]);
  }
});
