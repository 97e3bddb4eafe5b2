import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Environment } from '../../../src/ground/config/configuration.js';
import { Client } from '../service/client.js';
import { cluster } from '../database/database.js';
import { eventually, within } from './deadline.js';
import { scratchDirectory } from './scratch-directory.js';

export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Where it runs, with a `.env` or not; its own directory if undefined. */
  readonly directory?: string;
  /** A command that ends in running the words that follow it, such as `sh -c '… exec "$@"' sh`. */
  readonly through?: readonly string[];
  /** A standard output that is not read here; the service needs a `PORT`, since it cannot say where it listens. */
  readonly output?: number;
}

/** Where Node keeps what it has compiled: a run starts the same build more than a hundred times, which takes a tenth less this way. */
export const compileCache = () => ({ NODE_COMPILE_CACHE: join(cluster().build, 'compile-cache') });

/** The built service as its own process. It sees the variables it is given and nothing else of the machine. */
export class ServiceProcess {
  readonly pid: number;
  /** What it has written so far. */
  stdout = '';
  stderr = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<End>;
  #hasEnded = false;

  private constructor(
    private readonly environment: Environment,
    { directory: given, through = [], output }: RunOptions = {},
  ) {
    // Without a directory that is given: no `.env` here, and `.data` goes with it.
    const directory = given ?? scratchDirectory();
    const [command, ...args] = [...through, process.execPath, join(cluster().build, 'main.js')];
    this.#child = spawn(command, args, {
      cwd: directory,
      env: { ...compileCache(), ...environment },
      stdio: ['ignore', output ?? 'pipe', 'pipe'],
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

  /** Starts it, and waits until it says that it is ready, database included. */
  static async start(environment: Environment, options: RunOptions = {}): Promise<ServiceProcess> {
    const service = new ServiceProcess({ PORT: '0', ...environment }, options);
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

  /** Where it says that it listens, or was told to. */
  get url(): string {
    const { PORT } = this.environment;
    if (PORT !== '0') return `http://127.0.0.1:${PORT}`;
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
    if (this.environment['PORT'] === '0' && !this.stdout.includes('ready at')) return false;
    const answer = await this.anonymous()
      .get('//health/ready')
      .catch(() => null);
    return answer?.status === 200;
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
