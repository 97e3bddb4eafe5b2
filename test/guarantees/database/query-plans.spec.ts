import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { TestApp } from '../../support/service/app.js';
import { TestDatabase } from '../../support/database/database.js';
import { DatabaseWire, type SentStatement } from '../../support/database/database-wire.js';
import { fillEveryTable, rowsOf, TABLES } from '../../support/data/filled-user.js';
import { ProviderServer, status as providerStatus } from '../../support/servers/provider-server.js';
import { ROUTES_OF_USERS, usualStatus } from '../../support/service/routes.js';
import { ALL_SCOPES, idIn, READS, targetOf, WRITES } from '../../support/data/sample-requests.js';

interface Plan {
  readonly 'Node Type': string;
  readonly 'Parent Relationship'?: string;
  readonly 'Relation Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly Plan[];
}

/** Users besides the one who asks. */
const OTHERS = 500;

const USER = 'alice';

/** What a transaction is begun and ended with, and what listens, whenever that is: none of it has a plan. */
const CONTROL = /^(begin|commit|rollback|listen)\b/i;

/**
 * The planner chooses freely, among the rows of many users and with statistics of them: that is the plan of production. With
 * sequential scans switched off it would be a weaker test, since the planner then takes an index that it would never choose,
 * or reads one from end to end.
 */
describe('plans of the statements on request paths', () => {
  let database: TestDatabase;
  let wire: DatabaseWire;
  let app: TestApp;
  let providers: ProviderServer;
  let client: pg.Client;
  let statements: SentStatement[];

  beforeAll(async () => {
    providers = await ProviderServer.start();
    providers.answers(providerStatus(200));
    database = await TestDatabase.create();
    wire = await DatabaseWire.before(database.appUrl);
    const environment = { DATABASE_URL: wire.url, PROVIDER_BASE_URLS: providers.baseUrls };
    app = await TestApp.start({ database, environment });
    await fillEveryTable(app, USER, 'mark');
    await addOtherUsers();
    statements = await statementsOfAllRoutes();
    // Whatever has ended with her is there again.
    await fillEveryTable(app, USER, 'mark');
    client = new pg.Client({ connectionString: database.appUrl });
    await client.connect();
    await client.query(`select set_config('app.user_id', $1, false)`, [USER]);
  });
  afterAll(async () => {
    await client.end();
    await app.stop();
    await wire.close();
    await database.drop();
    await providers.stop();
  });

  /** Copies all rows of hers, with their own sessions and ids. */
  async function addOtherUsers(): Promise<void> {
    // A session comes before what refers to it.
    for (const table of ['onboarding_sessions', ...TABLES.filter((name) => name !== 'onboarding_sessions')]) {
      const id = table === 'onboarding_sessions' ? 'session' : 'gen_random_uuid()';
      await database.query(
        `insert into ${table}
         select (jsonb_populate_record(original, jsonb_build_object('user_id', other, 'session_id', session, 'id', ${id}))).*
         from ${table} original, (select 'other ' || n as other, md5('other ' || n)::uuid as session
                               from generate_series(1, $1) n) others
         where original.user_id = $2`,
        [OTHERS, USER],
      );
    }
    await database.query('analyze');
  }

  /** Each once, by its text, with the values that it had. */
  async function statementsOfAllRoutes(): Promise<SentStatement[]> {
    const alice = await app.as(USER, { scope: ALL_SCOPES });
    const seen = new Map<string, SentStatement>();
    for (const request of [...READS, ...WRITES]) {
      const id = idIn(await rowsOf(database, USER), request.route) ?? 'gone';
      const [method = ''] = request.route.split(' ');
      const traffic = await wire.during(async () => {
        const body = request.body && JSON.stringify(request.body);
        const { status } = await alice.send(method, `/${targetOf(request, { id, userId: USER })}`, body);
        expect([request.route, status]).toEqual([request.route, usualStatus(request.route)]);
      });
      for (const sent of traffic.statements) if (!CONTROL.test(sent.text)) seen.set(sent.text, sent);
    }
    return [...seen.values()];
  }

  /** The nodes of a plan, of the statements inside it too. */
  const nodesOf = (plan: Plan): readonly Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

  async function planOf(sql: string, values: SentStatement['values'] = []): Promise<readonly Plan[]> {
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(sql, [...values]);
    return rows.flatMap((row) => row['QUERY PLAN'].map(({ Plan }) => Plan));
  }

  /** The plan for values that nobody knows yet, which a prepared statement has after some calls. */
  async function genericPlanOf(text: string): Promise<readonly Plan[]> {
    const parameters = Math.max(0, ...Array.from(text.matchAll(/\$(\d+)/g), ([, number]) => Number(number)));
    await client.query(`set plan_cache_mode = force_generic_plan; prepare generic as ${text}`);
    try {
      const values = parameters === 0 ? '' : `(${Array(parameters).fill('null').join(', ')})`;
      return await planOf(`explain (format json) execute generic${values}`);
    } finally {
      await client.query('deallocate generic; reset plan_cache_mode');
    }
  }

  function expectIndexed(plan: Plan, text: string): void {
    // A node that writes has what it reads beneath it.
    const reading = nodesOf(plan).filter((node) => node['Relation Name'] && node['Node Type'] !== 'ModifyTable');
    for (const node of reading) {
      // The rows of a bitmap are found by the index scan beneath it, next to which a filter may have its subqueries.
      const isBitmap = node['Node Type'] === 'Bitmap Heap Scan';
      const found = isBitmap ? (node.Plans ?? []).filter((one) => one['Parent Relationship'] === 'Outer') : [node];
      expect(found).toHaveLength(1);
      for (const scan of found) {
        expect([text, scan]).toEqual([
          text,
          expect.objectContaining({
            'Node Type': expect.stringMatching(/Index (Only )?Scan$/),
            'Index Cond': expect.stringMatching(/\buser_id = /),
          }),
        ]);
      }
    }
  }

  it('are those of all routes of users and all their tables', async () => {
    expect([...new Set([...READS, ...WRITES].map(({ route }) => route))].toSorted()).toEqual(
      ROUTES_OF_USERS.toSorted(),
    );
    expect(statements.length).toBeGreaterThan(20);
    const tables = new Set<string>();
    for (const { text, values } of statements) {
      for (const plan of await planOf(`explain (format json) ${text}`, values)) {
        for (const node of nodesOf(plan)) if (node['Relation Name']) tables.add(node['Relation Name']);
      }
    }
    expect([...tables].toSorted()).toEqual(TABLES);
  });

  it('use an index on the user, with the values of the request', async () => {
    for (const { text, values } of statements) {
      for (const plan of await planOf(`explain (format json) ${text}`, values)) expectIndexed(plan, text);
    }
  });

  it('use an index on the user, for any values', async () => {
    for (const { text } of statements) {
      for (const plan of await genericPlanOf(text)) expectIndexed(plan, text);
    }
  });

  it('find the user by the statement itself, where no policy does it', async () => {
    // The owner's maintenance policy lets it see all rows, so that only the statement can name the user.
    const [service, owner] = [client, new pg.Client({ connectionString: database.ownerUrl })];
    await owner.connect();
    client = owner;
    try {
      for (const { text } of statements) {
        for (const plan of await genericPlanOf(text)) expectIndexed(plan, text);
      }
    } finally {
      client = service;
      await owner.end();
    }
  });

  it('use one for what goes with a session that is deleted', async () => {
    // How PostgreSQL itself finds them, by the foreign key: no plan of the service's shows it.
    for (const table of TABLES.filter((name) => name !== 'onboarding_sessions')) {
      const text = `select from only ${table} where $1 = user_id and $2 = session_id`;
      for (const plan of await genericPlanOf(text)) expectIndexed(plan, text);
    }
  });

  it('are told from those that read everybody’s rows', async () => {
    await client.query(`set enable_indexscan = off; set enable_bitmapscan = off`);
    try {
      for (const table of TABLES) {
        const [plan] = await planOf(`explain (format json) select from ${table} where user_id = '${USER}'`);
        expect(() => expectIndexed(plan as Plan, table)).toThrow(/Seq Scan/);
      }
    } finally {
      await client.query('reset enable_indexscan; reset enable_bitmapscan');
    }
  });
});
