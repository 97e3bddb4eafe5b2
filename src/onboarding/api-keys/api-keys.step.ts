import { Injectable } from '@nestjs/common';
import { integrationsMapping } from '../database/records/platform-integrations.record.js';
import { KeyStore, type PostedKey } from '../database/key-store.js';
import { isBlank, patchOf, postedErrors } from '../database/records/posted-data.js';
import type { Snapshot } from '../database/snapshot.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { isJsonObject, pointer, type JsonObject } from '../../ground/problems/json.js';
import type { FieldError } from '../../ground/problems/problem.js';
import { StepHandlers, type StepHandler } from '../progress/step-handler.js';
import { keyComplaint, looksLikeMask, trimKey } from '../../ground/providers/key-rules.js';
import { findProvider, PROVIDERS } from '../../ground/providers/providers.js';
import { Step } from '../flow/steps.js';
import { ApiKeyManager } from './api-key-manager.service.js';

/** Step 1: at least one key of a provider. */
@Injectable()
export class ApiKeysStep implements StepHandler {
  readonly step = Step.ApiKeys;
  readonly tables = ['api_keys'] as const;
  readonly reads = { keys: true };
  readonly providers = PROVIDERS.map(({ id }) => id);

  constructor(
    private readonly keys: ApiKeyManager,
    private readonly keyStore: KeyStore,
    handlers: StepHandlers,
  ) {
    handlers.register(this);
  }

  check(data: JsonObject): readonly FieldError[] {
    const posted = data['api_keys'] ?? {};
    if (!isJsonObject(posted)) {
      return [{ pointer: '/data/api_keys', detail: 'api_keys must be an object of provider to key.' }];
    }
    const wrong = [
      ...Object.entries(posted).flatMap(([name, key]) => keyErrors(name, key)),
      ...postedErrors(integrationsMapping, integrationsOf(data), '/data'),
    ];
    if (wrong.length > 0 || postedKeys(data).length > 0) return wrong;
    return [{ pointer: '/data/api_keys', detail: 'Step 1 needs the API key of at least one provider.' }];
  }

  save(data: JsonObject, unitOfWork: UnitOfWork): void {
    this.keyStore.save(unitOfWork, postedKeys(data));
    if (isBlank(data['integrations'])) return;
    unitOfWork.save(integrationsMapping, patchOf(integrationsMapping, integrationsOf(data)));
  }

  stored(userId: string, data: JsonObject): Promise<readonly string[]> {
    return this.keys.publish(userId, postedKeys(data));
  }

  /** Which providers have a key: the keys themselves are never part of a step's data. */
  view({ keyProviders }: Snapshot): JsonObject | null {
    return keyProviders.length > 0 ? { configured_providers: keyProviders } : null;
  }

  suffices(saved: JsonObject | null): boolean {
    return saved !== null;
  }

  /** The deployment's own key of an AI provider serves everybody. */
  isFinished(): boolean {
    return this.keys.deploymentServesAi;
  }
}

function integrationsOf(data: JsonObject): JsonObject {
  return 'integrations' in data ? { integrations: data['integrations'] } : {};
}

/** Where a provider comes under its name and an alias, the name wins. Empty keys are passed over. */
function postedKeys(data: JsonObject): PostedKey[] {
  const posted = isJsonObject(data['api_keys']) ? Object.entries(data['api_keys']) : [];
  const byProvider = new Map<string, PostedKey>();
  for (const [name, key] of posted) {
    const provider = findProvider(name);
    if (!provider || typeof key !== 'string' || trimKey(key) === '') continue;
    if (name !== provider.id && byProvider.has(provider.id)) continue;
    byProvider.set(provider.id, { provider, key, pointer: pointer('data', 'api_keys', name) });
  }
  return [...byProvider.values()];
}

/**
 * Never repeats the key, nor a name that is no provider's: it may be a key in the wrong place. A mask passes here: whether it is
 * that of the stored key is seen when it is saved.
 */
function keyErrors(name: string, key: unknown): FieldError[] {
  const provider = findProvider(name);
  if (!provider) return [{ pointer: '/data/api_keys', detail: 'There is no such provider.' }];
  const at = pointer('data', 'api_keys', name);
  if (isBlank(key)) return [];
  if (typeof key !== 'string') return [{ pointer: at, detail: 'An API key must be a text.' }];
  const trimmed = trimKey(key);
  if (trimmed === '' || looksLikeMask(trimmed)) return [];
  const detail = keyComplaint(provider, trimmed);
  return detail ? [{ pointer: at, detail }] : [];
}
