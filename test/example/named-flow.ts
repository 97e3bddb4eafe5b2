import { createOnboardingClient } from '../../client/onboarding-client.js';

/** Completes the website's step in the numbers of the wizard of five pages, and says which page comes next. */
export async function sendWebsite(baseUrl: string, token: string, website: string) {
  const onboarding = createOnboardingClient({ baseUrl, token });
  const header = { 'Onboarding-Flow': 'five' } as const;
  const { data: config } = await onboarding.GET('/api/onboarding/config', { params: { header } });
  const page = config?.steps.find(({ key }) => key === 'website');
  if (!page) throw new Error('This wizard has no page for a website.');
  const { error } = await onboarding.POST('/api/onboarding/step/{n}/complete', {
    params: { path: { n: page.number }, header },
    body: { data: { website } },
  });
  if (error) throw new Error(error.detail);
  const { data: status } = await onboarding.GET('/api/onboarding/status', { params: { header } });
  return config?.steps.find(({ number }) => number === status?.next_step)?.key;
}
