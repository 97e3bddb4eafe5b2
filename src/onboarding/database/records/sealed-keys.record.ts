import type { SealedDataKey } from '../../../storage/vault/vault.js';
import { Expression, Statement, type Row } from '../../../storage/wire/statement.js';
import { nothing, type Command, type Query, type SnapshotPart, type Subject } from '../record.js';

export const VERIFICATIONS = ['configured', 'invalid', 'unverified'] as const;

/** A provider's last answer about a key. */
export type Verification = (typeof VERIFICATIONS)[number];

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

/** What may be known of a key without opening it. */
export interface SavedKey {
  readonly provider: string;
  readonly verification: Verification | null;
  /** ISO 8601, as the other time. */
  readonly updated_at: string;
  /** When the provider was asked last. */
  readonly verified_at: string | null;
}

const KEYS = 'api_keys';

/** Of which providers the user has a key; the keys themselves are read by `sealedKeys` alone. */
export const savedKeys: SnapshotPart<readonly SavedKey[]> = {
  name: KEYS,
  select: new Expression(
    `(select coalesce(jsonb_agg(jsonb_build_object(
       'provider', provider, 'verification', verification, 'updated_at', updated_at, 'verified_at', verified_at
     ) order by provider), '[]') from api_keys where user_id = $1)`,
  ),
  isDocument: false,
  fromJson: (value) => (value ?? []) as readonly SavedKey[],
};

/** The keys but for one, and another in its place, as they are read: in the order of their providers. */
function replacing(value: unknown, provider: string, ...by: readonly SavedKey[]): readonly SavedKey[] {
  const others = savedKeys.fromJson(value).filter((saved) => saved.provider !== provider);
  return [...others, ...by].toSorted((one, other) => (one.provider < other.provider ? -1 : 1));
}

/**
 * One statement, so that the keys and their data key belong together while keys are being rotated. It shows each without the
 * other too: keys whose data key is missing are keys that do not open, not none.
 */
export const sealedKeys: Query<SealedKeys> = {
  statement: new Statement(
    'read-keys',
    `select k.id, k.provider, k.version, k.sealed_key, k.verification,
            d.key_id, d.version as data_key_version, d.sealed_key as sealed_data_key
     from (select $1::text as user_id) u
     left join data_keys d on d.user_id = u.user_id
     left join api_keys k on k.user_id = u.user_id
     order by k.provider`,
  ),
  parse: (rows) => ({
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
  }),
};

function dataKeyFromRow(row: Row | undefined): SealedDataKey | null {
  if (!row || row['key_id'] === null) return null;
  return {
    keyId: row['key_id'] as string,
    version: row['data_key_version'] as number,
    sealed: row['sealed_data_key'] as Buffer,
  };
}

export function saveDataKey({ keyId, version, sealed }: SealedDataKey): Command {
  return {
    statement: upsertDataKey,
    values: ({ userId, sessionId, now }) => [userId, sessionId, keyId, version, sealed, now],
    parse: nothing,
  };
}

/** Values: user, session, id of the configured key, version, sealed key, time. */
const upsertDataKey = new Statement(
  'save-data-key',
  `insert into data_keys (user_id, session_id, key_id, version, sealed_key, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $6)
   on conflict (user_id) do update set key_id = excluded.key_id, version = excluded.version,
     sealed_key = excluded.sealed_key, updated_at = excluded.updated_at`,
);

/** A new version of a key; it has not been verified yet. */
export function saveKey(key: Omit<SealedApiKey, 'verification'>, description: string | null): Command {
  const { provider, id, version, sealed } = key;
  return {
    statement: upsertKey,
    values: ({ userId, sessionId, now }) => [userId, provider, id, sessionId, version, sealed, description, now],
    parse: nothing,
    preview: {
      part: KEYS,
      apply: (saved, now) =>
        replacing(saved, provider, { provider, verification: null, updated_at: now.toISOString(), verified_at: null }),
    },
  };
}

/** Values: user, provider, id, session, version, sealed key, description, time. */
const upsertKey = new Statement(
  'save-key',
  `insert into api_keys as saved
     (user_id, provider, id, session_id, version, sealed_key, description, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
   on conflict (user_id, provider) do update set
     version = excluded.version, sealed_key = excluded.sealed_key, updated_at = excluded.updated_at,
     description = coalesce(excluded.description, saved.description), verification = null, verified_at = null`,
);

export function deleteKey(provider: string): Command {
  return {
    statement: removeKey,
    values: ({ userId }) => [userId, provider],
    parse: nothing,
    preview: { part: KEYS, apply: (saved) => replacing(saved, provider) },
  };
}

const removeKey = new Statement('delete-key', `delete from api_keys where user_id = $1 and provider = $2`);

/** Keeps providers' answers with the versions of the keys that were verified. */
export function noteVerifications(keys: readonly SealedApiKey[]): Command<void, Subject> {
  const verified = keys.map(({ provider, id, version, verification }) => ({ provider, id, version, verification }));
  return {
    statement: updateVerifications,
    values: ({ userId, now }) => [userId, now, JSON.stringify(verified)],
    parse: nothing,
  };
}

/**
 * Behind the session's lock, like every change of several keys: otherwise two changes could wait for each other's rows.
 * Values: user, time, the keys as a list of provider, id, version and verification.
 */
const updateVerifications = new Statement(
  'note-verifications',
  `with locked as materialized (select user_id from onboarding_sessions where user_id = $1 for update)
   update api_keys k set verification = verified.verification, verified_at = $2
   from locked, jsonb_to_recordset($3) as verified (provider text, id uuid, version integer, verification text)
   where k.user_id = locked.user_id and k.provider = verified.provider
     and k.id = verified.id and k.version = verified.version`,
);
