import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { sessionFromRow } from '../../src/onboarding/database/session.js';
import type { Row } from '../../src/storage/wire/statement.js';
import { testEnvironment } from '../support/service/app.js';
import { withAllErrors } from '../support/data/event-errors.js';
import { OwnCluster } from '../support/database/own-cluster.js';
import { FAULTS, type Arena } from './faults.js';
import { History, type Entry, type Outcome, type Violation } from './history.js';
import { judge, type FinalState } from './judge.js';
import type { StoredEvent } from './judge-trail.js';
import { Load } from './load.js';
import { OPERATIONS, READ_BUSINESS, READ_KEYS, READ_PROGRESS } from './operations.js';
import { Random } from './random.js';
import { Replica } from './replica.js';
import { User } from './users.js';
import { Watchers } from './watchers.js';

export interface Sizes {
  readonly users: number;
  /** Both are reached before it ends, */
  readonly operations: number;
  readonly faults: number;
  /** unless this comes first. */
  readonly minutes: number;
  readonly seed: number;
}

export interface Result {
  readonly operations: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly violations: readonly Violation[];
  /** Tables to print. */
  readonly summary: string;
}

/** Every tenth user is at work in two places at once. */
const SHARED = 10;
/** More than the connections of both pools together. */
const WORKERS = 32;
const READY_AGAIN_MS = 30_000;
const PROGRESS_MS = 5_000;

/** Two processes on one PostgreSQL, many users, and one fault after the other; in the end the history is the judge. */
export async function torture(sizes: Sizes, say: (line: string) => void): Promise<Result> {
  const history = new History();
  const random = new Random(sizes.seed);
  const cluster = await OwnCluster.create();
  const environment = testEnvironment(cluster.appUrl, {
    DATABASE_POOL_SIZE: '10',
    DATABASE_TIMEOUT_MS: '1000',
    RATE_LIMIT_KEY_SAVES: '0',
    LOG_LEVEL: 'error',
  });
  const names = ['first process', 'second process'];
  const replicas = await Promise.all(names.map((name) => Replica.start(name, environment, history)));
  let watchers: Watchers | null = null;
  try {
    const users = await Promise.all(
      Array.from({ length: sizes.users }, (_, index) => User.create(index, index % SHARED === 0 ? 2 : 1)),
    );
    // Its numbers are its own: how often clients come back must not change what else happens.
    watchers = new Watchers(users, replicas, new Random(sizes.seed));
    const load = new Load(users, replicas, history, random);
    const injector = new Injector({ cluster, replicas, random }, history);
    const begun = performance.now();
    const end = begun + sizes.minutes * 60_000;
    const progress = () =>
      `${((performance.now() - begun) / 1000).toFixed(0)} s, seed ${sizes.seed}: ` +
      `${history.entries.length} of ${sizes.operations} operations, ${injector.count} of ${sizes.faults} faults` +
      ` (${injector.current}), ${history.violations.length} violations`;
    const ticker = setInterval(() => say(progress()), PROGRESS_MS);
    load.start(WORKERS);
    try {
      while (performance.now() < end) {
        const { length: done } = history.entries;
        // Spread over the whole run, so that both ends are reached together.
        const due = (injector.count * sizes.operations) / sizes.faults;
        if (done >= sizes.operations && injector.count >= sizes.faults) break;
        if (done >= due) await injector.inject();
        else await pause(20);
      }
    } finally {
      await load.stop();
      clearInterval(ticker);
    }
    say(progress());
    await readEverything(users, load, history);
    await watchers.judge(cluster, history);
    const stored = await storedOf(users, cluster);
    const byUser = Map.groupBy(history.entries, ({ user }) => user);
    for (const user of users) judge(user, byUser.get(user) ?? [], stored.get(user.id) ?? NOTHING_STORED, history);
    await Promise.all(replicas.map((replica) => replica.stop()));
    return {
      operations: history.entries.length,
      faults: injector.counts,
      violations: history.violations,
      summary: `${summarize(history, injector, load, (performance.now() - begun) / 1000)}\n${watchers.summary}`,
    };
  } finally {
    await watchers?.stop();
    await Promise.all(replicas.map(({ life }) => life.end('SIGKILL')));
    await cluster.remove();
  }
}

/** One fault after the other, each kind as often as every other, and after each the wait until all is well. */
class Injector {
  readonly counts = new Map<string, number>();
  /** Milliseconds until both processes were ready again, by kind. */
  readonly recoveries = new Map<string, number[]>();
  current = 'none';
  #deck: string[] = [];

  constructor(
    private readonly arena: Arena,
    private readonly history: History,
  ) {}

  get count(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  async inject(): Promise<void> {
    if (this.#deck.length === 0) this.#deck = Object.keys(FAULTS);
    const kind = this.arena.random.draw(this.#deck);
    this.current = kind;
    await FAULTS[kind]?.(this.arena);
    this.current = `well again after: ${kind}`;
    const healed = performance.now();
    await Promise.all(this.arena.replicas.map((replica) => this.#waitFor(replica, kind)));
    this.recoveries.set(kind, [...(this.recoveries.get(kind) ?? []), performance.now() - healed]);
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    this.current = 'none';
  }

  async #waitFor(replica: Replica, kind: string): Promise<void> {
    const deadline = performance.now() + READY_AGAIN_MS;
    let ready = await replica.isReady();
    while (!ready && performance.now() < deadline) {
      await pause(50);
      ready = await replica.isReady();
    }
    this.history.check(
      'every process is ready again by itself',
      ready,
      () => `${replica.name} is not after ${READY_AGAIN_MS} ms: ${kind}`,
    );
  }
}

/** Nothing is broken any more, so everything is answered. */
async function readEverything(users: readonly User[], load: Load, history: History): Promise<void> {
  const reads = users.flatMap((user) => [READ_PROGRESS, READ_BUSINESS, READ_KEYS].map((read) => ({ user, read })));
  const work = reads.values();
  const reader = async () => {
    for (const { user, read } of work) {
      const entry = await load.run(user, read);
      const answered = entry?.outcome === 'acknowledged';
      history.check('in the end everything is answered', answered, () => `${user.id} ${read.name}`);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, reader));
}

const NOTHING_STORED: FinalState = { revision: 0, progress: null, events: [], rows: [], versions: [] };

/** Where what users have entered is kept once it is replaced. */
const VERSIONS = 'document_versions';

async function storedOf(users: readonly User[], cluster: OwnCluster): Promise<Map<string, FinalState>> {
  const sessions = await cluster.query<{ session: Row }>('select to_jsonb(s) as session from onboarding_sessions s');
  const events = await cluster.query<StoredEvent & { user_id: string }>(
    `select user_id, revision::int, type, step, data, state, validation_errors
     from progress_events order by user_id, revision`,
  );
  const tables = await cluster.query<{ name: string }>(
    `select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'user_id'`,
  );
  const rows = await Promise.all(
    tables.map(({ name }) =>
      cluster.query<{ name: string; user_id: string; row: string }>(
        `select '${name}' as name, user_id, to_jsonb(t)::text as row from ${name} t`,
      ),
    ),
  );
  const eventsOf = Map.groupBy(events, ({ user_id }) => user_id);
  const rowsOf = Map.groupBy(rows.flat(), ({ user_id }) => user_id);
  const sessionsOf = new Map(
    sessions.map(({ session }) => {
      const { userId, revision, progress } = sessionFromRow(session);
      return [userId, { revision, progress }];
    }),
  );
  return new Map(
    users.map(({ id }) => {
      const { rows = [], versions = [] } = Object.groupBy(rowsOf.get(id) ?? [], ({ name }) =>
        name === VERSIONS ? 'versions' : 'rows',
      );
      const state: FinalState = {
        ...(sessionsOf.get(id) ?? NOTHING_STORED),
        events: withAllErrors(eventsOf.get(id) ?? []),
        rows: rows.map(({ row }) => row),
        versions: versions.map(({ row }) => row),
      };
      return [id, state];
    }),
  );
}

function summarize({ entries, checks, violations }: History, injector: Injector, load: Load, seconds: number): string {
  const count = (matches: (entry: Entry) => boolean) => entries.filter(matches).length;
  const outcomes: readonly Outcome[] = ['acknowledged', 'refused', 'unknown'];
  const of = (outcome: Outcome) => (entry: Entry) => entry.outcome === outcome;
  const times = entries.map(({ sent, ended }) => ended - sent).sort((a, b) => a - b);
  const quantile = (part: number) => `${(times[Math.floor(part * (times.length - 1))] ?? 0).toFixed(0)} ms`;
  return [
    table(
      ['operation', ...outcomes],
      [
        ...OPERATIONS.map((operation) => [
          operation.name,
          ...outcomes.map((outcome) => count((e) => e.operation === operation && of(outcome)(e))),
        ]),
        ['all', ...outcomes.map((outcome) => count(of(outcome)))],
      ],
    ),
    table(
      ['fault', 'times', 'ready again after, at most'],
      [...injector.counts].map(([kind, times]) => [
        kind,
        times,
        `${Math.max(...(injector.recoveries.get(kind) ?? [])).toFixed(0)} ms`,
      ]),
    ),
    table(
      ['promise', 'looked at', 'broken'],
      [...checks].map(([promise, looked]) => [promise, looked, violations.filter((v) => v.promise === promise).length]),
    ),
    `${entries.length} operations in ${seconds.toFixed(0)} s: half within ${quantile(0.5)}, ` +
      `99 of 100 within ${quantile(0.99)}, all within ${quantile(1)}. ${load.notSent} more met a process that was not there.`,
  ].join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  return lines
    .map((line) =>
      line.map((cell, at) => (at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
    )
    .join('\n');
}
