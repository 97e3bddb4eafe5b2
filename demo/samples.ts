import type { StepKey } from './api.js';

/** What the page posts for a step unless its reader edits it: made up, and small. */
const SAMPLES: Readonly<Record<StepKey, object>> = {
  api_keys: { api_keys: { openai: 'sk-demo-this-is-not-a-real-key' } },
  website: {
    website: 'https://bakery.example',
    analysis: {
      writing_style: { tone: 'warm', voice: 'active', formality: 'informal' },
      target_audience: { demographics: ['people who bake at home'], expertise_level: 'beginner' },
      content_type: { primary_type: 'blog', purpose: 'informational' },
    },
  },
  research: {
    stepType: 'research',
    research_depth: 'Standard',
    content_types: ['Blog Posts'],
    competitors: [{ url: 'https://rival-bakery.example', domain: 'rival-bakery.example', title: 'Rival Bakery' }],
    researchSummary: { total_competitors: 1, market_insights: 'Nobody nearby writes about sourdough.' },
  },
  personalization: {
    stepType: 'personalization',
    corePersona: { identity: { persona_name: 'The friendly baker', archetype: 'Caregiver' } },
    platformPersonas: { blog: { tone: 'helpful' } },
    selectedPlatforms: ['blog'],
  },
  integrations: {
    integrations: {
      primaryWebsite: 'https://bakery.example',
      websitePlatforms: { wordpress: [{ url: 'https://bakery.example', name: 'Bakery' }] },
      connectedPlatforms: ['wordpress'],
    },
  },
  complete: {},
};

export const sampleOf = (key: StepKey) => JSON.stringify(SAMPLES[key], null, 2);

/** Texts that can be keys, and plainly are none. */
const SAMPLE_KEYS: Readonly<Record<string, string>> = {
  gemini: 'AIza-demo-this-is-not-a-real-key',
  anthropic: 'sk-ant-demo-this-is-not-a-real-key',
  groq: 'gsk_demo-this-is-not-a-real-key',
  exa: 'demo0000-0000-0000-0000-not-a-real-key',
};

export const sampleKeyOf = (provider: string) => SAMPLE_KEYS[provider] ?? 'sk-demo-this-is-not-a-real-key';
