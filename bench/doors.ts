import type pg from 'pg';
import type { Bound, Row } from '../src/storage/wire/statement.js';
import type { Door } from './bare-operations.ts';
import type { ServiceBuild } from './service-build.ts';

/** Milliseconds; as the service's own. */
const ANSWER_TIMEOUT = 5500;

/**
 * As a superuser, to whom row-level security does not apply: it needs neither a scope nor a transaction to read. Each statement
 * goes by itself, as the driver sends it.
 */
export function limitDoor(pool: pg.Pool): Door {
  const run = async (client: pg.Pool | pg.PoolClient, { statement: { name, text }, values }: Bound) =>
    (await client.query<Row>({ name, text, values: [...values] })).rows;
  return {
    read: async (userId, statement) => (await run(pool, { statement, values: [userId] }))[0],
    write: async (_userId, first, decide) => {
      const client = await pool.connect();
      try {
        const [, ...found] = await Promise.all([client.query('begin'), ...first.map((bound) => run(client, bound))]);
        const decided = decide(found).map((bound) => run(client, bound));
        const [rows] = await Promise.all([Promise.all(decided), client.query('commit')]);
        return rows;
      } finally {
        client.release();
      }
    },
  };
}

/** As the service's own role, which row-level security confines to one user, and in the service's own batches, on connections that reads share. */
export async function floorDoor(pool: pg.Pool, build: ServiceBuild): Promise<Door> {
  const [{ Connections, send }, { begin, bind, commit, readScope, scope }] = await Promise.all([
    build.connections(),
    build.scope(),
  ]);
  const connections = new Connections(pool, ANSWER_TIMEOUT);
  return {
    read: async (userId, statement) => {
      const [, rows = []] = await connections.read([bind(readScope, userId), bind(statement, userId)]);
      return rows[0];
    },
    write: (userId, first, decide) =>
      connections.use(async (client) => {
        const [, , ...found] = await send(client, [bind(begin), bind(scope, userId), ...first]);
        return (await send(client, [...decide(found), bind(commit)])).slice(0, -1);
      }),
  };
}
