import { Injectable } from '@nestjs/common';
import { isBlank, isJsonObject, pointer, type JsonObject } from '../../ground/problems/json.js';
import { InvalidInput, type FieldError } from '../../ground/problems/problem.js';
import { keyComplaint, looksLikeMask } from '../../ground/providers/key-rules.js';
import { findProvider } from '../../ground/providers/providers.js';
import { KeyStore, pastedKey, type PostedKey, type WorkWithKeys } from '../database/key-store.js';
import { savedKeys, sealedKeys } from '../database/records/sealed-keys.record.js';
import type { Snapshot } from '../database/snapshot.js';
import { StepHandlers, type Parsed, type StepHandler } from '../progress/step-handler.js';
import { unmetByKeys } from '../flow/demands.js';
import { refuseUnmet } from '../flow/flow.problems.js';
import { ApiKeyManager } from './api-key-manager.service.js';

const READS = { keys: sealedKeys };

interface ParsedKeys extends Parsed {
  readonly keys: readonly PostedKey[];
}

/** At least one key of a provider. */
@Injectable()
export class ApiKeysStep implements StepHandler<ParsedKeys, typeof READS> {
  readonly step = 'api_keys';
  readonly keys = new Set(['api_keys']);
  readonly parts = [savedKeys];
  readonly reads = READS;

  constructor(
    private readonly manager: ApiKeyManager,
    private readonly keyStore: KeyStore,
    handlers: StepHandlers,
  ) {
    handlers.register(this);
  }

  parse(data: JsonObject, name: string): ParsedKeys {
    const posted = data['api_keys'] ?? {};
    if (!isJsonObject(posted)) throw wrongKeys('api_keys must be an object of provider to key.');
    const parsed = Object.entries(posted).map(([name, text]) => parseKey(name, text));
    const [first, ...others] = parsed.filter(isFieldError);
    if (first) throw InvalidInput.of([first, ...others]);
    const keys = onePerProvider(parsed.filter((key): key is NamedKey => key !== null && !isFieldError(key)));
    refuseUnmet(unmetByKeys(keys), name);
    return { keys, warnings: [] };
  }

  save({ keys }: ParsedKeys, data: WorkWithKeys): void {
    this.keyStore.save(data, keys);
  }

  afterCommit(userId: string, { keys }: ParsedKeys): Promise<readonly string[]> {
    return this.manager.publish(userId, keys);
  }

  /** Which providers have a key: the keys themselves are never part of a step's data. */
  view(snapshot: Snapshot): JsonObject | null {
    const providers = snapshot.of(savedKeys).map(({ provider }) => provider);
    return providers.length > 0 ? { configured_providers: providers } : null;
  }
}

interface NamedKey extends PostedKey {
  /** The name under which it was posted: the provider's own, or an alias. */
  readonly name: string;
}

const wrongKeys = (detail: string) => InvalidInput.of([{ pointer: '/data/api_keys', detail }]);

const isFieldError = (parsed: NamedKey | FieldError | null): parsed is FieldError =>
  parsed !== null && 'detail' in parsed;

/**
 * One posted key, or what is wrong with it; null for an empty one. Never repeats the key, nor a name that is no provider's: it may
 * be a key in the wrong place. A mask is let through: whether it is that of the saved key is seen when it is saved.
 */
function parseKey(name: string, text: unknown): NamedKey | FieldError | null {
  const provider = findProvider(name);
  if (!provider) return { pointer: '/data/api_keys', detail: 'There is no such provider.' };
  if (isBlank(text)) return null;
  const at = pointer('data', 'api_keys', name);
  if (typeof text !== 'string') return { pointer: at, detail: 'An API key must be a text.' };
  const key = pastedKey(text);
  if (key.reveal() === '') return null;
  const detail = looksLikeMask(key.reveal()) ? null : keyComplaint(provider, key.reveal());
  return detail ? { pointer: at, detail } : { name, provider, key, pointer: at };
}

/** Where a provider comes under its name and an alias, the name wins; of two aliases, the first. */
function onePerProvider(keys: readonly NamedKey[]): PostedKey[] {
  const byProvider = new Map<string, PostedKey>();
  for (const key of keys) {
    const { id } = key.provider;
    if (key.name === id || !byProvider.has(id)) byProvider.set(id, key);
  }
  return [...byProvider.values()];
}
