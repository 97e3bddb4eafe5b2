import { Statement, type Row } from '../../storage/wire/statement.js';
import { isJsonObject } from '../../ground/problems/json.js';
import { LARGE_DOCUMENTS, SIZED_TABLES } from './document-sizes.js';
import { documentInRow } from './document-tables.js';
import type { Preview, Query, SnapshotPart } from './record.js';
import { sessionFromRow, type Session } from './session.js';

/** What is kept of one user, as of one moment: the session, and the parts that were read. */
export class Snapshot {
  constructor(
    readonly session: Session | null,
    /** The JSON values of the parts, by their names. */
    private readonly values: Readonly<Record<string, unknown>>,
  ) {}

  /** @throws Error for a part that was not read */
  of<T>({ name, fromJson }: SnapshotPart<T>): T {
    return fromJson(this.#value(name));
  }

  #value(name: string): unknown {
    if (!Object.hasOwn(this.values, name)) throw new Error(`The snapshot was read without ${name}`);
    return this.values[name];
  }

  /** All of the user's documents that count towards what one may store. @throws Error for a table that was not read */
  get documents(): readonly unknown[] {
    return SIZED_TABLES.flatMap((table) => {
      const value = this.#value(table);
      if (isJsonObject(value)) return [documentInRow(value)];
      return Array.isArray(value) ? (value as readonly unknown[]) : [];
    });
  }

  /** The parts as these commands would leave them. */
  after(previews: readonly Preview[], now: Date): Snapshot {
    const values = { ...this.values };
    for (const { part, apply } of previews) if (Object.hasOwn(values, part)) values[part] = apply(values[part], now);
    return new Snapshot(this.session, values);
  }

  /** The same parts of a user of whom nothing is kept. */
  emptied(): Snapshot {
    return new Snapshot(null, Object.fromEntries(Object.keys(this.values).map((name) => [name, null])));
  }

  /** The same parts with a session as it became. */
  withSession(session: Session): Snapshot {
    return new Snapshot(session, this.values);
  }
}

/** Documents that were not read because they are large: their bytes. */
export interface Withheld {
  readonly withheld: number;
}

/** The user's session and any parts, or, where the documents are large, how large they are. */
export function snapshotOf(parts: readonly SnapshotPart<unknown>[]): Query<Snapshot | Withheld> {
  return { statement: snapshotStatement(parts, false), parse: ([row = {}]) => fromRow(row, parts) };
}

/** The same, however large the documents are. */
export function wholeSnapshotOf(parts: readonly SnapshotPart<unknown>[]): Query<Snapshot> {
  return { statement: snapshotStatement(parts, true), parse: ([row = {}]) => snapshotFromRow(row, parts) };
}

function fromRow(row: Row, parts: readonly SnapshotPart<unknown>[]): Snapshot | Withheld {
  const { withheld } = row;
  return typeof withheld === 'number' ? { withheld } : snapshotFromRow(row, parts);
}

function snapshotFromRow(row: Row, parts: readonly SnapshotPart<unknown>[]): Snapshot {
  const { session } = row;
  const values = parts.map(({ name }, index) => [name, row[columnOf(index)]] as const);
  return new Snapshot(session ? sessionFromRow(session as Row) : null, Object.fromEntries(values));
}

/** A part's column has its place for a name: PostgreSQL cuts off long names, and `session` is a column already. */
const columnOf = (index: number) => `part_${index + 1}`;

/** By their texts. */
const statements = new Map<string, Statement>();

/** By lists of parts that callers keep: building a text for each request would cost microseconds. */
const withholding = new WeakMap<readonly SnapshotPart<unknown>[], Statement>();
const whole = new WeakMap<readonly SnapshotPart<unknown>[], Statement>();

/** One statement for each choice of parts, so that PostgreSQL keeps a plan for each. */
function snapshotStatement(parts: readonly SnapshotPart<unknown>[], isWhole: boolean): Statement {
  const cache = isWhole ? whole : withholding;
  const cached = cache.get(parts);
  if (cached) return cached;
  const text = snapshotText(parts, isWhole);
  const statement = statements.get(text) ?? new Statement('snapshot', text);
  statements.set(text, statement);
  cache.set(parts, statement);
  return statement;
}

function snapshotText(parts: readonly SnapshotPart<unknown>[], isWhole: boolean): string {
  const isLarge = `s.document_bytes > ${LARGE_DOCUMENTS}`;
  const withholds = !isWhole && parts.some(({ isDocument }) => isDocument);
  const columns = parts.map(({ select, isDocument }, index) => {
    const value = withholds && isDocument ? `case when ${isLarge} then null else ${select.text} end` : select.text;
    return `, ${value} as ${columnOf(index)}`;
  });
  // A user without a session has a row too: nothing but nulls.
  const withheld = withholds ? `, case when ${isLarge} then s.document_bytes end as withheld` : '';
  return `select row_to_json(s) as session${withheld}${columns.join('')}
          from (select $1::text as user_id) u left join onboarding_sessions s on s.user_id = u.user_id`;
}
