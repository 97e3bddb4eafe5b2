import { SealBroken } from '../../storage/vault/seal.js';
import type { SealedDataKey, Vault } from '../../storage/vault/vault.js';
import { keyUse, type KeyUse } from '../../storage/postgres/key-use.js';
import type { OwnerConnection } from '../../storage/postgres/owner-connection.js';

const BATCH_SIZE = 500;

export interface RotationResult {
  /** Data keys that this run has resealed. */
  readonly resealed: number;
  /** Sessions whose data key does not open. It stays unchanged. */
  readonly broken: readonly string[];
  /** Which configured keys rows need after this run. */
  readonly use: KeyUse;
}

interface DataKeyRow {
  readonly user_id: string;
  readonly session_id: string;
  readonly key_id: string;
  readonly version: number;
  readonly sealed_key: Buffer;
}

/**
 * Reseals every user's data key under the first configured key, over the owner's connection, while the service goes on serving.
 * Each row changes by itself, and only if it still has the seal that was read: a user who starts over gets another data key of the
 * same version. A run that was cut off can be repeated.
 */
export class KeyRotation {
  constructor(
    private readonly vault: Vault,
    private readonly owner: OwnerConnection,
  ) {}

  /** @param onProgress called after each batch with the number of resealed data keys and the number to reseal */
  async run(onProgress: (done: number, total: number) => void): Promise<RotationResult> {
    const { activeKeyId } = this.vault;
    const before = await keyUse(this.owner);
    const total = [...before].reduce((sum, [id, users]) => (id === activeKeyId ? sum : sum + users), 0);
    const broken: string[] = [];
    let resealed = 0;
    for (let rows = await this.#batch(''); rows.length > 0; rows = await this.#batch(rows.at(-1)?.user_id ?? '')) {
      for (const row of rows) {
        const next = this.#reseal(row);
        if (next) resealed += await this.#replace(row, next);
        else broken.push(row.session_id);
      }
      onProgress(resealed, total);
    }
    return { resealed, broken, use: await keyUse(this.owner) };
  }

  async #batch(after: string): Promise<DataKeyRow[]> {
    const { rows } = await this.owner.query<DataKeyRow>(
      `select user_id, session_id, key_id, version, sealed_key from data_keys
       where key_id <> $1 and user_id > $2 order by user_id limit ${BATCH_SIZE}`,
      [this.vault.activeKeyId, after],
    );
    return rows;
  }

  /** Null if the seal does not open: one such row must not keep the others from their new key. */
  #reseal({ user_id: userId, key_id: keyId, version, sealed_key: sealed }: DataKeyRow): SealedDataKey | null {
    try {
      return this.vault.resealDataKey(userId, { keyId, version, sealed });
    } catch (error) {
      if (error instanceof SealBroken) return null;
      throw error;
    }
  }

  async #replace({ user_id: userId, version, sealed_key: sealed }: DataKeyRow, next: SealedDataKey): Promise<number> {
    const { rowCount } = await this.owner.query(
      `update data_keys set key_id = $3, version = $4, sealed_key = $5, updated_at = now()
       where user_id = $1 and version = $2 and sealed_key = $6`,
      [userId, version, next.keyId, next.version, next.sealed, sealed],
    );
    return rowCount ?? 0;
  }
}
