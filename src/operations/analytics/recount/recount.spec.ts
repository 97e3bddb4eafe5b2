import { describe, expect, it } from '@jest/globals';
import type { FlowId } from '../../../ground/config/wizard-flows.js';
import type { StepKey } from '../../../onboarding/flow/steps.js';
import { bucketOf, Durations } from './durations.js';
import { Recount } from './recount.js';
import type { CountedState, UserTrail } from './recounted-user.js';
import { microsOf } from './times.js';

type Steps = { readonly [step in StepKey]?: string | readonly [status: string, completedAt: string] };

/** A state of an attempt that started on 2026-11-02, a Monday, at 10:00. */
function stateOf(steps: Steps, more: Partial<CountedState> = {}): CountedState {
  const states = Object.entries(steps).map(([step, value]) => {
    const [status, at] = typeof value === 'string' ? [value, null] : value;
    return [step, { status, completed_at: at && time(at) }];
  });
  const nothing = { completed_at: null, flow: null, flow_source: null };
  return {
    ...{ steps: Object.fromEntries(states) as CountedState['steps'], started_at: time('2 10:00:00') },
    ...{ ...nothing, ...more },
  };
}

/** `day hh:mm:ss` of November 2026. */
const time = (text: string): string => `2026-11-${text.replace(' ', 'T').replace(/^\dT/, '0$&')}Z`;

type Event = readonly [at: string, state: CountedState | null, type?: string];

const trail = (events: readonly Event[], session: CountedState | null = null): UserTrail => ({
  events: events.map(([at, state, type = 'step_completed']) => ({ type, state, occurredAt: microsOf(time(at)) })),
  session,
});

interface Deployment {
  readonly wizard?: FlowId;
  readonly hasKey?: boolean;
  readonly asOf?: string;
}

function recountOf(
  trails: readonly UserTrail[],
  { wizard = 'five', hasKey = false, asOf = '5 00:00:00' }: Deployment = {},
) {
  const finishedSteps = new Set<StepKey>(hasKey ? ['api_keys'] : []);
  const recount = new Recount({ wizard, finishedSteps }, microsOf(time(asOf)));
  for (const one of trails) recount.add(one);
  return recount;
}

const ALL = { from: '2026-10-01', to: '2027-01-01' };

/** The funnel of all time, as `entered completed/skipped/failed in_progress: n in seconds`, by step. */
function funnelOf(trails: readonly UserTrail[], deployment: Deployment = {}, windowDays: number | null = null) {
  const rows = recountOf(trails, deployment).funnel({ ...ALL, flow: null, by: 'none', windowDays });
  return Object.fromEntries(
    rows.map(({ step, entered, completed, skipped, failed, in_progress, n, seconds }) => [
      step || 'whole',
      `${entered} ${completed}/${skipped}/${failed} ${in_progress}: ${n} in ${seconds}`,
    ]),
  );
}

describe('the steps of a user', () => {
  it('are entered one after the other', () => {
    const user = trail([
      ['2 10:00:00', stateOf({}), 'onboarding_started'],
      ['2 10:01:00', stateOf({ website: 'completed' })],
      ['2 10:05:00', stateOf({ website: 'completed', research: 'skipped' })],
    ]);
    expect(funnelOf([user])).toEqual({
      whole: '1 0/0/0 1: 0 in 0',
      website: '1 1/0/0 0: 1 in 60',
      research: '1 0/1/0 0: 1 in 240',
      personalization: '1 0/0/0 1: 0 in 0',
    });
  });

  it('are those of the flow: an introduction is none, and a step that the flow lacks is passed over', () => {
    const done = stateOf({ website: 'completed', research: 'completed', personalization: 'completed' });
    expect(Object.keys(funnelOf([trail([['2 10:01:00', done]])], { wizard: 'six-intro' }))).toEqual([
      'whole',
      'website',
      'research',
      'personalization',
      'integrations',
    ]);
    expect(Object.keys(funnelOf([trail([['2 10:01:00', done]])], { wizard: 'four' }))).toEqual([
      'whole',
      'website',
      'research',
      'personalization',
      'complete',
    ]);
    expect(Object.keys(funnelOf([trail([['2 10:01:00', done]])], { wizard: 'six' }))).toEqual(['whole', 'api_keys']);
  });

  it('took no time where they were done ahead of their turn', () => {
    const user = trail([
      ['2 10:02:00', stateOf({ research: 'completed' })],
      ['2 10:05:00', stateOf({ website: 'completed', research: 'completed' })],
    ]);
    expect(funnelOf([user])).toMatchObject({ website: '1 1/0/0 0: 1 in 300', research: '1 1/0/0 0: 1 in 0' });
  });

  it('are finished at the time that the state says, or else at that of the event', () => {
    const user = trail([
      ['2 10:09:00', stateOf({ website: ['completed', '2 10:01:40'], research: 'completed' })],
      ['2 10:30:00', stateOf({ website: ['completed', '2 10:29:00'], research: ['completed', '2 10:28:00'] })],
    ]);
    expect(funnelOf([user])).toMatchObject({ website: '1 1/0/0 0: 1 in 100', research: '1 1/0/0 0: 1 in 440' });
  });

  it('are finished since the break: a step that was reset counts with the second time', () => {
    const user = trail([
      ['2 10:01:00', stateOf({ website: 'completed' })],
      ['2 10:02:00', stateOf({ website: 'pending' }), 'step_reset'],
      ['2 10:07:00', stateOf({ website: 'skipped' })],
      ['2 10:08:00', stateOf({ website: 'completed' })],
    ]);
    expect(funnelOf([user])).toMatchObject({ website: '1 1/0/0 0: 1 in 420' });
  });

  it('took no longer than 2³¹ − 1 seconds', () => {
    const user = trail([['2 10:00:00', stateOf({ website: 'completed' }, { started_at: '1900-01-01T00:00:00Z' })]]);
    expect(funnelOf([user])).toEqual({});
    const rows = recountOf([user]).funnel({
      from: '1900-01-01',
      to: '1900-01-02',
      flow: null,
      by: 'none',
      windowDays: null,
    });
    expect(rows.map(({ step, seconds }) => [step, seconds])).toContainEqual(['website', '2147483647']);
  });

  it('took 0 seconds where that would be negative', () => {
    const user = trail([
      ['2 10:30:00', stateOf({ website: ['completed', '1 23:00:00'], research: ['completed', '1 22:00:00'] })],
    ]);
    expect(funnelOf([user])).toMatchObject({ website: '1 1/0/0 0: 1 in 0', research: '1 1/0/0 0: 1 in 0' });
  });

  it('have whole seconds from the start, rounded down, and the difference of these', () => {
    const user = trail([
      ['2 10:00:00.9', stateOf({ website: 'completed' })],
      ['2 10:00:01.1', stateOf({ website: 'completed', research: 'completed' })],
    ]);
    expect(funnelOf([user])).toMatchObject({ website: '1 1/0/0 0: 1 in 0', research: '1 1/0/0 0: 1 in 1' });
  });

  it('count as failed where the user stands, and nowhere else', () => {
    const here = trail([['2 10:01:00', stateOf({ website: 'failed', research: 'failed' })]]);
    const gone = trail([
      ['2 10:01:00', stateOf({ website: 'failed' })],
      ['2 10:02:00', stateOf({ website: 'completed' })],
    ]);
    expect(funnelOf([here])).toEqual({ whole: '1 0/0/0 1: 0 in 0', website: '1 0/0/1 1: 0 in 0' });
    expect(funnelOf([gone])).toMatchObject({ website: '1 1/0/0 0: 1 in 120' });
  });
});

describe('a key of the deployment', () => {
  const withKey = { wizard: 'six', hasKey: true } as const;

  it('finishes the step without a time', () => {
    const user = trail([['2 10:01:00', stateOf({ website: 'completed' })]]);
    expect(funnelOf([user], withKey)).toMatchObject({ api_keys: '1 1/0/0 0: 0 in 0', website: '1 1/0/0 0: 1 in 60' });
    expect(funnelOf([user], { wizard: 'six' })).toEqual({ whole: '1 0/0/0 1: 0 in 0', api_keys: '1 0/0/0 1: 0 in 0' });
  });

  it('leaves what the user has done as it is', () => {
    const skipped = trail([['2 10:01:00', stateOf({ api_keys: 'skipped' })]]);
    expect(funnelOf([skipped], withKey)).toMatchObject({ api_keys: '1 0/1/0 0: 1 in 60' });
    const failed = trail([['2 10:01:00', stateOf({ api_keys: 'failed' })]]);
    expect(funnelOf([failed], withKey)).toMatchObject({ api_keys: '1 1/0/0 0: 0 in 0' });
  });
});

describe('the attempt', () => {
  const days = (recount: Recount) =>
    recount.funnel({ ...ALL, flow: null, by: 'day', windowDays: null }).map(({ day }) => day);

  it('starts at the start of the latest state: a soft reset moves the user', () => {
    const reset = stateOf({}, { started_at: time('4 12:00:00') });
    const user = trail([
      ['2 10:01:00', stateOf({ website: 'completed' })],
      ['4 12:00:00', reset, 'onboarding_reset'],
    ]);
    expect(days(recountOf([user]))).toEqual(['2026-11-04', '2026-11-04']);
    expect(funnelOf([user])).toEqual({ whole: '1 0/0/0 1: 0 in 0', website: '1 0/0/0 1: 0 in 0' });
  });

  it('goes back to where it was with a restore', () => {
    const before = stateOf({ website: ['completed', '2 10:01:00'] });
    const user = trail([
      ['2 10:01:00', before],
      ['4 12:00:00', stateOf({}, { started_at: time('4 12:00:00') }), 'onboarding_reset'],
      ['4 13:00:00', before, 'onboarding_restored'],
    ]);
    expect(new Set(days(recountOf([user])))).toEqual(new Set(['2026-11-02']));
    expect(funnelOf([user])).toMatchObject({ website: '1 1/0/0 0: 1 in 60' });
  });

  it('is completed at the time that the state says, and only if there is one', () => {
    const over = stateOf({}, { completed_at: time('2 10:10:00') });
    expect(funnelOf([trail([['2 10:10:05', over]])])).toMatchObject({ whole: '1 1/0/0 0: 1 in 600' });
    const done = { website: 'completed', research: 'completed', personalization: 'completed' };
    const open = stateOf({ ...done, integrations: 'completed', complete: 'completed' });
    expect(funnelOf([trail([['2 10:10:05', open]])])).toMatchObject({ whole: '1 0/0/0 1: 0 in 0' });
  });

  it('is the session’s where the latest event states nothing', () => {
    const session = stateOf({ website: 'completed', research: ['skipped', '2 10:04:00'] });
    const user = trail(
      [
        ['2 10:01:00', stateOf({ website: 'completed' })],
        ['2 10:03:00', null],
      ],
      session,
    );
    expect(funnelOf([user])).toMatchObject({ website: '1 1/0/0 0: 1 in 60', research: '1 0/1/0 0: 1 in 180' });
    expect(funnelOf([trail([['2 10:03:00', null]])])).toEqual({});
  });

  it('has an event that states nothing as a break', () => {
    const done = stateOf({ website: 'completed' });
    const user = trail([
      ['2 10:01:00', done],
      ['2 10:02:00', null],
      ['2 10:03:00', done],
    ]);
    expect(funnelOf([user])).toMatchObject({ website: '1 1/0/0 0: 1 in 180' });
  });
});

describe('the flow', () => {
  const usersOf = (state: CountedState, wizard: FlowId) => {
    const recount = recountOf([trail([['2 10:01:00', state]])], { wizard });
    const counted = (['six', 'six-intro', 'five', 'four'] as const).filter(
      (flow) => recount.funnel({ ...ALL, flow, by: 'none', windowDays: null }).length > 0,
    );
    return counted.join();
  };

  it.each([
    [null, null, 'four', 'four'],
    ['five', 'learnt', 'four', 'five'],
    ['six', 'learnt', 'six-intro', 'six-intro'],
    ['six', 'explicit', 'six-intro', 'six'],
    ['six', 'learnt', 'five', 'six'],
    ['six-intro', 'explicit', 'six', 'six-intro'],
    ['of a later version', 'explicit', 'six', 'six'],
  ] as const)('%s, %s, where the deployment serves %s, is %s', (flow, flow_source, wizard, expected) => {
    expect(usersOf(stateOf({}, { flow, flow_source }), wizard)).toBe(expected);
  });
});

describe('a window', () => {
  it('includes its last second, for entering and for finishing', () => {
    const onTime = trail([['3 10:00:00', stateOf({ website: 'completed' })]]);
    const late = trail([['3 10:00:01', stateOf({ website: 'completed' })]]);
    expect(funnelOf([onTime], {}, 1)).toEqual({
      whole: '1 0/0/0 0: 0 in 0',
      website: '1 1/0/0 0: 1 in 86400',
      research: '1 0/0/0 0: 0 in 0',
    });
    expect(funnelOf([late], {}, 1)).toEqual({ whole: '1 0/0/0 0: 0 in 0', website: '1 0/0/0 0: 0 in 0' });
    expect(funnelOf([late], {}, 7)).toMatchObject({ website: '1 1/0/0 0: 1 in 86401', research: '1 0/0/0 1: 0 in 0' });
  });

  it('holds for the completion', () => {
    const user = (at: string) => trail([[at, stateOf({}, { completed_at: time(at) })]]);
    expect(funnelOf([user('3 10:00:00')], {}, 1)).toMatchObject({ whole: '1 1/0/0 0: 1 in 86400' });
    expect(funnelOf([user('3 10:00:01')], {}, 1)).toMatchObject({ whole: '1 0/0/0 0: 0 in 0' });
  });

  it.each([
    // Started on the 2nd: over for all of that day with the end of the 3rd.
    [1, '3 23:59:59', 1],
    [1, '4 00:00:00', 0],
    [7, '9 23:59:59', 1],
    [7, '10 00:00:00', 0],
  ])('of %i days at %s has %i users in progress', (windowDays, asOf, users) => {
    const user = trail([['2 10:01:00', stateOf({})]]);
    expect(funnelOf([user], { asOf }, windowDays)).toMatchObject({ website: `1 0/0/0 ${users}: 0 in 0` });
  });
});

describe('without a window', () => {
  it.each([
    // The 30th day after the 2nd is December 2nd.
    ['2026-12-02T23:59:59Z', 1],
    ['2026-12-03T00:00:00Z', 0],
  ])('at %s, %i of the users of November 2nd are in progress', (asOf, users) => {
    const recount = new Recount({ wizard: 'five', finishedSteps: new Set() }, microsOf(asOf));
    recount.add(trail([['2 10:01:00', stateOf({})]]));
    const rows = recount.funnel({ ...ALL, flow: null, by: 'none', windowDays: null });
    expect(rows.map(({ in_progress }) => in_progress)).toEqual([users, users]);
  });
});

describe('groups', () => {
  it('are days, or weeks from Monday on', () => {
    const startedOn = (day: string) =>
      trail([[`${day} 10:00:00`, stateOf({}, { started_at: time(`${day} 10:00:00`) })]]);
    const recount = recountOf(['1', '2', '8', '9', '9'].map(startedOn), { asOf: '12 00:00:00' });
    const groups = (by: 'day' | 'week') =>
      recount
        .funnel({ ...ALL, flow: null, by, windowDays: null })
        .filter(({ step }) => step === '')
        .map(({ day, entered }) => [day, entered]);
    expect(groups('day')).toEqual([
      ['2026-11-01', 1],
      ['2026-11-02', 1],
      ['2026-11-08', 1],
      ['2026-11-09', 2],
    ]);
    expect(groups('week')).toEqual([
      ['2026-10-26', 1],
      ['2026-11-02', 2],
      ['2026-11-09', 2],
    ]);
  });
});

describe('cohorts', () => {
  const user = (start: string, end: string | null) =>
    trail([['28 10:00:00', stateOf({}, { started_at: start, completed_at: end })]]);
  const recount = recountOf(
    [
      user('2026-10-31T23:59:59Z', '2026-11-01T00:00:00Z'),
      user('2026-10-31T10:00:00Z', '2026-10-31T09:00:00Z'),
      user('2026-11-01T10:00:00Z', '2026-11-02T09:00:00Z'),
      user('2026-11-01T10:00:00Z', null),
    ],
    { asOf: '29 00:00:00' },
  );

  it.each([
    [
      'day',
      [
        ['2026-10-31', 2, { 0: 1, 1: 1 }],
        ['2026-11-01', 2, { 1: 1 }],
      ],
    ],
    ['week', [['2026-10-26', 4, { 0: 2, 1: 1 }]]],
    [
      'month',
      [
        ['2026-10-01', 2, { 0: 1, 1: 1 }],
        ['2026-11-01', 2, { 0: 1 }],
      ],
    ],
  ] as const)('by %s count calendar units, and none below 0', (unit, expected) => {
    const rows = recount.cohorts(ALL, null, unit).map(({ from, started, completed }) => [from, started, completed]);
    expect(rows).toEqual(expected);
  });
});

describe('activity', () => {
  it('has starts, completions, users and events, each on its own day', () => {
    const one = trail([
      ['2 10:00:00', stateOf({}), 'onboarding_started'],
      ['2 11:00:00', stateOf({}), 'data_saved'],
      ['3 11:00:00', stateOf({}), 'data_saved'],
      ['4 11:00:00', stateOf({}, { completed_at: time('1 11:00:00') }), 'onboarding_completed'],
    ]);
    const other = trail([['3 00:00:00', stateOf({}), 'data_saved']]);
    expect(recountOf([one, other]).activity({ from: '2026-11-01', to: '2026-11-04' })).toEqual(
      expect.arrayContaining([
        { day: '2026-11-01', started: 0, completed: 1, users: 0, events: {} },
        { day: '2026-11-02', started: 2, completed: 0, users: 1, events: { onboarding_started: 1, data_saved: 1 } },
        { day: '2026-11-03', started: 0, completed: 0, users: 2, events: { data_saved: 2 } },
      ]),
    );
  });
});

describe('stuck', () => {
  it('are those who have not completed, at their first unfinished step, by the time since their latest event', () => {
    const idle = (at: string, steps: Steps = {}) => trail([[at, stateOf(steps)]]);
    const recount = recountOf(
      [
        ...['28 12:00:00', '28 11:00:01', '28 11:00:00', '27 12:00:01', '27 12:00:00', '21 12:00:00'].map((at) =>
          idle(at),
        ),
        idle('28 13:00:00', { website: 'skipped' }),
        trail([['28 11:30:00', stateOf({}, { completed_at: time('28 11:30:00') })]]),
      ],
      { asOf: '28 12:00:00' },
    );
    const website = { under_1h: 2, under_1d: 2, under_7d: 1, under_30d: 1, longer: 0 };
    const research = { under_1h: 1, under_1d: 0, under_7d: 0, under_30d: 0, longer: 0 };
    const expected = [
      { step: 'website', users: 6, ...website },
      { step: 'research', users: 1, ...research },
    ];
    expect(recount.stuck(null)).toEqual(expected);
    expect(recount.stuck('five')).toEqual(expected);
    expect(recount.stuck('four')).toEqual([]);
  });

  it('are at the last step where they lack nothing but the completion', () => {
    const done = { website: 'completed', research: 'completed', personalization: 'skipped', integrations: 'skipped' };
    const user = trail([['2 10:01:00', stateOf({ ...done, complete: 'completed' })]]);
    expect(recountOf([user]).stuck(null)).toMatchObject([{ step: 'complete', users: 1 }]);
  });
});

describe('percentiles', () => {
  it.each([
    [0, 0],
    [127, 127],
    [128, 128],
    [129, 128],
    [130, 130],
    [255, 254],
    [256, 256],
    [259, 256],
    [260, 260],
    [86_400, 86_016],
  ])('have %i seconds in the bucket %i', (seconds, bucket) => {
    expect(bucketOf(seconds)).toBe(bucket);
  });

  it('are the bucket of the user at that place', () => {
    const durations = new Durations();
    for (const seconds of [5, 1, 4, 2, 3]) durations.add(seconds);
    // Places 3, 4, 5 and 5 of 5.
    expect([50, 75, 90, 95].map((percent) => durations.percentile(percent))).toEqual([3, 4, 5, 5]);
    durations.add(131);
    // Places 3, 5, 6 and 6 of 6.
    expect([50, 75, 90, 95].map((percent) => durations.percentile(percent))).toEqual([3, 5, 130, 130]);
    expect([durations.users, durations.seconds]).toEqual([6, 146n]);
    expect(new Durations().percentile(50)).toBeNull();
  });
});

describe('times', () => {
  it('have microseconds, in each spelling of events and rows', () => {
    expect(microsOf('2026-11-02T10:00:00.123Z')).toBe(1_793_613_600_123_000);
    expect(microsOf('2026-11-02T11:00:00.123456+01:00')).toBe(1_793_613_600_123_456);
    expect(() => microsOf('yesterday')).toThrow(RangeError);
  });
});
