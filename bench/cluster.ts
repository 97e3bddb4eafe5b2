import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { scratchDirectory } from '../test/support/process/scratch-directory.ts';
import type { Stops } from './processes.ts';
import type { ServiceBuild } from './service-build.ts';

const OWNER = 'bench_owner';
const APP = 'bench_app';
const PASSWORD = 'bench';

/** One database of the benchmark, by who connects to it. */
export interface Database {
  readonly ownerUrl: string;
  readonly appUrl: string;
  readonly superuserUrl: string;
}

/** A PostgreSQL for one run, in its own directory, with the durable settings that the service uses. */
export class Cluster {
  private readonly build: ServiceBuild;
  private readonly url: (user?: string, password?: string, database?: string) => string;

  private constructor(build: ServiceBuild, url: Cluster['url']) {
    this.build = build;
    this.url = url;
  }

  static async start(build: ServiceBuild, stops: Stops): Promise<Cluster> {
    const { EmbeddedPostgres } = await build.embeddedPostgres();
    const directory = scratchDirectory();
    const starting = EmbeddedPostgres.start({ directory, superuserPassword: PASSWORD });
    stops.add(async () => {
      await (await starting).stop();
      rmSync(directory, { recursive: true, force: true });
    });
    const postgres = await starting;
    const cluster = new Cluster(build, (...given) => postgres.url(...given));
    await asSuperuser(cluster.url(), (client) =>
      client.query(`create role ${OWNER} login createrole password '${PASSWORD}'`),
    );
    return cluster;
  }

  /** A new database with the service's schema. */
  async createDatabase(name: string): Promise<Database> {
    await asSuperuser(this.url(), (client) => client.query(`create database ${name} owner ${OWNER}`));
    const database = {
      ownerUrl: this.url(OWNER, PASSWORD, name),
      appUrl: this.url(APP, PASSWORD, name),
      superuserUrl: this.url(undefined, undefined, name),
    };
    const { prepareDatabase } = await this.build.prepareDatabase();
    await prepareDatabase(database.ownerUrl, database.appUrl);
    return database;
  }
}

/** The process that all processes of a database's server are children of. */
export async function postmasterOf({ superuserUrl }: Database): Promise<number> {
  const { rows } = await asSuperuser(superuserUrl, (client) =>
    client.query<{ directory: string }>(`select current_setting('data_directory') as directory`),
  );
  const [pid] = readFileSync(join(rows[0]?.directory ?? '', 'postmaster.pid'), 'utf8').split('\n');
  return Number(pid);
}

export async function asSuperuser<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
