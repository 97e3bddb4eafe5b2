import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findProcess, readIfThere } from './processes.js';

/** A process that uses a cluster. */
interface Lease {
  /** The server's port; 0 until the process knows it. */
  readonly port: number;
}

/** Which processes use a cluster: one file per process, named by its id, with its start time and the server's port. */
export class Leases {
  readonly #directory: string;
  readonly #mine: string;

  constructor(cluster: string) {
    this.#directory = `${cluster}.users`;
    this.#mine = join(this.#directory, String(process.pid));
  }

  take(port = 0): void {
    mkdirSync(this.#directory, { recursive: true });
    writeFileSync(this.#mine, `${findProcess(process.pid)?.startedAt ?? ''}\n${port}\n`);
  }

  /** Returns how many other processes are left. */
  giveBack(): number {
    rmSync(this.#mine, { force: true });
    return this.#others().length;
  }

  /** The port that the other processes use; undefined if none knows it. */
  get port(): number | undefined {
    return this.#others().find(({ port }) => port > 0)?.port;
  }

  #others(): Lease[] {
    if (!existsSync(this.#directory)) return [];
    const files = readdirSync(this.#directory).map((name) => join(this.#directory, name));
    return files.filter((file) => file !== this.#mine).flatMap((file) => read(file) ?? []);
  }
}

/** Removes the file of a process that has ended, and returns null. */
function read(file: string): Lease | null {
  const [startedAt = '', port] = (readIfThere(file) ?? '').split('\n');
  if (isUser(Number(basename(file)), startedAt)) return { port: Number(port) };
  rmSync(file, { force: true });
  return null;
}

/** The system reuses ids: after a `kill -9` a lease may name an unrelated process. */
function isUser(pid: number, startedAt: string): boolean {
  const user = findProcess(pid);
  if (!user) return false;
  if (startedAt !== '') return user.startedAt === undefined || user.startedAt === startedAt;
  // Earlier versions wrote empty files; their processes are Node's.
  return user.command === undefined || /(^|[\\/])node(\.exe)?( |$)/.test(user.command);
}
