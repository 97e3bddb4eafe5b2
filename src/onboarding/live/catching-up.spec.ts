import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Session } from '../database/session.js';
import type { Place, ProgressEvent, Since } from '../database/records/progress-events.record.js';
import { dueTo, MOST_BEHIND, readingFor, type Due, type Given, type Reading } from './catching-up.js';
import { BEGINNING, isBeginning } from './places.js';

const at = (sessionId: string | null, revision: number): Place => ({ sessionId, revision });
const eventOf = (revision: number) => ({ revision }) as ProgressEvent;
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => eventOf(from + index + 1));

/** What a database answers that has so many events of that session, and all of them. */
function answer(user: Place, { place, most, withSession }: Reading): Since {
  if (user.sessionId === null) return { place: BEGINNING, session: null, events: null };
  const isSame = place.sessionId === user.sessionId;
  const isShown = withSession || !isSame || place.revision !== user.revision;
  const missed = user.revision - place.revision;
  const hasEvents = (isSame || place.sessionId === null) && missed > 0 && missed <= most;
  return {
    place: user,
    session: isShown ? ({ id: user.sessionId, revision: user.revision } as Session) : undefined,
    events: hasEvents ? range(place.revision, user.revision) : null,
  };
}

describe('what is read', () => {
  const live = (place: Place | null): Given => ({ place, isLive: true });
  const late = (place: Place | null): Given => ({ place, isLive: false });

  it.each<[string, Given[], Place | null, Place, number, boolean]>([
    ['of clients that are live goes on where they are', [live(at('a', 5))], at('a', 5), at('a', 5), MOST_BEHIND, false],
    ['goes back to the earliest', [live(at('a', 5)), late(at('a', 2))], at('a', 5), at('a', 2), MOST_BEHIND, true],
    ['for a client without a position is no event', [late(null)], null, BEGINNING, 0, true],
    ['for one from the beginning is everything', [late(BEGINNING)], null, BEGINNING, MOST_BEHIND, true],
    ['for one from the beginning begins in the session', [late(BEGINNING)], at('a', 5), at('a', 0), MOST_BEHIND, true],
    ['leaves other sessions aside', [late(at('b', 1)), live(at('a', 5))], at('a', 5), at('a', 5), MOST_BEHIND, true],
    ['of other sessions alone is of the first', [late(at('b', 1))], at('a', 5), at('b', 1), MOST_BEHIND, true],
  ])('%s', (_what, clients, last, place, most, withSession) => {
    expect(readingFor(clients, last)).toEqual({ place, most, withSession });
  });
});

describe('what a client gets', () => {
  const since = (user: Place, from: Place, withSession = true) =>
    answer(user, { place: from, most: MOST_BEHIND, withSession });

  it.each<[string, Given, Place, Place, Due]>([
    [
      'nothing when nothing has happened',
      { place: at('a', 5), isLive: true },
      at('a', 5),
      at('a', 5),
      { kind: 'nothing' },
    ],
    [
      'no event, but the word that it is live',
      { place: at('a', 5), isLive: false },
      at('a', 5),
      at('a', 5),
      { kind: 'events', events: [] },
    ],
    [
      'what it lacks',
      { place: at('a', 3), isLive: true },
      at('a', 5),
      at('a', 3),
      { kind: 'events', events: range(3, 5) },
    ],
    [
      'what it lacks of what others lack, too',
      { place: at('a', 3), isLive: true },
      at('a', 5),
      at('a', 1),
      { kind: 'events', events: range(3, 5) },
    ],
    [
      'another read where this one begins later',
      { place: at('a', 1), isLive: true },
      at('a', 5),
      at('a', 3),
      { kind: 'another-read' },
    ],
    ['a snapshot first', { place: null, isLive: false }, at('a', 5), BEGINNING, { kind: 'snapshot', reason: 'first' }],
    [
      'a snapshot of another session',
      { place: at('b', 5), isLive: true },
      at('a', 5),
      at('b', 5),
      { kind: 'snapshot', reason: 'reset' },
    ],
    [
      'a snapshot of nothing',
      { place: at('b', 5), isLive: true },
      BEGINNING,
      at('b', 5),
      { kind: 'snapshot', reason: 'reset' },
    ],
    [
      'a snapshot where it is ahead',
      { place: at('a', 6), isLive: false },
      at('a', 5),
      at('a', 6),
      { kind: 'snapshot', reason: 'unknown_position' },
    ],
    [
      'all that may be missed',
      { place: at('a', 0), isLive: false },
      at('a', 1000),
      at('a', 0),
      { kind: 'events', events: range(0, 1000) },
    ],
    [
      'a snapshot where it is more',
      { place: at('a', 0), isLive: false },
      at('a', 1001),
      at('a', 0),
      { kind: 'snapshot', reason: 'too_far_behind' },
    ],
    [
      'everything from the beginning',
      { place: BEGINNING, isLive: true },
      at('a', 2),
      BEGINNING,
      { kind: 'events', events: range(0, 2) },
    ],
    ['nothing at the beginning', { place: BEGINNING, isLive: true }, BEGINNING, BEGINNING, { kind: 'nothing' }],
  ])('is %s', (_what, client, user, from, due) => {
    expect(dueTo(client, since(user, from), from)).toEqual(due);
  });

  it('is a snapshot where an event is missing in the table', () => {
    const user = since(at('a', 5), at('a', 2));
    const holed = { ...user, events: [eventOf(3), eventOf(5)] };
    expect(dueTo({ place: at('a', 2), isLive: true }, holed, at('a', 2))).toEqual({
      kind: 'snapshot',
      reason: 'unknown_position',
    });
  });

  it('is no snapshot before the session is read', () => {
    const user = since(at('a', 5), at('a', 5), false);
    expect(dueTo({ place: null, isLive: false }, user, at('a', 5))).toEqual({ kind: 'another-read' });
    expect(dueTo({ place: at('a', 5), isLive: false }, user, at('a', 5))).toEqual({ kind: 'another-read' });
  });
});

/** A client as the feed keeps it, held against what it is given. */
class ModelClient implements Given {
  isLive = false;
  isInRead = false;

  constructor(public place: Place | null) {}

  resume(place: Place): void {
    Object.assign(this, { place, isLive: false, isInRead: false });
  }

  /** @returns whether it needs another read */
  take(due: Due, user: Place): boolean {
    const { place } = this;
    switch (due.kind) {
      case 'another-read':
        return true;
      case 'nothing':
        expect([this.isLive, place]).toEqual([true, place && isBeginning(place) ? BEGINNING : user]);
        return false;
      case 'events':
        this.#takeEvents(due.events, user);
        break;
      case 'snapshot':
        expect([place, user, due.reason]).toEqual([place, user, reasonFor(place, user)]);
    }
    this.place = user;
    this.isLive = true;
    return false;
  }

  #takeEvents(events: readonly ProgressEvent[], user: Place): void {
    const place = this.place as Place;
    const revisions = events.map(({ revision }) => revision);
    expect(revisions).toEqual(range(place.revision, user.revision).map(({ revision }) => revision));
    if (!isBeginning(place)) expect(place.sessionId).toBe(user.sessionId);
    // Who is live is not told so again.
    if (this.isLive) expect(events.length).toBeGreaterThan(0);
  }
}

/** Null: it can be told event by event. */
function reasonFor(place: Place | null, user: Place): string | null {
  if (place === null) return 'first';
  if (!isBeginning(place) && place.sessionId !== user.sessionId) return 'reset';
  if (place.revision > user.revision) return 'unknown_position';
  return user.revision - place.revision > MOST_BEHIND ? 'too_far_behind' : null;
}

/** One user, their clients, and reads that take their time. */
class Model {
  user: Place = BEGINNING;
  readonly clients: ModelClient[] = [];
  #sessions = 0;
  #last: Place | null = null;
  #underWay: { readonly reading: Reading; readonly since: Since } | null = null;

  write(events: number): void {
    const sessionId = this.user.sessionId ?? `session ${++this.#sessions}`;
    this.user = at(sessionId, this.user.revision + events);
  }

  reset(): void {
    this.user = BEGINNING;
  }

  /** A position as a client may name it: one that was, will be, or is of another session. */
  placeOf(kind: number, revision: number): Place | null {
    if (kind === 0) return null;
    if (kind === 1 || this.user.sessionId === null) return kind === 2 ? at('foreign', revision) : BEGINNING;
    return at(kind === 2 ? 'foreign' : this.user.sessionId, revision);
  }

  begin(): void {
    if (this.#underWay || this.clients.length === 0) return;
    for (const client of this.clients) client.isInRead = true;
    const reading = readingFor(this.clients, this.#last);
    this.#underWay = { reading, since: answer(this.user, reading) };
  }

  /** @returns whether another read must follow */
  deliver(): boolean {
    if (!this.#underWay) return false;
    const { reading, since } = this.#underWay;
    this.#underWay = null;
    this.#last = since.place.sessionId === null ? null : since.place;
    const inRead = this.clients.filter(({ isInRead }) => isInRead);
    const stale = inRead.map((client) => client.take(dueTo(client, since, reading.place), since.place));
    return stale.includes(true) || inRead.length < this.clients.length;
  }
}

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ act: fc.constant('write' as const), count: fc.constantFrom(1, 1, 2, 600, 1001) }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('reset' as const) }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('begin' as const) }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('deliver' as const) }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('come' as const), kind: fc.nat(3), revision: fc.nat(5) }) },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constant('resume' as const), kind: fc.nat(3), revision: fc.nat(5), who: fc.nat(9) }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('leave' as const), who: fc.nat(9) }) },
);

it('gives each client each event once and in order, or a snapshot for a reason, and comes to an end', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const model = new Model();
      for (const each of steps) {
        if (each.act === 'write') model.write(each.count);
        if (each.act === 'reset') model.reset();
        if (each.act === 'begin') model.begin();
        if (each.act === 'deliver') model.deliver();
        if (each.act === 'come') model.clients.push(new ModelClient(model.placeOf(each.kind, each.revision)));
        if (each.act === 'leave') model.clients.splice(each.who, 1);
        const place = each.act === 'resume' ? model.placeOf(each.kind, each.revision) : null;
        if (each.act === 'resume' && place) model.clients[each.who]?.resume(place);
      }
      model.deliver();
      // Of one that was read from elsewhere, and of one that reads what was missing then.
      let reads = 0;
      do {
        model.begin();
        expect(++reads).toBeLessThanOrEqual(4);
      } while (model.deliver());
      for (const { place, isLive } of model.clients) expect([isLive, place]).toEqual([true, model.user]);
    }),
    { numRuns: 2000 },
  );
});
