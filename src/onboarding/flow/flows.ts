import { FLOW_IDS, type FlowId } from '../../ground/config/wizard-flows.js';
import { Flow, type FlowStep } from './flow.js';
import { FLOW_ROWS, type FlowRow, type FlowRows } from './flow-rows.js';
import { STEPS, type StepKey } from './steps.js';

function flowOf(id: FlowId, { steps, withoutPage, ...numbers }: FlowRows): Flow {
  const pageless = withoutPage && { withoutPage: withoutPage.map(stepOf) };
  return new Flow(id, steps.map(stepOf), { ...numbers, ...pageless });
}

function stepOf(row: FlowRow): FlowStep {
  return { required: false, isIntroduction: false, ...STEPS[row.key], ...row };
}

/** The same wizard in the canonical numbers. A step that it lacks has its canonical number all the same. */
function canonicalRows({ steps }: FlowRows): FlowRows {
  const canonical = new Map(FLOW_ROWS.six.steps.map(({ key, number }) => [key, number]));
  const numbered = steps.map((row) => ({ ...row, number: canonical.get(row.key) ?? row.number }));
  return { ...FLOW_ROWS.six, steps: numbered, withoutPage: FLOW_ROWS.six.steps };
}

const byId = (rowsOf: (rows: FlowRows) => FlowRows) =>
  Object.fromEntries(FLOW_IDS.map((id) => [id, flowOf(id, rowsOf(FLOW_ROWS[id]))])) as Record<FlowId, Flow>;

/** Each wizard in its own numbers. */
export const FLOWS: Readonly<Record<FlowId, Flow>> = byId((rows) => rows);

/** Each wizard in the canonical numbers, for services, operators and callers in the process. */
export const CANONICAL_FLOWS: Readonly<Record<FlowId, Flow>> = byId(canonicalRows);

/** The step of a canonical number; null for a number that names none. */
export const canonicalStep = (number: number): StepKey | null => FLOWS.six.keyOf(number);
