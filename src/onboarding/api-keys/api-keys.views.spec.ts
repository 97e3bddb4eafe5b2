import { describe, expect, it } from '@jest/globals';
import { AI_PROVIDERS, getProvider, PROVIDER_GROUPS, PROVIDERS } from '../../ground/providers/providers.js';
import { VERIFICATIONS, type Verification } from '../database/records/sealed-keys.record.js';
import type { KeyState } from './api-key-manager.service.js';
import {
  allValid,
  viewByGroup,
  viewCheck,
  viewKeys,
  viewProviders,
  viewSetup,
  viewValidation,
} from './api-keys.views.js';

/** The state of a user's own key, or, with null for its mask, of the deployment's. */
function stateOf(
  id: string,
  verification: Verification = 'unverified',
  mask: string | null = '********cdef',
): KeyState {
  return { provider: getProvider(id), mask, verification };
}

const RESULTS = {
  configured: { valid: true, status: 'configured' },
  invalid: { valid: false, status: 'invalid', error: 'OpenAI does not know this key.' },
  unverified: { valid: null, status: 'unverified' },
} as const;

describe('all keys', () => {
  it.each<[name: string, valid: boolean, states: readonly KeyState[]]>([
    ['are not valid where there is none', false, []],
    ['are not valid without one of an AI provider', false, [stateOf('exa', 'configured')]],
    ['are valid with one of an AI provider that was not verified', true, [stateOf('openai')]],
    ['are valid with the deployment’s own of an AI provider', true, [stateOf('openai', 'unverified', null)]],
    ['are not valid with one that is invalid', false, [stateOf('openai', 'configured'), stateOf('exa', 'invalid')]],
  ])('%s', (_, valid, states) => {
    expect(allValid(states)).toBe(valid);
    const { all_valid, missing_keys } = viewValidation(states);
    expect([all_valid, missing_keys]).toEqual([valid, valid ? [] : AI_PROVIDERS.map(({ id }) => id)]);
  });
});

describe('the validation of keys', () => {
  it.each(VERIFICATIONS)('has the last answer of the provider: %s', (verification) => {
    const states = [stateOf('openai', verification)];
    expect(viewValidation(states).validation_results).toEqual({ openai: RESULTS[verification] });
    expect(viewByGroup(states)['ai']?.['openai']).toEqual(RESULTS[verification]);
  });

  it('lists the deployment’s keys among the providers, and never among the masks', () => {
    const view = viewValidation([stateOf('openai', 'configured'), stateOf('exa', 'unverified', null)]);
    expect(view.api_keys).toEqual({ openai: '********cdef' });
    expect([view.total_providers, view.configured_providers]).toEqual([2, ['openai', 'exa']]);
    expect(Object.keys(view.validation_results)).toEqual(['openai', 'exa']);
  });

  it('by group has every provider once: those without a key are missing', () => {
    const view = viewByGroup([stateOf('openai', 'configured')]);
    expect(Object.keys(view)).toEqual([...PROVIDER_GROUPS]);
    const results = Object.values(view).flatMap((group) => Object.entries(group));
    expect(results.map(([id]) => id).toSorted()).toEqual(PROVIDERS.map(({ id }) => id).toSorted());
    for (const [id, result] of results) {
      expect(result).toEqual(id === 'openai' ? RESULTS.configured : { valid: null, status: 'missing' });
    }
  });
});

describe('a list of keys', () => {
  it('is the masks, their number and their providers', () => {
    const masks = { openai: '********cdef', exa: '********' };
    expect(viewKeys(masks)).toEqual({
      api_keys: masks,
      total_providers: 2,
      configured_providers: ['openai', 'exa'],
    });
  });
});

describe('the check of a key', () => {
  it.each(VERIFICATIONS)('says what the provider has answered: %s', (verification) => {
    const { valid } = RESULTS[verification];
    const check = viewCheck(getProvider('openai'), verification, 'A sentence.');
    expect(check).toEqual({ provider: 'openai', valid, status: verification, message: 'A sentence.' });
  });
});

describe('the catalogue', () => {
  it('has every provider, without prefixes, hosts and variables', () => {
    const view = viewProviders();
    expect(Object.keys(view)).toEqual(PROVIDERS.map(({ id }) => id));
    for (const { id, name, description, setupUrl } of PROVIDERS) {
      expect(view[id]).toEqual({
        name,
        description,
        setup_url: setupUrl,
        required_fields: ['api_key'],
        optional_fields: [],
      });
    }
  });

  it('has four instructions, with the address and what a key looks like', () => {
    const { setup_instructions } = viewSetup(getProvider('openai'));
    expect(setup_instructions).toHaveLength(4);
    expect(setup_instructions[1]).toContain(getProvider('openai').setupUrl);
    expect(setup_instructions[2]).toContain(getProvider('openai').format);
  });
});
