import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { JWT_SECRET } from '../test/support/service/tokens.ts';
import { end, type Stops } from './processes.ts';
import { nodeFlags, type ServiceBuild } from './service-build.ts';

export const POOL_SIZE = 10;

const DEADLINE_MS = 60_000;

/** The keys of one run: what one of its services seals, another can open. */
const ENCRYPTION_KEYS = `bench:${randomBytes(32).toString('base64')}`;

/** All that it sees of the machine's environment. */
export function serviceEnvironment(appUrl: string, ownerUrl?: string): NodeJS.ProcessEnv {
  return {
    NODE_ENV: 'production',
    DEPLOY_ENV: 'production',
    HOST: '127.0.0.1',
    DATABASE_URL: appUrl,
    ...(ownerUrl === undefined ? {} : { DATABASE_MIGRATION_URL: ownerUrl }),
    DATABASE_POOL_SIZE: String(POOL_SIZE),
    AUTH_JWT_SECRET: JWT_SECRET,
    API_KEY_ENCRYPTION_KEYS: ENCRYPTION_KEYS,
    LOG_LEVEL: 'info',
    RATE_LIMIT_KEY_SAVES: '0',
  };
}

/** What else its process is given. */
export interface Extras {
  readonly flags?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
}

/** The built service as production runs it, in its own process. */
export class Service {
  readonly url: string;
  readonly child: ChildProcess;
  readonly #log: string;

  private constructor(url: string, child: ChildProcess, log: string) {
    this.url = url;
    this.child = child;
    this.#log = log;
  }

  /** Starts it, and waits until it is ready. Without an owner's URL it migrates nothing. */
  static async start(
    build: ServiceBuild,
    appUrl: string,
    stops: Stops,
    ownerUrl?: string,
    { flags = [], environment = {} }: Extras = {},
  ): Promise<Service> {
    // Without a `.env`; what it says goes to a file there.
    const directory = mkdtempSync(join(tmpdir(), 'onboarding-bench-'));
    const { freePort } = await build.embeddedServer();
    const port = await freePort();
    const log = join(directory, 'service.log');
    const output = openSync(log, 'a');
    const child = spawn(process.execPath, [...(await nodeFlags()), ...flags, join(build.folder, 'main.js')], {
      cwd: directory,
      stdio: ['ignore', output, output],
      env: { ...serviceEnvironment(appUrl, ownerUrl), PORT: String(port), ...environment },
    });
    stops.add(async () => {
      await end(child);
      rmSync(directory, { recursive: true, force: true });
    });
    const service = new Service(`http://127.0.0.1:${port}`, child, log);
    await service.#ready();
    return service;
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** The end of what it has said, except the lines of good requests. */
  complaints(): string {
    const lines = readFileSync(this.#log, 'utf8').trim().split('\n');
    return lines
      .filter((line) => !/"status":2\d\d/.test(line))
      .slice(-10)
      .join('\n');
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + DEADLINE_MS;
    while (!(await this.#isReady())) {
      if (this.child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`The service does not start:\n${this.complaints()}`);
      }
      await delay(2);
    }
  }

  async #isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/health/ready`)).ok;
    } catch {
      return false;
    }
  }
}
