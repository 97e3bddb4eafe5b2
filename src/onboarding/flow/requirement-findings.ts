import { isBlank, isJsonObject, pointer, type JsonObject } from '../../ground/problems/json.js';
import { hasUsableKey, type KeyFact, type OnboardingFacts } from './onboarding-facts.js';
import { malformedIn, READ_DOCUMENTS, type ReadDocument } from './reader-types.js';
import type { StepKey } from './steps.js';

/** A request that clears a requirement. */
export interface Clearing {
  readonly method: 'POST' | 'DELETE';
  /** Below the path of the API. */
  readonly path: string | { readonly completing: StepKey };
  /** Where in the request's body; null: the request alone does it. */
  readonly pointer: string | null;
}

/** Lists of what never blocks. */
export type AdviceList = 'errors' | 'pending_verification' | 'recommended';

/** Something that a rule has found. */
export interface Finding {
  /** A sentence for the user. */
  readonly detail: string;
  /** Since when it is so; null: since onboarding was begun. */
  readonly since: Date | null;
  /** Where it is, as a place in the body that completes the step; null: it has no place of its own. */
  readonly pointer: string | null;
  /** In place of the rule's own. */
  readonly instead?: {
    readonly step?: StepKey;
    readonly list?: AdviceList;
    readonly clears?: readonly Clearing[];
  };
}

export const DAY_MS = 24 * 60 * 60 * 1000;

/** One finding, or none. */
export function found(
  isFound: boolean,
  detail: string,
  since: Date | null = null,
  at: string | null = null,
): readonly Finding[] {
  return isFound ? [{ detail, since, pointer: at }] : [];
}

/** Completing a step with data in one of these places. */
export function posting(step: StepKey, ...pointers: readonly string[]): readonly Clearing[] {
  return pointers.map((at) => ({ method: 'POST', path: { completing: step }, pointer: `/data/${at}` }));
}

/** Completing a step with data in several places: one of them alone is not enough. */
export function postingAll(step: StepKey): readonly Clearing[] {
  return [{ method: 'POST', path: { completing: step }, pointer: '/data' }];
}

/** Completing a step with what is saved. */
export function completing(step: StepKey): readonly Clearing[] {
  return [{ method: 'POST', path: { completing: step }, pointer: null }];
}

export const SAVING_KEY: readonly Clearing[] = [{ method: 'POST', path: 'api-keys', pointer: '/api_key' }];

const placeOf = ({ provider }: KeyFact) => pointer('data', 'api_keys', provider);

/** Keys that their providers have refused. They are errors, unless there is a key of an AI provider that was not refused. */
export function refusedKeys(facts: OnboardingFacts): readonly Finding[] {
  const hasOther = hasUsableKey(facts, 'ai');
  return facts.keys
    .filter(({ verification }) => verification === 'invalid')
    .map((key) => ({
      detail: `${key.name} does not know your key. Enter another one, or delete it.`,
      since: key.savedAt,
      pointer: placeOf(key),
      instead: {
        list: hasOther ? 'recommended' : 'errors',
        clears: [...SAVING_KEY, { method: 'DELETE', path: `api-keys/${key.provider}`, pointer: null }],
      },
    }));
}

/** Keys whose providers can be asked for free, and were not asked. */
export function uncheckedKeys({ keys }: OnboardingFacts): readonly Finding[] {
  const unchecked = keys.filter(({ canBeAsked, verification }) => canBeAsked && verification === null);
  return unchecked.map((key) => ({
    detail: `${key.name} was not asked about your key yet.`,
    since: key.savedAt,
    pointer: placeOf(key),
  }));
}

/** Whether the deployment's key of an AI provider is used, since the user has none. */
export function usesDeploymentKey({ keys, deployment }: OnboardingFacts): boolean {
  const isForAi = ({ use }: Pick<KeyFact, 'use'>) => use === 'ai';
  return !keys.some(isForAi) && deployment.keys.some(isForAi);
}

export function analysisHasFailed({ website }: OnboardingFacts): boolean {
  return website?.values['status'] === 'failed';
}

/** Competitors whose host is that of the user's own website. */
export function ownSites({ website, competitors, competitorsChangedAt }: OnboardingFacts): readonly Finding[] {
  const own = hostOf(website?.values['website_url']);
  if (own === null) return [];
  const since = latest([competitorsChangedAt, website?.changedAt ?? null]);
  return competitors.flatMap(({ url, domain }, index) => {
    const isOwn = (hostOf(url) ?? hostOf(domain)) === own;
    const detail = `${own} is your own website. Take it out of your competitors.`;
    return found(isOwn, detail, since, pointer('data', 'competitors', index));
  });
}

/** The host of an address with a scheme or without, in small letters and without `www.`; null for what is no address. */
function hostOf(address: unknown): string | null {
  if (typeof address !== 'string') return null;
  const text = address.trim();
  const url = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `https://${text.replace(/^\/\//, '')}`;
  return URL.canParse(url) ? new URL(url).hostname.replace(/^www\./, '') || null : null;
}

/** Platforms that were chosen, and that no persona is for. */
export function platformsWithoutPersona(persona: JsonObject): readonly string[] {
  const { selected_platforms: selected, platform_personas: personas } = persona;
  if (!Array.isArray(selected)) return [];
  const platforms = selected.filter((platform): platform is string => typeof platform === 'string' && platform !== '');
  const made = isJsonObject(personas) ? Object.keys(personas).filter((name) => !isBlank(personas[name])) : [];
  const has = new Set(made.map((name) => name.toLowerCase()));
  return [...new Set(platforms)].filter((platform) => !has.has(platform.toLowerCase()));
}

const STEP_OF: Readonly<Record<ReadDocument, StepKey>> = {
  website: 'website',
  research: 'research',
  competitors: 'research',
  persona: 'personalization',
  integrations: 'integrations',
};

/** Values in saved documents whose types their readers cannot use. */
export function malformedDocuments(facts: OnboardingFacts): readonly Finding[] {
  return READ_DOCUMENTS.flatMap((document) =>
    malformedIn(document, facts).map(({ pointer: at, expected }) => ({
      detail: `${at.slice('/data/'.length).replaceAll('/', '.')} must be ${expected}: AI features do without it until then.`,
      since: document === 'competitors' ? facts.competitorsChangedAt : (facts[document]?.changedAt ?? null),
      pointer: at,
      instead: {
        step: STEP_OF[document],
        clears: [{ method: 'POST', path: { completing: STEP_OF[document] }, pointer: at }],
      },
    })),
  );
}

/** What of the integrations names platforms. */
const PLATFORM_COLUMNS = [
  'website_platforms',
  'analytics_platforms',
  'social_platforms',
  'connected_platforms',
  'providers',
  'connected_accounts',
];

export function hasPlatforms({ integrations }: OnboardingFacts): boolean {
  return PLATFORM_COLUMNS.some((column) => namesPlatform(integrations?.values[column]));
}

/** Whether it names a platform: what says that it is not connected does not, nor does the address that the page posts next to them. */
function namesPlatform(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(namesPlatform);
  if (!isJsonObject(value)) return !isBlank(value) && value !== false;
  if ('connected' in value) return value['connected'] === true;
  return Object.entries(value).some(([key, item]) => key !== 'primaryWebsite' && namesPlatform(item));
}

/** The latest of some times; null where there is none. */
export function latest(times: readonly (Date | null)[]): Date | null {
  return times.reduce<Date | null>((last, time) => (time && (!last || time > last) ? time : last), null);
}

const MOST_NAMES = 3;
const MOST_LETTERS = 50;

/** Some of a user's words, as a part of a sentence. */
export function listed(names: readonly string[]): string {
  const some = names.slice(0, MOST_NAMES).map((name) => Array.from(name).slice(0, MOST_LETTERS).join(''));
  const more = names.length - some.length;
  return more > 0 ? `${some.join(', ')} and ${more} more` : some.join(', ');
}
