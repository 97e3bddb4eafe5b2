import { isDeepStrictEqual } from 'node:util';
import { documentsIn, type DocumentTable } from '../database/document-tables.js';
import type { Differences } from '../database/records/document-versions.record.js';
import type { Progress } from '../flow/progress.js';
import { stateOf, validationErrorsOf } from '../flow/progress-state.js';
import { STEP_KEYS, type StepKey } from '../flow/steps.js';
import type { RestoredChangeView } from './history.contract.js';

/** Fields of the whole progress; the wizard is never restored. */
const FIELDS = ['current_step', 'percentage_floor', 'started_at', 'completed_at', 'onboarding_type'] as const;

/** Where two states of the progress differ. */
export function progressChanges(from: Progress, to: Progress): RestoredChangeView[] {
  const [before, after] = [stateOf(from), stateOf(to)];
  const [errorsBefore, errorsAfter] = [validationErrorsOf(from), validationErrorsOf(to)];
  const steps = STEP_KEYS.flatMap((step) => [
    ...changeOf(step, 'status', before.steps[step]?.status ?? 'pending', after.steps[step]?.status ?? 'pending'),
    ...changeOf(step, 'completed_at', before.steps[step]?.completed_at, after.steps[step]?.completed_at),
    // Texts of the client's: only that they change.
    ...(isDeepStrictEqual(errorsBefore[step], errorsAfter[step])
      ? []
      : [{ step_key: step, field: 'validation_errors' }]),
  ]);
  return [...FIELDS.flatMap((field) => changeOf(null, field, before[field], after[field])), ...steps];
}

function changeOf(step_key: StepKey | null, field: string, before: unknown, after: unknown): RestoredChangeView[] {
  const [from, to] = [before ?? null, after ?? null];
  return from === to ? [] : [{ step_key, field, from, to }];
}

/** Where these documents differ from what they were. */
export function documentChanges(
  tables: readonly DocumentTable[],
  changes: Differences['changes'],
): RestoredChangeView[] {
  return tables.flatMap((table) => {
    const [step_key = null] = documentsIn([table]);
    return (changes[table] ?? []).map(({ field, scalars }) => ({ step_key, field, ...scalars }));
  });
}
