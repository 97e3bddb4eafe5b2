import { isBlank, type JsonObject } from '../../ground/problems/json.js';
import { unmetByKeys, unmetByPersona, unmetByResearch, unmetByWebsite, type Demand } from './demands.js';
import type { FinishedByDeployment } from './progress.js';
import type { StepKey } from './steps.js';

/** What a provider is used for; `unknown`: the service does not know the provider any more. */
export type KeyUse = 'ai' | 'research' | 'media' | 'interface' | 'unknown';

/** The key of a provider that a user has saved. */
export interface KeyFact {
  readonly provider: string;
  /** What people call the provider. */
  readonly name: string;
  readonly use: KeyUse;
  /** Whether the provider can be asked about a key for free. */
  readonly canBeAsked: boolean;
  /** The provider's last answer: `unverified` is neither yes nor no; null: it was not asked. */
  readonly verification: 'configured' | 'invalid' | 'unverified' | null;
  /** When it was saved last. */
  readonly savedAt: Date;
  /** When the provider was asked last. */
  readonly verifiedAt: Date | null;
}

/** What the deployment decides for all users. */
export interface DeploymentFacts {
  /** Providers of which it has a key of its own. */
  readonly keys: readonly Pick<KeyFact, 'provider' | 'use'>[];
  /** Days from the start in which onboarding is to be completed; null: there is no deadline. */
  readonly deadlineDays: number | null;
}

/** A saved document: its columns, and what was posted besides, side by side. */
export interface SavedDocument {
  readonly values: JsonObject;
  /** When it became what it is: a save of the same is no change. */
  readonly changedAt: Date;
}

/** How the website's address and analysis compare with what they were at an earlier moment. */
export interface WebsiteComparison {
  readonly isDifferent: boolean;
  /** The first change of the website's document after that moment; null: there was none. */
  readonly changedAt: Date | null;
}

/** What is saved of one user, as far as rules ask for it. Plain values: rules do not read the database. */
export interface OnboardingFacts {
  readonly now: Date;
  /** When onboarding was begun; null: it was not. */
  readonly startedAt: Date | null;
  readonly keys: readonly KeyFact[];
  readonly deployment: DeploymentFacts;
  readonly website: SavedDocument | null;
  /** Whether the website's document has a part of an analysis. */
  readonly hasAnalysis: boolean;
  readonly research: SavedDocument | null;
  readonly competitors: readonly JsonObject[];
  /** When the list of competitors changed last; null: before such changes were recorded, or never. */
  readonly competitorsChangedAt: Date | null;
  readonly persona: SavedDocument | null;
  readonly integrations: SavedDocument | null;
  /** The website now, compared with itself when each of these changed last. */
  readonly websiteSince: { readonly research: WebsiteComparison; readonly persona: WebsiteComparison };
  /** Since when the address and the analysis are what they are; null: they were others within the last `ANALYSIS_DAYS`. */
  readonly analysisUnchangedSince: Date | null;
}

/** Days after which an analysis that has not changed is old. */
export const ANALYSIS_DAYS = 180;

/** What the saved data of a step lack before the step can be completed without posting any; null: nothing. */
export function unmetDemand(step: StepKey, facts: OnboardingFacts): Demand | null {
  switch (step) {
    case 'api_keys':
      return unmetByKeys(facts.keys);
    case 'website':
      return unmetByWebsite(facts.website?.values ?? {});
    case 'research': {
      const saved = facts.research?.values ?? {};
      // A saved row has preferences: those that nobody chose have their defaults.
      return unmetByResearch(saved, saved, facts.competitors);
    }
    case 'personalization':
      return unmetByPersona(facts.persona?.values ?? {});
    case 'integrations':
    case 'complete':
      return null;
  }
}

/** The steps that count as finished for every user: the deployment's key of an AI provider serves all. */
export function finishedBy({ keys }: DeploymentFacts): FinishedByDeployment {
  return new Set<StepKey>(keys.some(({ use }) => use === 'ai') ? ['api_keys'] : []);
}

/** Whether there is a key for this use, of the user's own or the deployment's. */
export function hasKey({ keys, deployment }: OnboardingFacts, use: KeyUse): boolean {
  return [...keys, ...deployment.keys].some((key) => key.use === use);
}

/** Whether there is one that its provider has not refused. The user's own key stands in the way of the deployment's. */
export function hasUsableKey({ keys, deployment }: OnboardingFacts, use: KeyUse): boolean {
  const standIns = deployment.keys.filter(({ provider }) => keys.every((own) => own.provider !== provider));
  const usable = keys.filter(({ verification }) => verification !== 'invalid');
  return [...usable, ...standIns].some((key) => key.use === use);
}

export function hasAddress({ website }: OnboardingFacts): boolean {
  return !isBlank(website?.values['website_url']);
}
