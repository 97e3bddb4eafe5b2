import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Environment } from '../../../src/ground/config/configuration.js';
import { cluster } from '../database/database.js';
import { eventually, within } from './deadline.js';
import { isAlive } from './process-alive.js';
import { compileCache } from './service-process.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** What a start reads of a checkout. */
const SOURCES = [
  'client',
  'demo',
  'scripts',
  'src',
  '.npmrc',
  '.swcrc',
  'nest-cli.json',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];

/** A checkout of a test's own: the sources of this one, with its packages and its build, but without its `.env` and `dist/running`. */
export function copyCheckout(directory: string): void {
  mkdirSync(join(directory, 'dist'), { recursive: true });
  for (const name of SOURCES) cpSync(join(ROOT, name), join(directory, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  symlinkSync(cluster().build, join(directory, 'dist', basename(cluster().build)));
}

/** The processes of an `npm start`: npm's shell becomes the launcher, `scripts/run.mjs`. */
export type Part = 'npm' | 'launcher' | 'service';

export const PARTS: readonly Part[] = ['npm', 'launcher', 'service'];

export interface NpmStartOptions {
  readonly checkout: string;
  readonly dataDirectory: string;
  /** Where the processes write down who they are; empty. */
  readonly records: string;
  readonly environment?: Environment;
  /** What a shell runs in the place of `npm start`. */
  readonly script?: string | undefined;
}

/** `npm start` in its own process group, as a shell starts it; PostgreSQL is the embedded one. */
export class NpmStart {
  readonly #child: ChildProcess;
  readonly #group: number;
  readonly #ended: Promise<number | NodeJS.Signals>;
  #output = '';
  #isGone = false;

  constructor(private readonly options: NpmStartOptions) {
    const { checkout, dataDirectory, records, environment, script = 'exec npm start' } = options;
    mkdirSync(records, { recursive: true });
    this.#child = spawn('/bin/sh', ['-c', script], {
      cwd: checkout,
      detached: true,
      env: {
        PATH: process.env['PATH'],
        HOME: records,
        RECORDS: records,
        NODE_OPTIONS: `--require=${join(import.meta.dirname, 'record-end.cjs')}`,
        ...compileCache(),
        npm_config_update_notifier: 'false',
        // As npm sets it, for a script that does without npm.
        npm_lifecycle_script: script,
        PORT: '0',
        DATA_DIR: dataDirectory,
        WRITE_ENV_FILE: 'false',
        LOG_LEVEL: 'warn',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#group = this.#child.pid as number;
    const note = (chunk: Buffer) => (this.#output += chunk.toString());
    this.#child.stdout?.on('data', note);
    this.#child.stderr?.on('data', note);
    this.#ended = new Promise((done, fail) => {
      this.#child.on('error', fail);
      this.#child.on('exit', (code, signal) => done(signal ?? code ?? -1));
    });
  }

  /** What all of them have written. */
  get output(): string {
    return this.#output;
  }

  ready(): Promise<void> {
    return eventually('the service is ready', () => {
      if (this.#child.exitCode !== null) throw new Error(`It has ended:\n${this.#output}`);
      return this.#output.includes('Ctrl-C stops it.');
    });
  }

  pid(part: Part): number {
    return Number(this.#read(`${part}.pid`));
  }

  /** The code that a process has ended with by itself; undefined while it runs, and when a signal has ended it. */
  exitCode(part: Part): number | undefined {
    const code = this.#read(`${part}.exit`);
    return code === undefined ? undefined : Number(code);
  }

  /** @param to one process, or the group of all of them, as a terminal does it */
  signal(to: Part | 'group', signal: NodeJS.Signals): void {
    try {
      process.kill(to === 'group' ? -this.#group : this.pid(to), signal);
    } catch (error) {
      // It may have ended by a signal before this one.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  /** How npm has ended. */
  ended(): Promise<number | NodeJS.Signals> {
    return within('npm ends', this.#ended);
  }

  /** Waits until nothing is left of it. */
  async gone(): Promise<void> {
    const { checkout, dataDirectory } = this.options;
    const database = join(dataDirectory, 'database');
    await eventually(`nothing is left of it:\n${this.#output}`, () => {
      const processes = PARTS.filter((part) => isAlive(this.pid(part)));
      return (
        processes.length === 0 &&
        !existsSync(join(database, 'postgres', 'postmaster.pid')) &&
        readdirSync(join(database, 'postgres.users')).length === 0 &&
        !existsSync(join(checkout, 'dist', 'running', String(this.pid('service'))))
      );
    });
    this.#isGone = true;
  }

  /** Ends what a test has left. */
  async kill(): Promise<void> {
    // Its numbers may be those of other processes by now.
    if (this.#isGone) return;
    this.signal('group', 'SIGKILL');
    const lock = join(this.options.dataDirectory, 'database', 'postgres', 'postmaster.pid');
    if (!existsSync(lock)) return;
    const postmaster = Number(readFileSync(lock, 'utf8').split('\n')[0]);
    process.kill(postmaster, 'SIGQUIT');
    await eventually('PostgreSQL is gone', () => !isAlive(postmaster));
  }

  #read(name: string): string | undefined {
    const file = join(this.options.records, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  }
}
