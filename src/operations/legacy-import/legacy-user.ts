import type { JsonObject } from '../../ground/problems/json.js';
import type { Secret } from '../../ground/secrets/secret.js';
import type { StepStatus } from '../../onboarding/flow/step-status.js';
import type { StepKey } from '../../onboarding/flow/steps.js';

/** Something that the older back end holds, or lacks, of which people should know. Never key material. */
export interface Warning {
  /** Such as `unknown_status`. */
  readonly code: string;
  /** One sentence. */
  readonly detail: string;
}

/** A document and the times that its source gives it. */
export interface Dated<T> {
  readonly value: T;
  readonly createdAt: Date | null;
  readonly updatedAt: Date | null;
}

export interface LegacyStep {
  readonly status: StepStatus;
  readonly completedAt: Date | null;
  readonly validationErrors: readonly string[];
}

export interface LegacyProgress {
  readonly startedAt: Date;
  readonly updatedAt: Date;
  /** Null: not finished. */
  readonly completedAt: Date | null;
  readonly steps: Readonly<Record<StepKey, LegacyStep>>;
  /** Only where the user was inside a step; null: derived. */
  readonly currentStep: StepKey | null;
  readonly onboardingType: string | null;
}

export interface LegacyKey {
  /** Our id of the provider. */
  readonly provider: string;
  readonly key: Secret;
  readonly savedAt: Date | null;
}

/** All that the sources of one run hold of one user, merged by the rules of moving in. */
export interface LegacyUser {
  readonly userId: string;
  /** For the report, such as `progress-files, sqlite`. Names of kinds, never addresses. */
  readonly source: string;
  readonly progress: LegacyProgress;
  /** As step 2 posts it: every key of ours, brand documents too, unknown ones beside them (they go to `extra`). Clean: no NUL, no lone surrogates, no NaN. */
  readonly website: Dated<JsonObject> | null;
  readonly research: Dated<JsonObject> | null;
  /** As step 3 posts them. */
  readonly competitors: Dated<readonly JsonObject[]> | null;
  readonly persona: Dated<JsonObject> | null;
  readonly integrations: Dated<JsonObject> | null;
  /** business_description, industry, target_audience, business_goals. */
  readonly business: Dated<JsonObject> | null;
  /** One for each provider. */
  readonly keys: readonly LegacyKey[];
  readonly warnings: readonly Warning[];
}

/** What a source holds that belongs to nobody, or could not be read: a line of the report without a user, or with one who failed. */
export interface Leftover {
  readonly userId: string | null;
  readonly source: string;
  readonly warnings: readonly Warning[];
  /** Whether it is a failure (a damaged file, say) rather than something that is never imported. */
  readonly isFailure: boolean;
}

export type Found = { readonly user: LegacyUser } | { readonly leftover: Leftover };
