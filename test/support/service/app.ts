import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Configuration, type Environment } from '../../../src/ground/config/configuration.js';
import { createApp } from '../../../src/configure-app.js';
import { Client } from './client.js';
import { cluster, TestDatabase } from '../database/database.js';
import { JWT_SECRET } from './tokens.js';

const ENCRYPTION_KEYS = `test:${randomBytes(32).toString('base64')}`;

/** The variables of a service under test; nothing comes from the machine's own environment. */
export function testEnvironment(appUrl: string, more: Environment = {}): Environment {
  return {
    PORT: '0',
    DATABASE_URL: appUrl,
    // A machine that is busy with other tests is no outage, and no overload; tests about these set their own times.
    DATABASE_TIMEOUT_MS: '20000',
    MAX_EVENT_LOOP_DELAY_MS: '0',
    AUTH_JWT_SECRET: JWT_SECRET,
    API_KEY_ENCRYPTION_KEYS: ENCRYPTION_KEYS,
    ENABLE_WEBSITE_BRAND_COLUMNS: 'true',
    WRITE_ENV_FILE: 'false',
    LOG_LEVEL: 'trace',
    ...more,
  };
}

/** The page of these sources: the run has built it before the first spec. */
export const demoPage = () => join(cluster().build, 'demo');

export interface TestAppOptions {
  readonly environment?: Environment;
  /** Shared with another app; otherwise it gets its own, and drops it. */
  readonly database?: TestDatabase;
}

/** The real service, on its own database, listening on loopback. */
export class TestApp {
  private constructor(
    readonly nest: NestFastifyApplication,
    readonly url: string,
    readonly database: TestDatabase,
    private readonly ownsDatabase: boolean,
    /** Everything it has logged, at trace level. */
    readonly log: string[],
  ) {}

  static async start({ environment = {}, database }: TestAppOptions = {}): Promise<TestApp> {
    const used = database ?? (await TestDatabase.create());
    const log: string[] = [];
    const destination = new Writable({
      write(chunk: Buffer, _encoding, done) {
        log.push(chunk.toString());
        done();
      },
    });
    const operations = { DATABASE_OPERATOR_URL: used.operatorUrl, JOBS: 'false' };
    const configuration = new Configuration(testEnvironment(used.appUrl, { ...operations, ...environment }));
    const nest = await createApp(configuration, destination, { demo: demoPage() });
    await nest.listen(0, '127.0.0.1');
    return new TestApp(nest, await nest.getUrl(), used, database === undefined, log);
  }

  /** A caller with a good token. */
  as(userId: string, claims: Record<string, unknown> = {}): Promise<Client> {
    return Client.as(this.url, userId, claims);
  }

  /** A caller without a token. */
  anonymous(): Client {
    return new Client(this.url, null);
  }

  async stop(): Promise<void> {
    await this.nest.close();
    if (this.ownsDatabase) await this.database.drop();
  }
}
