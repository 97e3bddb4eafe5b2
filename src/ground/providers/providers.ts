import { ProviderNotFound } from './providers.problems.js';

/** What a provider is used for. A key of the group `ai` finishes step 1. */
export type ProviderGroup = 'ai' | 'research' | 'media' | 'interface';

export const PROVIDER_GROUPS: readonly ProviderGroup[] = ['ai', 'research', 'media', 'interface'];

/** A request to the provider that needs a valid key, costs nothing and changes nothing. */
export interface VerificationRequest {
  readonly host: string;
  readonly path: string;
  readonly headers: (key: string) => Readonly<Record<string, string>>;
  /** The provider's answer to an unknown key, besides 401. */
  readonly refusal?: { readonly status: number; readonly body?: string };
}

export interface Provider {
  /** The name under which it is stored and returned. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly group: ProviderGroup;
  /** Other names that clients use; accepted everywhere. */
  readonly aliases: readonly string[];
  /** Variables that may hold the deployment's own key; the service writes the first. */
  readonly variables: readonly [string, ...string[]];
  readonly setupUrl: string;
  /** What its keys usually look like. A hint for people: formats change, so no key is refused for it. */
  readonly format: string;
  /** Beginnings that only this provider's keys have. */
  readonly prefixes: readonly string[];
  /** Absent if only a paid request could verify a key: such keys stay unverified. */
  readonly verification?: VerificationRequest;
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const header = (name: string) => (key: string) => ({ [name]: key });

const get = (
  host: string,
  path: string,
  headers: VerificationRequest['headers'] = bearer,
  refusal?: VerificationRequest['refusal'],
): VerificationRequest => ({ host, path, headers, ...(refusal ? { refusal } : {}) });

/**
 * Every provider whose keys the service knows. Sources: the providers' own documentation of their keys and endpoints, and the
 * public detectors gitleaks, trufflehog and kingfisher for the prefixes.
 */
export const PROVIDERS: readonly Provider[] = [
  {
    id: 'openai',
    name: 'OpenAI',
    description: 'GPT models for writing and analysis',
    group: 'ai',
    aliases: [],
    variables: ['OPENAI_API_KEY'],
    setupUrl: 'https://platform.openai.com/api-keys',
    format: 'starts with sk-',
    prefixes: ['sk-proj-', 'sk-svcacct-'],
    verification: get('api.openai.com', '/v1/models'),
  },
  {
    id: 'gemini',
    name: 'Google Gemini',
    description: 'Gemini models for writing and research',
    group: 'ai',
    aliases: ['google'],
    variables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    setupUrl: 'https://aistudio.google.com/apikey',
    format: 'starts with AQ. or, if it is older, with AIza',
    prefixes: ['AIza', 'AQ.'],
    verification: get('generativelanguage.googleapis.com', '/v1/models', header('x-goog-api-key'), {
      status: 400,
      body: 'API_KEY_INVALID',
    }),
  },
  {
    id: 'anthropic',
    name: 'Anthropic',
    description: 'Claude models for writing and analysis',
    group: 'ai',
    aliases: [],
    variables: ['ANTHROPIC_API_KEY'],
    setupUrl: 'https://console.anthropic.com/settings/keys',
    format: 'starts with sk-ant-api',
    prefixes: ['sk-ant-'],
    verification: get('api.anthropic.com', '/v1/models', (key) => ({
      'x-api-key': key,
      'anthropic-version': '2023-06-01',
    })),
  },
  {
    id: 'mistral',
    name: 'Mistral AI',
    description: 'Mistral models for writing',
    group: 'ai',
    aliases: [],
    variables: ['MISTRAL_API_KEY'],
    setupUrl: 'https://console.mistral.ai/api-keys',
    format: 'has 32 letters and digits and no prefix',
    prefixes: [],
    verification: get('api.mistral.ai', '/v1/models'),
  },
  {
    id: 'deepseek',
    name: 'DeepSeek',
    description: 'DeepSeek models for writing and analysis',
    group: 'ai',
    aliases: [],
    variables: ['DEEPSEEK_API_KEY'],
    setupUrl: 'https://platform.deepseek.com/api_keys',
    format: 'starts with sk-',
    prefixes: [],
    verification: get('api.deepseek.com', '/user/balance'),
  },
  {
    id: 'groq',
    name: 'Groq',
    description: 'Fast inference of open models',
    group: 'ai',
    aliases: [],
    variables: ['GROQ_API_KEY'],
    setupUrl: 'https://console.groq.com/keys',
    format: 'starts with gsk_',
    prefixes: ['gsk_'],
    verification: get('api.groq.com', '/openai/v1/models'),
  },
  {
    id: 'openrouter',
    name: 'OpenRouter',
    description: 'Many models behind one key',
    group: 'ai',
    aliases: [],
    variables: ['OPENROUTER_API_KEY'],
    setupUrl: 'https://openrouter.ai/settings/keys',
    format: 'starts with sk-or-v1-',
    prefixes: ['sk-or-v1-'],
    verification: get('openrouter.ai', '/api/v1/key'),
  },
  {
    id: 'xai',
    name: 'xAI',
    description: 'Grok models for writing and analysis',
    group: 'ai',
    aliases: [],
    variables: ['XAI_API_KEY'],
    setupUrl: 'https://console.x.ai',
    format: 'starts with xai-',
    prefixes: ['xai-'],
    verification: get('api.x.ai', '/v1/api-key'),
  },
  {
    id: 'perplexity',
    name: 'Perplexity',
    description: 'Answers with sources from the web',
    group: 'ai',
    aliases: [],
    variables: ['PERPLEXITY_API_KEY'],
    setupUrl: 'https://www.perplexity.ai/settings/api',
    format: 'starts with pplx-',
    prefixes: ['pplx-'],
  },
  {
    id: 'cohere',
    name: 'Cohere',
    description: 'Command models, embeddings and reranking',
    group: 'ai',
    aliases: [],
    variables: ['COHERE_API_KEY', 'CO_API_KEY'],
    setupUrl: 'https://dashboard.cohere.com/api-keys',
    format: 'has 40 letters and digits and no prefix',
    prefixes: [],
    verification: get('api.cohere.com', '/v1/models'),
  },
  {
    id: 'huggingface',
    name: 'Hugging Face',
    description: 'Open models and inference',
    group: 'ai',
    aliases: ['hf', 'hf_token'],
    variables: ['HF_TOKEN', 'HUGGINGFACE_API_KEY'],
    setupUrl: 'https://huggingface.co/settings/tokens',
    format: 'starts with hf_',
    prefixes: ['hf_'],
    verification: get('huggingface.co', '/api/whoami-v2'),
  },
  {
    id: 'exa',
    name: 'Exa',
    description: 'Web search by meaning, for competitors and sources',
    group: 'research',
    aliases: ['metaphor'],
    variables: ['EXA_API_KEY', 'METAPHOR_API_KEY'],
    setupUrl: 'https://dashboard.exa.ai/api-keys',
    format: 'has the shape of a UUID',
    prefixes: [],
  },
  {
    id: 'tavily',
    name: 'Tavily',
    description: 'Web search for research',
    group: 'research',
    aliases: [],
    variables: ['TAVILY_API_KEY'],
    setupUrl: 'https://app.tavily.com',
    format: 'starts with tvly-',
    prefixes: ['tvly-'],
    verification: get('api.tavily.com', '/usage'),
  },
  {
    id: 'serper',
    name: 'Serper',
    description: 'Google search results',
    group: 'research',
    aliases: [],
    variables: ['SERPER_API_KEY'],
    setupUrl: 'https://serper.dev/api-key',
    format: 'has 40 letters and digits and no prefix',
    prefixes: [],
    verification: get('google.serper.dev', '/account', header('x-api-key'), { status: 403 }),
  },
  {
    id: 'serpapi',
    name: 'SerpApi',
    description: 'Search results of many engines',
    group: 'research',
    aliases: [],
    variables: ['SERPAPI_API_KEY'],
    setupUrl: 'https://serpapi.com/manage-api-key',
    format: 'has 64 hexadecimal digits',
    // Its free request takes the key in the address only, where proxies would log it.
    prefixes: [],
  },
  {
    id: 'firecrawl',
    name: 'Firecrawl',
    description: 'Crawling and reading of websites',
    group: 'research',
    aliases: [],
    variables: ['FIRECRAWL_API_KEY'],
    setupUrl: 'https://www.firecrawl.dev/app/api-keys',
    format: 'starts with fc-',
    prefixes: ['fc-'],
    verification: get('api.firecrawl.dev', '/v2/team/credit-usage'),
  },
  {
    id: 'stability',
    name: 'Stability AI',
    description: 'Images from text',
    group: 'media',
    aliases: [],
    variables: ['STABILITY_API_KEY'],
    setupUrl: 'https://platform.stability.ai/account/keys',
    format: 'starts with sk-',
    prefixes: [],
    verification: get('api.stability.ai', '/v1/user/account'),
  },
  {
    id: 'wavespeed',
    name: 'WaveSpeed',
    description: 'Images and video from text',
    group: 'media',
    aliases: [],
    variables: ['WAVESPEED_API_KEY'],
    setupUrl: 'https://wavespeed.ai/accesskey',
    format: 'has 64 hexadecimal digits',
    prefixes: [],
  },
  {
    id: 'replicate',
    name: 'Replicate',
    description: 'Open models for images, video and sound',
    group: 'media',
    aliases: [],
    variables: ['REPLICATE_API_TOKEN'],
    setupUrl: 'https://replicate.com/account/api-tokens',
    format: 'starts with r8_',
    prefixes: ['r8_'],
    verification: get('api.replicate.com', '/v1/account'),
  },
  {
    id: 'elevenlabs',
    name: 'ElevenLabs',
    description: 'Voices and speech',
    group: 'media',
    aliases: [],
    variables: ['ELEVENLABS_API_KEY'],
    setupUrl: 'https://elevenlabs.io/app/settings/api-keys',
    format: 'starts with sk_',
    prefixes: [],
    verification: get('api.elevenlabs.io', '/v1/user', header('xi-api-key')),
  },
  {
    id: 'copilotkit',
    name: 'CopilotKit',
    description: 'The assistant inside the product',
    group: 'interface',
    aliases: [],
    variables: ['COPILOTKIT_API_KEY'],
    setupUrl: 'https://cloud.copilotkit.ai',
    format: 'starts with ck_pub_',
    prefixes: ['ck_pub_'],
  },
];

const byName = new Map(
  PROVIDERS.flatMap((provider) => [provider.id, ...provider.aliases].map((name) => [name, provider] as const)),
);

/** By its id or an alias; undefined if there is none. */
export function findProvider(name: string): Provider | undefined {
  return byName.get(name);
}

/** The same. @throws ProviderNotFound if there is none */
export function getProvider(name: string): Provider {
  const provider = findProvider(name);
  if (!provider) throw new ProviderNotFound();
  return provider;
}

export const AI_PROVIDERS: readonly Provider[] = PROVIDERS.filter(({ group }) => group === 'ai');
