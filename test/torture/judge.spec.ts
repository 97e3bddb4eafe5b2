import { beforeAll, describe, expect, it } from '@jest/globals';
import { progressFrom, type ProgressState } from '../../src/onboarding/flow/progress-state.js';
import { BLANK, History, type Entry } from './history.js';
import { judge, type FinalState } from './judge.js';
import { NOTHING, payload, type Register } from './marks.js';
import type { StoredEvent } from './judge-trail.js';
import { effectsOf, type EarlierState, type Operation } from './operation.js';
import { OPERATIONS } from './operations.js';
import { User } from './users.js';

const operation = (name: string) => OPERATIONS.find((candidate) => candidate.name === name) as Operation;
const WRITE = operation('complete step 2');
const INVALID = operation('invalid: website');
const READ = operation('read step 2');
const STATUS = operation('read status');
const RESET = operation('reset');
const BUSINESS = operation('save business');
const RESTORE = operation('restore all');
const RESTORE_DATA = operation('restore data');
const LIST = operation('read history');
const EARLIER = operation('read an earlier revision');

describe('the judge', () => {
  let user: User;
  beforeAll(async () => {
    user = await User.create(7, 1);
  });

  /** Operations one after the other, and what is stored in the end; returns the promises that do not hold. */
  function broken(
    acts: readonly (Partial<Entry> & Pick<Entry, 'operation'>)[],
    state: Partial<FinalState> = {},
  ): string[] {
    const entries = acts.map((act, at) => ({
      ...{ user, number: at + 1, sent: 10 * at, ended: 10 * at + 5, outcome: 'acknowledged' as const, status: 200 },
      ...{ ...BLANK, ...effectsOf(act.operation, user, at + 1), ...act },
    }));
    const history = new History();
    const { events = [] } = state;
    const last = events.at(-1);
    const progress = last?.state ? progressFrom(last.state, last.validation_errors) : null;
    judge(user, entries, { revision: events.length, progress, events, rows: [], versions: [], ...state }, history);
    return [...new Set(history.violations.map(({ promise }) => promise))];
  }

  const stateOf = (steps: Readonly<Record<string, string>>): ProgressState => ({
    steps: Object.fromEntries(Object.entries(steps).map(([step, status]) => [step, { status, completed_at: null }])),
    ...{ current_step: null, percentage_floor: 0, started_at: '2026-01-01T00:00:00.000Z', completed_at: null },
    ...{ flow: null, flow_source: null, onboarding_type: null },
  });
  const event = (revision: number, type: string, more: Partial<StoredEvent>): StoredEvent => ({
    ...{ revision, type, step: null, data: {}, state: stateOf({}), validation_errors: {} },
    ...more,
  });
  const sees = (value: string, more: Partial<Entry> = {}) => ({
    operation: READ,
    saw: new Map<Register, string>([['website', value]]),
    ...more,
  });
  const unknown = { operation: WRITE, outcome: 'unknown' as const };
  const reads = (percentage: number) => ({ operation: STATUS, percentage });
  /** What the history shows of a revision after the website's step. */
  const earlier = (revision: number, website: string): EarlierState => ({
    ...{ revision, percentage: 16.67, isWhole: true },
    statuses: ['pending', 'completed', 'pending', 'pending', 'pending', 'pending'],
    numbers: new Map(website === NOTHING ? [] : [['website', new Set([website])]]),
    digest: website,
  });
  const AFTER = stateOf({ website: 'completed' });
  const completed = (revision: number) =>
    event(revision, 'step_completed', { step: 'website', data: { to: 'completed' }, state: AFTER });
  const once = { events: [completed(1)] };
  const twice = { events: [completed(1), completed(2)] };
  const LOST = 'no acknowledged write is lost';
  const EVENTS = 'a write has its event, and nothing else has one';

  it('has nothing against what is as it should be', () => {
    expect(broken([sees(NOTHING), { operation: WRITE }, sees('2'), unknown, sees('2')], once)).toEqual([]);
    expect(broken([{ operation: WRITE }, unknown, sees('2')], twice)).toEqual([]);
    expect(broken([unknown, sees(NOTHING), sees('1')], once)).toEqual([]);
  });

  it.each([
    ['an acknowledged write that is gone', [{ operation: WRITE }, sees(NOTHING)], once],
    ['an older write after a newer one', [{ operation: WRITE }, { operation: WRITE }, sees('1')], twice],
    ['a write that was given up after one that was acknowledged', [unknown, { operation: WRITE }, sees('1')], twice],
    ['a write that was there and is gone', [unknown, sees('1'), sees(NOTHING)], once],
  ])('finds %s', (_, acts, state) => expect(broken(acts, state)).toEqual([LOST]));

  it('does not know what is first of two writes at once', () => {
    const first = { operation: WRITE, sent: 0, ended: 20 };
    const second = { operation: WRITE, sent: 10, ended: 30 };
    expect(broken([first, second, sees('1', { sent: 40, ended: 50 })], twice)).toEqual([]);
  });

  it('finds a refused write', () => {
    const refused = { operation: INVALID, outcome: 'refused' as const };
    expect(broken([refused, sees('1')])).toEqual(['no refused write is present']);
  });

  it('finds a percentage that falls, but for a reset', () => {
    const reset = event(1, 'onboarding_reset', {});
    expect(broken([reads(50), reads(50), reads(33.33)])).toEqual(['the percentage only rises']);
    expect(broken([reads(50), { operation: RESET }, reads(0)], { events: [reset] })).toEqual([]);
    expect(broken([reads(50), { operation: RESET, outcome: 'unknown' }, reads(50), reads(0)])).toEqual([]);
  });

  it.each([
    ['too few', [{ operation: WRITE }, { operation: WRITE }], once],
    ['too many', [{ operation: WRITE }], twice],
    ['one of a write that was seen', [unknown, sees('1')], {}],
  ])('finds events that do not fit: %s', (_, acts, state) => expect(broken(acts, state)).toEqual([EVENTS]));

  it('finds gaps between revisions, and progress that no event tells of', () => {
    const gap = { ...once, events: [completed(2)], revision: 2 };
    expect(broken([{ operation: WRITE }], gap)).toEqual(['revisions have no gaps', 'events replay to the session']);
    expect(broken([{ operation: WRITE }], { ...once, progress: progressFrom(stateOf({}), {}) })).toEqual([
      'progress is what its events say',
      'events replay to the session',
    ]);
  });

  it('finds rows that are somebody else’s, or not what was read', () => {
    const row = (owner: number, number: number) => ({
      ...once,
      rows: [JSON.stringify(payload('website', owner, number))],
    });
    const acts = [{ operation: WRITE }, sees('1')];
    expect(broken(acts, row(7, 1))).toEqual([]);
    expect(broken(acts, row(7, 2))).toEqual(['rows are what was read last']);
    expect(broken(acts, row(8, 1))).toContain('no row holds another user’s data');
  });

  it('finds an event that does not state where it leads', () => {
    const STATES = 'an event states where it leads';
    const saved = (more: Partial<StoredEvent>) => [completed(1), event(2, 'data_saved', { state: AFTER, ...more })];
    const business = [{ operation: WRITE }, { operation: BUSINESS }];
    expect(broken(business, { events: saved({}) })).toEqual([]);
    expect(broken(business, { events: saved({ state: { ...AFTER, percentage_floor: 5 } }) })).toEqual([STATES]);
    expect(broken(business, { events: saved({ validation_errors: { website: ['slow'] } }) })).toEqual([STATES]);
    const unstated = { ...completed(1), state: null };
    expect(broken(business, { events: [unstated, ...saved({}).slice(1)] })).toEqual([STATES]);
    const wrong = event(1, 'step_completed', { step: 'website', data: { to: 'completed' } });
    expect(broken([{ operation: WRITE }, unknown], { events: [wrong, completed(2)] })).toEqual([STATES]);
  });

  it('finds a session that is not what its last event states', () => {
    const progress = progressFrom({ ...AFTER, percentage_floor: 5 }, {});
    expect(broken([{ operation: WRITE }], { ...once, progress })).toEqual(['events replay to the session']);
    expect(broken([{ operation: WRITE }], { ...once, progress: null })).toContain('events replay to the session');
  });

  it('finds a revision that is read in two ways, or not as its event states it', () => {
    const SAME = 'a revision is read the same each time';
    const STATED = 'what was read is what an event states';
    const looks = (value: string) => ({ operation: EARLIER, earlier: earlier(1, value) });
    const acts = [{ operation: WRITE }, sees('1', { revision: 1 })];
    expect(broken([...acts, looks('1')], once)).toEqual([]);
    expect(broken([...acts, looks(NOTHING)], once)).toEqual([SAME]);
    const partly = { operation: EARLIER, earlier: { ...earlier(1, '1'), digest: 'something is missing' } };
    expect(broken([...acts, looks('1'), partly], once)).toEqual([SAME]);
    expect(broken([...acts, { operation: EARLIER, earlier: { ...earlier(1, '1'), percentage: 50 } }], once)).toEqual([
      STATED,
    ]);
    expect(broken([...acts, { operation: EARLIER, earlier: { ...earlier(1, '1'), statuses: [] } }], once)).toEqual([
      STATED,
    ]);
    expect(broken([...acts, { ...reads(50), revision: 1 }], once)).toEqual([STATED]);
    expect(broken([...acts, { ...reads(16.67), revision: 2 }], once)).toEqual([STATED]);
    const lists = (type: string) => ({ operation: LIST, items: [{ revision: 1, type, percentage: 16.67 }] });
    expect(broken([...acts, lists('step_completed')], once)).toEqual([]);
    expect(broken([...acts, lists('data_saved')], once)).toEqual(['the history lists what happened']);
  });

  describe('of a restore', () => {
    const RETURNS = 'a restore is of its revision';
    /** Two saves of the website, and back to the first. */
    const restored = (more: Partial<StoredEvent> = {}) => ({
      events: [
        ...twice.events,
        event(3, 'onboarding_restored', { data: { revision: 1, what: 'all' }, state: AFTER, ...more }),
      ],
    });
    const looked = { operation: EARLIER, earlier: earlier(1, '1') };
    const before = [{ operation: WRITE }, { operation: WRITE }, looked];
    const back = {
      operation: RESTORE,
      wrote: new Map<Register, string>([['website', '1']]),
      event: 'onboarding_restored all 1',
    };

    it('has nothing against what is as it should be, with an answer or without', () => {
      expect(broken([...before, back, sees('1', { revision: 3 })], restored())).toEqual([]);
      expect(broken([...before, { ...back, outcome: 'unknown' }, sees('1')], restored())).toEqual([]);
      expect(broken([...before, { ...back, outcome: 'unknown' }, sees('2')], twice)).toEqual([]);
      expect(broken([...before, { ...back, event: null }], twice)).toEqual([]);
      expect(broken([...before, reads(50), back, reads(16.67)], restored())).toEqual([]);
    });

    it('finds one that is lost, or undone by what came before', () => {
      expect(broken([...before, back, sees('2')], restored())).toEqual([LOST]);
      expect(broken([...before, { ...back, outcome: 'unknown' }, sees('1'), sees('2')], restored())).toEqual([LOST]);
      expect(broken([...before, sees('1')], twice)).toEqual([LOST]);
    });

    it('finds one without its event, or with another', () => {
      expect(broken([...before, back, sees('1')], twice)).toEqual([EVENTS]);
      expect(broken([...before, { ...back, outcome: 'unknown' }, sees('1')], twice)).toEqual([EVENTS]);
      expect(broken([...before, { ...back, event: null }], restored())).toEqual([EVENTS]);
      expect(broken([...before, back], restored({ data: { revision: 2, what: 'all' } }))).toEqual([EVENTS]);
    });

    it('finds a state that is not that of its revision, of the progress or of the data', () => {
      const states = [{ ...AFTER, percentage_floor: 5 }, stateOf({}), null];
      for (const state of states) {
        expect(broken([...before, back], restored({ state }))).toContain('an event states where it leads');
      }
      const mixed = sees('2', { revision: 3, sent: 35, ended: 60 });
      expect(broken([...before, { ...back, ended: 60 }, mixed], restored())).toEqual([RETURNS]);
      const partly = { operation: EARLIER, earlier: { ...earlier(3, '1'), digest: 'something is missing' } };
      expect(broken([...before, back, partly], restored())).toEqual([RETURNS]);
    });

    it('knows that restored data leave the progress', () => {
      const data = {
        operation: RESTORE_DATA,
        wrote: back.wrote,
        event: 'onboarding_restored data 1',
      };
      const events = restored({ data: { revision: 1, what: 'data' } });
      expect(broken([...before, data, sees('1')], events)).toEqual([]);
      expect(broken([...before, reads(50), data, reads(16.67)], events)).toEqual(['the percentage only rises']);
    });
  });

  it('finds a version that mixes two writes, was never saved or is somebody else’s', () => {
    const version = (...marks: [owner: number, number: number][]) => ({
      ...twice,
      versions: [JSON.stringify(marks.map(([owner, number]) => payload('website', owner, number)))],
    });
    const acts = [{ operation: WRITE }, { operation: WRITE }];
    expect(broken(acts, version([7, 1]))).toEqual([]);
    expect(broken(acts, version([7, 1], [7, 2]))).toEqual(['a version is of one write']);
    expect(broken(acts, version([7, 3]))).toEqual(['a version is of one write']);
    expect(broken(acts, version([8, 1]))).toContain('no row holds another user’s data');
  });
});
