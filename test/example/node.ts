import { createOnboardingClient } from '../../client/onboarding-client.js';

/** What a service that writes for a user tells its model of them; its token has the scope `onboarding:read`. */
export async function audienceOf(baseUrl: string, serviceToken: string, userId: string): Promise<readonly string[]> {
  const onboarding = createOnboardingClient({ baseUrl, token: serviceToken });
  const { data, error, response } = await onboarding.GET('/api/onboarding/internal/users/{userId}/ai-inputs', {
    params: { path: { userId } },
  });
  if (error) throw new Error(`${response.status}: ${error.detail}`);
  return data.website_analysis.target_audience;
}

/** The same as a text for a system prompt, with the user's own token. */
export async function promptFor(baseUrl: string, userToken: string): Promise<string> {
  const onboarding = createOnboardingClient({ baseUrl, token: userToken });
  const { data, error } = await onboarding.GET('/api/onboarding/ai-inputs', {
    params: { query: { format: 'prompt', max_tokens: 400 } },
    parseAs: 'text',
  });
  if (error) throw new Error(error.detail);
  return data;
}
