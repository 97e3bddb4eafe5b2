import pg from 'pg';

/** What the global set-up has made. */
interface Cluster {
  readonly ownerUrl: string;
  readonly appUrl: string;
  readonly operatorUrl: string;
  readonly template: string;
  /** The folder of the build, for tests that start processes. */
  readonly build: string;
}

export function cluster(): Cluster {
  return JSON.parse(process.env['TEST_CLUSTER'] ?? '') as Cluster;
}

/** A migrated database of one spec file's own, empty. */
export class TestDatabase {
  private constructor(
    readonly name: string,
    /** The service's connection: a role without privileges. */
    readonly appUrl: string,
    /** The operators': a role that reads columns of all users' sessions and events. */
    readonly operatorUrl: string,
    /** The owner's: it sees all users' rows by the maintenance policy. */
    readonly ownerUrl: string,
    private readonly owner: pg.Pool,
  ) {}

  static async create({ migrated = true } = {}): Promise<TestDatabase> {
    const { ownerUrl, appUrl, operatorUrl, template } = cluster();
    const name = `test_${process.env['JEST_WORKER_ID'] ?? '0'}_${process.pid}_${Date.now().toString(36)}_${++created}`;
    await administer(`create database ${name}${migrated ? ` template ${template}` : ''}`);
    const ownerOfThis = inDatabase(ownerUrl, name);
    const owner = new pg.Pool({ connectionString: ownerOfThis, max: 2 });
    owner.on('error', () => undefined);
    return new TestDatabase(name, inDatabase(appUrl, name), inDatabase(operatorUrl, name), ownerOfThis, owner);
  }

  /** Runs SQL as the owner, across users. */
  async query<T extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> {
    return (await this.owner.query<T>(text, values)).rows;
  }

  /** Every row of every table of users, in a stable order: what a test compares before and after. */
  async dump(): Promise<Record<string, unknown[]>> {
    const tables: Record<string, unknown[]> = {};
    for (const table of await this.tables()) {
      const rows = await this.query(`select to_jsonb(t) as row from ${table} t order by to_jsonb(t)::text`);
      tables[table] = rows.map(({ row }) => row as unknown);
    }
    return tables;
  }

  /** The tables of users: all but the list of migrations. */
  async tables(): Promise<string[]> {
    const rows = await this.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'mikro_orm_migrations' order by 1`,
    );
    return rows.map(({ name }) => name);
  }

  /** Not by force: the server waits for connections that are just closing, and a connection that stays open is a leak. */
  async drop(): Promise<void> {
    await this.owner.end();
    await administer(`drop database if exists ${this.name}`);
  }
}

let created = 0;

function inDatabase(url: string, name: string): string {
  return Object.assign(new URL(url), { pathname: `/${name}` }).href;
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: cluster().ownerUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
