import { MikroORM } from '@mikro-orm/postgresql';
import type pg from 'pg';
import type { TestApp } from './app.js';

/** `refused`: PostgreSQL answers the statement with an error. `cut`: the connection breaks before it is sent. */
export type Fault = 'refused' | 'cut';

/** Stands between a service and its connections, and makes one statement of a request fail. */
export class StatementFaults {
  /** What was sent since the last `arm`, in order; the number of a statement is its place here. */
  readonly sent: string[] = [];
  #fault: { readonly at: number; readonly kind: Fault } | null = null;

  static async on(app: TestApp): Promise<StatementFaults> {
    const pool = await app.nest.get(MikroORM).em.getConnection().getNativeClient();
    const faults = new StatementFaults();
    const seen = new WeakSet<pg.PoolClient>();
    pool.on('acquire', (client) => {
      if (!seen.has(client)) faults.#interpose(client);
      seen.add(client);
    });
    return faults;
  }

  /** From now on statements are counted from 0, and number `at` fails; without a number none does. */
  arm(at?: number, kind: Fault = 'refused'): void {
    this.sent.length = 0;
    this.#fault = at === undefined ? null : { at, kind };
  }

  #interpose(client: pg.PoolClient): void {
    const send = client.query.bind(client) as (statement: unknown) => unknown;
    const connection = client as unknown as { readonly connection: { readonly stream: { destroy(): void } } };
    client.query = ((statement: string | pg.QueryConfig) => {
      const number = this.sent.length;
      this.sent.push(typeof statement === 'string' ? statement : statement.text);
      if (this.#fault?.at !== number) return send(statement);
      if (this.#fault.kind === 'cut') connection.connection.stream.destroy();
      return send(this.#fault.kind === 'cut' ? statement : { text: 'select 1 / 0' });
    }) as typeof client.query;
  }
}
