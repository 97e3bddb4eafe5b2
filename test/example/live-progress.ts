import { createOnboardingClient, watchProgress, type StatusView } from '../../client/onboarding-client.js';

/** The page of a wizard, which shows how far its user is. */
export interface ProgressPage {
  show(status: StatusView): void;
  /** Says what has happened, such as `step_completed`, in this page or elsewhere. */
  tell(happening: string): void;
  signIn(): void;
}

/** Shows how far the user is, and what changes that from then on, until the signal is aborted. */
export async function followProgress(
  baseUrl: string,
  freshToken: () => Promise<string>,
  page: ProgressPage,
  signal: AbortSignal,
) {
  const onboarding = createOnboardingClient({ baseUrl, token: freshToken });
  const { data, error, response } = await onboarding.GET('/api/onboarding/status', { signal });
  if (error) throw new Error(error.detail);
  page.show(data);
  return watchProgress({
    url: baseUrl,
    token: freshToken,
    after: response.headers.get('etag'),
    onSnapshot: ({ status }) => page.show(status),
    onEvent: ({ event }) => page.tell(event.type),
    onStatus: (status) => page.show(status),
    onConnection: (state) => {
      if (state === 'signed-out') page.signIn();
    },
    signal,
  });
}
