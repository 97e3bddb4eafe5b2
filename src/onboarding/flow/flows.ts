import { FLOW_IDS, type FlowId } from '../../ground/config/wizard-flows.js';
import { Flow, type FlowNumbers, type FlowStep } from './flow.js';
import { STEPS, type StepKey } from './steps.js';

type Row = Pick<FlowStep, 'number' | 'key'> & Partial<FlowStep>;

interface FlowRows extends Omit<FlowNumbers, 'withoutPage'> {
  readonly steps: readonly Row[];
  readonly withoutPage?: readonly Row[];
}

/**
 * The wizards in the field. They all work on the same steps: a flow says which of them a wizard shows, under which numbers, and what
 * it demands before the end.
 */
const ROWS: Readonly<Record<FlowId, FlowRows>> = {
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

function flowOf(id: FlowId, { steps, withoutPage = [], ...numbers }: FlowRows): Flow {
  return new Flow(id, steps.map(stepOf), { ...numbers, withoutPage: withoutPage.map(stepOf) });
}

function stepOf(row: Row): FlowStep {
  return { required: false, isIntroduction: false, ...STEPS[row.key], ...row };
}

/** The same wizard in the canonical numbers. A step that it lacks has its canonical number all the same. */
function canonicalRows({ steps }: FlowRows): FlowRows {
  const canonical = new Map(ROWS.six.steps.map(({ key, number }) => [key, number]));
  const numbered = steps.map((row) => ({ ...row, number: canonical.get(row.key) ?? row.number }));
  return { ...ROWS.six, steps: numbered, withoutPage: ROWS.six.steps };
}

const byId = (rowsOf: (rows: FlowRows) => FlowRows) =>
  Object.fromEntries(FLOW_IDS.map((id) => [id, flowOf(id, rowsOf(ROWS[id]))])) as Record<FlowId, Flow>;

/** Each wizard in its own numbers. */
export const FLOWS: Readonly<Record<FlowId, Flow>> = byId((rows) => rows);

/** Each wizard in the canonical numbers, for services, operators and callers in the process. */
export const CANONICAL_FLOWS: Readonly<Record<FlowId, Flow>> = byId(canonicalRows);

/** The step of a canonical number; null for a number that names none. */
export const canonicalStep = (number: number): StepKey | null => FLOWS.six.keyOf(number);
