import { FLOW_IDS, type FlowId } from '../../ground/config/wizard-flows.js';
import { Flow } from './flow.js';
import { FLOW_ROWS, type FlowRows } from './flow-rows.js';
import { STEPS, type StepKey } from './steps.js';

function flowOf(id: FlowId, { steps, ...numbers }: FlowRows): Flow {
  const rows = steps.map((row) => ({ required: false, isIntroduction: false, ...STEPS[row.key], ...row }));
  return new Flow(id, rows, numbers);
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

/** Every number under which any wizard may post a step. */
export const STEP_NUMBERS: ReadonlySet<number> = new Set(
  Object.values(FLOW_ROWS).flatMap(({ steps, alsoComplete }) => [
    ...steps.map(({ number }) => number),
    ...alsoComplete,
  ]),
);

export const HIGHEST_STEP_NUMBER = Math.max(...STEP_NUMBERS);

/** The step of a canonical number; null for a number that names none. */
export const canonicalStep = (number: number): StepKey | null => FLOWS.six.keyOf(number);
