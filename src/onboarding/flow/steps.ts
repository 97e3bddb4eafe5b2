/** The steps that onboarding knows, in their canonical order. Rows name a step by its key; numbers exist only in flows. */
export const STEPS = {
  api_keys: { title: 'AI LLM Providers', description: 'Configure AI language model providers' },
  website: { title: 'Website Analysis', description: 'Set up website analysis and crawling' },
  research: { title: 'AI Research', description: 'Configure AI research capabilities' },
  personalization: { title: 'Personalization', description: 'Set up personalization features' },
  integrations: { title: 'Integrations', description: 'Configure integrations' },
  complete: { title: 'Complete Setup', description: 'Finalize and complete onboarding' },
} as const;

export type StepKey = keyof typeof STEPS;

export const STEP_KEYS = Object.keys(STEPS) as readonly StepKey[];
