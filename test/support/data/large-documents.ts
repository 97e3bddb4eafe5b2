import { expect } from '@jest/globals';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import type { TestDatabase } from '../database/database.js';
import { storedSizesOf } from '../database/stored-sizes.js';
import type { Client } from '../service/client.js';
import { done } from '../service/done.js';
import type { Table } from './stored-onboarding.js';

export const MEGABYTE = 1024 * 1024;

/** A text of so many megabytes that starts with a mark. */
const text = (mark: string, megabytes: number) => mark.padEnd(megabytes * MEGABYTE, 'x');

export const website = (mark: string, megabytes = 0) => ({
  step: 2,
  data: { website: 'https://example.com', crawl_result: { text: text(mark, megabytes) } },
});
export const persona = (mark: string, megabytes = 0) => ({
  step: 4,
  data: { corePersona: { identity: {} }, platformPersonas: { blog: {} }, brandAvatar: { text: text(mark, megabytes) } },
});

export const save = (client: Client, { step, data }: { step: number; data: JsonObject }) =>
  done(client.post(`/step/${step}/complete`, { data }));

export interface Version {
  readonly document: Table;
  readonly revision: number;
  readonly bytes: number;
  /** Of its content, as JSON text. */
  readonly measured: number;
}

export function versionsOf(database: TestDatabase, userId: string): Promise<Version[]> {
  return database.query<Version & Record<string, unknown>>(
    `select document, revision::int, bytes, coalesce(octet_length((content - '{id,created_at}'::text[])::text), 0) as measured
     from document_versions where user_id = $1 order by revision, document`,
    [userId],
  );
}

/** The session names the bytes of each table. */
export async function expectTrueSizes(database: TestDatabase, userId: string): Promise<void> {
  const sizes = await storedSizesOf(database, userId);
  const filled = Object.entries(sizes.session_sizes).filter(([, bytes]) => bytes > 0);
  expect([Object.fromEntries(filled), sizes.session_bytes]).toEqual([sizes.sizes, sizes.bytes]);
}

/** How the texts start that are saved: read in the database, since they are large. */
export async function marksOf(database: TestDatabase, userId: string): Promise<object> {
  const mark = (text: string) => `rtrim(left(${text}, 100), 'x')`;
  const [row] = await database.query(
    `select (select ${mark(`crawl_result ->> 'text'`)} from website_analyses where user_id = $1) as website,
            (select ${mark(`extra -> 'brandAvatar' ->> 'text'`)} from persona_data where user_id = $1) as persona`,
    [userId],
  );
  return row ?? {};
}
