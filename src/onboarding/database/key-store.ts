import { Injectable, Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { InvalidInput, Unavailable } from '../../ground/problems/problem.js';
import { keyComplaint, trimKey } from '../../ground/providers/key-rules.js';
import type { Provider } from '../../ground/providers/providers.js';
import { keysChanged } from '../flow/transitions.js';
import { mask } from '../../ground/secrets/mask.js';
import { SealBroken } from '../../storage/vault/seal.js';
import { Secret } from '../../ground/secrets/secret.js';
import { Vault, type DataKey, type SealedDataKey } from '../../storage/vault/vault.js';
import { deleteKey, saveDataKey, saveKey, type SealedApiKey, type SealedKeys } from './records/sealed-keys.record.js';
import type { UnitOfWork } from './unit-of-work.js';

/** A stored key does not open. Why is for the log of whoever runs the service, and not even there in detail. */
export class KeysUnavailable extends Unavailable {
  readonly away = 'keys';
  constructor() {
    super('Your API keys cannot be opened at the moment. Please try again shortly, or save them again.');
  }
}

/** A key as somebody posted it; `pointer` says where, for a complaint. */
export interface PostedKey {
  readonly provider: Provider;
  readonly key: string;
  readonly pointer: string;
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

  /** A stored key; null where there is none, and for one that does not open: it can still be replaced or removed. */
  find(userId: string, stored: SealedKeys, provider: string): Secret | null {
    const key = stored.apiKeys.find((one) => one.provider === provider);
    if (!key) return null;
    try {
      return this.open(userId, stored, key);
    } catch (error) {
      if (error instanceof KeysUnavailable) return null;
      throw error;
    }
  }

  /**
   * Seals and saves keys in the user's transaction, which has read those that are stored, and records whose keys have changed. A
   * key that is stored already stays as it is; so does one of which the mask is posted.
   * @throws InvalidInput for what cannot be a key of its provider
   * @throws KeysUnavailable
   */
  save(unitOfWork: UnitOfWork, posted: readonly PostedKey[], description: string | null = null): void {
    const changed = new Map<string, Secret>();
    for (const { provider, key, pointer } of posted) {
      const value = trimKey(key);
      const before = this.find(unitOfWork.userId, unitOfWork.keys, provider.id);
      if (before && (before.reveal() === value || mask(before) === value)) continue;
      const detail = keyComplaint(provider, value);
      if (detail) throw InvalidInput.of([{ pointer, detail }]);
      changed.set(provider.id, new Secret(value));
    }
    this.#seal(unitOfWork, changed, description);
    unitOfWork.change(keysChanged('api_key_saved', [...changed.keys()]));
  }

  remove(unitOfWork: UnitOfWork, provider: string): void {
    unitOfWork.write(deleteKey, [unitOfWork.userId, provider]);
    unitOfWork.change(keysChanged('api_key_removed', [provider]));
  }

  /** One version on each. */
  #seal(unitOfWork: UnitOfWork, secrets: ReadonlyMap<string, Secret>, description: string | null): void {
    if (secrets.size === 0) return;
    const { userId, now, session, keys } = unitOfWork;
    const dataKey = this.#dataKey(unitOfWork, secrets);
    for (const [provider, secret] of secrets) {
      const before = keys.apiKeys.find((key) => key.provider === provider);
      const place = { id: before?.id ?? uuidv7(), provider, version: (before?.version ?? 0) + 1 };
      const sealed = this.vault.seal(dataKey, place, secret);
      unitOfWork.write(saveKey, [userId, provider, place.id, session.id, place.version, sealed, description, now]);
    }
  }

  /**
   * The user's data key; made if there is none. One that does not open is replaced where no key needs it but those that are
   * being saved; otherwise it stays, since whatever keeps it from opening may be mended.
   */
  #dataKey(unitOfWork: UnitOfWork, secrets: ReadonlyMap<string, Secret>): DataKey {
    const { userId, now, session } = unitOfWork;
    const { dataKey, apiKeys } = unitOfWork.keys;
    const isNeeded = apiKeys.some(({ provider }) => !secrets.has(provider));
    if (dataKey || isNeeded) {
      try {
        return this.#opened(session.id, () => this.#openDataKey(userId, dataKey));
      } catch (error) {
        if (!(error instanceof KeysUnavailable) || isNeeded) throw error;
      }
    }
    const made = this.vault.createDataKey(userId, (dataKey?.version ?? 0) + 1);
    const { keyId, version, sealed } = made.sealed;
    unitOfWork.write(saveDataKey, [userId, session.id, keyId, version, sealed, now]);
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
