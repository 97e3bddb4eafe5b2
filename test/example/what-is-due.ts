import { createOnboardingClient } from '../../client/onboarding-client.js';

/** What keeps the user from the end: a sentence each, and the page that takes it. Empty: nothing does. */
export async function openTasks(baseUrl: string, token: string) {
  const onboarding = createOnboardingClient({ baseUrl, token });
  const { data, error } = await onboarding.GET('/api/onboarding/requirements');
  if (error) throw new Error(error.detail);
  const due = [...data.past_due, ...data.currently_due, ...data.eventually_due];
  return due
    .filter(({ code }) => data.blocked_by.includes(code))
    .map(({ detail, step_number }) => ({ detail, page: step_number }));
}

/** What a page would be refused for, by the fields of its body; nothing is stored. Empty: it would be completed. */
export async function complaints(baseUrl: string, token: string, n: number, data: Record<string, unknown>) {
  const onboarding = createOnboardingClient({ baseUrl, token });
  const answer = await onboarding.POST('/api/onboarding/step/{n}/validate', {
    params: { path: { n } },
    body: { data },
  });
  if (answer.error) throw new Error(answer.error.detail);
  return Object.fromEntries(answer.data.errors.map(({ pointer, detail }) => [pointer, detail]));
}
