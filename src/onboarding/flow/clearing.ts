import type { StepKey } from './steps.js';

/** A request that clears a requirement. */
export interface Clearing {
  readonly method: 'POST' | 'DELETE';
  /** Below the path of the API. */
  readonly path: string | { readonly completing: StepKey };
  /** Where in the request's body; null: the request alone does it. */
  readonly pointer: string | null;
}

/** Completing a step with data in one of these places. */
export function posting(step: StepKey, ...pointers: readonly string[]): readonly Clearing[] {
  return pointers.map((at) => ({ method: 'POST', path: { completing: step }, pointer: `/data/${at}` }));
}

/** Completing a step with data in several places: one of them alone is not enough. */
export function postingAll(step: StepKey): readonly Clearing[] {
  return [{ method: 'POST', path: { completing: step }, pointer: '/data' }];
}

/** Completing a step with what is saved. */
export function completing(step: StepKey): readonly Clearing[] {
  return [{ method: 'POST', path: { completing: step }, pointer: null }];
}

export const SAVING_KEY: readonly Clearing[] = [{ method: 'POST', path: 'api-keys', pointer: '/api_key' }];
