import { createOnboardingClient } from '../../client/onboarding-client.js';

/** Brings back the data as they were before the latest event; gives the steps whose data came back. */
export async function undo(baseUrl: string, token: string): Promise<readonly string[]> {
  const onboarding = createOnboardingClient({ baseUrl, token });
  const history = await onboarding.GET('/api/onboarding/history', { params: { query: { limit: 2 } } });
  if (history.error) throw new Error(history.error.detail);
  const before = history.data.items[1];
  if (!before) return [];
  const { data, error } = await onboarding.POST('/api/onboarding/restore', {
    // Nothing is restored if another tab has changed something since.
    params: { header: { 'If-Match': history.response.headers.get('etag') ?? '*' } },
    body: { revision: Number.parseInt(before.position), what: 'data' },
  });
  if (error) throw new Error(error.detail);
  return data.restored.documents;
}
