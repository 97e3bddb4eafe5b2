import { Injectable, Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Unavailable } from '../http/problem.js';
import { SealBroken } from '../vault/seal.js';
import type { Secret } from '../vault/secret.js';
import { Vault, type DataKey } from '../vault/vault.js';
import {
  deleteKey,
  insertDataKey,
  keysFromRows,
  noteVerification,
  readKeys,
  saveKey,
  type SealedApiKey,
  type SealedKeys,
} from './sealed-keys.js';
import type { UnitOfWork } from './unit-of-work.js';

/** A stored key does not open. Why is for the log of whoever runs the service, and not even there in detail. */
export class KeysUnavailable extends Unavailable {
  constructor() {
    super('Your API keys cannot be opened at the moment. Please try again shortly, or save them again.');
  }
}

/** A user's keys between the vault and the tables: sealed on the way in, opened on the way out. */
@Injectable()
export class KeyStore {
  readonly #logger = new Logger('keys');

  constructor(private readonly vault: Vault) {}

  /** Opens one key. @throws KeysUnavailable */
  open(userId: string, { dataKey }: SealedKeys, key: SealedApiKey): Secret {
    return this.#opened(key.id, () => {
      if (!dataKey) throw new SealBroken();
      return this.vault.open(this.vault.openDataKey(userId, dataKey), key, key.sealed);
    });
  }

  /** Opens all of a user's keys, by provider. @throws KeysUnavailable */
  openAll(userId: string, keys: SealedKeys): ReadonlyMap<string, Secret> {
    return new Map(keys.apiKeys.map((key) => [key.provider, this.open(userId, keys, key)]));
  }

  /**
   * Seals and saves keys in the user's transaction, one version on each. `stored` was read behind the session's lock.
   * A key that is stored already is left as it is.
   */
  async save(
    unitOfWork: UnitOfWork,
    stored: SealedKeys,
    secrets: ReadonlyMap<string, Secret>,
    description: string | null = null,
  ): Promise<void> {
    if (secrets.size === 0) return;
    const { userId, now } = unitOfWork;
    const { id: sessionId } = await unitOfWork.session();
    const dataKey = await this.#dataKey(unitOfWork, stored, sessionId);
    for (const [provider, secret] of secrets) {
      const before = stored.apiKeys.find((key) => key.provider === provider);
      const place = { id: before?.id ?? uuidv7(), provider, version: (before?.version ?? 0) + 1 };
      const sealed = this.vault.seal(dataKey, place, secret);
      await unitOfWork.run(saveKey, [userId, provider, place.id, sessionId, place.version, sealed, description, now]);
    }
  }

  /** The user's keys as they are stored, without the session and its lock. */
  async read({ userId, run }: UnitOfWork): Promise<SealedKeys> {
    return keysFromRows(await run(readKeys, [userId]));
  }

  /** Whether there was one to remove. */
  async remove({ userId, run }: UnitOfWork, provider: string): Promise<boolean> {
    return (await run(deleteKey, [userId, provider])).length > 0;
  }

  /** Keeps what providers said with the versions of the keys that they were asked about. */
  async noteVerifications({ userId, run, now }: UnitOfWork, keys: readonly SealedApiKey[]): Promise<void> {
    for (const { provider, version, verification } of keys) {
      await run(noteVerification, [userId, provider, version, verification, now]);
    }
  }

  async #dataKey({ userId, now, run }: UnitOfWork, { dataKey }: SealedKeys, sessionId: string): Promise<DataKey> {
    if (dataKey) return this.#opened(sessionId, () => this.vault.openDataKey(userId, dataKey));
    const made = this.vault.createDataKey(userId);
    const { keyId, version, sealed } = made.sealed;
    await run(insertDataKey, [userId, sessionId, keyId, version, sealed, now]);
    return made.dataKey;
  }

  #opened<T>(rowId: string, open: () => T): T {
    try {
      return open();
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      this.#logger.error({ row: rowId }, 'A sealed value does not open');
      throw new KeysUnavailable();
    }
  }
}
