import { createOnboardingClient } from '../../client/onboarding-client.js';

/** What a page needs to open: the step to show, and what was entered there. */
export async function openWizard(baseUrl: string, freshToken: () => Promise<string>) {
  const onboarding = createOnboardingClient({ baseUrl, token: freshToken });
  const { data, error } = await onboarding.GET('/api/onboarding/init');
  if (error) throw new Error(error.detail);
  const { current_step, steps } = data.onboarding;
  return { current_step, entered: steps[current_step - 1]?.data ?? {} };
}

/** Sends a step; gives the sentences to show. A failure has one, too. */
export async function sendStep(baseUrl: string, token: string, n: number, data: Record<string, unknown>) {
  const onboarding = createOnboardingClient({ baseUrl, token });
  const answer = await onboarding.POST('/api/onboarding/step/{n}/complete', {
    params: { path: { n } },
    body: { data },
  });
  return answer.error ? [answer.error.detail] : [answer.data.message, ...(answer.data.warnings ?? [])];
}
