import { setTimeout as pause } from 'node:timers/promises';
import type { OwnCluster } from '../support/database/own-cluster.js';
import { SessionLock } from '../support/database/session-lock.js';
import type { Random } from './random.js';
import type { Replica } from './replica.js';

/** What can be broken. */
export interface Arena {
  readonly cluster: OwnCluster;
  readonly replicas: readonly Replica[];
  readonly random: Random;
}

/** Breaks something for a while, and heals it. What has to get well by itself is not touched. */
export type Fault = (arena: Arena) => Promise<void>;

const terminate = `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app'`;

const repeat = async ({ random }: Arena, act: () => unknown): Promise<void> => {
  for (let turn = random.between(1, 4); turn > 0; turn--) {
    await act();
    await pause(random.between(20, 400));
  }
};

/** While every session is locked, writers wait, and take the whole pool with them. */
async function withLocks<T>({ cluster }: Arena, act: () => Promise<T>): Promise<T> {
  const lock = await SessionLock.take(cluster.ownerUrl);
  try {
    return await act();
  } finally {
    await lock.release();
  }
}

export const FAULTS: Readonly<Record<string, Fault>> = {
  'service killed': async ({ replicas, random }) => {
    const replica = random.pick(replicas);
    await replica.kill();
    await replica.startAgain();
  },

  'service killed while the network is stalled': async ({ cluster, replicas, random }) => {
    const replica = random.pick(replicas);
    cluster.proxy.stall();
    await pause(random.between(100, 900));
    await replica.kill();
    cluster.proxy.resume();
    await replica.startAgain();
  },

  'service told to stop': async ({ replicas, random }) => {
    const replica = random.pick(replicas);
    await replica.stop();
    await replica.startAgain();
  },

  'service told to stop while requests wait': async (arena) => {
    const replica = arena.random.pick(arena.replicas);
    const stopped = await withLocks(arena, async () => {
      await pause(arena.random.between(100, 500));
      const stopping = replica.stop();
      await pause(arena.random.between(100, 500));
      return { stopping };
    });
    await stopped.stopping;
    await replica.startAgain();
  },

  'PostgreSQL killed': async ({ cluster }) => {
    await cluster.kill();
    await cluster.restart();
  },

  'connections ended by the server': (arena) => repeat(arena, () => arena.cluster.query(terminate)),

  'connections cut': (arena) => repeat(arena, () => arena.cluster.proxy.cut()),

  'connections reset': (arena) => repeat(arena, () => arena.cluster.proxy.reset()),

  'network slow': async ({ cluster, random }) => {
    cluster.proxy.delay(random.between(20, 300));
    await pause(random.between(500, 2500));
    cluster.proxy.delay(0);
  },

  'network stalled': async ({ cluster, random }) => {
    cluster.proxy.stall();
    await pause(random.between(300, 3000));
    cluster.proxy.resume();
  },

  'pool full': (arena) => withLocks(arena, () => pause(arena.random.between(500, 2500))),

  'server full': async ({ cluster, random }) => {
    await cluster.query('alter role app connection limit 0');
    cluster.proxy.cut();
    await pause(random.between(300, 2500));
    await cluster.query('alter role app connection limit -1');
  },
};
