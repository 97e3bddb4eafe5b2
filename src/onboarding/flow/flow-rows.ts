import type { FlowId } from '../../ground/config/wizard-flows.js';
import type { FlowNumbers, FlowStep } from './flow.js';

/** A page as a row of a flow; what is left out comes from the step, or is false. */
export type FlowRow = Pick<FlowStep, 'number' | 'key'> & Partial<FlowStep>;

export interface FlowRows extends Omit<FlowNumbers, 'withoutPage'> {
  readonly steps: readonly FlowRow[];
  readonly withoutPage?: readonly FlowRow[];
}

/**
 * The wizards in the field. They all work on the same steps: a flow says which of them a wizard shows, under which numbers, and what
 * it demands before the end.
 */
export const FLOW_ROWS: Readonly<Record<FlowId, FlowRows>> = {
  /** Six pages, with one for API keys. Its numbers are the canonical ones, for callers that have no wizard. */
  six: {
    steps: [
      { number: 1, key: 'api_keys', required: true },
      { number: 2, key: 'website', required: true },
      { number: 3, key: 'research', required: true },
      { number: 4, key: 'personalization' },
      { number: 5, key: 'integrations' },
      { number: 6, key: 'complete', required: true },
    ],
    alsoComplete: [],
    currentStep: 'page',
    completed: 6,
  },
  /** Six pages, the first an introduction: the deployment has the keys. */
  'six-intro': {
    steps: [
      { number: 1, key: 'api_keys', isIntroduction: true },
      { number: 2, key: 'website', required: true },
      { number: 3, key: 'research', required: true },
      { number: 4, key: 'personalization' },
      { number: 5, key: 'integrations' },
      { number: 6, key: 'complete', required: true },
    ],
    alsoComplete: [],
    currentStep: 'page before',
    completed: 6,
  },
  /** Five pages; its last page posts step 6, as that of six pages does. */
  five: {
    steps: [
      { number: 1, key: 'website', required: true },
      { number: 2, key: 'research', required: true },
      { number: 3, key: 'personalization' },
      { number: 4, key: 'integrations' },
      { number: 5, key: 'complete', required: true },
    ],
    alsoComplete: [6],
    currentStep: 'page before',
    completed: 5,
  },
  /** Four pages, for a website or for LinkedIn; its last page posts step 6. */
  four: {
    steps: [
      { number: 1, key: 'website', required: true },
      { number: 2, key: 'research', required: true },
      { number: 3, key: 'personalization' },
      { number: 4, key: 'complete', required: true },
    ],
    alsoComplete: [5, 6],
    currentStep: 'page',
    completed: 5,
  },
};
