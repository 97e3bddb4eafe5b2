import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { serialize } from 'pg-protocol';
import { Batch } from './batch.js';
import { Statement, type Bound } from './statement.js';

const ONE = new Statement('one', 'select 1');
const TWO = new Statement('two', 'select $1::text');
const { BOOL, INT4, INT8, JSONB, TEXT, TIMESTAMPTZ } = pg.types.builtins;

const bound = (statement: Statement, ...values: readonly unknown[]): Bound => ({ statement, values });

/** A connection that keeps what is written to it. */
class FakeConnection {
  readonly writes: Buffer[] = [];
  readonly stream;

  constructor({ writable = true } = {}) {
    this.stream = { writable, write: (bytes: Buffer) => this.writes.push(bytes) };
  }

  submit(...statements: readonly Bound[]): Batch {
    const batch = new Batch(statements);
    batch.submit(this as unknown as pg.Connection);
    return batch;
  }

  /** The messages of the last write: what each asks for, and the statement that it names. */
  get messages(): string[] {
    return messagesOf(this.writes.at(-1) ?? Buffer.alloc(0));
  }
}

/** Messages to PostgreSQL by their first byte, and where each has the statement's name among its texts. */
const MESSAGES: Readonly<Record<string, readonly [kind: string, place?: number]>> = {
  C: ['close', 0],
  P: ['parse', 0],
  B: ['bind', 1],
  D: ['describe'],
  E: ['execute'],
  S: ['sync'],
};

/** Source: PostgreSQL documentation, 'Message Formats'. */
function messagesOf(bytes: Buffer): string[] {
  const messages: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + bytes.readInt32BE(at + 1);
    const [kind = '?', place] = MESSAGES[bytes.toString('latin1', at, at + 1)] ?? [];
    const name = place === undefined ? [] : [bytes.toString('latin1', at + 5, end).split('\0')[place]];
    // A close says before the name that it is that of a statement.
    messages.push([kind, ...name.map((text) => (kind === 'close' ? text?.slice(1) : text))].join(' '));
    at = end;
  }
  return messages;
}

const firstUse = ({ name }: Statement) => [`close ${name}`, `parse ${name}`, `bind ${name}`, 'describe', 'execute'];
const laterUse = ({ name }: Statement) => [`bind ${name}`, 'execute'];

/** A column: its name, and the number of its type. */
type Column = readonly [name: string, type: number];

/** PostgreSQL's answer to a statement that the connection had not prepared. */
function describeAndAnswer(batch: Batch, columns: readonly Column[], ...rows: (string | null)[][]): void {
  const other = { tableID: 0, columnID: 0, dataTypeSize: -1, dataTypeModifier: -1, format: 'text' };
  batch.handleRowDescription({ fields: columns.map(([name, dataTypeID]) => ({ ...other, name, dataTypeID })) });
  answer(batch, ...rows);
}

/** PostgreSQL's answer to a statement that the connection had prepared, or that returns no columns. */
function answer(batch: Batch, ...rows: (string | null)[][]): void {
  for (const fields of rows) batch.handleDataRow({ fields });
  batch.handleCommandComplete();
}

/** Sends these statements over a connection, on which they are prepared then. */
async function prepare(connection: FakeConnection, ...statements: readonly Statement[]): Promise<void> {
  const batch = connection.submit(...statements.map((statement) => bound(statement)));
  for (const _ of statements) describeAndAnswer(batch, [['text', TEXT]]);
  batch.handleReadyForQuery();
  await batch.done;
}

describe('what a batch writes', () => {
  it('is one piece for all statements, in their order, with one sync at the end', () => {
    const connection = new FakeConnection();
    connection.submit(bound(TWO, 'a'), bound(ONE));
    expect(connection.writes).toHaveLength(1);
    expect(connection.messages).toEqual([...firstUse(TWO), ...firstUse(ONE), 'sync']);
  });

  it('holds the text of each statement, and its values', () => {
    const connection = new FakeConnection();
    connection.submit(bound(TWO, 'a value'));
    const { name, text } = TWO;
    const [written] = connection.writes;
    expect(written?.includes(serialize.parse({ name, text }))).toBe(true);
    expect(written?.includes(serialize.bind({ statement: name, values: ['a value'] }))).toBe(true);
  });

  it('only binds and executes what the connection has prepared', async () => {
    const connection = new FakeConnection();
    await prepare(connection, ONE, TWO);
    connection.submit(bound(TWO, 'again'), bound(ONE));
    expect(connection.messages).toEqual([...laterUse(TWO), ...laterUse(ONE), 'sync']);
    expect(connection.writes.at(-1)?.includes(serialize.bind({ statement: TWO.name, values: ['again'] }))).toBe(true);
  });

  it('prepares just what the connection has not prepared', async () => {
    const connection = new FakeConnection();
    await prepare(connection, ONE);
    connection.submit(bound(ONE), bound(TWO, 'a'));
    expect(connection.messages).toEqual([...laterUse(ONE), ...firstUse(TWO), 'sync']);
  });

  it('prepares a statement that returns no columns once, too', async () => {
    const connection = new FakeConnection();
    const batch = connection.submit(bound(ONE));
    answer(batch);
    batch.handleReadyForQuery();
    await batch.done;
    connection.submit(bound(ONE));
    expect(connection.messages).toEqual([...laterUse(ONE), 'sync']);
  });

  it('prepares everything on another connection', async () => {
    await prepare(new FakeConnection(), ONE);
    const another = new FakeConnection();
    another.submit(bound(ONE));
    expect(another.messages).toEqual([...firstUse(ONE), 'sync']);
  });

  it('prepares what another batch has sent and PostgreSQL has not answered yet', () => {
    const connection = new FakeConnection();
    connection.submit(bound(ONE));
    connection.submit(bound(ONE));
    expect(connection.messages).toEqual([...firstUse(ONE), 'sync']);
  });

  it('is nothing on a stream that has ended: the driver reports that, and the batch fails', async () => {
    const connection = new FakeConnection({ writable: false });
    const batch = connection.submit(bound(ONE));
    expect(connection.writes).toEqual([]);
    batch.handleError(new Error('Connection terminated'));
    await expect(batch.done).rejects.toThrow('Connection terminated');
  });
});

describe('rows', () => {
  it('are those of each statement, in order, with none for one that returns none', async () => {
    const batch = new FakeConnection().submit(bound(ONE), bound(TWO, 'a'), bound(ONE));
    describeAndAnswer(batch, [['a', TEXT]], ['first'], ['second']);
    answer(batch);
    describeAndAnswer(batch, [['b', TEXT]], ['third']);
    batch.handleReadyForQuery();
    expect(await batch.done).toEqual([[{ a: 'first' }, { a: 'second' }], [], [{ b: 'third' }]]);
  });

  it('come once PostgreSQL is ready for more, not before: until then the transaction may still fail', async () => {
    const batch = new FakeConnection().submit(bound(ONE));
    let isDone = false;
    void batch.done.then(() => (isDone = true));
    describeAndAnswer(batch, [['a', TEXT]], ['first']);
    await Promise.resolve();
    expect(isDone).toBe(false);
    batch.handleReadyForQuery();
    await batch.done;
    expect(isDone).toBe(true);
  });

  const columns: readonly Column[] = [
    ['flag', BOOL],
    ['count', INT4],
    ['bytes', INT8],
    ['document', JSONB],
    ['name', TEXT],
    ['at', TIMESTAMPTZ],
  ];
  const texts = ['t', '42', '9007199254740993', '{"a":[1,null]}', '42', '2026-01-02 03:04:05.678+00'];
  const row = {
    flag: true,
    count: 42,
    // More than a number holds exactly: the driver leaves it as it is.
    bytes: '9007199254740993',
    document: { a: [1, null] },
    name: '42',
    at: new Date('2026-01-02T03:04:05.678Z'),
  };

  it('are read by the types that PostgreSQL names', async () => {
    const batch = new FakeConnection().submit(bound(ONE));
    describeAndAnswer(batch, columns, texts);
    batch.handleReadyForQuery();
    expect(await batch.done).toEqual([[row]]);
  });

  it('are read the same where the connection had the statement prepared, and nothing describes it', async () => {
    const connection = new FakeConnection();
    const first = connection.submit(bound(ONE), bound(TWO, 'a'));
    describeAndAnswer(first, columns, texts);
    describeAndAnswer(first, [['other', INT4]], ['1']);
    first.handleReadyForQuery();
    const later = connection.submit(bound(TWO, 'b'), bound(ONE));
    answer(later, ['2'], ['3']);
    answer(later, texts);
    later.handleReadyForQuery();
    expect(await later.done).toEqual([[{ other: 2 }, { other: 3 }], [row]]);
  });

  it('have null where a column has none, of any type', async () => {
    const connection = new FakeConnection();
    const batch = connection.submit(bound(ONE));
    describeAndAnswer(batch, columns, [null, null, '7', null, null, null]);
    batch.handleReadyForQuery();
    const nulls = { flag: null, count: null, bytes: '7', document: null, name: null, at: null };
    expect(await batch.done).toEqual([[nulls]]);
  });

  it('of batches that travel together are read by what PostgreSQL says to each', async () => {
    const connection = new FakeConnection();
    const [first, second] = [connection.submit(bound(ONE)), connection.submit(bound(TWO, 'a'), bound(ONE))];
    describeAndAnswer(first, [['one', INT4]], ['1']);
    first.handleReadyForQuery();
    describeAndAnswer(second, [['two', TEXT]], ['1']);
    describeAndAnswer(second, [['one', INT4]], ['2']);
    second.handleReadyForQuery();
    expect(await Promise.all([first.done, second.done])).toEqual([[[{ one: 1 }]], [[{ two: '1' }], [{ one: 2 }]]]);
  });
});

describe('an error', () => {
  const refusal = new Error('division by zero');

  it('fails the batch, also when PostgreSQL is ready for more after it', async () => {
    const batch = new FakeConnection().submit(bound(ONE), bound(TWO, 'a'));
    describeAndAnswer(batch, [['a', TEXT]], ['first']);
    batch.handleError(refusal);
    batch.handleReadyForQuery();
    await expect(batch.done).rejects.toBe(refusal);
  });

  it('lets everything be prepared again on its connection, what had succeeded too', async () => {
    const connection = new FakeConnection();
    await prepare(connection, ONE, TWO);
    const batch = connection.submit(bound(TWO, 'a'), bound(ONE));
    answer(batch, ['first']);
    batch.handleError(refusal);
    await expect(batch.done).rejects.toBe(refusal);
    connection.submit(bound(ONE), bound(TWO, 'a'));
    expect(connection.messages).toEqual([...firstUse(ONE), ...firstUse(TWO), 'sync']);
  });

  it('changes nothing on another connection', async () => {
    const [connection, another] = [new FakeConnection(), new FakeConnection()];
    await prepare(another, ONE);
    const batch = connection.submit(bound(ONE));
    batch.handleError(refusal);
    await expect(batch.done).rejects.toBe(refusal);
    another.submit(bound(ONE));
    expect(another.messages).toEqual([...laterUse(ONE), 'sync']);
  });

  it('of the pool, before the batch was sent, fails it too', async () => {
    const batch = new Batch([bound(ONE)]);
    batch.callback(refusal);
    await expect(batch.done).rejects.toBe(refusal);
  });
});

describe('a value', () => {
  it.each([
    ['a text', 'naïve \u{1f600}', 'naïve \u{1f600}'],
    ['an empty text', '', ''],
    ['a number', -1.5, '-1.5'],
    ['a bigint', 9007199254740993n, '9007199254740993'],
    ['true', true, 'true'],
    ['false', false, 'false'],
    ['a time', new Date('2026-01-02T03:04:05.678Z'), '2026-01-02T03:04:05.678Z'],
    ['bytes', Buffer.from([0, 255, 10]), Buffer.from([0, 255, 10])],
    ['null', null, null],
    ['undefined', undefined, null],
  ])('is sent as PostgreSQL reads it: %s', (_, value, sent) => {
    const connection = new FakeConnection();
    connection.submit(bound(TWO, 'before', value, 'after'));
    const expected = serialize.bind({ statement: TWO.name, values: ['before', sent, 'after'] });
    expect(connection.writes[0]?.includes(expected)).toBe(true);
  });

  it.each([
    ['an object', { a: 1 }],
    ['a list', ['a']],
    ['bytes that are no buffer', new Uint8Array([1])],
    ['a map', new Map()],
    ['a symbol', Symbol('a')],
    ['a function', () => 'a'],
  ])('of any other kind is a TypeError before anything is sent: %s', (_, value) => {
    expect(() => new Batch([bound(ONE), bound(TWO, value)])).toThrow(TypeError);
  });
});
