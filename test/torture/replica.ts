import { Agent, request, type IncomingMessage } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Environment } from '../../src/ground/config/configuration.js';
import { ServiceProcess } from '../support/process/service-process.js';
import type { History } from './history.js';
import type { Request } from './operation.js';

/** Longer than any answer may take; the time-outs of the service are below it. */
const NO_ANSWER_MS = 15_000;
/** What requests under way have to end, and what a busy machine may add. */
const GRACE_MS = 10_000 + 2_000;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** Why there was no answer. */
export class NoAnswer extends Error {
  constructor(
    /** False only when it is certain that nothing has reached the service. */
    readonly sent: boolean,
    /** The service has said that it has the request, and goes on with it. */
    readonly accepted: boolean,
    cause: Error,
  ) {
    super(cause.message, { cause });
  }
}

/** A process of the service from its start to its end. */
export class Life {
  /** What it was ended with; until then nothing may break a connection to it. */
  signal: NodeJS.Signals | null = null;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(readonly service: ServiceProcess) {}

  /**
   * Asks for a word before the body of a write is sent: '100 Continue' tells a request that was begun from one that met a
   * kept-alive connection in the moment of its closing, which no server can help.
   * @throws NoAnswer
   */
  send({ method, path, body }: Request, token: string): Promise<Answer> {
    const asksFirst = method !== 'GET';
    const text = body === undefined ? '' : JSON.stringify(body);
    let accepted = false;
    return new Promise((done, fail) => {
      const outgoing = request(`${this.service.url}/api/onboarding${path}`, {
        method,
        agent: this.#agent,
        headers: {
          authorization: `Bearer ${token}`,
          ...(text === '' ? {} : { 'content-type': 'application/json' }),
          ...(asksFirst ? { 'content-length': Buffer.byteLength(text), expect: '100-continue' } : {}),
        },
      });
      const late = setTimeout(() => outgoing.destroy(new Error(`No answer after ${NO_ANSWER_MS} ms`)), NO_ANSWER_MS);
      const giveUp = (error: Error) => {
        clearTimeout(late);
        fail(new NoAnswer((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED', accepted, error));
      };
      outgoing.on('error', giveUp);
      outgoing.on('continue', () => {
        accepted = true;
        outgoing.end(text);
      });
      outgoing.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', giveUp);
        response.on('end', () => {
          clearTimeout(late);
          done({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          });
        });
        // An answer without the word: the body is not wanted.
        if (asksFirst && !accepted) outgoing.end(text);
      });
      if (asksFirst) outgoing.flushHeaders();
      else outgoing.end();
    });
  }

  async end(signal: NodeJS.Signals): ReturnType<ServiceProcess['stop']> {
    this.signal = signal;
    const end = await this.service.stop(signal);
    this.#agent.destroy();
    return end;
  }
}

/** One of the processes that serve, started again whenever it ends, as a supervisor does. */
export class Replica {
  private constructor(
    readonly name: string,
    private readonly environment: Environment,
    private readonly history: History,
    public life: Life,
  ) {}

  static async start(name: string, environment: Environment, history: History): Promise<Replica> {
    return new Replica(name, environment, history, new Life(await ServiceProcess.start(environment)));
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    this.#note(await this.life.end('SIGKILL'));
  }

  /** Told to stop, it must end in order and in time. */
  async stop(): Promise<void> {
    const start = performance.now();
    const end = await this.life.end('SIGTERM');
    const ms = performance.now() - start;
    this.history.check(
      'told to stop, a process ends with 0 in time',
      end.code === 0 && ms < GRACE_MS,
      () => `${this.name} ended with ${end.code ?? end.signal} after ${ms.toFixed(0)} ms\n${end.stderr}`,
    );
    this.#note(end);
  }

  async startAgain(): Promise<void> {
    this.life = new Life(await ServiceProcess.start(this.environment));
  }

  async isReady(): Promise<boolean> {
    this.history.check(
      'no process ends by itself',
      this.life.service.isRunning,
      () => `${this.name} has ended:\n${this.life.service.stdout}${this.life.service.stderr}`,
    );
    const { status } = await this.life.service.anonymous().get('//health/ready');
    return status === 200;
  }

  /** It logs errors only, of which those with a 503 are outages and all others defects. */
  #note({ stdout, stderr }: { stdout: string; stderr: string }): void {
    const errors = stdout.split('\n').filter((line) => line.startsWith('{') && !line.includes('"status":503'));
    this.history.check('nothing unexpected is logged', errors.length === 0 && stderr === '', () =>
      [...errors.slice(0, 3), stderr].join('\n'),
    );
  }
}
