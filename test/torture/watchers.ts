import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { Follower, truthOf, type Truth } from '../support/live/follower.js';
import type { OwnCluster } from '../support/database/own-cluster.js';
import type { History } from './history.js';
import type { Random } from './random.js';
import type { Replica } from './replica.js';
import type { User } from './users.js';

/** Every third user has a client that watches. */
const WATCHED = 3;

/** Milliseconds between two connections that are cut. */
const CUT_INTERVAL_MS = 250;

/** Longer than the interval at which a process looks for what no hint has told. */
const UP_TO_DATE_MS = 40_000;

const NOTHING: Truth = { position: '0', events: [] };

/** Clients that are told what happens, on either process and by either door, and come back whenever that ends. */
export class Watchers {
  readonly #followers: readonly Follower[];
  readonly #cuts: NodeJS.Timeout;

  constructor(users: readonly User[], replicas: readonly Replica[], random: Random) {
    const url = () => random.pick(replicas).life.service.url;
    this.#followers = users
      .filter(({ index }) => index % WATCHED === 0)
      .map(({ id }) => new Follower({ user: id, url, random: () => random.next(), after: '0' }));
    this.#cuts = setInterval(() => random.pick(this.#followers).cut(), CUT_INTERVAL_MS);
  }

  /** Nothing changes any more: waits until all know everything, and notes what they were told wrongly. */
  async judge(cluster: OwnCluster, history: History): Promise<void> {
    clearInterval(this.#cuts);
    const users = this.#followers.map(({ user }) => user);
    const truth = await truthOf(users, (text) => cluster.query(text));
    const isUpToDate = (follower: Follower) => follower.isUpToDate(truth.get(follower.user) ?? NOTHING);
    const deadline = performance.now() + UP_TO_DATE_MS;
    while (!this.#followers.every(isUpToDate) && performance.now() < deadline) await pause(50);
    for (const follower of this.#followers) {
      const knows = () => `${follower.user} knows ${follower.position}`;
      history.check('in the end a client that watches knows everything', isUpToDate(follower), knows);
      follower.judge(truth.get(follower.user) ?? NOTHING);
      const wrong = follower.violations;
      history.check('a client is told each event once, or of a reset', wrong.length === 0, () => wrong.join('\n'));
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#cuts);
    await Promise.all(this.#followers.map((follower) => follower.stop()));
  }

  /** For the person who reads what the run did. */
  get summary(): string {
    const sum = (count: (follower: Follower) => number) =>
      this.#followers.reduce((total, follower) => total + count(follower), 0);
    const connections = sum((follower) => follower.connections);
    const events = sum(({ eventCount }) => eventCount);
    const snapshots = sum((follower) => follower.snapshots.length);
    return `${this.#followers.length} clients watched over ${connections} connections: ${events} events, ${snapshots} snapshots.`;
  }
}
