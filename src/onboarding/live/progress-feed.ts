import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Problem } from '../../ground/problems/problem.js';
import { DatabaseBusy, DatabaseUnavailable } from '../../storage/wire/wire.problems.js';
import { ChangeHints, markOf } from '../database/change-hints.js';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import type { Place } from '../database/records/progress-events.record.js';
import type { Terms } from '../flow/terms.js';
import { Deployment } from '../progress/deployment.js';
import { frameOf } from './frames.js';
import { ProgressUnreadable } from './live.problems.js';
import { Rounds } from './rounds.js';
import { positionOfWatch, WatchedUser, type Client, type Watch } from './watched-user.js';

/** Users who are read together, and such reads at the same time: few, so that requests do not wait behind them. */
const USERS_TOGETHER = 50;
const READS_AT_ONCE = 2;

/** Milliseconds between two visits of the rounds, and visits of a round: each client has its beat every 25 seconds. */
const TICK = 100;
const TICKS_OF_ROUND = 250;

/** Ticks between two reads of all users while no hints arrive. */
const TICKS_OF_POLL = 20;

/** Ticks without a client after which nothing is listened to any more. */
const IDLE_TICKS = 300;

/** Milliseconds before a failed read is tried again, and for which clients that are live are kept meanwhile. */
const RETRY = 1000;
const PATIENCE = 10_000;

/**
 * Tells clients what happens to their users' onboarding, whatever door they came in by: every event after the position of a client
 * exactly once and in order, or a snapshot. Hints say when to look; a check every 25 seconds finds what no hint has told.
 */
@Injectable()
export class ProgressFeed implements OnApplicationShutdown {
  readonly #logger = new Logger('live');
  readonly #users = new Map<string, WatchedUser>();
  /** By the marks of hints; two users may share one. */
  readonly #marks = new Map<string, Set<WatchedUser>>();
  /** Users who have to be read. */
  readonly #queue = new Set<WatchedUser>();
  readonly #rounds = new Rounds<Watch>(TICKS_OF_ROUND);
  readonly #leaves = new WeakMap<Watch, () => void>();
  #ticking: NodeJS.Timeout | undefined;
  #ticks = 0;
  #idleTicks = 0;
  #readsUnderWay = 0;
  #isPumpDue = false;
  #retry: NodeJS.Timeout | undefined;
  /** Since when reads have failed, on the process's clock; null: the last one has not. */
  #failingSince: number | null = null;

  constructor(
    private readonly database: OnboardingDatabaseService,
    private readonly hints: ChangeHints,
    private readonly deployment: Deployment,
  ) {}

  /** @param place what the client has already; null: nothing */
  watch(userId: string, client: Client, place: Place | null, terms: Terms): Watch {
    const user = this.#users.get(userId) ?? this.#begin(userId);
    const watch: Watch = { user, client, terms, place, isLive: false, isInRead: false };
    user.watches.add(watch);
    this.#leaves.set(watch, this.#rounds.add(watch));
    this.#listen();
    this.#look(user);
    return watch;
  }

  /** The client goes on from another place. */
  resume(watch: Watch, place: Place): void {
    watch.place = place;
    watch.isLive = false;
    watch.isInRead = false;
    this.#look(watch.user);
  }

  leave(watch: Watch): void {
    const { user } = watch;
    this.#leaves.get(watch)?.();
    user.watches.delete(watch);
    if (user.watches.size > 0 || this.#users.get(user.id) !== user) return;
    this.#users.delete(user.id);
    this.#queue.delete(user);
    if (this.#users.size === 0) this.#failingSince = null;
    const mark = markOf(user.id);
    const others = this.#marks.get(mark);
    others?.delete(user);
    if (others?.size === 0) this.#marks.delete(mark);
  }

  onApplicationShutdown(): void {
    clearInterval(this.#ticking);
    clearTimeout(this.#retry);
    this.#queue.clear();
  }

  #begin(userId: string): WatchedUser {
    const user = new WatchedUser(userId, this.deployment);
    this.#users.set(userId, user);
    const mark = markOf(userId);
    this.#marks.set(mark, (this.#marks.get(mark) ?? new Set()).add(user));
    return user;
  }

  #listen(): void {
    this.#idleTicks = 0;
    if (this.#ticking) return;
    this.#ticking = setInterval(() => this.#tick(), TICK).unref();
    this.hints.listen({
      onChange: (mark) => this.#marks.get(mark)?.forEach((user) => this.#look(user)),
      onGap: () => this.#lookAtAll(),
    });
  }

  #tick(): void {
    this.#ticks += 1;
    for (const watch of this.#rounds.next()) {
      watch.client.beat(frameOf({ type: 'beat', position: positionOfWatch(watch) }));
      this.#look(watch.user);
    }
    if (!this.hints.isHeard && this.#ticks % TICKS_OF_POLL === 0) this.#lookAtAll();
    this.#idleTicks = this.#users.size === 0 ? this.#idleTicks + 1 : 0;
    if (this.#idleTicks > IDLE_TICKS) this.#rest();
  }

  #rest(): void {
    clearInterval(this.#ticking);
    this.#ticking = undefined;
    void this.hints.stopListening();
  }

  #lookAtAll(): void {
    for (const user of this.#users.values()) this.#look(user);
  }

  /** The user is read soon, together with others. */
  #look(user: WatchedUser): void {
    if (user.isReading) user.isStale = true;
    else this.#queue.add(user);
    this.#pumpSoon();
  }

  #pumpSoon(): void {
    if (this.#isPumpDue || this.#retry) return;
    this.#isPumpDue = true;
    // After the answers of the requests whose changes are read.
    setImmediate(() => {
      this.#isPumpDue = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#queue.size > 0 && this.#readsUnderWay < READS_AT_ONCE && !this.#retry) {
      const users: WatchedUser[] = [];
      for (const user of this.#queue) {
        this.#queue.delete(user);
        users.push(user);
        if (users.length === USERS_TOGETHER) break;
      }
      void this.#readFor(users);
    }
  }

  async #readFor(users: readonly WatchedUser[]): Promise<void> {
    this.#readsUnderWay += 1;
    for (const user of users) {
      user.isReading = true;
      user.isStale = false;
    }
    await this.#readTogether(users);
    this.#readsUnderWay -= 1;
    for (const user of users) {
      user.isReading = false;
      if (user.isStale && user.watches.size > 0) this.#queue.add(user);
    }
    this.#pump();
  }

  /** Never rejects: a failure ends the clients that it concerns. */
  async #readTogether(users: readonly WatchedUser[]): Promise<void> {
    try {
      const found = await this.database.queryForEach(users.map(({ read }) => read));
      this.#failingSince = null;
      for (const [index, user] of users.entries()) this.#deliver(user, found[index] as (typeof found)[number]);
    } catch (error) {
      if (error instanceof DatabaseUnavailable || error instanceof DatabaseBusy) this.#wait(users, error);
      else if (users.length === 1) this.#refuse(users, error);
      // What is wrong with one user ends no other's connection.
      else for (const user of users) await this.#readTogether([user]);
    }
  }

  #deliver(user: WatchedUser, since: Parameters<WatchedUser['deliver']>[0]): void {
    try {
      user.deliver(since);
    } catch (error) {
      this.#refuse([user], error);
    }
  }

  /** Clients that are live stay for a while: the database may only restart. Others are told at once, since they wait for an answer. */
  #wait(users: readonly WatchedUser[], problem: Problem): void {
    const now = performance.now();
    this.#failingSince ??= now;
    const isOver = now - this.#failingSince > PATIENCE;
    for (const user of users) {
      for (const { client, isLive } of [...user.watches]) if (isOver || !isLive) client.end(problem);
      user.isStale = true;
    }
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      // Nobody whom it concerned is left, and no read says when it is over: the next failure is another outage.
      if (this.#queue.size === 0) this.#failingSince = null;
      this.#pump();
    }, RETRY).unref();
  }

  #refuse(users: readonly WatchedUser[], error: unknown): void {
    this.#logger.error({ err: error }, 'Unexpected failure');
    for (const user of users) for (const { client } of [...user.watches]) client.end(new ProgressUnreadable());
  }
}
