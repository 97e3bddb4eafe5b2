import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { EmbeddedPostgres } from '../../../src/storage/postgres/embedded/embedded-postgres.js';
import { prepareDatabase } from '../../../src/storage/postgres/prepare-database.js';
import { eventually } from '../process/deadline.js';
import { isAlive } from '../process/process-alive.js';
import { scratchDirectory } from '../process/scratch-directory.js';
import { TcpProxy } from '../servers/tcp-proxy.js';

const PASSWORD = 'a password';

/** A PostgreSQL of one spec's own, as durable as anybody's, that may be stopped. The service reaches it through a port that stays. */
export class OwnCluster {
  private constructor(
    private readonly directory: string,
    private postgres: EmbeddedPostgres,
    readonly proxy: TcpProxy,
  ) {}

  /** With the service's schema in it. */
  static async create(): Promise<OwnCluster> {
    const directory = scratchDirectory();
    const postgres = await EmbeddedPostgres.start({ directory, superuserPassword: PASSWORD });
    const cluster = new OwnCluster(directory, postgres, await TcpProxy.to(postgres.port));
    await cluster.query(`create role owner login createrole password 'owner'`);
    await cluster.query('alter database postgres owner to owner; alter schema public owner to owner');
    await cluster.prepare();
    return cluster;
  }

  /** The service's connection, through the proxy. */
  get appUrl(): string {
    return `postgres://app:app@127.0.0.1:${this.proxy.port}/postgres`;
  }

  /** The operators' connection, through the proxy, too. */
  get operatorUrl(): string {
    return `postgres://operations:operations@127.0.0.1:${this.proxy.port}/postgres`;
  }

  /** What a start does that has the owner's connection. */
  prepare(): Promise<void> {
    return prepareDatabase(this.postgres.url('owner', 'owner'), this.appUrl, {
      say: () => undefined,
      operatorUrl: this.operatorUrl,
    });
  }

  /** Runs SQL as the superuser. */
  async query<T extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> {
    const client = new pg.Client({ connectionString: this.ownerUrl });
    await client.connect();
    try {
      return (await client.query<T>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** The superuser's connection, past the proxy. */
  get ownerUrl(): string {
    return this.postgres.url();
  }

  /** Stops it in order; its port refuses connections. */
  async stop(): Promise<void> {
    await this.postgres.stop();
    await this.proxy.close();
  }

  /** PostgreSQL's immediate shutdown: every process of it ends at once, and the next start has to recover from its log. */
  crash(): Promise<void> {
    return this.#end('SIGQUIT');
  }

  /** As the machine's own killer does it: no process of it is told, and its children find out by themselves. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Starts it after `stop`, `crash` or `kill`. */
  async restart(): Promise<void> {
    this.postgres = await EmbeddedPostgres.start({ directory: this.directory, superuserPassword: PASSWORD });
    await this.proxy.open(this.postgres.port);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const [pid] = readFileSync(join(this.directory, 'postgres', 'postmaster.pid'), 'utf8')
      .split('\n')
      .map(Number);
    process.kill(pid as number, signal);
    await eventually('PostgreSQL is gone', () => !isAlive(pid as number));
    await this.proxy.close();
  }

  async remove(): Promise<void> {
    await this.proxy.close();
    await this.postgres.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
