import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { ChangeEars, ChangeHints } from '../database/change-hints.js';
import type { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import type { Place, ProgressEvent, Since } from '../database/records/progress-events.record.js';
import type { Session } from '../database/session.js';
import type { UserRead } from '../database/user-database.js';
import { FLOWS } from '../flow/flows.js';
import { newProgress } from '../flow/progress.js';
import { stateOf } from '../flow/progress-state.js';
import type { Problem } from '../../ground/problems/problem.js';
import type { Deployment } from '../progress/deployment.js';
import { DatabaseUnavailable } from '../../storage/wire/wire.problems.js';
import type { Frame } from './frames.js';
import { ProgressUnreadable } from './live.problems.js';
import { BEGINNING } from './places.js';
import type { Client, Watch } from './watched-user.js';

// Users whose ids begin alike share a mark, as two of very many do.
jest.unstable_mockModule('../database/change-hints.js', () => ({
  ChangeHints: class {},
  markOf: (userId: string) => userId.slice(0, 1),
}));
const { ProgressFeed } = await import('./progress-feed.js');

const NOW = new Date('2026-01-01T00:00:00Z');
const PROGRESS = newProgress(NOW);
const at = (revision: number, sessionId = 'a'): Place => ({ sessionId, revision });

/** The answers that a test gives for users who are read together. */
interface Read {
  readonly users: readonly string[];
  readonly answer: () => Promise<void>;
  readonly fail: (error: Error) => Promise<void>;
}

/** A database whose reads end when a test says so, and show what was there when they began. */
class FakeDatabase {
  readonly places = new Map<string, Place>();
  readonly open: Read[] = [];

  queryForEach(reads: readonly UserRead<Since>[]): Promise<Since[]> {
    const { promise, resolve, reject } = Promise.withResolvers<Since[]>();
    const found = reads.map(({ userId, query: { values = [] } }) => this.#since(userId, values));
    const settle = async (settled: () => void) => {
      this.open.splice(this.open.indexOf(read), 1);
      settled();
      await jest.advanceTimersByTimeAsync(0);
    };
    const read: Read = {
      users: reads.map(({ userId }) => userId),
      answer: () => settle(() => resolve(found)),
      fail: (error) => settle(() => reject(error)),
    };
    this.open.push(read);
    return promise;
  }

  #since(userId: string, [sessionId, revision]: readonly unknown[]): Since {
    const place = this.places.get(userId);
    if (!place) return { place: BEGINNING, session: null, events: null };
    const from = sessionId === null || sessionId === place.sessionId ? Number(revision) : place.revision;
    const events = Array.from({ length: Math.max(0, place.revision - from) }, (_, index) => eventOf(from + index + 1));
    const session = { id: place.sessionId, userId, revision: place.revision, updatedAt: NOW, progress: PROGRESS };
    return { place, session: session as Session, events: events.length > 0 ? events : null };
  }
}

const eventOf = (revision: number): ProgressEvent => ({
  ...{ revision, type: 'data_saved', step: null, occurredAt: NOW, actor: 'user', cause: 'wizard', data: {} },
  state: stateOf(PROGRESS),
  documents: [],
});

class FakeHints {
  isHeard = true;
  ears: ChangeEars | null = null;
  listens = 0;

  listen(ears: ChangeEars): void {
    this.ears = ears;
    this.listens += 1;
  }

  stopListening(): Promise<void> {
    this.ears = null;
    return Promise.resolve();
  }
}

/** A client that leaves when it is ended, as sockets and streams do. */
class FakeClient implements Client {
  readonly told: string[] = [];
  beats = 0;
  problem: Problem | null = null;
  watch: Watch | null = null;

  constructor(private readonly feed: InstanceType<typeof ProgressFeed>) {}

  send(frames: readonly Frame[]): void {
    this.told.push(...frames.map(({ type, position }) => `${type} ${position}`));
  }

  beat(): void {
    this.beats += 1;
  }

  end(problem: Problem): void {
    this.problem ??= problem;
    if (this.watch) this.feed.leave(this.watch);
  }
}

describe('the feed', () => {
  let database: FakeDatabase;
  let hints: FakeHints;
  let feed: InstanceType<typeof ProgressFeed>;

  beforeEach(() => {
    jest.useFakeTimers();
    database = new FakeDatabase();
    hints = new FakeHints();
    const deployment = { flowOf: () => FLOWS.six, finishedSteps: new Set(), brandAnalysis: true };
    feed = new ProgressFeed(
      database as unknown as OnboardingDatabaseService,
      hints as unknown as ChangeHints,
      deployment as unknown as Deployment,
    );
  });
  afterEach(() => {
    feed.onApplicationShutdown();
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  function watch(user: string, place: Place | null = null): FakeClient {
    const client = new FakeClient(feed);
    client.watch = feed.watch(user, client, place, {});
    return client;
  }

  /** Answers all reads, and those that follow. */
  async function settle(): Promise<void> {
    await pass(0);
    for (let [read] = database.open; read; [read] = database.open) await read.answer();
  }

  /** So many seconds, in which every read is answered, or fails. */
  async function during(seconds: number, outage: Error | null = null): Promise<void> {
    for (let tick = 0; tick < seconds * 10; tick++) {
      await pass(100);
      for (const read of [...database.open]) await (outage ? read.fail(outage) : read.answer());
    }
  }

  async function live(user: string, place: Place): Promise<FakeClient> {
    database.places.set(user, place);
    const client = watch(user, place);
    await settle();
    expect(client.told).toEqual([`live ${place.revision}.${place.sessionId}`]);
    client.told.length = 0;
    return client;
  }

  it('gives a client nothing of a read that began before it came: it may know more', async () => {
    database.places.set('anna', at(5));
    const first = watch('anna', at(5));
    await pass(0);
    const [read] = database.open as [Read];
    database.places.set('anna', at(7));
    const second = watch('anna', at(7));
    await read.answer();
    expect([first.told, second.told]).toEqual([['live 5.a'], []]);
    await settle();
    expect(first.told).toEqual(['live 5.a', 'event 6.a', 'event 7.a', 'status 7.a']);
    expect(second.told).toEqual(['live 7.a']);
  });

  it('gives a client that resumes during a read what it lacks from there, once', async () => {
    const client = await live('anna', at(5));
    database.places.set('anna', at(6));
    hints.ears?.onChange('a');
    await pass(0);
    feed.resume(client.watch as Watch, at(3));
    await settle();
    expect(client.told).toEqual(['event 4.a', 'event 5.a', 'event 6.a', 'live 6.a']);
  });

  it('reads again after a hint that comes during a read', async () => {
    const client = await live('anna', at(5));
    hints.ears?.onChange('a');
    await pass(0);
    const [read] = database.open as [Read];
    database.places.set('anna', at(6));
    hints.ears?.onChange('a');
    hints.ears?.onChange('a');
    await read.answer();
    expect(client.told).toEqual([]);
    await pass(0);
    expect(database.open).toHaveLength(1);
    await settle();
    expect(client.told).toEqual(['event 6.a', 'status 6.a']);
  });

  it('reads 50 users together, and no more than twice at once', async () => {
    for (let user = 0; user < 130; user++) watch(`user ${user}`);
    await pass(0);
    expect(database.open.map(({ users }) => users.length)).toEqual([50, 50]);
    await (database.open[0] as Read).answer();
    expect(database.open.map(({ users }) => users.length)).toEqual([50, 30]);
    await settle();
  });

  it('looks at each of the users who share a mark, also when one of them has left', async () => {
    const [anna, alice, bob] = [
      await live('anna', at(1)),
      await live('alice', at(1, 'b')),
      await live('bob', at(1, 'c')),
    ];
    for (const [user, place] of database.places) database.places.set(user, { ...place, revision: 2 });
    hints.ears?.onChange('a');
    await settle();
    expect([anna.told, alice.told, bob.told]).toEqual([['event 2.a', 'status 2.a'], ['event 2.b', 'status 2.b'], []]);
    feed.leave(anna.watch as Watch);
    feed.leave(anna.watch as Watch);
    database.places.set('alice', at(3, 'b'));
    hints.ears?.onChange('a');
    await pass(0);
    expect(database.open.map(({ users }) => users)).toEqual([['alice']]);
    await settle();
    expect(alice.told).toEqual(['event 2.b', 'status 2.b', 'event 3.b', 'status 3.b']);
  });

  it('keeps a client that is live for an outage of nine seconds, and tells it what it has missed', async () => {
    const client = await live('anna', at(5));
    database.places.set('anna', at(6));
    hints.ears?.onChange('a');
    await during(9, new DatabaseUnavailable(null));
    expect([client.problem, client.told]).toEqual([null, []]);
    await during(2);
    expect(client.told).toEqual(['event 6.a', 'status 6.a']);
  });

  it('ends it after eleven seconds, and then reads no more', async () => {
    const client = await live('anna', at(5));
    hints.ears?.onChange('a');
    await during(12.5, new DatabaseUnavailable(null));
    expect(client.problem).toBeInstanceOf(DatabaseUnavailable);
    await during(3);
    expect(client.told).toEqual([]);
    expect(database.open).toEqual([]);
  });

  it('tells a client that is not live at once that nothing can be read', async () => {
    const client = watch('anna');
    await during(0.1, new DatabaseUnavailable(null));
    expect(client.problem).toBeInstanceOf(DatabaseUnavailable);
  });

  it('counts an outage from its own first failure, whatever failed before', async () => {
    const client = await live('anna', at(5));
    // Its next visit is 25 seconds away.
    await during(1);
    const late = watch('bob');
    await during(0.1, new DatabaseUnavailable(null));
    expect(late.problem).toBeInstanceOf(DatabaseUnavailable);
    await during(15);
    database.places.set('anna', at(6));
    hints.ears?.onChange('a');
    await during(0.1, new DatabaseUnavailable(null));
    await during(2);
    expect([client.problem, client.told]).toEqual([null, ['event 6.a', 'status 6.a']]);
  });

  it('ends the clients of a user whose progress cannot be read, and nobody else’s', async () => {
    const logged = jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    const [good, broken] = [watch('anna'), watch('bob')];
    await pass(0);
    const [together] = database.open as [Read];
    expect(together.users).toEqual(['anna', 'bob']);
    await together.fail(new Error('a broken row'));
    for (let [read] = database.open; read; [read] = database.open) {
      await (read.users.includes('bob') ? read.fail(new Error('a broken row')) : read.answer());
    }
    expect(good.told).toEqual(['snapshot 0', 'live 0']);
    expect([good.problem, broken.problem]).toEqual([null, expect.any(ProgressUnreadable)]);
    expect(logged.mock.calls).toEqual([[{ err: new Error('a broken row') }, 'Unexpected failure']]);
  });

  it('visits each client every 25 seconds: a beat, and a look at what no hint has told', async () => {
    const clients = [await live('anna', at(5)), await live('bob', at(1, 'b')), await live('carl', at(1, 'c'))];
    await during(25);
    expect(clients.map(({ beats }) => beats)).toEqual([1, 1, 1]);
    database.places.set('bob', at(2, 'b'));
    await during(25);
    expect(clients.map(({ beats }) => beats)).toEqual([2, 2, 2]);
    expect(clients.map(({ told }) => told)).toEqual([[], ['event 2.b', 'status 2.b'], []]);
  });

  it('looks at everybody every two seconds while no hints arrive, and at once when some may be lost', async () => {
    const client = await live('anna', at(5));
    await during(1);
    hints.isHeard = false;
    for (const revision of [6, 7, 8]) {
      database.places.set('anna', at(revision));
      await during(2);
      expect(client.told.at(-1)).toBe(`status ${revision}.a`);
    }
    hints.isHeard = true;
    database.places.set('anna', at(9));
    hints.ears?.onGap();
    await settle();
    expect(client.told.at(-1)).toBe('status 9.a');
  });

  it('listens to nothing any more when nobody has watched for half a minute, and again when somebody does', async () => {
    const client = await live('anna', at(5));
    feed.leave(client.watch as Watch);
    await during(29);
    expect(hints.ears).not.toBeNull();
    await during(2);
    expect(hints.ears).toBeNull();
    await live('anna', at(5));
    expect([hints.listens, hints.ears]).toEqual([2, expect.anything()]);
  });
});
