import type { Verification } from '../database/records/sealed-keys.record.js';
import { AI_PROVIDERS, PROVIDER_GROUPS, PROVIDERS, type Provider } from '../../ground/providers/providers.js';
import type { KeyState } from './api-key-manager.service.js';
import type {
  ApiKeysView,
  KeyCheckView,
  KeysValidationView,
  ProviderSetupView,
  ProviderView,
  ValidationResultView,
} from './api-keys.contract.js';

export function viewKeys(masked: Readonly<Record<string, string>>): ApiKeysView {
  const configured_providers = Object.keys(masked);
  return { api_keys: masked, total_providers: configured_providers.length, configured_providers };
}

const VALID: Readonly<Record<Verification, boolean | null>> = { configured: true, invalid: false, unverified: null };

function viewResult({ provider, verification }: KeyState): ValidationResultView {
  return {
    valid: VALID[verification],
    status: verification,
    ...(verification === 'invalid' ? { error: `${provider.name} does not know this key.` } : {}),
  };
}

/** Whether there is a key of an AI provider, and no key is invalid. An unverified key counts as valid. */
export function allValid(states: readonly KeyState[]): boolean {
  const ai = states.some(({ provider }) => provider.group === 'ai');
  return ai && states.every(({ verification }) => verification !== 'invalid');
}

export function viewValidation(states: readonly KeyState[]): KeysValidationView {
  const valid = allValid(states);
  const own = states.filter((state) => state.mask !== null).map(({ provider, mask }) => [provider.id, mask]);
  return {
    api_keys: Object.fromEntries(own) as Record<string, string>,
    validation_results: Object.fromEntries(states.map((state) => [state.provider.id, viewResult(state)])),
    all_valid: valid,
    total_providers: states.length,
    configured_providers: states.map(({ provider }) => provider.id),
    missing_keys: valid ? [] : AI_PROVIDERS.map(({ id }) => id),
  };
}

export function viewCheck({ id }: Provider, verification: Verification, message: string): KeyCheckView {
  return { provider: id, valid: VALID[verification], status: verification, message };
}

function viewProvider({ name, description, setupUrl }: Provider): ProviderView {
  return { name, description, setup_url: setupUrl, required_fields: ['api_key'], optional_fields: [] };
}

export function viewProviders(): Readonly<Record<string, ProviderView>> {
  return Object.fromEntries(PROVIDERS.map((provider) => [provider.id, viewProvider(provider)]));
}

export function viewSetup(provider: Provider): ProviderSetupView {
  const { name, setupUrl, format } = provider;
  return {
    ...viewProvider(provider),
    setup_instructions: [
      `Sign in to ${name}, or create an account.`,
      `Open ${setupUrl} and create an API key.`,
      `Copy the key: it usually ${format}.`,
      'Paste it here and save it.',
    ],
  };
}

/** The state of each provider's key, by group; a provider without a key is `missing`. */
export function viewByGroup(
  states: readonly KeyState[],
): Readonly<Record<string, Record<string, ValidationResultView>>> {
  const byProvider = new Map(states.map((state) => [state.provider.id, state]));
  const resultOf = ({ id }: Provider): ValidationResultView => {
    const state = byProvider.get(id);
    return state ? viewResult(state) : { valid: null, status: 'missing' };
  };
  return Object.fromEntries(
    PROVIDER_GROUPS.map((group) => {
      const members = PROVIDERS.filter((provider) => provider.group === group);
      return [group, Object.fromEntries(members.map((provider) => [provider.id, resultOf(provider)]))];
    }),
  );
}
