import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../ground/secrets/secret.js';
import { keysByProvider, providerOf } from './legacy-keys.js';
import { Warnings } from './warnings.js';

const at = (day: number) => new Date(Date.UTC(2026, 0, day));
const found = (name: string, key: string, savedAt: Date | null = null) => ({ name, key: new Secret(key), savedAt });

function keys(...all: ReturnType<typeof found>[]) {
  const warnings = new Warnings();
  const kept = keysByProvider(all, warnings).map(({ provider, key }) => [provider, key.reveal()]);
  return { keys: Object.fromEntries(kept) as Record<string, string>, warnings: warnings.list };
}

describe('their names of providers', () => {
  it.each([
    ['OpenAI', 'openai'],
    ['GEMINI_API_KEY', 'gemini'],
    ['google', 'gemini'],
    ['google_api_key', 'gemini'],
    ['metaphor', 'exa'],
    ['HF_TOKEN', 'huggingface'],
    ['hf', 'huggingface'],
    ['huggingface', 'huggingface'],
    ['serpapi_key', 'serpapi'],
    [' wavespeed ', 'wavespeed'],
    ['deepseek', 'deepseek'],
  ])('%s is our %s', (name, id) => {
    expect(providerOf(name)).toBe(id);
  });

  it.each(['image_generation', 'video', '', 'constructor'])('%j is none', (name) => {
    expect(providerOf(name)).toBeNull();
  });
});

describe('keys', () => {
  it('are trimmed; masks, placeholders and nothing are no keys', () => {
    const { keys: kept, warnings } = keys(
      found('gemini', '\n AIza-a '),
      found('openai', '****abcd'),
      found('openai', '********'),
      found('exa', 'your_exa_api_key_here'),
      found('tavily', 'None'),
      found('serper', 'null'),
      found('mistral', ' \n'),
    );
    expect(kept).toEqual({ gemini: 'AIza-a' });
    expect(warnings.map(({ code, detail }) => `${code} ${detail}`)).toEqual([
      'no_key In place of the key of openai there is a mask: it was not imported.',
      'no_key In place of the key of exa there is a placeholder: it was not imported.',
    ]);
  });

  it('are kept although they break our rules for new ones', () => {
    expect(keys(found('openai', 'sk-ant-of another')).keys).toEqual({ openai: 'sk-ant-of another' });
  });

  it('of one provider: the one that was saved last', () => {
    expect(keys(found('gemini', 'new', at(2)), found('google', 'old', at(1))).keys).toEqual({ gemini: 'new' });
    expect(keys(found('gemini', 'first', at(1)), found('gemini', 'last', at(1))).keys).toEqual({ gemini: 'last' });
  });

  it('of Metaphor are for Exa, where there is no other', () => {
    expect(keys(found('exa', 'exa', at(1)), found('metaphor', 'metaphor', at(2))).keys).toEqual({ exa: 'exa' });
    expect(keys(found('metaphor_api_key', 'metaphor', at(2)), found('exa', 'exa')).keys).toEqual({ exa: 'exa' });
    expect(keys(found('metaphor', 'metaphor', at(2))).keys).toEqual({ exa: 'metaphor' });
  });

  it('of nobody whom we know are reported, without what could be a key', () => {
    const { warnings } = keys(found('image_generation', 'k'), found('My-LLM2', 'k'));
    const names = [
      'sk-proj-1234567890',
      'my llm',
      'a'.repeat(33),
      'abcdef0123456789',
      'x_12345',
      'hf_abc',
      'AIzaabc',
      '',
    ];
    const { warnings: unnamed } = keys(...names.map((name) => found(name, 'k')));
    expect(warnings.map(({ detail }) => detail)).toEqual([
      expect.stringContaining("'image_generation'"),
      expect.stringContaining("'My-LLM2'"),
    ]);
    expect(unnamed.map(({ detail }) => detail)).toEqual([expect.stringContaining('A key of an unknown provider')]);
  });
});
