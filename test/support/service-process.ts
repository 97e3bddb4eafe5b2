import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Environment } from '../../src/config/configuration.js';
import { Client } from './client.js';
import { cluster } from './database.js';
import { eventually, within } from './deadline.js';
import { scratchDirectory } from './scratch-directory.js';

export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  /** Where it runs, with a `.env` or not; a directory of its own if undefined. */
  readonly directory?: string;
  /** A command that ends in running the words that follow it, such as `sh -c '… exec "$@"' sh`. */
  readonly through?: readonly string[];
}

/** The built service as a process of its own. It sees the variables it is given and nothing else of the machine. */
export class ServiceProcess {
  readonly pid: number;
  /** What it has written so far. */
  stdout = '';
  stderr = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<End>;
  #hasEnded = false;

  private constructor(environment: Environment, { directory: given, through = [] }: RunOptions = {}) {
    // Without a directory that is given: no `.env` here, and `.data` goes with it.
    const directory = given ?? scratchDirectory();
    const [command, ...args] = [...through, process.execPath, join(cluster().build, 'main.js')];
    this.#child = spawn(command, args, {
      cwd: directory,
      env: { ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.pid = this.#child.pid as number;
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.#ended = new Promise((done, fail) => {
      this.#child.on('error', fail);
      this.#child.on('close', (code, signal) => {
        this.#hasEnded = true;
        if (given === undefined) rmSync(directory, { recursive: true, force: true });
        done({ code, signal, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  /** Starts it, in a directory of its own or the one given, and waits until it says that it is ready, database included. */
  static async start(environment: Environment, directory?: string): Promise<ServiceProcess> {
    const service = new ServiceProcess({ PORT: '0', ...environment }, directory === undefined ? {} : { directory });
    try {
      await eventually('the service is ready', () => service.#isReady());
      return service;
    } catch (error) {
      service.kill('SIGKILL');
      await service.ended();
      throw error;
    }
  }

  /** Starts what is expected to end by itself. */
  static async run(environment: Environment, options: RunOptions = {}): Promise<End> {
    const service = new ServiceProcess(environment, options);
    try {
      return await service.ended();
    } finally {
      service.kill('SIGKILL');
    }
  }

  /** Where it says that it listens. */
  get url(): string {
    const [, url] = /ready at (\S+)/.exec(this.stdout) ?? [];
    if (!url) throw new Error(`It has not said where it listens:\n${this.stdout}${this.stderr}`);
    return url;
  }

  get isRunning(): boolean {
    return !this.#hasEnded;
  }

  as(userId: string): Promise<Client> {
    return Client.as(this.url, userId);
  }

  anonymous(): Client {
    return new Client(this.url, null);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  ended(): Promise<End> {
    return within('the service ends', this.#ended);
  }

  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<End> {
    this.kill(signal);
    return this.ended();
  }

  async #isReady(): Promise<boolean> {
    if (this.#hasEnded) throw new Error(`It has ended:\n${this.stdout}${this.stderr}`);
    if (!this.stdout.includes('ready at')) return false;
    const { status } = await this.anonymous().get('//health/ready');
    return status === 200;
  }
}

/** Whether a new connection is turned away. */
export function isRefused(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((done) => {
    const socket = connect(Number(port), hostname);
    socket.on('connect', () => socket.destroy() && done(false));
    socket.on('error', () => done(true));
  });
}
