import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FLOW_IDS, type FlowId } from '../../ground/config/wizard-flows.js';
import {
  flowInUse,
  flowOfRead,
  rememberedAfter,
  rememberFlow,
  type FlowSources,
  type RememberedFlow,
} from './flow-choice.js';
import { CANONICAL_FLOWS, FLOWS } from './flows.js';
import { completionPercentage, newProgress, type Progress } from './progress.js';
import { StepStatus } from './step-status.js';
import { STEP_KEYS, type StepKey } from './steps.js';

const NOW = new Date('2026-01-02T03:04:05.678Z');
/** What a post can tell: never `six-intro`. */
const LEARNABLE = ['six', 'five', 'four'] as const satisfies readonly FlowId[];

const learnt = (id: FlowId): RememberedFlow => ({ id, source: 'learnt' });
const explicit = (id: FlowId): RememberedFlow => ({ id, source: 'explicit' });
const NOTHING = { named: null, learnt: null };

/** Progress in which these steps are finished. */
const finished = (steps: readonly StepKey[], more: Partial<Progress> = {}): Progress => ({
  ...newProgress(NOW),
  steps: Object.fromEntries(
    steps.map((step) => [step, { status: StepStatus.Completed, completed_at: null, validation_errors: [] }]),
  ),
  ...more,
});

const remember = (progress: Progress, sources: Partial<FlowSources>) =>
  rememberFlow({ ...NOTHING, deployment: 'six', ...sources })(progress, NOW, FLOWS.six);

describe('the flow of a user', () => {
  it.each(FLOW_IDS)('is that of the deployment before any other is known: %s', (deployment) => {
    expect(flowInUse(null, deployment)).toBe(deployment);
    expect(flowOfRead(null, {}, deployment)).toBe(CANONICAL_FLOWS[deployment]);
    expect(flowOfRead(null, { numbers: 'wizard' }, deployment)).toBe(FLOWS[deployment]);
    expect(flowOfRead(newProgress(NOW), { numbers: 'wizard' }, deployment)).toBe(FLOWS[deployment]);
  });

  it.each(FLOW_IDS)('is the remembered one, whatever %s is served', (deployment) => {
    for (const id of ['six-intro', 'five', 'four'] as const) {
      for (const flow of [learnt(id), explicit(id)]) {
        expect(flowInUse(flow, deployment)).toBe(id);
        expect(flowOfRead(finished([], { flow }), { numbers: 'wizard' }, deployment)).toBe(FLOWS[id]);
      }
    }
  });

  it.each(FLOW_IDS)('is the one that the request names, over the remembered one: %s', (named) => {
    for (const flow of [null, learnt('six'), explicit('five')]) {
      const progress = finished([], { flow });
      for (const deployment of FLOW_IDS) {
        expect(flowOfRead(progress, { flow: named, numbers: 'wizard' }, deployment)).toBe(FLOWS[named]);
      }
    }
    expect(flowOfRead(null, { flow: named }, 'five')).toBe(CANONICAL_FLOWS[named]);
  });

  it('learnt as six is six with an introduction where the deployment serves that: no post tells them apart', () => {
    expect(FLOW_IDS.map((deployment) => flowInUse(learnt('six'), deployment))).toEqual([
      'six',
      'six-intro',
      'six',
      'six',
    ]);
  });

  it('named as six stays six, whatever is served', () => {
    expect(FLOW_IDS.map((deployment) => flowInUse(explicit('six'), deployment))).toEqual(FLOW_IDS.map(() => 'six'));
  });
});

describe('what a write remembers', () => {
  const REMEMBERED = [null, ...FLOW_IDS.flatMap((id) => [learnt(id), explicit(id)])];

  it.each(REMEMBERED)('is what it was where the request tells nothing: %j', (before) => {
    expect(rememberedAfter(before, NOTHING)).toBe(before);
  });

  it.each(REMEMBERED)('is the flow that the request names, as named, over what its data tell and over %j', (before) => {
    for (const named of FLOW_IDS) {
      for (const id of [null, ...LEARNABLE]) {
        expect(rememberedAfter(before, { named, learnt: id })).toEqual(explicit(named));
      }
    }
  });

  it.each(REMEMBERED)('is what the data tell, as learnt, over another one, and over %j', (before) => {
    for (const id of LEARNABLE) {
      const stays = before?.id === id || (id === 'six' && before?.id === 'six-intro');
      expect(rememberedAfter(before, { named: null, learnt: id })).toEqual(stays ? before : learnt(id));
    }
  });

  it('six, which is learnt, never replaces six with an introduction, however that came to be known', () => {
    for (const before of [learnt('six-intro'), explicit('six-intro')]) {
      expect(rememberedAfter(before, { named: null, learnt: 'six' })).toBe(before);
      expect(rememberedAfter(before, { named: 'six', learnt: 'six' })).toEqual(explicit('six'));
    }
  });

  it('a flow that was named stays named while posts tell the same', () => {
    for (const id of LEARNABLE) {
      const before = explicit(id);
      expect(rememberedAfter(before, { named: null, learnt: id })).toBe(before);
    }
  });
});

describe('to remember a flow', () => {
  it('changes nothing where there is nothing to remember, or nothing new', () => {
    for (const progress of [finished(['website']), finished(['website'], { flow: learnt('five') })]) {
      expect(remember(progress, {})).toEqual({ progress, facts: [] });
      expect(remember(progress, {}).progress).toBe(progress);
    }
    const known = finished(['website'], { flow: learnt('five') });
    expect(remember(known, { learnt: 'five' }).progress).toBe(known);
  });

  it('for the first time is no event', () => {
    const { progress, facts } = remember(finished(['website']), { learnt: 'five' });
    expect([progress.flow, facts]).toEqual([learnt('five'), []]);
    expect(remember(finished(['website']), { named: 'four' })).toMatchObject({
      progress: { flow: explicit('four') },
      facts: [],
    });
  });

  it('in place of another is one, which names both', () => {
    const before = finished(['website'], { flow: learnt('six') });
    for (const sources of [{ learnt: 'five' }, { named: 'five' }] as const) {
      const { progress, facts } = remember(before, sources);
      expect(facts).toEqual([{ type: 'flow_changed', step: null, data: { from: 'six', to: 'five' }, progress }]);
    }
  });

  it('is no event where the same one is known in another way', () => {
    const before = finished(['website'], { flow: learnt('five') });
    const { progress, facts } = remember(before, { named: 'five' });
    expect([progress.flow, facts]).toEqual([explicit('five'), []]);
  });

  it('replaces six with an introduction by six only where that is named', () => {
    const before = finished(['website'], { flow: explicit('six-intro') });
    expect(remember(before, { learnt: 'six', deployment: 'six' }).progress).toBe(before);
    const { progress, facts } = remember(before, { named: 'six' });
    expect(facts).toEqual([{ type: 'flow_changed', step: null, data: { from: 'six-intro', to: 'six' }, progress }]);
  });

  it('changes nothing else of the progress', () => {
    const before = finished(['website', 'research'], {
      currentStep: 'website',
      onboardingType: 'linkedin',
      flow: learnt('six'),
      percentageFloor: 70,
    });
    expect(remember(before, { learnt: 'five' }).progress).toEqual({ ...before, flow: learnt('five') });
  });

  it('raises the floor to what was shown, so that three of five are no fewer percent among six', () => {
    const before = finished(['website', 'research', 'personalization'], { flow: learnt('five') });
    const { progress } = remember(before, { learnt: 'six' });
    expect(progress.percentageFloor).toBe(60);
    expect([completionPercentage(before, FLOWS.five), completionPercentage(progress, FLOWS.six)]).toEqual([60, 60]);
  });

  it('counts what was shown in the deployment’s flow where none was known', () => {
    const before = finished(['website', 'research', 'personalization']);
    expect(remember(before, { learnt: 'six', deployment: 'five' }).progress.percentageFloor).toBe(60);
    expect(remember(before, { learnt: 'six', deployment: 'four' }).progress.percentageFloor).toBe(75);
  });

  it('raises no floor where the same pages are shown as before', () => {
    const steps = finished(['website', 'research']);
    for (const [progress, sources] of [
      [steps, { learnt: 'five', deployment: 'five' }],
      [steps, { learnt: 'six', deployment: 'six-intro' }],
      [{ ...steps, flow: learnt('five') }, { named: 'five' }],
    ] as const) {
      const change = remember(progress, sources);
      expect(change.progress.flow).not.toBe(progress.flow);
      expect(change.progress.percentageFloor).toBe(0);
    }
  });
});

describe('by whatever becomes known of the wizard', () => {
  const source = fc.option(fc.constantFrom(...FLOW_IDS.flatMap((id) => [learnt(id), explicit(id)])));
  const progress = fc
    .record({
      steps: fc.subarray([...STEP_KEYS]),
      flow: source,
      percentageFloor: fc.integer({ min: 0, max: 100 }),
      isCompleted: fc.boolean(),
    })
    .map(({ steps, isCompleted, ...more }) => finished(steps, { ...more, completedAt: isCompleted ? NOW : null }));
  const request = fc.record({
    named: fc.option(fc.constantFrom(...FLOW_IDS)),
    learnt: fc.option(fc.constantFrom(...LEARNABLE)),
  });
  const deployment = fc.constantFrom(...FLOW_IDS);
  const shown = (some: Progress, served: FlowId) => completionPercentage(some, FLOWS[flowInUse(some.flow, served)]);

  it('the percentage never falls, nor does the floor', () => {
    fc.assert(
      fc.property(
        progress,
        fc.array(request, { minLength: 1, maxLength: 5 }),
        deployment,
        (start, requests, served) => {
          let now = start;
          for (const sources of requests) {
            const next = remember(now, { ...sources, deployment: served }).progress;
            expect(shown(next, served)).toBeGreaterThanOrEqual(shown(now, served));
            expect(next.percentageFloor).toBeGreaterThanOrEqual(now.percentageFloor);
            now = next;
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('there is an event exactly where a remembered one is replaced by another', () => {
    fc.assert(
      fc.property(progress, request, deployment, (before, sources, served) => {
        const { progress: after, facts } = remember(before, { ...sources, deployment: served });
        const isReplaced = before.flow !== null && before.flow.id !== after.flow?.id;
        expect(facts.map(({ type }) => type)).toEqual(isReplaced ? ['flow_changed'] : []);
      }),
    );
  });

  it('a second request of the same kind tells nothing new', () => {
    fc.assert(
      fc.property(progress, request, deployment, (before, sources, served) => {
        const once = remember(before, { ...sources, deployment: served }).progress;
        expect(remember(once, { ...sources, deployment: served })).toEqual({ progress: once, facts: [] });
      }),
    );
  });
});
