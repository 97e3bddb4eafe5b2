import { channel } from 'node:diagnostics_channel';
import type { RequirementCode } from '../flow/requirement-rules.js';
import type { StepKey } from '../flow/steps.js';

/** A step that was not completed, and why: one of a few words each, never a user's. */
export interface Refusal {
  readonly step: StepKey;
  readonly code: RequirementCode;
}

/** Publishes refusals to subscribers, such as metrics; costs nothing while there are none. */
export const refusals = channel('onboarding.refusals');
