import { Injectable } from '@nestjs/common';
import { Configuration } from '../../ground/config/configuration.js';
import { KeyStore, pastedKey, type PostedKey } from '../database/key-store.js';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import { sealedKeys, type SealedKeys, type Verification } from '../database/records/sealed-keys.record.js';
import type { Terms } from '../flow/terms.js';
import { keyComplaint, looksLikeMask } from '../../ground/providers/key-rules.js';
import { findProvider, getProvider, PROVIDERS, type Provider } from '../../ground/providers/providers.js';
import { mask } from '../../ground/secrets/mask.js';
import type { Secret } from '../../ground/secrets/secret.js';
import { KeyNotFound } from './api-keys.problems.js';
import { EnvFile } from './env-file.js';
import { KeyVerifier } from './key-verifier.js';

/** A key that a caller may use: the user's own, or the deployment's where the user has none. */
export interface UsableKey {
  readonly provider: string;
  readonly secret: Secret;
  readonly source: 'user' | 'deployment';
}

/** The state of one provider's key, as it is stored. */
export interface KeyState {
  readonly provider: Provider;
  /** Null where the user has no key of this provider. */
  readonly mask: string | null;
  readonly verification: Verification;
}

/**
 * Users' keys of AI providers, and the deployment's own from the environment. Providers go by their names or aliases; an unknown
 * one throws `ProviderNotFound`. Keys come in once and are lent out by `use`:
 * they are never listed but masked, and never put into the environment of the process.
 */
@Injectable()
export class ApiKeyManager {
  constructor(
    private readonly configuration: Configuration,
    private readonly database: OnboardingDatabaseService,
    private readonly keyStore: KeyStore,
    private readonly verifier: KeyVerifier,
    private readonly envFile: EnvFile,
  ) {}

  /**
   * Saves a key; the first one of an AI provider completes step 1. A saved key's mask leaves the key as it is.
   * @returns warnings: what could not be done besides saving
   * @throws InvalidInput for what cannot be a key of that provider
   */
  async save(
    userId: string,
    name: string,
    key: Secret | string,
    description: string | null = null,
    terms: Terms = {},
  ): Promise<readonly string[]> {
    const provider = getProvider(name);
    const pasted = pastedKey(key);
    await this.database.saveApiKey(userId, provider.id, pasted, { description, ...terms });
    return this.publish(userId, [{ provider, key: pasted }]);
  }

  /** In local development: writes the keys, as they are saved by then, to the file for other programs. Returns warnings. */
  async publish(userId: string, posted: readonly Pick<PostedKey, 'provider' | 'key'>[]): Promise<readonly string[]> {
    const warnings: string[] = [];
    for (const { provider, key } of posted) {
      if (looksLikeMask(key.reveal())) continue;
      const readSaved = async () => (await this.getApiKeys(userId)).get(provider.id) ?? null;
      warnings.push(...(await this.envFile.write(provider.variables[0], readSaved)));
    }
    return warnings;
  }

  /** The user's own keys, masked, by provider. @throws KeysUnavailable */
  async list(userId: string): Promise<Readonly<Record<string, string>>> {
    const keys = await this.database.getApiKeys(userId);
    return Object.fromEntries([...keys].map(([provider, secret]) => [provider, mask(secret)]));
  }

  /** Whether the user, or the deployment, has a key of the provider. */
  async has(userId: string, name: string): Promise<boolean> {
    const { id } = getProvider(name);
    if (this.deploymentKey(id)) return true;
    return (await this.database.sealedKeys(userId)).apiKeys.some(({ provider }) => provider === id);
  }

  /** Removes the user's own key. The step of API keys stays as it is. @throws KeyNotFound */
  async remove(userId: string, name: string, terms: Terms = {}): Promise<void> {
    const { id, name: title, variables } = getProvider(name);
    const removed = await this.database.forUser(userId, { reads: { keys: sealedKeys }, ...terms }, (data) => {
      const { keys } = data.read;
      if (!keys.apiKeys.some(({ provider }) => provider === id)) throw new KeyNotFound(title);
      this.keyStore.remove(data, id);
      return this.keyStore.find(userId, keys, id);
    });
    if (removed) await this.envFile.remove(variables[0], removed);
  }

  /** The user's keys by provider, for services in this process. @throws KeysUnavailable */
  getApiKeys(userId: string): Promise<ReadonlyMap<string, Secret>> {
    return this.database.getApiKeys(userId);
  }

  /** Lends a key to `work`: the user's own, or else the deployment's. @throws KeyNotFound, KeysUnavailable */
  async use<T>(userId: string, name: string, work: (secret: Secret) => Promise<T>): Promise<T> {
    const provider = getProvider(name);
    const key = this.usable(userId, provider, await this.database.sealedKeys(userId));
    if (!key) throw new KeyNotFound(provider.name);
    return work(key.secret);
  }

  /** The key that counts for a user. @throws KeysUnavailable */
  usable(userId: string, { id }: Provider, saved: SealedKeys): UsableKey | null {
    const own = saved.apiKeys.find(({ provider }) => provider === id);
    if (own) return { provider: id, secret: this.keyStore.open(userId, saved, own), source: 'user' };
    const deployment = this.deploymentKey(id);
    return deployment ? { provider: id, secret: deployment, source: 'deployment' } : null;
  }

  /** Each provider of which the user or the deployment has a key, with the provider's last answer. Sends no request. */
  states(userId: string, saved: SealedKeys): readonly KeyState[] {
    return PROVIDERS.flatMap((provider): KeyState[] => {
      const own = saved.apiKeys.find((key) => key.provider === provider.id);
      if (own) {
        const secret = this.keyStore.open(userId, saved, own);
        return [{ provider, mask: mask(secret), verification: own.verification ?? 'unverified' }];
      }
      return this.deploymentKey(provider.id) ? [{ provider, mask: null, verification: 'unverified' }] : [];
    });
  }

  /** Asks the providers of the user's own keys now, and keeps what they say with the keys. */
  async verifyAll(userId: string): Promise<readonly KeyState[]> {
    const saved = await this.database.sealedKeys(userId);
    const verified = await Promise.all(
      saved.apiKeys.map(async (key) => {
        const provider = findProvider(key.provider);
        // Earlier versions of the service kept keys under any name: there is nobody to ask about those.
        if (!provider) return key;
        const verification = await this.verifier.verify(userId, provider, this.keyStore.open(userId, saved, key));
        return { ...key, verification };
      }),
    );
    if (verified.length > 0) await this.database.noteVerifications(userId, verified);
    return this.states(userId, { ...saved, apiKeys: verified });
  }

  /** Asks a provider about a key without saving it. */
  async verify(userId: string, name: string, key: Secret): Promise<{ verification: Verification; message: string }> {
    const provider = getProvider(name);
    const secret = pastedKey(key);
    const complaint = keyComplaint(provider, secret.reveal());
    if (complaint) return { verification: 'invalid', message: complaint };
    const verification = await this.verifier.verify(userId, provider, secret);
    return { verification, message: messageOf(provider, verification) };
  }

  /** The deployment's own key of a provider, from the environment. */
  deploymentKey(id: string): Secret | undefined {
    const variables = findProvider(id)?.variables ?? [];
    return variables.map((name) => this.configuration.deploymentKey(name)).find((key) => key !== undefined);
  }
}

function messageOf({ name, setupUrl, format }: Provider, verification: Verification): string {
  switch (verification) {
    case 'configured':
      return `${name} accepts this key.`;
    case 'invalid':
      return `${name} does not know this key. Copy it again from ${setupUrl}; a key of ${name} usually ${format}.`;
    case 'unverified':
      return `This key could not be checked with ${name}. It can be saved all the same.`;
  }
}
