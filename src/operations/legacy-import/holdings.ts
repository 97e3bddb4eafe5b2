import type { JsonObject } from '../../ground/problems/json.js';
import { STEP_KEYS, type StepKey } from '../../onboarding/flow/steps.js';
import type { FoundKey } from './legacy-keys.js';
import type { Dated, LegacyProgress, LegacyStep } from './legacy-user.js';

/** A user's progress as one source says it. */
export interface SourceProgress extends Omit<LegacyProgress, 'startedAt' | 'updatedAt'> {
  readonly startedAt: Date | null;
  readonly updatedAt: Date | null;
}

/** The documents of a user. */
export interface Documents {
  readonly website: Dated<JsonObject> | null;
  readonly research: Dated<JsonObject> | null;
  readonly competitors: Dated<readonly JsonObject[]> | null;
  readonly persona: Dated<JsonObject> | null;
  readonly integrations: Dated<JsonObject> | null;
  readonly business: Dated<JsonObject> | null;
}

/** What one source holds of one user. */
export interface Holdings {
  readonly progress: SourceProgress | null;
  readonly documents: Documents;
  readonly keys: readonly FoundKey[];
}

export const NO_DOCUMENTS: Documents = {
  website: null,
  research: null,
  competitors: null,
  persona: null,
  integrations: null,
  business: null,
};

export const PENDING: LegacyStep = { status: 'pending', completedAt: null, validationErrors: [] };

/** A record of all steps. */
export function eachStep(stepOf: (key: StepKey) => LegacyStep): Readonly<Record<StepKey, LegacyStep>> {
  return Object.fromEntries(STEP_KEYS.map((key) => [key, stepOf(key)])) as Record<StepKey, LegacyStep>;
}
