import createFetchClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './schema.js';

export { watchProgress, type ProgressWatch, type WatchOptions, type WatchState } from './watch-progress.js';
export { WatchError } from './live-connection.js';
export type { EventMessage, SnapshotMessage, StatusView } from './live-messages.js';

/** The API's routes with their requests and answers, as the document of the service describes them. */
export type OnboardingClient = Client<paths>;

/** A failure as the service answers it (RFC 9457); `detail` may be shown to a person. */
export type Problem = components['schemas']['ProblemView'];

export interface OnboardingClientOptions {
  /** Where the service is, such as `https://onboarding.example.com`. */
  readonly baseUrl: string;
  /** The bearer token, or what gives a fresh one for each request. */
  readonly token: string | (() => string | Promise<string>);
}

/** A typed client for browsers and Node. Each call gives `{ data }` or `{ error }`, and the `response`; it throws only when there is no answer. */
export function createOnboardingClient({ baseUrl, token }: OnboardingClientOptions): OnboardingClient {
  const client = createFetchClient<paths>({ baseUrl });
  client.use({
    async onRequest({ request }) {
      request.headers.set('authorization', `Bearer ${typeof token === 'string' ? token : await token()}`);
      return request;
    },
  });
  return client;
}
