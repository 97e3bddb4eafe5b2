import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { channel } from 'node:diagnostics_channel';
import { setTimeout as delay } from 'node:timers/promises';
import type { Job, PgBoss } from 'pg-boss';
import { StartupError } from '../../ground/config/startup-error.js';
import { JOBS_SCHEMA_VERSION } from '../postgres/jobs-schema.js';
import { withConnection } from '../postgres/owner-connection.js';
import { DatabaseUnavailable } from '../wire/wire.problems.js';
import { HEARTBEAT_SECONDS, whileHeld } from './claim.js';
import { driveUntil, type Drive } from './drive.js';
import { JobConnection } from './job-connection.js';

const SCHEMA = 'jobs';

/** Seconds between two looks for a job. */
const POLL_SECONDS = 2;

/** Milliseconds between two looks for jobs whose process is gone, and the seconds before pg-boss looks after them once more. */
const RESCUE_INTERVAL = 3000;
const MONITOR_SECONDS = 2;

/** Seconds between two rounds of pg-boss, which are eight transactions each, and between its chores that no job waits for. */
const SUPERVISE_SECONDS = 60;
const RARELY = 3600;

/** Seconds for which PostgreSQL keeps a job that is done, or has failed for good. */
const KEEP_SECONDS = 24 * 3600;

/** A driver hands its work on after this many milliseconds, so that none is older than the seconds after which its job expires. */
const LEASE = 25 * 60_000;
const LEASE_SECONDS = 30 * 60;

/** Milliseconds between two looks whether the job of a drive is there. */
const ENSURE_INTERVAL = 10_000;

/** Milliseconds between two counts of what waits, for the metrics. */
const COUNT_INTERVAL = 15_000;

/** Milliseconds that a stop has for jobs that run, and for all of it but the connections. */
const GRACE = 4500;
const LONGEST_STOP = 5000;

/** The channels of Node on which jobs are counted: `DepthOfQueue[]`, and a `{ queue }` for each failure. */
const depths = channel('onboarding.jobs.depths');
const failures = channel('onboarding.jobs.failures');

const COUNT = `
  select q.name as queue, count(*) filter (where j.state in ('created', 'retry'))::int as waiting,
         count(*) filter (where j.state = 'active')::int as active, count(*) filter (where j.state = 'failed')::int as failed,
         coalesce(extract(epoch from now() - min(j.start_after)
           filter (where j.state in ('created', 'retry') and j.start_after <= now())), 0)::float8 as "oldestSeconds"
  from ${SCHEMA}.queue q
  left join ${SCHEMA}.job j on j.name = q.name and j.state in ('created', 'retry', 'active', 'failed')
  group by q.name`;

/** Jobs that no process confirms any more, or that have taken too long. */
const LOST = `
  select from ${SCHEMA}.job
  where state = 'active' and least(heartbeat_on + heartbeat_seconds * interval '1s', started_on + expire_seconds * interval '1s') < now()
  limit 1`;

export interface DepthOfQueue {
  readonly queue: string;
  readonly waiting: number;
  readonly active: number;
  /** Those that were tried as often as they may be. */
  readonly failed: number;
  /** How long the job has waited that waits longest for a process; 0: none does. */
  readonly oldestSeconds: number;
}

export interface JobOptions {
  /** How often a job that fails is tried again. */
  readonly retryLimit?: number;
  /** Seconds before the first of these tries; the pause doubles each time, up to a minute. */
  readonly retryDelay?: number;
  /** Seconds after which the signal aborts, and the job counts as failed. */
  readonly expireInSeconds?: number;
}

/** Does a job. It stops soon after the signal aborts, and may then be tried again by any process, so it goes on where it was. */
export type Work<Data> = (data: Data, signal: AbortSignal) => Promise<void>;

interface Queue {
  readonly options: Required<JobOptions> & { readonly retryBackoff: boolean };
  readonly work: (boss: PgBoss, job: Job<unknown>) => Promise<void>;
  /** Whether one job without data is always there. */
  readonly isDriven: boolean;
}

/**
 * Background work on PostgreSQL, shared by all processes: a job is worked on by one of them at a time, and another one goes on with
 * it if that process dies. Queues are defined before the application starts. Jobs hold ids of operations, and nothing of users.
 */
export class JobQueue implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  readonly #logger = new Logger('jobs');
  readonly #queues = new Map<string, Queue>();
  readonly #stopping = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #connection: JobConnection;
  #hasStarted = false;
  #boss: Promise<PgBoss> | null = null;
  #workStopped: Promise<void> | null = null;

  /** @param works whether this process works on jobs; otherwise it only sends them */
  constructor(
    private readonly url: string,
    private readonly works: boolean,
  ) {
    this.#connection = new JobConnection(url);
  }

  /** Names a queue, and what is done with its jobs: one at a time in each process. */
  define<Data extends object>(name: string, options: JobOptions, work: Work<Data>): void {
    const { retryLimit = 20, retryDelay = 2, expireInSeconds = 3600 } = options;
    this.#add(name, {
      options: { retryLimit, retryDelay, expireInSeconds, retryBackoff: true },
      work: (boss, job) => this.#work(boss, job, (signal) => work(job.data as Data, signal)),
      isDriven: false,
    });
  }

  /**
   * Keeps a drive running in exactly one of all processes. Where it ends or fails it is started again after a pause; where its process
   * is killed, another one starts it within 20 s. After 25 minutes it may go over to another process, too.
   */
  keepRunning(name: string, drive: Drive): void {
    this.#add(name, {
      // A process that dies costs a try, and nothing else may: there is always another one.
      options: { retryLimit: 1_000_000, retryDelay: 0, retryBackoff: false, expireInSeconds: LEASE_SECONDS },
      work: (boss, job) => this.#lease(boss, job, drive),
      isDriven: true,
    });
  }

  /**
   * Adds a job, unless one with the same key waits or runs.
   * @returns whether it was added
   * @throws DatabaseUnavailable
   */
  async send(name: string, data: object | null, { key }: { readonly key?: string } = {}): Promise<boolean> {
    if (!this.#hasStarted) throw new Error('The queue has not been started.');
    const boss = await this.#start();
    const id = await boss.send(name, data, key === undefined ? {} : { singletonKey: key });
    return id !== null;
  }

  /** @throws StartupError */
  async onApplicationBootstrap(): Promise<void> {
    this.#hasStarted = true;
    if (this.works) await this.#startWork(await this.#start());
    this.#repeat(COUNT_INTERVAL, () => this.#count());
  }

  /** A process that only serves does so with its first job. */
  #start(): Promise<PgBoss> {
    this.#boss ??= this.#startBoss().catch((error: unknown) => {
      this.#boss = null;
      throw error;
    });
    return this.#boss;
  }

  async #startBoss(): Promise<PgBoss> {
    await this.#checkVersion();
    const boss = await this.#makeBoss();
    await boss.start();
    for (const [name, { options }] of this.#queues) {
      const settings = { ...options, heartbeatSeconds: HEARTBEAT_SECONDS, deleteAfterSeconds: KEEP_SECONDS };
      await boss.createQueue(name, { ...settings, policy: 'exclusive' });
      // One that was there keeps the settings of the version that made it.
      await boss.updateQueue(name, settings);
    }
    return boss;
  }

  /** Stops working: drives and jobs see their signal at once. Jobs can still be sent, until the application has shut down. */
  onModuleDestroy(): void {
    void this.#stopWork();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#stopWork();
    await this.#connection.end();
  }

  #add(name: string, queue: Queue): void {
    if (this.#hasStarted) throw new Error(`${name} must be defined before the application starts.`);
    if (this.#queues.has(name)) throw new Error(`${name} is defined twice.`);
    this.#queues.set(name, queue);
  }

  /** pg-boss is loaded only where there are jobs. */
  async #makeBoss(): Promise<PgBoss> {
    const { PgBoss } = await import('pg-boss');
    const boss = new PgBoss({
      db: this.#connection,
      schema: SCHEMA,
      migrate: false,
      createSchema: false,
      supervise: this.works,
      superviseIntervalSeconds: SUPERVISE_SECONDS,
      monitorIntervalSeconds: MONITOR_SECONDS,
      // No job waits for others, and none comes by the clock.
      schedule: false,
      flowIntervalSeconds: RARELY,
      queueCacheIntervalSeconds: RARELY,
      registerInstance: false,
      // Both take rights that only the schema's owner has.
      reindex: false,
      persistQueueStats: false,
      monitorVacuum: false,
      // Spans would have stacks and messages of errors.
      openTelemetry: { enabled: false },
    });
    boss.on('error', (error) => this.#report(error));
    boss.on('warning', ({ message }) => this.#logger.warn(message));
    return boss;
  }

  async #checkVersion(): Promise<void> {
    const found = await withConnection('DATABASE_OPERATOR_URL', this.url, async (client) => {
      const { rows } = await client.query<{ version: number }>(`select version from ${SCHEMA}.version`);
      return rows[0]?.version;
    });
    if (found === JOBS_SCHEMA_VERSION) return;
    throw new StartupError(
      `DATABASE_OPERATOR_URL: the schema ${SCHEMA} is at version ${found}, and this service needs ${JOBS_SCHEMA_VERSION}. Run \`npm run migrate\` of this version with DATABASE_MIGRATION_URL set to its owner.`,
    );
  }

  async #startWork(boss: PgBoss): Promise<void> {
    for (const [name, { work, isDriven }] of this.#queues) {
      if (isDriven) {
        await this.#ensure(name);
        this.#repeat(ENSURE_INTERVAL, () => this.#ensure(name));
      }
      // The claim has heartbeats of its own, see claim.ts.
      const options = { pollingIntervalSeconds: POLL_SECONDS, batchSize: 1, heartbeatRefreshSeconds: RARELY };
      await boss.work(name, options, async ([job]) => {
        if (job) await work(boss, job);
      });
    }
    this.#repeat(RESCUE_INTERVAL, () => this.#rescue(boss));
  }

  /** Lets other processes have the jobs of one that is gone. */
  async #rescue(boss: PgBoss): Promise<void> {
    const { rowCount } = await this.#connection.executeSql(LOST);
    if (rowCount) await boss.supervise();
  }

  /** A job may be gone: it was kept too long, or somebody has removed it. */
  async #ensure(name: string): Promise<void> {
    await this.send(name, null);
  }

  #repeat(interval: number, chore: () => Promise<void>): void {
    this.#timers.push(setInterval(() => void chore().catch((error: unknown) => this.#report(error)), interval).unref());
  }

  async #count(): Promise<void> {
    if (!depths.hasSubscribers) return;
    const { rows } = await this.#connection.executeSql(COUNT);
    depths.publish(rows as DepthOfQueue[]);
  }

  #work(boss: PgBoss, job: Job<unknown>, work: Drive): Promise<void> {
    return this.#hold(boss, job, work).catch((error: unknown) => {
      this.#fail(job.name, error);
      // pg-boss stores what it is given, and a message may quote anything.
      throw new Error('It failed: the log says why.');
    });
  }

  /** Always ends in an error: the job waits again, and any process may have it. */
  async #lease(boss: PgBoss, job: Job<unknown>, drive: Drive): Promise<void> {
    await this.#hold(boss, job, (signal) => {
      const lease = AbortSignal.any([signal, AbortSignal.timeout(LEASE)]);
      return driveUntil(lease, drive, (error) => this.#fail(job.name, error));
    });
    throw new Error('It is handed on.');
  }

  #hold(boss: PgBoss, job: Job<unknown>, work: Drive): Promise<void> {
    return whileHeld(
      () => this.#touch(boss, job),
      (held) => work(AbortSignal.any([held, job.signal, this.#stopping.signal])),
    );
  }

  async #touch(boss: PgBoss, job: Job<unknown>): Promise<boolean | null> {
    try {
      // Its types leave the count out.
      const { affected } = (await boss.touch(job.name, job)) as { readonly affected: number };
      return affected > 0;
    } catch (error) {
      this.#report(error);
      return null;
    }
  }

  /** A failure that is a stop, or an outage which the log has already, is none. */
  #fail(queue: string, error: unknown): void {
    if (this.#stopping.signal.aborted) return;
    failures.publish({ queue });
    if (error instanceof DatabaseUnavailable && this.#connection.isOut) return;
    this.#logger.error({ err: error, queue }, 'A job has failed, and will be tried again');
  }

  /** What the connection has found unreachable is in the log; pg-boss hands on copies of errors. */
  #report(error: unknown): void {
    if ((error as { readonly away?: unknown }).away === 'database') return;
    this.#logger.error({ err: error }, 'The queue of jobs has failed');
  }

  #stopWork(): Promise<void> {
    this.#workStopped ??= this.#stopAll();
    return this.#workStopped;
  }

  async #stopAll(): Promise<void> {
    this.#stopping.abort();
    for (const timer of this.#timers) clearInterval(timer);
    const stopped = this.#boss
      ?.then((boss) => boss.stop({ graceful: true, timeout: GRACE }))
      .catch((error: unknown) => this.#report(error));
    // Without a database pg-boss would wait for each of its statements.
    await Promise.race([stopped, delay(LONGEST_STOP, undefined, { ref: false })]);
  }
}
