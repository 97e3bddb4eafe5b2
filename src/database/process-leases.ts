import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findProcess, readIfThere } from './processes.js';

/** A process that uses a cluster. */
interface Lease {
  /** Where it reaches the server; 0 as long as it does not know. */
  readonly port: number;
}

/** Which processes use a cluster: a file each, named by its process, with when that started and where it reaches the server. */
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

  /** How many others are left. */
  giveBack(): number {
    rmSync(this.#mine, { force: true });
    return this.#others().length;
  }

  /** Where the other processes reach the server; undefined where none knows. */
  get port(): number | undefined {
    return this.#others().find(({ port }) => port > 0)?.port;
  }

  #others(): Lease[] {
    if (!existsSync(this.#directory)) return [];
    const files = readdirSync(this.#directory).map((name) => join(this.#directory, name));
    return files.filter((file) => file !== this.#mine).flatMap((file) => read(file) ?? []);
  }
}

/** Null, and the file removed, where its process has ended. */
function read(file: string): Lease | null {
  const [startedAt = '', port] = (readIfThere(file) ?? '').split('\n');
  if (isUser(Number(basename(file)), startedAt)) return { port: Number(port) };
  rmSync(file, { force: true });
  return null;
}

/** Ids are used again: after a `kill -9` the id of a lease may be that of a process that knows nothing of it. */
function isUser(pid: number, startedAt: string): boolean {
  const found = findProcess(pid);
  if (!found) return false;
  if (startedAt !== '') return found.startedAt === undefined || found.startedAt === startedAt;
  // Earlier versions wrote nothing into the file: theirs is a process of Node.
  return found.command === undefined || /(^|[\\/])node(\.exe)?( |$)/.test(found.command);
}
