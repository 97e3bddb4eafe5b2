import { createOnboardingClient, type OnboardingClient, type Problem } from '../client/onboarding-client.js';
import type { components } from '../client/schema.js';

type Schemas = components['schemas'];

export type InitView = Schemas['InitView'];
export type ConfigView = Schemas['ConfigView'];
export type RequirementsView = Schemas['RequirementsView'];
export type RequirementView = Schemas['RequirementView'];
export type StepView = Schemas['InitStepView'];
export type StatusView = Schemas['StatusView'];
export type KeysView = Schemas['ApiKeysView'];
export type HistoryItem = Schemas['HistoryItemView'];
export type FlowId = ConfigView['flow'];
export type StepKey = RequirementView['step_key'];
export type StepStatus = StepView['status'];

/** A request as the log shows it. */
export interface LoggedRequest {
  readonly id: string;
  readonly at: Date;
  readonly method: string;
  readonly path: string;
  /** Null: there was no answer. */
  readonly status: number | null;
  readonly ms: number;
  /** Why it was refused. */
  readonly detail: string | null;
}

export interface ApiOptions {
  readonly token: () => Promise<string>;
  /** The wizard that requests name; null: they name none. */
  readonly wizard: () => FlowId | null;
  readonly note: (request: LoggedRequest) => void;
}

/** The API of the service that has served the page. */
export function createApi({ token, wizard, note }: ApiOptions): OnboardingClient {
  const client = createOnboardingClient({ baseUrl: location.origin, token });
  const begun = new Map<string, number>();
  const log = (id: string, request: Request, status: number | null, detail: string | null) => {
    const { pathname, search } = new URL(request.url);
    const ms = performance.now() - (begun.get(id) ?? performance.now());
    begun.delete(id);
    note({ id, at: new Date(), method: request.method, path: pathname + search, status, ms, detail });
  };
  client.use({
    onRequest({ id, request }) {
      const flow = wizard();
      if (flow !== null) request.headers.set('onboarding-flow', flow);
      begun.set(id, performance.now());
      return request;
    },
    async onResponse({ id, request, response }) {
      log(id, request, response.status, response.ok ? null : await detailOf(response.clone()));
    },
    onError({ id, request }) {
      log(id, request, null, 'No answer: the service may have stopped.');
    },
  });
  return client;
}

async function detailOf(response: Response): Promise<string | null> {
  try {
    return ((await response.json()) as Partial<Problem>).detail ?? null;
  } catch {
    return null;
  }
}
