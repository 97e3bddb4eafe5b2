import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { spawnBinary, type Place } from './embedded-place.js';
import { findProcess, isAlive, readIfThere, signal } from './processes.js';
import { causeIn } from './server-output.js';
import { LoginRefused, StartupError } from '../../../ground/config/startup-error.js';

export const SUPERUSER = 'postgres';

const DEADLINE_MS = 30_000;
const END_MS = 10_000;
const POLL_MS = 20;
const SILENCE_MS = 1000;
const RETRY_MS = 200;
/** More than a server writes before it ends. */
const OUTPUT_BYTES = 65_536;

/** Temporary causes: children of a killed server still run, or another process has just launched one. */
const TEMPORARY = /pre-existing shared memory block|lock file "postmaster\.pid" already exists/;
const PORT_TAKEN = /could not create any TCP\/IP sockets/;

/** A server's process and port. */
export interface Running {
  readonly pid: number;
  readonly port: number;
  /** Whether this process has launched it; otherwise another one has. */
  readonly launched: boolean;
}

interface StartOptions {
  /** The port that the server must have; any free one if undefined. */
  readonly port?: number | undefined;
  readonly abort?: AbortSignal;
  /** Gets one line when the start takes long. */
  readonly say: (line: string) => void;
}

/** The server of one cluster. Of several processes that launch it, PostgreSQL's own lock on the cluster admits one. */
export class EmbeddedServer {
  readonly #log: string;

  constructor(
    private readonly place: Place,
    private readonly cluster: string,
    private readonly password: string,
    private readonly settings: Readonly<Record<string, string>>,
  ) {
    this.#log = join(dirname(cluster), 'postgres.log');
  }

  /**
   * Adopts the server that runs on the cluster, or launches one. Waits while another process's server starts or stops there. A
   * start that fails ends the server that it has launched.
   * @throws LoginRefused; StartupError; the reason of `abort`
   */
  async start({ port, abort, say }: StartOptions): Promise<Running> {
    const begun = Date.now();
    let silent = true;
    let child: Launch | undefined;
    try {
      for (let deadline = Date.now() + DEADLINE_MS; Date.now() < deadline; await delay(POLL_MS)) {
        abort?.throwIfAborted();
        const holder = this.#holder();
        const answer = holder && holder.port > 0 ? await this.#ask(holder.port) : 'silence';
        if (holder && answer === 'ready') return { ...holder, launched: holder.pid === child?.pid };
        if (answer === 'not yet') {
          deadline = Date.now() + DEADLINE_MS;
          if (silent && Date.now() - begun > SILENCE_MS) {
            say(`Waiting for the embedded PostgreSQL, which recovers from a crash or stops: see ${this.#log}`);
            silent = false;
          }
        }
        if (holder ?? child?.isRunning) continue;
        if (child) await this.#retry(child, port);
        child = await this.#launch(port ?? (await freePort()));
      }
      throw this.#failure(child && !child.isRunning ? child.cause() : 'it does not answer');
    } catch (error) {
      await child?.end();
      throw error;
    }
  }

  /** Shuts the server down, and waits until it has ended. */
  async stop(): Promise<void> {
    const holder = this.#holder();
    if (!holder) return;
    signal(holder.pid, 'SIGINT');
    await until(() => !isAlive(holder.pid), DEADLINE_MS);
  }

  /** The server that holds PostgreSQL's lock on the cluster. After a crash the id in the lock may belong to another program. */
  #holder(): { readonly pid: number; readonly port: number } | null {
    const { pid, directory, port } = this.#lock();
    const holder = findProcess(pid);
    return holder && (holder.command?.includes(directory) ?? true) ? { pid, port } : null;
  }

  /** What `postmaster.pid` says: the process in its first line, its directory in the second, the port in the fourth. */
  #lock(): { readonly pid: number; readonly directory: string; readonly port: number } {
    const lines = readIfThere(join(this.cluster, 'postmaster.pid'))?.split('\n') ?? [];
    const [pid = 0, directory = '', , port = 0] = lines;
    return { pid: Number(pid), directory, port: Number(port) };
  }

  async #ask(port: number): Promise<'ready' | 'not yet' | 'silence'> {
    const client = new pg.Client({
      host: '127.0.0.1',
      port,
      user: SUPERUSER,
      password: this.password,
      database: 'postgres',
      connectionTimeoutMillis: 2000,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      return 'ready';
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === '28P01') throw new LoginRefused('The embedded PostgreSQL refuses the password of its superuser.');
      return code === '57P03' ? 'not yet' : 'silence';
    }
  }

  async #launch(port: number): Promise<Launch> {
    const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...this.settings };
    const settings = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const log = openSync(this.#log, 'a', 0o600);
    try {
      const { size } = fstatSync(log);
      const args = ['-D', this.cluster, '-p', String(port), ...settings];
      // After a crash the id in the lock may belong to another program. PostgreSQL ignores a lock with the id that is named here.
      const environment = { PG_GRANDPARENT_PID: String(this.#lock().pid) };
      const child = spawnBinary(this.place, 'postgres', args, ['ignore', log, log], environment);
      await once(child, 'spawn');
      child.unref();
      return new Launch(child, () => causeIn(readFrom(this.#log, size)));
    } finally {
      closeSync(log);
    }
  }

  /** Waits before the next launch. @throws StartupError if it would fail like the last one */
  async #retry({ cause }: Launch, port: number | undefined): Promise<void> {
    const text = cause();
    if (!TEMPORARY.test(text) && !(port === undefined && PORT_TAKEN.test(text))) throw this.#failure(text);
    await delay(RETRY_MS);
  }

  #failure(cause: string): StartupError {
    return new StartupError(`The embedded PostgreSQL does not start: ${cause}. See ${this.#log}`);
  }
}

/** A server that this process has launched, and that may end immediately. */
class Launch {
  constructor(
    private readonly child: ChildProcess,
    /** Why it has ended, as it says itself. */
    readonly cause: () => string,
  ) {}

  get pid(): number | undefined {
    return this.child.pid;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Fast shutdown; a server that hangs is killed, and recovers at its next start. */
  async end(): Promise<void> {
    this.child.kill('SIGINT');
    await until(() => !this.isRunning, END_MS);
    this.child.kill('SIGKILL');
  }
}

/** What has been appended to a file. */
function readFrom(file: string, position: number): string {
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(OUTPUT_BYTES);
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, OUTPUT_BYTES, position));
  } finally {
    closeSync(descriptor);
  }
}

/** A port of this machine that is free now. */
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

async function until(condition: () => boolean, deadlineMs: number): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!condition() && Date.now() < deadline) await delay(POLL_MS);
}
