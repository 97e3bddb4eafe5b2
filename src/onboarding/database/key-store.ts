import { Injectable, Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { InvalidInput, Unavailable } from '../../ground/problems/problem.js';
import { keyComplaint, trimKey } from '../../ground/providers/key-rules.js';
import type { Provider } from '../../ground/providers/providers.js';
import { mask } from '../../ground/secrets/mask.js';
import { Secret } from '../../ground/secrets/secret.js';
import { SealBroken } from '../../storage/vault/seal.js';
import { Vault, type DataKey, type SealedDataKey } from '../../storage/vault/vault.js';
import { keysChanged } from '../flow/transitions.js';
import { at, type Query } from './record.js';
import { deleteKey, saveDataKey, saveKey, type SealedApiKey, type SealedKeys } from './records/sealed-keys.record.js';
import type { UnitOfWork } from './unit-of-work.js';

/** A saved key does not open. The reason is for the service's log only, and no detail of it. */
export class KeysUnavailable extends Unavailable {
  readonly away = 'keys';
  constructor() {
    super('Your API keys cannot be opened at the moment. Please try again shortly, or save them again.');
  }
}

/** A key that a user has posted; `pointer` says where, for a complaint. */
export interface PostedKey {
  readonly provider: Provider;
  /** As `pastedKey` returns it. */
  readonly key: Secret;
  readonly pointer: string;
}

/** A key that another back end holds. */
export interface ImportedKey {
  readonly provider: string;
  readonly key: Secret;
  /** Null where it is not known: then it is the time of the import. */
  readonly savedAt: Date | null;
}

/** What is kept with keys. */
interface SealOptions {
  readonly description?: string | null;
  /** When each was saved, by provider; left out or null: now. */
  readonly times?: ReadonlyMap<string, Date | null>;
}

/** A key as it was pasted: white space around it is not part of it. */
export function pastedKey(key: Secret | string): Secret {
  return new Secret(trimKey(typeof key === 'string' ? key : key.reveal()));
}

/** A unit of work that has read the user's keys. */
export type WorkWithKeys = UnitOfWork<{ readonly keys: Query<SealedKeys> }>;

/** A user's keys between the vault and the tables: sealed on the way in, opened on the way out. */
@Injectable()
export class KeyStore {
  readonly #logger = new Logger('keys');

  constructor(private readonly vault: Vault) {}

  /** Opens one key. @throws KeysUnavailable */
  open(userId: string, { dataKey }: SealedKeys, key: SealedApiKey): Secret {
    return this.#openOrExplain(key.id, () => this.vault.open(this.#openDataKey(userId, dataKey), key, key.sealed));
  }

  /** Opens all of a user's keys, by provider. @throws KeysUnavailable */
  openAll(userId: string, keys: SealedKeys): ReadonlyMap<string, Secret> {
    return new Map(keys.apiKeys.map((key) => [key.provider, this.open(userId, keys, key)]));
  }

  /** A saved key; null where there is none, and for one that does not open: it can still be replaced or removed. */
  find(userId: string, keys: SealedKeys, provider: string): Secret | null {
    const key = keys.apiKeys.find((one) => one.provider === provider);
    if (!key) return null;
    try {
      return this.open(userId, keys, key);
    } catch (error) {
      if (error instanceof KeysUnavailable) return null;
      throw error;
    }
  }

  /**
   * Seals and saves keys, and records which providers' keys have changed. A key that is saved already stays as it is; so does one
   * whose mask is posted.
   * @throws InvalidInput for what cannot be a key of its provider
   * @throws KeysUnavailable
   */
  save(data: WorkWithKeys, posted: readonly PostedKey[], description: string | null = null): void {
    const changed = new Map<string, Secret>();
    for (const { provider, key, pointer } of posted) {
      const text = key.reveal();
      const saved = this.find(data.userId, data.read.keys, provider.id);
      if (saved && (saved.reveal() === text || mask(saved) === text)) continue;
      const detail = keyComplaint(provider, text);
      if (detail) throw InvalidInput.of([{ pointer, detail }]);
      changed.set(provider.id, key);
    }
    this.#seal(data, data.read.keys, changed, { description });
    data.change(keysChanged('api_key_saved', [...changed.keys()]));
  }

  /**
   * Seals and saves keys that another back end holds, as they are; the caller records the change.
   * @param saved the keys that the user has here
   * @throws KeysUnavailable
   */
  saveImported(data: UnitOfWork, saved: SealedKeys, keys: readonly ImportedKey[]): void {
    const secrets = new Map(keys.map(({ provider, key }) => [provider, key]));
    const times = new Map(keys.map(({ provider, savedAt }) => [provider, savedAt]));
    this.#seal(data, saved, secrets, { times });
  }

  remove(data: UnitOfWork, provider: string): void {
    data.run(deleteKey(provider));
    data.change(keysChanged('api_key_removed', [provider]));
  }

  /** Seals each key as its next version. */
  #seal(
    data: UnitOfWork,
    saved: SealedKeys,
    secrets: ReadonlyMap<string, Secret>,
    { description = null, times }: SealOptions,
  ): void {
    if (secrets.size === 0) return;
    const dataKey = this.#dataKey(data, saved, secrets);
    for (const [provider, secret] of secrets) {
      const before = saved.apiKeys.find((key) => key.provider === provider);
      const place = { id: before?.id ?? uuidv7(), provider, version: (before?.version ?? 0) + 1 };
      const save = saveKey({ ...place, sealed: this.vault.seal(dataKey, place, secret) }, description);
      const time = times?.get(provider);
      data.run(time ? at(save, time) : save);
    }
  }

  /**
   * The user's data key; made if there is none. One that does not open is replaced where only the keys that are being saved need
   * it; otherwise it stays, since the cause that keeps it from opening may be mended.
   */
  #dataKey(data: UnitOfWork, { dataKey, apiKeys }: SealedKeys, secrets: ReadonlyMap<string, Secret>): DataKey {
    const { userId, session } = data;
    const isNeeded = apiKeys.some(({ provider }) => !secrets.has(provider));
    if (dataKey || isNeeded) {
      try {
        return this.#openOrExplain(session.id, () => this.#openDataKey(userId, dataKey));
      } catch (error) {
        if (!(error instanceof KeysUnavailable) || isNeeded) throw error;
      }
    }
    const created = this.vault.createDataKey(userId, (dataKey?.version ?? 0) + 1);
    data.run(saveDataKey(created.sealed));
    return created.dataKey;
  }

  #openDataKey(userId: string, dataKey: SealedDataKey | null): DataKey {
    if (!dataKey) throw new SealBroken();
    return this.vault.openDataKey(userId, dataKey);
  }

  /** @throws KeysUnavailable, and logs which row does not open */
  #openOrExplain<T>(rowId: string, open: () => T): T {
    try {
      return open();
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      this.#logger.error({ row: rowId }, 'A sealed value does not open');
      throw new KeysUnavailable();
    }
  }
}
