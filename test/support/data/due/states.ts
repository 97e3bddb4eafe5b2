import type { JsonObject } from '../../../../src/ground/problems/json.js';
import { sample } from '../samples.js';
import type { Client } from '../../service/client.js';
import { done } from '../../service/done.js';

/** Keys as providers give them. */
export const KEYS = {
  gemini: { provider: 'gemini', api_key: 'AIza0123456789abcdefghijklmnopqrstuvwxy' },
  openai: { provider: 'openai', api_key: 'sk-0123456789abcdef0123456789abcdef' },
  otherOpenai: { provider: 'openai', api_key: 'sk-fedcba9876543210fedcba9876543210' },
  exa: { provider: 'exa', api_key: '0b7f9c52-6d1e-4a35-9c0f-2f6f0f3d8a11' },
} as const;

export const WEBSITE = { website: 'https://example.com' };
export const ANALYSIS = {
  writing_style: { tone: 'dry' },
  content_type: { primary_type: 'blog', secondary_types: ['newsletter'] },
  social_media_presence: { linkedin: 'https://linkedin.com/company/example' },
};
export const RIVAL = { url: 'https://rival.example', domain: 'rival.example', relevance_score: 0.5 };
export const OTHER_RIVAL = { url: 'https://other-rival.example', domain: 'other-rival.example' };
export const PERSONA = {
  corePersona: { identity: { persona_name: 'The practical friend' } },
  platformPersonas: { blog: { tone: 'helpful' } },
};

export const start = (user: Client) => done(user.post('/start'));
export const saveKey = (user: Client, key: { readonly provider: string; readonly api_key: string }) =>
  done(user.post('/api-keys', key));
export const post = (user: Client, step: number, data?: JsonObject) =>
  done(user.post(`/step/${step}/complete`, data && { data }));

/** Completes the steps of these numbers, in their order, with the wizard's own samples. */
export async function completeSteps(user: Client, ...steps: readonly number[]): Promise<void> {
  for (const step of steps) await done(user.post(`/step/${step}/complete`, sample(step)));
}

/** Steps 1 to 3 with little more than they demand. */
export async function finishDemanded(user: Client): Promise<void> {
  await saveKey(user, KEYS.gemini);
  await post(user, 2, { ...WEBSITE, analysis: ANALYSIS });
  await post(user, 3, { competitors: [RIVAL] });
}

/** The data of the steps are saved, and the steps are open. */
export async function saveThenReset(user: Client, ...steps: readonly number[]): Promise<void> {
  await completeSteps(user, ...steps);
  await done(user.post('/reset'));
}
