import { Injectable } from '@nestjs/common';
import { ApiKeyManager } from '../api-keys/api-key-manager.service.js';
import { integrationsRecord } from '../database/records/platform-integrations.record.js';
import { researchRecord } from '../database/records/research-preferences.record.js';
import { savedKeys } from '../database/records/sealed-keys.record.js';
import { styleOf } from '../database/records/website-analysis.record.js';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import type { Snapshot } from '../database/snapshot.js';
import type { JsonObject } from '../../ground/problems/json.js';
import { STARS } from '../../ground/secrets/mask.js';
import { hasUsableKey } from '../flow/onboarding-facts.js';
import { Deployment } from '../progress/deployment.js';
import { SavedFacts } from '../progress/saved-facts.js';
import { buildAiInputs } from './ai-inputs.js';
import { buildCanonicalProfile } from './canonical-profile.js';
import { FACT_PARTS, factsOf, type Facts } from './facts.js';
import type { AiInputsView, CanonicalProfileView, SummaryView } from './personalization.contract.js';
import { buildPrompt, DEFAULT_MAX_TOKENS } from './prompt.js';
import { buildSummary } from './summary.js';
import { tokenCounter } from './tokens.js';

/** What is read for a summary. */
const SUMMARY_PARTS = [...FACT_PARTS, savedKeys];

/**
 * A user's AI inputs, canonical profile and summary: from the user's own data, with defaults where there are none. An outage
 * is an error (`DatabaseUnavailable`), never a default.
 */
@Injectable()
export class OnboardingDataService {
  constructor(
    private readonly database: OnboardingDatabaseService,
    private readonly keys: ApiKeyManager,
    private readonly deployment: Deployment,
  ) {}

  /** The inputs for AI features; `meta` says where each value comes from. */
  async getPersonalizedAiInputs(userId: string): Promise<AiInputsView> {
    return buildAiInputs(await this.#facts(userId));
  }

  /**
   * The AI inputs as a text for a system prompt.
   * @param maxTokens 50 to 4000, counted as by OpenAI's cl100k_base
   */
  async getPersonalizedPrompt(userId: string, maxTokens: number = DEFAULT_MAX_TOKENS): Promise<string> {
    const [inputs, countTokens] = await Promise.all([this.getPersonalizedAiInputs(userId), tokenCounter()]);
    return buildPrompt(inputs, maxTokens, countTokens);
  }

  /** The saved website analysis; null when there is none. */
  getUserWebsiteAnalysis(userId: string): Promise<JsonObject | null> {
    return this.database.getWebsiteAnalysis(userId);
  }

  /** The saved research preferences; null when there are none. */
  getUserResearchPreferences(userId: string): Promise<JsonObject | null> {
    return this.database.getResearchPreferences(userId);
  }

  /** Who the user is as a publisher; every field is null where nothing was saved. */
  async getCanonicalProfile(userId: string): Promise<CanonicalProfileView> {
    return buildCanonicalProfile(await this.#facts(userId));
  }

  /** The saved data in short, and which features the user can use. @throws KeysUnavailable when a key does not open */
  async getSummary(userId: string): Promise<SummaryView> {
    const [snapshot, keys] = await Promise.all([
      this.database.read(userId, SUMMARY_PARTS),
      this.database.sealedKeys(userId),
    ]);
    // The wizard's last page launches only if there is a key, so the deployment's are listed too, as stars alone.
    const states = this.keys.states(userId, keys).map(({ provider, mask }) => [provider.id, mask ?? STARS] as const);
    const saved = new SavedFacts(snapshot, this.deployment, new Date());
    const keySummary = {
      masked: Object.fromEntries(states),
      hasAi: hasUsableKey(saved, 'ai'),
      hasResearch: hasUsableKey(saved, 'research'),
    };
    return buildSummary(factsOf(snapshot, this.deployment.brandAnalysis), keySummary, this.#views(snapshot));
  }

  #views(snapshot: Snapshot) {
    const { websiteRecord } = this.database;
    const website = websiteRecord.view(snapshot.of(websiteRecord));
    return {
      style: website && styleOf(website),
      research: researchRecord.view(snapshot.of(researchRecord)),
      integrations: integrationsRecord.view(snapshot.of(integrationsRecord)),
    };
  }

  async #facts(userId: string): Promise<Facts> {
    return factsOf(await this.database.read(userId, FACT_PARTS), this.deployment.brandAnalysis);
  }
}
