import type { SealedDataKey } from '../../../storage/vault/vault.js';
import type { Row, Statement } from '../../../storage/wire/statement.js';

/** What a provider said of a key, the last time that it was asked. */
export type Verification = 'configured' | 'invalid' | 'unverified';

/** A key as it is stored: sealed. */
export interface SealedApiKey {
  readonly id: string;
  readonly provider: string;
  readonly version: number;
  readonly sealed: Buffer;
  readonly verification: Verification | null;
}

/** All of one user's keys as of one moment, and the data key that opens them. */
export interface SealedKeys {
  readonly dataKey: SealedDataKey | null;
  readonly apiKeys: readonly SealedApiKey[];
}

/**
 * One statement, so that the keys and their data key belong together while keys are being rotated. It shows each without the
 * other too: keys whose data key is gone are keys that do not open, not none.
 */
export const readKeys: Statement = {
  name: 'read-keys',
  text: `select k.id, k.provider, k.version, k.sealed_key, k.verification,
                d.key_id, d.version as data_key_version, d.sealed_key as sealed_data_key
         from (select $1::text as user_id) u
         left join data_keys d on d.user_id = u.user_id
         left join api_keys k on k.user_id = u.user_id
         order by k.provider`,
};

export function keysFromRows(rows: readonly Row[]): SealedKeys {
  return {
    dataKey: dataKeyFromRow(rows[0]),
    apiKeys: rows
      .filter((row) => row['id'] !== null)
      .map((row) => ({
        id: row['id'] as string,
        provider: row['provider'] as string,
        version: row['version'] as number,
        sealed: row['sealed_key'] as Buffer,
        verification: row['verification'] as Verification | null,
      })),
  };
}

function dataKeyFromRow(row: Row | undefined): SealedDataKey | null {
  if (!row || row['key_id'] === null) return null;
  return {
    keyId: row['key_id'] as string,
    version: row['data_key_version'] as number,
    sealed: row['sealed_data_key'] as Buffer,
  };
}

/** Values: user, session, id of the configured key, version, sealed key, time. */
export const saveDataKey: Statement = {
  name: 'save-data-key',
  text: `insert into data_keys (user_id, session_id, key_id, version, sealed_key, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $6)
         on conflict (user_id) do update set key_id = excluded.key_id, version = excluded.version,
           sealed_key = excluded.sealed_key, updated_at = excluded.updated_at`,
};

/** A new version of a key has not been verified yet. Values: user, provider, id, session, version, sealed key, description, time. */
export const saveKey: Statement = {
  name: 'save-key',
  text: `insert into api_keys as saved
           (user_id, provider, id, session_id, version, sealed_key, description, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
         on conflict (user_id, provider) do update set
           version = excluded.version, sealed_key = excluded.sealed_key, updated_at = excluded.updated_at,
           description = coalesce(excluded.description, saved.description), verification = null, verified_at = null`,
};

/** Values: user, provider. */
export const deleteKey: Statement = {
  name: 'delete-key',
  text: `delete from api_keys where user_id = $1 and provider = $2`,
};

/**
 * Only of the very keys that were verified. Behind the session's lock, as everybody who changes several keys at once: otherwise two
 * could wait for each other's rows. Values: user, time, the keys as a list of provider, id, version and verification.
 */
export const noteVerifications: Statement = {
  name: 'note-verifications',
  text: `with locked as materialized (select user_id from onboarding_sessions where user_id = $1 for update)
         update api_keys k set verification = verified.verification, verified_at = $2
         from locked, jsonb_to_recordset($3) as verified (provider text, id uuid, version integer, verification text)
         where k.user_id = locked.user_id and k.provider = verified.provider
           and k.id = verified.id and k.version = verified.version`,
};
