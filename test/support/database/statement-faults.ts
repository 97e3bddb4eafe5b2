import { MikroORM } from '@mikro-orm/postgresql';
import type pg from 'pg';
import { Batch } from '../../../src/storage/wire/batch.js';
import { Statement } from '../../../src/storage/wire/statement.js';
import type { TestApp } from '../service/app.js';

/** `refused`: PostgreSQL answers the statement with an error. `cut`: the connection breaks before it is sent, and after those before it have run. */
export type Fault = 'refused' | 'cut';

const REFUSED = { statement: new Statement('refused', 'select 1 / 0'), values: [] };

type Send = (batch: Batch) => Batch;

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
    const send = client.query.bind(client) as (query: unknown) => unknown;
    client.query = ((query: unknown) =>
      query instanceof Batch ? this.#send(client, send as Send, query) : send(query)) as typeof client.query;
  }

  #send(client: pg.PoolClient, send: Send, batch: Batch): Batch {
    // Other processes are told after the commit, whenever there is time: that is no statement of a request.
    if (batch.bound.some(({ statement }) => statement.text.includes('pg_notify'))) return send(batch);
    const place = (this.#fault?.at ?? -1) - this.sent.length;
    this.sent.push(...batch.bound.map(({ statement }) => statement.text));
    if (place < 0 || place >= batch.bound.length) return send(batch);
    const before = batch.bound.slice(0, place);
    if (this.#fault?.kind === 'refused') {
      const { done } = send(new Batch([...before, REFUSED, ...batch.bound.slice(place + 1)]));
      done.catch((error: Error) => batch.callback(error));
      return batch;
    }
    const cut = () => {
      client.connection.stream.destroy();
      send(batch);
    };
    if (before.length === 0) cut();
    else void send(new Batch(before)).done.then(cut);
    return batch;
  }
}
