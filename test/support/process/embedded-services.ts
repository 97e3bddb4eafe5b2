import { expect } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../../src/ground/config/configuration.js';
import { sample } from '../data/samples.js';
import { scratchDirectory } from './scratch-directory.js';
import { ServiceProcess, type End } from './service-process.js';
import { JWT_SECRET } from '../service/tokens.js';

type RunOptions = Parameters<typeof ServiceProcess.run>[1];

/** Services that share one `DATA_DIR`, with the PostgreSQL that they start in it. */
export class EmbeddedServices {
  readonly scratch = scratchDirectory();
  readonly dataDirectory = join(this.scratch, 'data');
  readonly #environment: Environment = { DATA_DIR: this.dataDirectory, AUTH_JWT_SECRET: JWT_SECRET, LOG_LEVEL: 'warn' };
  readonly #services: ServiceProcess[] = [];

  async start(more: Environment = {}): Promise<ServiceProcess> {
    const service = await ServiceProcess.start({ ...this.#environment, ...more });
    this.#services.push(service);
    return service;
  }

  /** Starts one that is expected to end by itself. */
  run(more: Environment = {}, options: RunOptions = {}): Promise<End> {
    return ServiceProcess.run({ PORT: '0', ...this.#environment, ...more }, options);
  }

  /** Starts one and stops it: the data are there then, and no server runs. */
  async prepare(): Promise<void> {
    await (await this.start()).stop();
  }

  path(...names: string[]): string {
    return join(this.dataDirectory, ...names);
  }

  /** The process and the port of the server that holds the cluster. */
  server(directory = this.path('database')): { readonly pid: number; readonly port: number } {
    const lines = readFileSync(join(directory, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), port: Number(lines[3]) };
  }

  /** Kills the server and everything that it has started, as the machine's own killer may end them. */
  killServer(): void {
    const { pid } = this.server();
    const children = processes().filter(({ parent }) => parent === pid);
    for (const { pid: one } of [{ pid }, ...children]) {
      try {
        process.kill(one, 'SIGKILL');
      } catch {
        // It has followed its parent.
      }
    }
  }

  /** What starts that failed, or services that ended, must not leave: processes, leases, files on their way. */
  leftovers(): string[] {
    const list = (directory: string) =>
      statSync(directory, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(directory) : [];
    return [
      ...processes().flatMap(({ pid, command }) => (command.includes(this.scratch) ? [`${pid} ${command}`] : [])),
      ...list(this.path('database', 'postgres.users')),
      ...list(this.path('database')).filter((name) => name.startsWith('initdb-')),
      ...list(this.dataDirectory).filter((name) => name.startsWith('secrets.json.')),
    ];
  }

  async remove(): Promise<void> {
    await Promise.all(this.#services.filter(({ isRunning }) => isRunning).map((service) => service.stop('SIGINT')));
    rmSync(this.scratch, { recursive: true, force: true });
  }
}

interface ListedProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Every process of this machine. */
export function processes(): ListedProcess[] {
  const list = execFileSync('ps', ['-ww', '-A', '-o', 'pid=,ppid=,command='], { encoding: 'utf8' });
  return [...list.matchAll(/^ *(\d+) +(\d+) +(.+)$/gm)].map(([, pid, parent, command = '']) => ({
    pid: Number(pid),
    parent: Number(parent),
    command,
  }));
}

/** Has alice finish all steps but the last. */
export async function writeSteps(service: ServiceProcess): Promise<void> {
  const alice = await service.as('alice');
  for (const step of [1, 2, 3, 4, 5]) {
    expect((await alice.post(`/step/${step}/complete`, sample(step))).status).toBe(200);
  }
}

/** What alice then gets. */
export async function readSteps(service: ServiceProcess): Promise<unknown> {
  const { status, body } = await (await service.as('alice')).get('/init');
  expect([status, body.onboarding.completion_percentage]).toEqual([200, 83.33]);
  return body;
}
