import type { SourceConnection } from '../../storage/postgres/source-connection.js';
import type { TextDatabase, TextRow } from './legacy-database.js';

/** The older back end's PostgreSQL. */
export class PostgresSource implements TextDatabase {
  constructor(private readonly connection: SourceConnection) {}

  async columns(table: string): Promise<readonly string[]> {
    const rows = await this.connection.query<{ name: string }>(
      `select attname as name from pg_attribute
       where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum`,
      [`"${table}"`],
    );
    return rows.map(({ name }) => name);
  }

  query(sql: string): Promise<readonly TextRow[]> {
    return this.connection.query<TextRow>(sql);
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
