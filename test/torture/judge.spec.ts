import { beforeAll, describe, expect, it } from '@jest/globals';
import { History, type Entry } from './history.js';
import { judge, type FinalState } from './judge.js';
import { NOTHING, payload, type Register } from './marks.js';
import { OPERATIONS, type Operation } from './operations.js';
import { User } from './users.js';

const operation = (name: string) => OPERATIONS.find((candidate) => candidate.name === name) as Operation;
const WRITE = operation('complete step 2');
const INVALID = operation('invalid: website');
const READ = operation('read step 2');
const STATUS = operation('read status');
const RESET = operation('reset');

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
      user,
      number: at + 1,
      sent: 10 * at,
      ended: 10 * at + 5,
      outcome: 'acknowledged' as const,
      status: 200,
      saw: new Map<Register, string>(),
      percentage: null,
      ...act,
    }));
    const history = new History();
    judge(
      user,
      entries,
      { revision: state.events?.length ?? 0, events: [], statuses: {}, rows: [], ...state },
      history,
    );
    return [...new Set(history.violations.map(({ promise }) => promise))];
  }

  const sees = (value: string, more: Partial<Entry> = {}) => ({
    operation: READ,
    saw: new Map<Register, string>([['website', value]]),
    ...more,
  });
  const unknown = { operation: WRITE, outcome: 'unknown' as const };
  const reads = (percentage: number) => ({ operation: STATUS, percentage });
  const completed = (revision: number) => ({
    revision,
    type: 'step_completed',
    step: 'website',
    data: { to: 'completed' },
  });
  const once = { events: [completed(1)], statuses: { website: 'completed' } };
  const twice = { events: [completed(1), completed(2)], statuses: { website: 'completed' } };
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
    const reset = { revision: 1, type: 'onboarding_reset', step: null, data: {} };
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
    expect(broken([{ operation: WRITE }], gap)).toEqual(['revisions have no gaps']);
    expect(broken([{ operation: WRITE }], { ...once, statuses: {} })).toEqual(['progress is what its events say']);
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
});
