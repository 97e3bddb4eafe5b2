import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { findBinaries, findPlace, type Place } from './embedded-place.js';
import { initializeCluster } from './initialize-cluster.js';
import { isAlive, leases, signal } from './process-leases.js';
import { StartupError } from './startup-error.js';

const SUPERUSER = 'postgres';
const START_DEADLINE_MS = 30_000;

export interface EmbeddedOptions {
  /** Where the cluster and its log are kept. */
  readonly directory: string;
  readonly superuserPassword: string;
  /** Server settings; tests give up durability for speed. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Told where the data are when they cannot be kept in `directory`. */
  readonly onElsewhere?: (directory: string) => void;
}

/**
 * A real PostgreSQL from an npm package, for local development and tests: nothing to install, nothing to download.
 * Several processes may share one cluster: the last one to leave stops it.
 */
export class EmbeddedPostgres {
  private constructor(
    private readonly cluster: string,
    readonly port: number,
    private readonly postmaster: number,
    private readonly password: string,
  ) {}

  /** The server in the directory: made if there is none, adopted if it is running. @throws StartupError */
  static async start({
    directory,
    superuserPassword,
    settings = {},
    onElsewhere,
  }: EmbeddedOptions): Promise<EmbeddedPostgres> {
    const binaries = findBinaries();
    const place = findPlace(resolve(directory), binaries);
    if (place.directory !== resolve(directory)) onElsewhere?.(place.directory);
    const cluster = join(place.directory, 'postgres');
    leases(cluster).take();
    if (!existsSync(join(cluster, 'PG_VERSION'))) await initializeCluster(place, cluster, SUPERUSER, superuserPassword);
    const { pid, port } =
      (await findRunning(cluster, superuserPassword)) ??
      (await launch(place, cluster, settings, superuserPassword)) ??
      (await findStarting(cluster, superuserPassword));
    return new EmbeddedPostgres(cluster, port, pid, superuserPassword);
  }

  url(user = SUPERUSER, password = this.password, database = 'postgres'): string {
    return `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${this.port}/${database}`;
  }

  /** Stops the server and waits until it is down, unless another process still uses it. */
  async stop(): Promise<void> {
    if (leases(this.cluster).giveBack() > 0) return;
    signal(this.postmaster, 'SIGINT');
    await until(() => !isAlive(this.postmaster), START_DEADLINE_MS);
  }
}

/** A server's process and port. */
interface Running {
  readonly pid: number;
  readonly port: number;
}

/** The server that runs on this cluster already, as after a `kill -9` of the service. */
async function findRunning(cluster: string, password: string): Promise<Running | null> {
  const holder = lockHolder(cluster);
  return holder && holder.port > 0 && (await answers(holder.port, password)) ? holder : null;
}

/** The server that another process has started on this cluster at the same moment. @throws StartupError if there is none */
async function findStarting(cluster: string, password: string): Promise<Running> {
  let running: Running | null = null;
  await until(async () => {
    running = await findRunning(cluster, password);
    return running !== null || lockHolder(cluster) === null;
  }, START_DEADLINE_MS);
  if (!running) throw new StartupError(`The embedded PostgreSQL does not start: see ${logOf(cluster)}`);
  return running;
}

/** Who holds PostgreSQL's own lock on the cluster; the port is 0 as long as it is not written. */
function lockHolder(cluster: string): Running | null {
  const lock = join(cluster, 'postmaster.pid');
  if (!existsSync(lock)) return null;
  const [pid = 0, , , port = 0] = readFileSync(lock, 'utf8').split('\n').map(Number);
  return pid > 0 && isAlive(pid) ? { pid, port } : null;
}

const logOf = (cluster: string) => join(dirname(cluster), 'postgres.log');

/** Null when it ends at once, as it does when another one has the cluster. */
async function launch(
  { binaries, user }: Place,
  cluster: string,
  settings: Readonly<Record<string, string>>,
  password: string,
): Promise<Running | null> {
  const port = await freePort();
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings };
  const output = openSync(logOf(cluster), 'a', 0o600);
  // In a process group of its own: Ctrl-C reaches the service alone, which then stops it.
  const child: ChildProcess = spawn(
    join(binaries, 'bin', 'postgres'),
    ['-D', cluster, '-p', String(port), ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { ...user, detached: true, stdio: ['ignore', output, output] },
  );
  child.unref();
  const { pid } = child;
  if (pid === undefined) throw new StartupError('The embedded PostgreSQL cannot be started.');
  const ready = await until(async () => child.exitCode !== null || (await answers(port, password)), START_DEADLINE_MS);
  if (child.exitCode !== null) return null;
  if (!ready) throw new StartupError(`The embedded PostgreSQL does not start: see ${logOf(cluster)}`);
  return { pid, port };
}

async function answers(port: number, password: string): Promise<boolean> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: SUPERUSER,
    password,
    database: 'postgres',
    connectionTimeoutMillis: 2000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

/** A port of this machine on which nobody listens now. */
export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

async function until(condition: () => boolean | Promise<boolean>, deadlineMs: number): Promise<boolean> {
  const deadline = Date.now() + deadlineMs;
  while (Date.now() < deadline) {
    if (await condition()) return true;
    await delay(20);
  }
  return false;
}
