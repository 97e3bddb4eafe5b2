/** The six steps of onboarding, in order. Everything else that knows a step knows it from here. */
export const STEPS = [
  {
    number: 1,
    key: 'api_keys',
    title: 'AI LLM Providers',
    description: 'Configure AI language model providers',
    required: true,
  },
  {
    number: 2,
    key: 'website',
    title: 'Website Analysis',
    description: 'Set up website analysis and crawling',
    required: true,
  },
  {
    number: 3,
    key: 'research',
    title: 'AI Research',
    description: 'Configure AI research capabilities',
    required: true,
  },
  {
    number: 4,
    key: 'personalization',
    title: 'Personalization',
    description: 'Set up personalization features',
    required: false,
  },
  { number: 5, key: 'integrations', title: 'Integrations', description: 'Configure integrations', required: false },
  {
    number: 6,
    key: 'complete',
    title: 'Complete Setup',
    description: 'Finalize and complete onboarding',
    required: true,
  },
] as const;

export type StepDefinition = (typeof STEPS)[number];
export type StepNumber = StepDefinition['number'];

export const Step = { ApiKeys: 1, Website: 2, Research: 3, Personalization: 4, Integrations: 5, Complete: 6 } as const;

export const STEP_NUMBERS: readonly StepNumber[] = STEPS.map((step) => step.number);

export function isStepNumber(value: unknown): value is StepNumber {
  return STEP_NUMBERS.some((number) => number === value);
}

export function stepDefinition(number: StepNumber): StepDefinition {
  return STEPS[number - 1] as StepDefinition;
}
