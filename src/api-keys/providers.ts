/** What a provider is used for. A key of the group `ai` finishes step 1. */
export type ProviderGroup = 'ai' | 'research' | 'media' | 'interface';

export interface Provider {
  /** The name under which it is stored and returned. */
  readonly id: string;
  readonly name: string;
  readonly group: ProviderGroup;
  /** Other names that clients use; accepted everywhere. */
  readonly aliases: readonly string[];
  /** Variables that may hold the deployment's own key, the usual one first. */
  readonly variables: readonly string[];
}

function provider(
  id: string,
  name: string,
  group: ProviderGroup,
  variables: string[],
  aliases: string[] = [],
): Provider {
  return { id, name, group, variables, aliases };
}

/** Every provider whose keys the service knows. */
export const PROVIDERS: readonly Provider[] = [
  provider('openai', 'OpenAI', 'ai', ['OPENAI_API_KEY']),
  provider('gemini', 'Google Gemini', 'ai', ['GEMINI_API_KEY', 'GOOGLE_API_KEY'], ['google']),
  provider('anthropic', 'Anthropic', 'ai', ['ANTHROPIC_API_KEY']),
  provider('mistral', 'Mistral AI', 'ai', ['MISTRAL_API_KEY']),
  provider('deepseek', 'DeepSeek', 'ai', ['DEEPSEEK_API_KEY']),
  provider('groq', 'Groq', 'ai', ['GROQ_API_KEY']),
  provider('openrouter', 'OpenRouter', 'ai', ['OPENROUTER_API_KEY']),
  provider('xai', 'xAI', 'ai', ['XAI_API_KEY']),
  provider('perplexity', 'Perplexity', 'ai', ['PERPLEXITY_API_KEY']),
  provider('cohere', 'Cohere', 'ai', ['COHERE_API_KEY', 'CO_API_KEY']),
  provider('huggingface', 'Hugging Face', 'ai', ['HF_TOKEN', 'HUGGINGFACE_API_KEY'], ['hf', 'hf_token']),
  provider('exa', 'Exa', 'research', ['EXA_API_KEY', 'METAPHOR_API_KEY'], ['metaphor']),
  provider('tavily', 'Tavily', 'research', ['TAVILY_API_KEY']),
  provider('serper', 'Serper', 'research', ['SERPER_API_KEY']),
  provider('serpapi', 'SerpApi', 'research', ['SERPAPI_API_KEY']),
  provider('firecrawl', 'Firecrawl', 'research', ['FIRECRAWL_API_KEY']),
  provider('stability', 'Stability AI', 'media', ['STABILITY_API_KEY']),
  provider('wavespeed', 'WaveSpeed', 'media', ['WAVESPEED_API_KEY']),
  provider('replicate', 'Replicate', 'media', ['REPLICATE_API_TOKEN']),
  provider('elevenlabs', 'ElevenLabs', 'media', ['ELEVENLABS_API_KEY']),
  provider('copilotkit', 'CopilotKit', 'interface', ['COPILOTKIT_API_KEY']),
];

const byName = new Map(
  PROVIDERS.flatMap((known) => [known.id, ...known.aliases].map((name) => [name, known] as const)),
);

/** By its name or an alias; undefined when there is none. */
export function findProvider(name: string): Provider | undefined {
  return byName.get(name);
}
