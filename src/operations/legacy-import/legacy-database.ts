/** The tables that hold what users did in onboarding. All others belong to other parts, or are copies. */
export const CHILD_TABLES = [
  'api_keys',
  'website_analyses',
  'research_preferences',
  'competitor_analyses',
  'persona_data',
  'platform_integrations',
] as const;

export const SESSIONS = 'onboarding_sessions';
export const BUSINESS = 'user_business_info';

export type ChildTable = (typeof CHILD_TABLES)[number];
export type LegacyTable = ChildTable | typeof SESSIONS | typeof BUSINESS;

/** A row of theirs, every value as a text: so integers are exact, times have no zone, and JSON is as it was written. */
export type TextRow = Readonly<Record<string, string | null>>;

/** A database that answers in texts. */
export interface TextDatabase {
  /** Empty if there is no such table. */
  columns(table: string): Promise<readonly string[]>;
  query(sql: string): Promise<readonly TextRow[]>;
  close(): Promise<void>;
}

/** What says whose a row is. */
export interface RowPlace {
  readonly id: string;
  /** The user's id in sessions and businesses, the session's id in the others. */
  readonly owner: string | null;
}

const PAGE = 10_000;

/** Ids in one statement: a limit of SQLite is not far beyond. */
const CHUNK = 500;

/** A source cannot be read, or not as what it should be; the message says why and quotes no value. */
export class SourceDamaged extends Error {}

/** A database of the older back end: one of all users, or one of a workspace. */
export class LegacyDatabase {
  readonly #columns = new Map<LegacyTable, readonly string[]>();

  constructor(private readonly database: TextDatabase) {}

  async has(table: LegacyTable, column?: string): Promise<boolean> {
    const columns = await this.#columnsOf(table);
    return column === undefined ? columns.length > 0 : columns.includes(column);
  }

  /** Where all rows of a table belong, without their data. */
  async *places(table: LegacyTable): AsyncIterable<RowPlace> {
    if (!(await this.has(table))) return;
    const owner = table === SESSIONS || table === BUSINESS ? 'user_id' : 'session_id';
    for (let after: string | null = null; ;) {
      const where: string = after === null ? '' : `where "id" > ${after}`;
      const rows: readonly TextRow[] = await this.database.query(
        `select ${asText('id')}, ${asText(owner)} from "${table}" ${where} order by "${table}"."id" limit ${PAGE}`,
      );
      for (const row of rows) yield { id: idOf(row), owner: row[owner] ?? null };
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) return;
      after = idOf(last);
    }
  }

  /** Rows by their ids, in no order. */
  async rows(table: LegacyTable, ids: readonly string[]): Promise<readonly TextRow[]> {
    const columns = (await this.#columnsOf(table)).map(asText).join(', ');
    const found: TextRow[] = [];
    for (let start = 0; start < ids.length; start += CHUNK) {
      const chunk = ids.slice(start, start + CHUNK).map((id) => idOf({ id }));
      found.push(
        ...(await this.database.query(`select ${columns} from "${table}" where "id" in (${chunk.join(', ')})`)),
      );
    }
    return found;
  }

  close(): Promise<void> {
    return this.database.close();
  }

  async #columnsOf(table: LegacyTable): Promise<readonly string[]> {
    const columns = this.#columns.get(table) ?? (await this.database.columns(table));
    this.#columns.set(table, columns);
    return columns;
  }
}

const asText = (column: string) => `cast("${column}" as text) as "${column}"`;

/** Ids go into statements as they are: they are digits. */
function idOf({ id }: TextRow): string {
  if (!/^-?\d{1,19}$/.test(id ?? ''))
    throw new SourceDamaged('a row has no number, as the rows of the older back end do.');
  return id as string;
}
