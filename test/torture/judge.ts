import { describe, type Entry, type History } from './history.js';
import { marksIn, NOTHING, type Register } from './marks.js';
import type { User } from './users.js';

/** What is stored of a user when all is over. */
export interface FinalState {
  readonly revision: number;
  /** In their order. */
  readonly events: readonly { revision: number; type: string; step: string | null; data: Record<string, string> }[];
  /** The status of each step that was touched. */
  readonly statuses: Readonly<Record<string, string>>;
  /** All rows, as texts. */
  readonly rows: readonly string[];
}

/**
 * Holds one user's history against the promises.
 *
 * What comes first is told by the clock: a write is before another if it was over when the other was sent. That goes for writes
 * without an answer, too: a writer holds the lock on the session before anything else, and has lost it when the next one
 * has been acknowledged, so that nothing that was given up can come after it.
 */
export function judge(user: User, entries: readonly Entry[], state: FinalState, history: History): void {
  const effective = new Set(entries.filter(({ operation, outcome }) => operation.writes && outcome === 'acknowledged'));
  for (const register of registersOf(entries)) judgeRegister(register, entries, history, effective);
  judgePercentage(entries, history);
  judgeEvents(user, entries, effective, state, history);
  judgeRows(user, entries, state, history);
}

function registersOf(entries: readonly Entry[]): Set<Register> {
  return new Set(entries.flatMap(({ saw, operation }) => [...saw.keys(), operation.writes?.register ?? []].flat()));
}

const wrote = ({ user, number, operation }: Entry) => operation.writes?.value?.(user, number);

/** Each read must show a write that was not refused, and that nothing known by then has replaced. */
function judgeRegister(register: Register, entries: readonly Entry[], history: History, effective: Set<Entry>): void {
  const writes = entries.filter((e) => e.operation.writes?.register === register && e.outcome !== 'refused');
  const reads = entries.filter(({ saw }) => saw.has(register)).sort((a, b) => a.sent - b.sent);
  const acknowledged = writes.filter(({ outcome }) => outcome === 'acknowledged');
  /** When a write was certainly stored, and when it was sent. */
  const landings = acknowledged.map(({ ended, sent }) => ({ at: ended, sent }));
  for (const read of reads) {
    const value = read.saw.get(register);
    const replaced = Math.max(-1, ...landings.filter(({ at }) => at < read.sent).map(({ sent }) => sent));
    const shown = writes.filter((write) => wrote(write) === value);
    const current = shown.filter(({ ended }) => ended >= replaced);
    const untouched = value === NOTHING && replaced < 0;
    const what = () => story(`${register} is ${value}`, read, entries, register);
    const wasRefused = shown.length === 0 && value !== NOTHING;
    history.check('no refused write is present', !wasRefused, what);
    history.check('no acknowledged write is lost', current.length > 0 || untouched || wasRefused, what);
    const [only, ...others] = current;
    if (!only || others.length > 0 || untouched) continue;
    // A write that was read is stored, acknowledged or not.
    landings.push({ at: read.ended, sent: only.sent });
    effective.add(only);
  }
}

/** It only falls at a reset. */
function judgePercentage(entries: readonly Entry[], history: History): void {
  const readings = entries.filter(({ percentage }) => percentage !== null);
  const resets = entries.filter(({ operation, outcome }) => operation.writes?.resets && outcome !== 'refused');
  const writes = entries.filter(({ operation, outcome }) => operation.writes && outcome === 'acknowledged');
  /** A reset without an answer may come into force until the user's next write has got the lock. */
  const over = (reset: Entry) =>
    reset.outcome === 'acknowledged'
      ? reset.ended
      : Math.min(Infinity, ...writes.filter(({ sent }) => sent > reset.ended).map(({ ended }) => ended));
  const periods = resets.map((reset) => ({ sent: reset.sent, over: over(reset) }));
  for (const reading of readings) {
    const since = Math.max(-1, ...periods.filter(({ sent }) => sent < reading.ended).map((period) => period.over));
    const higher = readings.find(
      (before) =>
        before.sent > since && before.ended < reading.sent && Number(before.percentage) > Number(reading.percentage),
    );
    history.check('the percentage only rises', !higher, () => `${describe(higher ?? reading)}\n${describe(reading)}`);
  }
}

/** Events that do not depend on where the user stood. */
const REGULAR = new Set(['step_completed', 'data_saved', 'api_key_saved', 'api_key_removed', 'onboarding_reset']);

function judgeEvents(
  user: User,
  entries: readonly Entry[],
  effective: ReadonlySet<Entry>,
  { revision, events, statuses }: FinalState,
  history: History,
): void {
  const gapless = events.every((event, at) => event.revision === at + 1) && revision === events.length;
  history.check('revisions have no gaps', gapless, () => `${user.id}: ${revision} ${JSON.stringify(events)}`);
  const left = events
    .filter(
      ({ type, step }) =>
        REGULAR.has(type) && (type !== 'step_completed' || (step !== 'api_keys' && step !== 'complete')),
    )
    .map(({ type, step, data }) => [type, data['provider'] ?? step].filter((part) => part !== null).join(' '));
  const writes = entries
    .filter(({ operation, outcome }) => operation.writes?.event && outcome !== 'refused')
    .sort((a, b) => a.sent - b.sent);
  const details = () =>
    `${user.id} left ${left.join(', ')} by\n${writes.map((e) => `${effective.has(e) ? '' : '? '}${describe(e)}`).join('\n')}`;
  history.check(
    'a write has its event, and nothing else has one',
    user.drivers === 1 ? follows(left, writes, effective) : amounts(left, writes, effective),
    details,
  );
  history.check('progress is what its events say', agrees(events, statuses), details);
}

/** Whether the events are those of the writes, one after the other; a write of which nothing is known may have none. */
function follows(events: readonly string[], writes: readonly Entry[], effective: ReadonlySet<Entry>): boolean {
  let places = new Set([0]);
  for (const write of writes) {
    const after = [...places]
      .filter((place) => events[place] === write.operation.writes?.event)
      .map((place) => place + 1);
    places = new Set([...(effective.has(write) ? [] : places), ...after]);
  }
  return places.has(events.length);
}

/** Where operations overlap, nobody knows their order: but how many there may be of each kind. */
function amounts(events: readonly string[], writes: readonly Entry[], effective: ReadonlySet<Entry>): boolean {
  return [...new Set([...events, ...writes.map(({ operation }) => operation.writes?.event ?? '')])].every((kind) => {
    const ofKind = writes.filter(({ operation }) => operation.writes?.event === kind);
    const count = events.filter((event) => event === kind).length;
    return count >= ofKind.filter((write) => effective.has(write)).length && count <= ofKind.length;
  });
}

function agrees(events: FinalState['events'], statuses: FinalState['statuses']): boolean {
  const since = events.findLastIndex(({ type }) => type === 'onboarding_reset') + 1;
  const latest: Record<string, string> = {};
  for (const { step, data } of events.slice(since)) if (step !== null && data['to']) latest[step] = data['to'];
  return (
    Object.keys(latest).length === Object.keys(statuses).length &&
    Object.entries(latest).every(([step, status]) => statuses[step] === status)
  );
}

/** Below HTTP: no row holds a mark of somebody else's, or what was shown to be replaced. */
function judgeRows(user: User, entries: readonly Entry[], { rows }: FinalState, history: History): void {
  const { users, numbers } = marksIn(rows.join('\n'));
  users.delete(user.index);
  history.check('no row holds another user’s data', users.size === 0, () => `${user.id}: ${rows.join('\n')}`);
  for (const [document, found] of numbers) {
    const last = entries.findLast(({ saw }) => saw.has(document))?.saw.get(document);
    const same = found.size === 1 && last !== undefined && found.has(last);
    history.check(
      'rows are what was read last',
      same,
      () => `${user.id} ${document}: ${[...found].join()} not ${last}`,
    );
  }
}

/** A read, and what touched its register shortly before. */
function story(what: string, read: Entry, entries: readonly Entry[], register: Register): string {
  const before = entries
    .filter((e) => (e.saw.has(register) || e.operation.writes?.register === register) && e.sent <= read.sent)
    .slice(-12);
  return [what, ...before.map(describe)].join('\n  ');
}
