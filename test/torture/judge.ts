import type { Progress } from '../../src/onboarding/flow/progress.js';
import { describe, type Entry, type History } from './history.js';
import { judgeRevisions } from './judge-revisions.js';
import { marksIn, NOTHING, type Register } from './marks.js';
import { judgeTrail, type StoredEvent } from './judge-trail.js';
import type { User } from './users.js';

/** What is stored of a user when all is over. */
export interface FinalState {
  readonly revision: number;
  /** Null: there is no session. */
  readonly progress: Progress | null;
  /** In their order. */
  readonly events: readonly StoredEvent[];
  /** All rows but for versions of documents, as texts. */
  readonly rows: readonly string[];
  /** The versions, each as a text. */
  readonly versions: readonly string[];
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
  judgeTrail(user, state, history);
  judgeRevisions(entries, state.events, history);
  judgeRows(user, entries, state, history);
}

function registersOf(entries: readonly Entry[]): Set<Register> {
  return new Set(entries.flatMap(({ saw, wrote }) => [...saw.keys(), ...wrote.keys()]));
}

/** Each read must show a write that was not refused, and that nothing known by then has replaced. */
function judgeRegister(register: Register, entries: readonly Entry[], history: History, effective: Set<Entry>): void {
  const writes = entries.filter(({ wrote, outcome }) => wrote.has(register) && outcome !== 'refused');
  const reads = entries.filter(({ saw }) => saw.has(register)).sort((a, b) => a.sent - b.sent);
  const acknowledged = writes.filter(({ outcome }) => outcome === 'acknowledged');
  /** When a write was certainly stored, and when it was sent. */
  const landings = acknowledged.map(({ ended, sent }) => ({ at: ended, sent }));
  for (const read of reads) {
    const value = read.saw.get(register);
    const replaced = Math.max(-1, ...landings.filter(({ at }) => at < read.sent).map(({ sent }) => sent));
    const shown = writes.filter(({ wrote }) => wrote.get(register) === value);
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

/** It only falls at a reset, or where an earlier revision is restored. */
function judgePercentage(entries: readonly Entry[], history: History): void {
  const readings = entries.filter(({ percentage }) => percentage !== null);
  const resets = entries.filter(({ operation, outcome }) => operation.writes?.lowers && outcome !== 'refused');
  const writes = entries.filter(({ operation, outcome }) => operation.writes && outcome === 'acknowledged');
  /** One without an answer may come into force until the user's next write has got the lock. */
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
const REGULAR = new Set([
  ...['step_completed', 'data_saved', 'api_key_saved', 'api_key_removed'],
  ...['onboarding_reset', 'onboarding_restored'],
]);

/** An event as operations name theirs. */
function nameOfEvent({ type, step, data }: StoredEvent): string {
  const details = type === 'onboarding_restored' ? [data['what'], data['revision']] : [data['provider'] ?? step];
  return [type, ...details.filter((part) => part !== null && part !== undefined)].join(' ');
}

function judgeEvents(
  user: User,
  entries: readonly Entry[],
  effective: ReadonlySet<Entry>,
  { revision, events }: FinalState,
  history: History,
): void {
  const gapless = events.every((event, at) => event.revision === at + 1) && revision === events.length;
  history.check('revisions have no gaps', gapless, () => `${user.id}: ${revision} ${JSON.stringify(events)}`);
  const left = events
    .filter(
      ({ type, step }) =>
        REGULAR.has(type) && (type !== 'step_completed' || (step !== 'api_keys' && step !== 'complete')),
    )
    .map(nameOfEvent);
  const writes = entries
    .filter(({ event, outcome }) => event !== null && outcome !== 'refused')
    .sort((a, b) => a.sent - b.sent);
  const details = () =>
    `${user.id} left ${left.join(', ')} by\n${writes.map((e) => `${effective.has(e) ? '' : '? '}${describe(e)}`).join('\n')}`;
  history.check(
    'a write has its event, and nothing else has one',
    user.drivers === 1 ? follows(left, writes, effective) : amounts(left, writes, effective),
    details,
  );
}

/** Whether the events are those of the writes, one after the other; a write of which nothing is known may have none. */
function follows(events: readonly string[], writes: readonly Entry[], effective: ReadonlySet<Entry>): boolean {
  let places = new Set([0]);
  for (const write of writes) {
    const after = [...places].filter((place) => events[place] === write.event).map((place) => place + 1);
    places = new Set([...(effective.has(write) ? [] : places), ...after]);
  }
  return places.has(events.length);
}

/** Where operations overlap, nobody knows their order: but how many there may be of each kind. */
function amounts(events: readonly string[], writes: readonly Entry[], effective: ReadonlySet<Entry>): boolean {
  return [...new Set([...events, ...writes.map(({ event }) => event ?? '')])].every((kind) => {
    const ofKind = writes.filter(({ event }) => event === kind);
    const count = events.filter((event) => event === kind).length;
    return count >= ofKind.filter((write) => effective.has(write)).length && count <= ofKind.length;
  });
}

/** Below HTTP: no row holds a mark of somebody else's, or what was shown to be replaced, and a version is one that was saved. */
function judgeRows(user: User, entries: readonly Entry[], { rows, versions }: FinalState, history: History): void {
  const { users } = marksIn([...rows, ...versions].join('\n'));
  users.delete(user.index);
  history.check('no row holds another user’s data', users.size === 0, () => `${user.id}: ${rows.join('\n')}`);
  for (const [document, found] of marksIn(rows.join('\n')).numbers) {
    const last = entries.findLast(({ saw }) => saw.has(document))?.saw.get(document);
    const same = found.size === 1 && last !== undefined && found.has(last);
    history.check(
      'rows are what was read last',
      same,
      () => `${user.id} ${document}: ${[...found].join()} not ${last}`,
    );
  }
  for (const version of versions) {
    const isOne = [...marksIn(version).numbers].every(([document, numbers]) =>
      [...numbers].every((number) => numbers.size === 1 && wasPosted(entries, document, number)),
    );
    history.check('a version is of one write', isOne, () => `${user.id}: ${version}`);
  }
}

function wasPosted(entries: readonly Entry[], document: Register, number: string): boolean {
  return entries.some(
    (entry) => String(entry.number) === number && entry.outcome !== 'refused' && entry.wrote.get(document) === number,
  );
}

/** A read, and what touched its register shortly before. */
function story(what: string, read: Entry, entries: readonly Entry[], register: Register): string {
  const before = entries
    .filter((e) => (e.saw.has(register) || e.wrote.has(register)) && e.sent <= read.sent)
    .slice(-12);
  return [what, ...before.map(describe)].join('\n  ');
}
