import type pg from 'pg';
import { StartupError } from '../../ground/config/startup-error.js';

/** How many users' data keys are sealed under each configured key, by its id. */
export type KeyUse = ReadonlyMap<string, number>;

/** Counts as the owner, who sees all users' rows by the maintenance policy. */
export async function keyUse(owner: pg.Client): Promise<KeyUse> {
  const { rows } = await owner.query<{ key_id: string; users: number }>(
    'select key_id, count(*)::int as users from data_keys group by key_id order by key_id',
  );
  return new Map(rows.map(({ key_id, users }) => [key_id, users]));
}

/** @throws StartupError that names the keys which rows need and the configuration lacks */
export async function checkKeys(owner: pg.Client, configured: readonly string[]): Promise<void> {
  const missing = [...(await keyUse(owner)).keys()].filter((id) => !configured.includes(id));
  if (missing.length === 0) return;
  throw new StartupError(
    `API_KEY_ENCRYPTION_KEYS: users' keys are sealed under ${missing.join(', ')}, which is not configured. Add it behind the others.`,
  );
}
