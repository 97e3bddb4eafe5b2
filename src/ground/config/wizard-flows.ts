/** The generations of the wizard. A request or the deployment names one; `onboarding/flow` says what each is. */
export const FLOW_IDS = ['six', 'six-intro', 'five', 'four'] as const;

export type FlowId = (typeof FLOW_IDS)[number];

export function isFlowId(value: unknown): value is FlowId {
  return FLOW_IDS.some((id) => id === value);
}
