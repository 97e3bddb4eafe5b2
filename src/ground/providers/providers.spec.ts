import { describe, expect, it } from '@jest/globals';
import { AI_PROVIDERS, findProvider, PROVIDER_GROUPS, PROVIDERS } from './providers.js';

/** Every provider that clients of the product may name, with its group and its aliases. */
const EXPECTED: Readonly<Record<string, readonly [group: string, ...aliases: string[]]>> = {
  openai: ['ai'],
  gemini: ['ai', 'google'],
  anthropic: ['ai'],
  mistral: ['ai'],
  exa: ['research', 'metaphor'],
  tavily: ['research'],
  serper: ['research'],
  serpapi: ['research'],
  firecrawl: ['research'],
  stability: ['media'],
  huggingface: ['ai', 'hf', 'hf_token'],
  wavespeed: ['media'],
  copilotkit: ['interface'],
  deepseek: ['ai'],
  groq: ['ai'],
  openrouter: ['ai'],
  xai: ['ai'],
  perplexity: ['ai'],
  cohere: ['ai'],
  replicate: ['media'],
  elevenlabs: ['media'],
};

const repeated = (items: readonly string[]) => items.filter((item, index) => items.indexOf(item) !== index);

describe('the providers', () => {
  it('are these, with these aliases', () => {
    const providers = Object.fromEntries(PROVIDERS.map(({ id, group, aliases }) => [id, [group, ...aliases]]));
    expect(providers).toEqual(EXPECTED);
    expect(Object.keys(EXPECTED)).toHaveLength(21);
    expect(PROVIDERS).toHaveLength(21);
  });

  it('have unique names: no id or alias stands for two', () => {
    expect(repeated(PROVIDERS.flatMap(({ id, aliases }) => [id, ...aliases]))).toEqual([]);
  });

  it('have unique variables: none holds a key for two providers', () => {
    const variables = PROVIDERS.flatMap((provider) => provider.variables);
    expect(repeated(variables)).toEqual([]);
    for (const variable of variables) expect(variable).toMatch(/^[A-Z][A-Z0-9_]*$/);
  });

  it('have unique prefixes', () => {
    const prefixes = PROVIDERS.flatMap((provider) => provider.prefixes);
    expect(repeated(prefixes)).toEqual([]);
    for (const prefix of prefixes) expect(prefix.length).toBeGreaterThanOrEqual(3);
    expect(prefixes.filter((one) => prefixes.some((other) => other !== one && one.startsWith(other)))).toEqual([]);
  });

  it.each(PROVIDERS.map((provider) => [provider.id, provider] as const))(
    '%s has the texts that people need',
    (id, provider) => {
      expect(id).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(PROVIDER_GROUPS).toContain(provider.group);
      expect(provider.name).toMatch(/\S/);
      expect(provider.description).toMatch(/\S/);
      expect(provider.format).toMatch(/^(starts|has) /);
      const { protocol, username, password } = new URL(provider.setupUrl);
      expect([protocol, username, password]).toEqual(['https:', '', '']);
    },
  );

  const verified = PROVIDERS.flatMap(({ id, verification }) => (verification ? [[id, verification] as const] : []));

  it('without a free request are these', () => {
    const ids = verified.map(([id]) => id);
    const others = PROVIDERS.map(({ id }) => id).filter((id) => !ids.includes(id));
    expect(others.sort()).toEqual(['copilotkit', 'exa', 'perplexity', 'serpapi', 'wavespeed']);
  });

  it.each(verified)(
    '%s verifies keys at a fixed host, with the key only in a header',
    (_id, { host, path, headers }) => {
      expect(host).toMatch(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/);
      expect(new URL(`https://${host}${path}`).host).toBe(host);
      expect(path).toMatch(/^\/[\w/.-]+$/);
      const sent = Object.entries(headers('the-key'));
      expect(sent.filter(([, value]) => value.includes('the-key'))).toHaveLength(1);
      for (const [name] of sent) expect(name).toMatch(/^[a-z][a-z-]*$/);
    },
  );
});

describe('finding a provider', () => {
  it.each(Object.entries(EXPECTED))('finds %s by its id and aliases', (id, [, ...aliases]) => {
    expect([id, ...aliases].map((name) => findProvider(name)?.id)).toEqual([id, ...aliases].map(() => id));
  });

  it.each(['', 'nonesuch', 'OpenAI', 'openai ', '__proto__', 'constructor', 'toString', 'openai/x'])(
    'finds nothing by %j',
    (name) => expect(findProvider(name)).toBeUndefined(),
  );

  it('counts those of the group ai for step 1', () => {
    const ai = Object.keys(EXPECTED).filter((id) => EXPECTED[id]?.[0] === 'ai');
    expect(AI_PROVIDERS.map(({ id }) => id).sort()).toEqual(ai.sort());
  });
});
