import { createOnboardingClient } from '../../client/onboarding-client.js';

/** Brings back what was saved before the latest change; gives the steps whose data came back. */
export async function undo(baseUrl: string, token: string): Promise<readonly string[]> {
  const onboarding = createOnboardingClient({ baseUrl, token });
  const { data: history, response } = await onboarding.GET('/api/onboarding/history', {
    params: { query: { limit: 2 } },
  });
  const before = history?.items[1];
  if (!before) return [];
  const { data, error } = await onboarding.POST('/api/onboarding/restore', {
    // Nothing is restored if another tab has changed something since.
    params: { header: { 'If-Match': response.headers.get('etag') ?? '*' } },
    body: { revision: Number.parseInt(before.position), what: 'data' },
  });
  if (error) throw new Error(error.detail);
  return data.restored.documents;
}
