import pg from 'pg';
import { serialize } from 'pg-protocol';
import type { Bound, Row } from './statement.js';

interface Column {
  readonly name: string;
  readonly parse: (text: string) => unknown;
}

/**
 * Statements by name that travel together: one message to PostgreSQL and one back, and after one that fails none is run. Without
 * a `begin` before them they are a transaction of their own (PostgreSQL documentation, 'Pipelining' in the chapter on the
 * protocol). The driver by itself sends each statement, and waits for its end, alone; this is what it calls a submittable, as
 * its cursors are.
 */
export class Batch implements pg.Submittable {
  /** The rows of each statement, in order. */
  readonly done: Promise<Row[][]>;
  callback: (error: Error | null) => void;
  /** Milliseconds, on the process's clock. */
  sentAt = 0;
  readonly #values: readonly (string | Buffer | null)[][];
  readonly #rows: Row[][] = [[]];
  /** What is known of the connection that it was sent over. */
  #connection: ConnectionState = newState();
  /** What each statement returns, where the connection had it prepared when this was sent. */
  #columnsWhenSent: readonly (readonly Column[] | undefined)[] = [];
  #columns: readonly Column[] = [];

  /** @throws TypeError for a value that PostgreSQL could not read */
  constructor(readonly bound: readonly Bound[]) {
    this.#values = bound.map(({ values }) => values.map(encode));
    let settle: Batch['callback'] = () => undefined;
    this.done = new Promise((resolve, reject) => {
      settle = (error) => (error ? reject(error) : resolve(this.#rows));
    });
    this.callback = settle;
  }

  submit(connection: pg.Connection): void {
    this.#connection = stateOf(connection);
    const { prepared, unanswered } = this.#connection;
    this.#columnsWhenSent = this.bound.map(({ statement }) => prepared.get(statement.name));
    this.sentAt = performance.now();
    unanswered.push(this);
    this.#expect(0);
    const messages: Buffer[] = [];
    for (const [index, { statement }] of this.bound.entries()) {
      const { name, text } = statement;
      const isPrepared = this.#columnsWhenSent[index] !== undefined;
      // A failed attempt may have left the statement prepared; closing one that does not exist is no error.
      if (!isPrepared) messages.push(serialize.close({ type: 'S', name }), serialize.parse({ name, text }));
      messages.push(serialize.bind({ statement: name, values: this.#values[index] ?? [] }));
      if (!isPrepared) messages.push(serialize.describe({ type: 'P' }));
      messages.push(serialize.execute());
    }
    // In one piece: each write is a system call. The driver itself notices a stream that has ended.
    if (connection.stream.writable) connection.stream.write(Buffer.concat([...messages, serialize.sync()]));
  }

  handleRowDescription({ fields }: { readonly fields: readonly pg.FieldDef[] }): void {
    this.#columns = fields.map(({ name, dataTypeID }) => {
      const parse = pg.types.getTypeParser(dataTypeID, 'text') as Column['parse'];
      return { name, parse };
    });
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const row: Row = {};
    for (const [index, { name, parse }] of this.#columns.entries()) {
      const text = fields[index];
      row[name] = text === null || text === undefined ? null : parse(text);
    }
    this.#rows.at(-1)?.push(row);
  }

  handleCommandComplete(): void {
    const at = this.#rows.length;
    this.#connection.prepared.set(this.bound[at - 1]?.statement.name ?? '', this.#columns);
    if (at === this.bound.length) return;
    this.#rows.push([]);
    this.#expect(at);
  }

  handleReadyForQuery(): void {
    this.#settle(null);
  }

  /** What the server still has prepared is unknown now, and may be what failed: everything is prepared again. */
  handleError(error: Error): void {
    this.#connection.prepared.clear();
    this.#settle(error);
  }

  #settle(error: Error | null): void {
    const { unanswered } = this.#connection;
    const place = unanswered.indexOf(this);
    if (place >= 0) unanswered.splice(place, 1);
    this.callback(error);
  }

  /** The columns of a statement that was prepared before; otherwise PostgreSQL describes them first. */
  #expect(index: number): void {
    this.#columns = this.#columnsWhenSent[index] ?? [];
  }
}

interface ConnectionState {
  /** The statements that it has prepared, with what they return. */
  readonly prepared: Map<string, readonly Column[]>;
  /** Batches without an answer, in the order in which they were sent. */
  readonly unanswered: Batch[];
}

const newState = (): ConnectionState => ({ prepared: new Map(), unanswered: [] });

const connections = new WeakMap<pg.Connection, ConnectionState>();

function stateOf(connection: pg.Connection): ConnectionState {
  const known = connections.get(connection);
  if (known) return known;
  const state = newState();
  connections.set(connection, state);
  return state;
}

/** When the oldest batch was sent over a connection that has no answer yet, in milliseconds; null: all have theirs. */
export function oldestUnanswered(connection: pg.Connection): number | null {
  return connections.get(connection)?.unanswered[0]?.sentAt ?? null;
}

/** A value as PostgreSQL reads it from text; bytes are sent as they are. */
function encode(value: unknown): string | Buffer | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || Buffer.isBuffer(value)) return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Date) return value.toISOString();
  throw new TypeError('A value of a statement must be a text, a number, a time, bytes or null');
}
