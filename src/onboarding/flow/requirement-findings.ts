import { isJsonObject, pointer } from '../../ground/problems/json.js';
import { SAVING_KEY, type Clearing } from './clearing.js';
import { hasUsableKey, type KeyFact, type OnboardingFacts } from './onboarding-facts.js';
import { malformedIn, READ_DOCUMENTS, type ReadDocument } from './reader-types.js';
import type { StepKey } from './steps.js';

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

const placeOf = ({ provider }: KeyFact) => pointer('data', 'api_keys', provider);

/** Keys that their providers have refused. They are errors, unless there is a key of an AI provider that was not refused. */
export function refusedKeys(facts: OnboardingFacts): readonly Finding[] {
  const hasOther = hasUsableKey(facts, 'ai');
  // The API has no way to a key of a provider that the service does not know any more.
  return facts.keys
    .filter(({ verification, use }) => verification === 'invalid' && use !== 'unknown')
    .map((key) => ({
      detail: `${key.name} does not know your key. Enter another one, or delete it.`,
      since: key.verifiedAt ?? key.savedAt,
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
  return competitors.flatMap((competitor, index) => {
    // A row that was not saved by this service may hold anything.
    const { url, domain } = isJsonObject(competitor) ? competitor : {};
    const isOwn = (hostOf(url) ?? hostOf(domain)) === own;
    const detail = `${own} is your own website. Take it out of your competitors.`;
    return found(isOwn, detail, since, pointer('data', 'competitors', index));
  });
}

/** Letters of the longest host. */
const MOST_HOST_LETTERS = 253;

/** The host of an address with a scheme or without, in small letters and without `www.`; null for what is no address. */
function hostOf(address: unknown): string | null {
  if (typeof address !== 'string') return null;
  const [authority = ''] = address
    .trim()
    .replace(/^([a-z][a-z\d+.-]*:)?\/\//i, '')
    .slice(0, MOST_HOST_LETTERS + 1)
    .split(/[/?#\\]/, 1);
  // To parse a longer one takes seconds: the time grows with the square of its letters.
  if (authority.length > MOST_HOST_LETTERS) return null;
  return URL.parse(`https://${authority}`)?.hostname.replace(/^www\./, '') || null;
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

/** The latest of some times; null where there is none. */
export function latest(times: readonly (Date | null)[]): Date | null {
  return times.reduce<Date | null>((last, time) => (time && (!last || time > last) ? time : last), null);
}

const MOST_NAMES = 3;
const MOST_LETTERS = 50;

/** Some of a user's words, as a part of a sentence. */
export function listed(names: readonly string[]): string {
  const some = names.slice(0, MOST_NAMES).map(beginningOf);
  const more = names.length - some.length;
  return more > 0 ? `${some.join(', ')} and ${more} more` : some.join(', ');
}

/** Cut off between characters. A name may have megabytes. */
const beginningOf = (name: string) =>
  Array.from(name.slice(0, 2 * MOST_LETTERS))
    .slice(0, MOST_LETTERS)
    .join('');
