import { Injectable } from '@nestjs/common';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import { savedKeys } from '../database/records/sealed-keys.record.js';
import { websiteRecord } from '../database/records/website-analysis.record.js';
import { hasAddress, hasUsableKey } from '../flow/onboarding-facts.js';
import { NOT_STARTED } from '../flow/position.js';
import { stepState } from '../flow/progress.js';
import { StepStatus } from '../flow/step-status.js';
import type { StepKey } from '../flow/steps.js';
import { Deployment } from '../progress/deployment.js';
import { SavedFacts } from '../progress/saved-facts.js';
import { ApiKeyManager } from './api-key-manager.service.js';
import type { EnhancedValidationView } from './api-keys.contract.js';
import { allValid, viewByGroup } from './api-keys.views.js';

/** What is read for the facts that are shown. */
const PARTS = [savedKeys, websiteRecord(true)];

/** Which parts of the set-up are complete: keys by group, and the steps that build on them. */
@Injectable()
export class KeyValidation {
  constructor(
    private readonly database: OnboardingDatabaseService,
    private readonly keys: ApiKeyManager,
    private readonly deployment: Deployment,
  ) {}

  async enhanced(userId: string): Promise<EnhancedValidationView> {
    const [keys, snapshot] = await Promise.all([this.database.sealedKeys(userId), this.database.read(userId, PARTS)]);
    const states = this.keys.states(userId, keys);
    const facts = new SavedFacts(snapshot, this.deployment, new Date());
    const progress = snapshot.session?.progress ?? NOT_STARTED;
    const isCompleted = (step: StepKey) => stepState(progress, step).status === StepStatus.Completed;
    return {
      all_valid: allValid(states),
      results: viewByGroup(states),
      summary: {
        has_ai_provider: hasUsableKey(facts, 'ai'),
        has_research_provider: hasUsableKey(facts, 'research'),
        website_valid: hasAddress(facts),
        personalization_done: isCompleted('personalization'),
        integration_done: isCompleted('integrations'),
        final_setup_complete: progress.completedAt !== null,
      },
    };
  }
}
