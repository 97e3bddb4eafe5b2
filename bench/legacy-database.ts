import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ROOT } from './service-build.ts';

/** Bytes of JSON text that a user's documents have together. */
export const DOCUMENT_BYTES = 4096;

const TIME = '2026-01-18 09:10:00';

type Row = Readonly<Record<string, string | number>>;

/** Writes a database of the older back end with users who have finished, each with 4 KB of documents and two keys. */
export function makeLegacyDatabase(file: string, users: number): void {
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  const sample = readFileSync(join(ROOT, 'test', 'samples', 'legacy', 'alwrity.sql'), 'utf8');
  for (const [table] of sample.matchAll(/^CREATE TABLE [^;]*;$/gm)) database.exec(table);
  const insert = (table: string, row: Row) => {
    const columns = Object.keys(row);
    const values = columns.map((column) => `:${column}`).join(', ');
    return database.prepare(`insert into ${table} (${columns.join(', ')}) values (${values})`);
  };
  const rows = Object.entries(rowsOf(1)).map(([table, row]) => [table, insert(table, row)] as const);
  database.exec('begin');
  for (let id = 1; id <= users; id++) {
    const user = rowsOf(id);
    for (const [table, statement] of rows) statement.run(user[table] as Row);
  }
  database.exec('commit');
  database.close();
}

function rowsOf(id: number): Readonly<Record<string, Row>> {
  const times = { created_at: TIME, updated_at: TIME };
  const text = (bytes: number) => 'Marketing for small shops, made simple. '.repeat(bytes).slice(0, bytes);
  const json = (bytes: number) => JSON.stringify({ summary: text(bytes - '{"summary":""}'.length) });
  const share = Math.floor(DOCUMENT_BYTES / 8);
  return {
    onboarding_sessions: {
      ...{ id, user_id: `user_${String(id).padStart(27, '0')}`, current_step: 6, progress: 100 },
      ...{ started_at: TIME, updated_at: TIME },
    },
    api_keys: { session_id: id, provider: 'gemini', key: `AIzaBench${String(id).padStart(30, '0')}`, ...times },
    website_analyses: {
      ...{ session_id: id, website_url: `https://shop-${id}.example`, status: 'completed', ...times },
      ...{ writing_style: json(share), crawl_result: json(2 * share), target_audience: json(share) },
    },
    research_preferences: {
      ...{ session_id: id, research_depth: 'Deep', content_types: '["Blog Posts"]', ...times },
      recommended_settings: json(share),
    },
    competitor_analyses: {
      ...{ session_id: id, competitor_url: `https://rival-${id}.example`, status: 'completed', ...times },
      analysis_data: json(share),
    },
    persona_data: { session_id: id, core_persona: json(share), platform_personas: json(share), ...times },
  };
}
