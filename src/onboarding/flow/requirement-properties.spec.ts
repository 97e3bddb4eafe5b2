import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FLOW_IDS } from '../../ground/config/wizard-flows.js';
import { StepsMissing } from './flow.problems.js';
import { rememberFlow } from './flow-choice.js';
import { CANONICAL_FLOWS, FLOWS } from './flows.js';
import { Flow } from './flow.js';
import { finishedBy, type KeyFact, type OnboardingFacts, type SavedDocument } from './onboarding-facts.js';
import { canProceedToFinal, missingBefore, newProgress, nextStep, type Progress, type StepStates } from './progress.js';
import { MAX_EVENTS } from './replay.js';
import { REQUIREMENT_CODES } from './requirement-rules.js';
import { canComplete, DUE_LISTS, requirementsOf, type Requirement, type RequirementContext } from './requirements.js';
import { StepStatus } from './step-status.js';
import { STEP_KEYS } from './steps.js';
import { completeOnboarding } from './transitions.js';

const DAY_MS = 86_400_000;
const FIRST = Date.parse('2026-01-01T00:00:00.000Z');

const times = fc.integer({ min: 0, max: 400 }).map((days) => new Date(FIRST + days * DAY_MS));
const maybeTime = fc.option(times);
/** Values of all types, some of which readers can use. */
const json = fc.constantFrom<unknown[]>(
  ...[null, '', 'text', 7, true, [], ['a', 7], {}, { tone: 7 }, { tone: 'dry' }, { primary_type: 'blog' }],
  ...[{ demographics: [7] }, { industry_focus: 'x' }, { connected: true }, { wix: { connected: false } }],
);
const rarely = <T>(value: fc.Arbitrary<T>) => fc.oneof({ arbitrary: value, weight: 3 }, { arbitrary: json, weight: 1 });

const keys: fc.Arbitrary<readonly KeyFact[]> = fc.uniqueArray(
  fc.record({
    provider: fc.constantFrom('openai', 'groq', 'exa', 'tavily', 'gone'),
    name: fc.constant('A provider'),
    use: fc.constantFrom<KeyFact['use'][]>('ai', 'research', 'media', 'interface', 'unknown'),
    canBeAsked: fc.boolean(),
    verification: fc.constantFrom<KeyFact['verification'][]>('configured', 'invalid', 'unverified', null),
    savedAt: times,
    verifiedAt: fc.option(times),
  }),
  { selector: ({ provider }) => provider, maxLength: 3 },
);

const document = (columns: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<SavedDocument | null> =>
  fc.option(fc.record({ values: fc.record(columns, { requiredKeys: [] }), changedAt: times }), { freq: 2 });

const site = fc.constantFrom('https://example.com', 'https://www.example.com/a', 'https://other.example', '');
const texts = fc.array(fc.constantFrom('Blog', 'Social Media', 'linkedin', 'wix', ''), { maxLength: 3 });
const competitor = fc.record({ url: rarely(site), domain: json, highlights: json }, { requiredKeys: [] });
const comparison = fc.record({ isDifferent: fc.boolean(), changedAt: maybeTime });

/** Any facts, also such that no database holds. */
const factsOf: fc.Arbitrary<OnboardingFacts> = fc.record({
  now: times,
  startedAt: maybeTime,
  keys,
  deployment: fc.record({ keys, deadlineDays: fc.option(fc.integer({ min: 0, max: 60 })) }),
  website: document({
    website_url: rarely(site),
    status: rarely(fc.constantFrom('failed', 'completed')),
    businessData: json,
    integrations: json,
    writing_style: json,
    content_type: json,
    target_audience: json,
  }),
  hasAnalysis: fc.boolean(),
  research: document({ content_types: rarely(texts), target_audience: json, research_depth: json }),
  competitors: fc.oneof(fc.constant([]), fc.array(competitor, { maxLength: 4 })),
  competitorsChangedAt: maybeTime,
  persona: document({
    core_persona: rarely(fc.constant({ identity: {} })),
    platform_personas: rarely(fc.constant({ blog: {} })),
    selected_platforms: rarely(texts),
  }),
  integrations: document({ connected_platforms: rarely(texts), social_platforms: json }),
  websiteSince: fc.record({ research: comparison, persona: comparison }),
  analysisUnchangedSince: maybeTime,
});

const stepStates: fc.Arbitrary<StepStates> = fc.dictionary(
  fc.constantFrom(...STEP_KEYS),
  fc.record({
    status: fc.constantFrom(...Object.values(StepStatus)),
    completed_at: maybeTime.map((time) => time?.toISOString() ?? null),
    validation_errors: fc.constant([]),
  }),
);

/** Wizards that demand other steps than those of today. */
const demanding = fc.subarray([...STEP_KEYS]).map(
  (required) =>
    new Flow(
      'six',
      FLOWS.six.steps.map((step) => ({ ...step, required: step.key === 'complete' || required.includes(step.key) })),
      { alsoComplete: [], currentStep: 'page', completed: 6 },
    ),
);

const flows = fc.oneof(fc.constantFrom(...FLOW_IDS.flatMap((id) => [FLOWS[id], CANONICAL_FLOWS[id]])), demanding);

const contexts: fc.Arbitrary<RequirementContext> = fc
  .record({ facts: factsOf, steps: stepStates, flow: flows, completedAt: fc.oneof(fc.constant(null), maybeTime) })
  .map(({ facts, steps, flow, completedAt }) => {
    const progress: Progress = { ...newProgress(facts.startedAt ?? new Date(0)), steps, completedAt };
    return { facts, progress, flow, byDeployment: finishedBy(facts.deployment) };
  });

const isDue = ({ list }: Requirement) => (DUE_LISTS as readonly string[]).includes(list);
const blocks = ({ code }: Requirement) => code !== 'final_step_open';

/** fast-check prints the seed of a run that fails. */
const forAll = (holds: (context: RequirementContext) => void, numRuns = 200) =>
  fc.assert(fc.property(contexts, holds), { numRuns });

describe('whatever is saved', () => {
  it('each requirement is in one list, once, and says what it is', () => {
    const codes = new Set<string>();
    forAll((context) => {
      const { items } = requirementsOf(context);
      const places = items.map(({ code, step, pointer }) => `${code} ${step} ${pointer}`);
      expect(places).toEqual([...new Set(places)]);
      for (const { code, title, detail, clears, since } of items) {
        codes.add(code);
        expect([title, detail].every((text) => text.length > 0)).toBe(true);
        expect(clears.length).toBeGreaterThan(0);
        expect(since === null).toBe(context.facts.startedAt === null);
      }
    }, 600);
    expect([...codes].toSorted()).toEqual([...REQUIREMENT_CODES].toSorted());
  });

  it('nothing blocks exactly when onboarding is completed, or its last step may be', () => {
    forAll((context) => {
      const { progress, flow, byDeployment } = context;
      const isFree = progress.completedAt !== null || canProceedToFinal(progress, flow, byDeployment);
      expect(requirementsOf(context).blockedBy.length === 0).toBe(isFree);
    });
  });

  it('each open step that the wizard demands has something that is due, and no other step has', () => {
    forAll((context) => {
      const { progress, flow, byDeployment } = context;
      const due = requirementsOf(context).items.filter((item) => isDue(item) && blocks(item));
      const missing = missingBefore(progress, 'complete', flow, byDeployment);
      expect([...new Set(due.map(({ step }) => step))]).toEqual(missing);
    });
  });

  it('what can be cleared now is in the first of these, and alternatives are due in the same step', () => {
    forAll((context) => {
      const { progress, flow, byDeployment } = context;
      const [first] = missingBefore(progress, 'complete', flow, byDeployment);
      const due = requirementsOf(context).items.filter(isDue);
      for (const { list, step, code, alternatives } of due.filter(blocks)) {
        if (list !== 'past_due') expect(list === 'currently_due').toBe(step === first);
        const others = due.filter((other) => other.step === step && other.code !== code);
        expect(alternatives).toEqual(others.map((other) => other.code));
      }
    });
  });

  it('the deadline is that of all that is due, and what it has passed is past due', () => {
    forAll((context) => {
      const { items, deadline } = requirementsOf(context);
      for (const item of items) {
        expect(item.dueAt).toEqual(isDue(item) ? deadline : null);
        if (isDue(item)) expect(item.list === 'past_due').toBe(deadline !== null && deadline < context.facts.now);
      }
    });
  });

  it('the end is due exactly when all before it is finished, and it is not', () => {
    forAll((context) => {
      const { progress, flow, byDeployment } = context;
      const { items, blockedBy } = requirementsOf(context);
      const isOpen = progress.completedAt === null && canProceedToFinal(progress, flow, byDeployment);
      expect(items.filter(({ code }) => code === 'final_step_open')).toHaveLength(isOpen ? 1 : 0);
      expect(blockedBy).not.toContain('final_step_open');
    });
  });

  it('the items come by the steps, and what blocks in the same order', () => {
    forAll((context) => {
      const { items, blockedBy } = requirementsOf(context);
      const places = items.map(({ step }) => context.flow.steps.findIndex(({ key }) => key === step));
      expect(places).toEqual(places.toSorted((one, other) => one - other));
      const blocking = items.filter((item) => isDue(item) && blocks(item)).map(({ code }) => code);
      expect(blockedBy).toEqual(context.progress.completedAt ? [] : blocking);
    });
  });

  it('what is due now belongs to the step that the user is sent to, or to the end', () => {
    forAll((context) => {
      const { progress, flow, byDeployment } = context;
      if (progress.completedAt) return;
      const now = requirementsOf(context).items.filter(({ list }) => list === 'currently_due');
      const next = nextStep(progress, flow, byDeployment);
      for (const { step } of now) {
        // An optional step may come first.
        expect([step, true]).toEqual([step, step === next || step === 'complete' || flow.isAfter(step, next)]);
      }
    });
  });

  it('facts that are equal give the same requirements, and are left as they are', () => {
    forAll((context) => {
      const copy = structuredClone(context.facts);
      expect(requirementsOf({ ...context, facts: copy })).toEqual(requirementsOf(context));
      expect(copy).toEqual(context.facts);
    });
  });
});

it('onboarding can be completed exactly when its transition succeeds, with events that fit', () => {
  const revisions = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: MAX_EVENTS - 8, max: MAX_EVENTS }));
  const ids = fc.constantFrom(...FLOW_IDS);
  const remembered = fc.option(fc.record({ id: ids, source: fc.constantFrom('learnt' as const, 'explicit' as const) }));
  const outcomes = { succeeds: 0, 'is refused': 0, 'has no room': 0 };
  fc.assert(
    fc.property(contexts, revisions, fc.option(ids), ids, remembered, (context, revision, named, deployment, flow) => {
      const progress = { ...context.progress, flow };
      const { facts, byDeployment } = context;
      const known = rememberFlow({ named, deployment, learnt: null })(progress, facts.now, context.flow);
      const outcome = (() => {
        try {
          const { facts: events } = completeOnboarding(byDeployment)(known.progress, facts.now, context.flow);
          if (events.length === 0) return 'succeeds';
          return revision + known.facts.length + events.length <= MAX_EVENTS ? 'succeeds' : 'has no room';
        } catch (error) {
          if (error instanceof StepsMissing) return 'is refused';
          throw error;
        }
      })();
      outcomes[outcome] += 1;
      const can = canComplete({ ...context, progress }, revision, { named, deployment });
      expect(can).toBe(outcome === 'succeeds');
    }),
    { numRuns: 1000 },
  );
  expect(Object.values(outcomes).every((count) => count > 0)).toBe(true);
});
