import { Injectable } from '@nestjs/common';
import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { Configuration, ConfigurationError } from '../../ground/config/configuration.js';
import { open, seal, SealBroken, type Binding } from './seal.js';
import { Secret } from '../../ground/secrets/secret.js';

/** A user's data key as the database has it: sealed under the configured key of that id. */
export interface SealedDataKey {
  readonly keyId: string;
  /** Counts how often it was sealed; an older seal does not open in its place. */
  readonly version: number;
  readonly sealed: Buffer;
}

/** A user's open data key: in memory only as long as one operation runs. */
export interface DataKey {
  readonly userId: string;
  readonly key: KeyObject;
}

/** The one place and version in which a sealed API key opens. */
export interface SealedPlace {
  readonly id: string;
  readonly provider: string;
  readonly version: number;
}

function bindingOf(userId: string, { id, provider, version }: SealedPlace): Binding {
  return ['api-key', userId, provider, id, version];
}

const DATA_KEY_LENGTH = 32;

/**
 * Envelope encryption: users' secrets are sealed under the user's own data key, and that under the first of
 * `API_KEY_ENCRYPTION_KEYS`. Every seal is bound to its user, place and version, so that a sealed value moved to another user or
 * place, or replaced by an older one, does not open. Every method that opens throws `SealBroken`, which does not say why.
 */
@Injectable()
export class Vault {
  readonly #keys: ReadonlyMap<string, KeyObject>;
  /** The id of the first configured key, which seals. */
  readonly activeKeyId: string;

  constructor({ API_KEY_ENCRYPTION_KEYS: keys }: Configuration) {
    const [active] = keys;
    if (!active) throw new ConfigurationError(['API_KEY_ENCRYPTION_KEYS must be set']);
    this.#keys = new Map(keys.map(({ id, key }) => [id, key]));
    this.activeKeyId = active.id;
  }

  get keyIds(): readonly string[] {
    return [...this.#keys.keys()];
  }

  /** @param version one more than that of the data key that it replaces */
  createDataKey(userId: string, version = 1): { readonly dataKey: DataKey; readonly sealed: SealedDataKey } {
    const bytes = randomBytes(DATA_KEY_LENGTH);
    return { dataKey: { userId, key: createSecretKey(bytes) }, sealed: this.#sealDataKey(userId, bytes, version) };
  }

  openDataKey(userId: string, { keyId, version, sealed }: SealedDataKey): DataKey {
    return { userId, key: createSecretKey(this.#openDataKey(userId, keyId, version, sealed)) };
  }

  /** The same data key, sealed under the active key as the next version. */
  resealDataKey(userId: string, { keyId, version, sealed }: SealedDataKey): SealedDataKey {
    return this.#sealDataKey(userId, this.#openDataKey(userId, keyId, version, sealed), version + 1);
  }

  seal({ userId, key }: DataKey, place: SealedPlace, secret: Secret): Buffer {
    return seal(Buffer.from(secret.reveal(), 'utf8'), key, bindingOf(userId, place));
  }

  open({ userId, key }: DataKey, place: SealedPlace, sealed: Buffer): Secret {
    return new Secret(open(sealed, key, bindingOf(userId, place)).toString('utf8'));
  }

  #sealDataKey(userId: string, bytes: Buffer, version: number): SealedDataKey {
    const keyId = this.activeKeyId;
    return { keyId, version, sealed: seal(bytes, this.#key(keyId), ['data-key', userId, keyId, version]) };
  }

  #openDataKey(userId: string, keyId: string, version: number, sealed: Buffer): Buffer {
    return open(sealed, this.#key(keyId), ['data-key', userId, keyId, version]);
  }

  #key(id: string): KeyObject {
    const key = this.#keys.get(id);
    if (!key) throw new SealBroken();
    return key;
  }
}
