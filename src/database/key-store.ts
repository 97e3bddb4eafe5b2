import { Injectable, Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Unavailable } from '../http/problem.js';
import { SealBroken } from '../vault/seal.js';
import type { Secret } from '../vault/secret.js';
import { Vault, type DataKey, type SealedDataKey } from '../vault/vault.js';
import {
  deleteKey,
  keysFromRows,
  noteVerification,
  readKeys,
  saveDataKey,
  saveKey,
  type SealedApiKey,
  type SealedKeys,
} from './sealed-keys.js';
import { lockSession } from './session.js';
import type { UnitOfWork } from './unit-of-work.js';

/** A stored key does not open. Why is for the log of whoever runs the service, and not even there in detail. */
export class KeysUnavailable extends Unavailable {
  readonly away = 'keys';
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
    return this.#opened(key.id, () => this.vault.open(this.#openDataKey(userId, dataKey), key, key.sealed));
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
    const dataKey = await this.#dataKey(unitOfWork, stored, sessionId, secrets);
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
    // Whoever saves several keys at once holds this lock: without it the two could wait for each other's rows.
    await run(lockSession, [userId]);
    for (const { provider, id, version, verification } of keys) {
      await run(noteVerification, [userId, provider, id, version, verification, now]);
    }
  }

  /**
   * The user's data key; made if there is none. One that does not open is replaced where no key needs it but those that are
   * being saved; otherwise it stays, since whatever keeps it from opening may be mended.
   */
  async #dataKey(
    { userId, now, run }: UnitOfWork,
    { dataKey, apiKeys }: SealedKeys,
    sessionId: string,
    secrets: ReadonlyMap<string, Secret>,
  ): Promise<DataKey> {
    const isNeeded = apiKeys.some(({ provider }) => !secrets.has(provider));
    if (dataKey || isNeeded) {
      try {
        return this.#opened(sessionId, () => this.#openDataKey(userId, dataKey));
      } catch (error) {
        if (!(error instanceof KeysUnavailable) || isNeeded) throw error;
      }
    }
    const made = this.vault.createDataKey(userId, (dataKey?.version ?? 0) + 1);
    const { keyId, version, sealed } = made.sealed;
    await run(saveDataKey, [userId, sessionId, keyId, version, sealed, now]);
    return made.dataKey;
  }

  #openDataKey(userId: string, dataKey: SealedDataKey | null): DataKey {
    if (!dataKey) throw new SealBroken();
    return this.vault.openDataKey(userId, dataKey);
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
