import { Injectable } from '@nestjs/common';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import type { ProviderGroup } from '../../ground/providers/providers.js';
import { newProgress, stepState } from '../flow/progress.js';
import { StepStatus } from '../flow/step-status.js';
import { Step, type StepNumber } from '../flow/steps.js';
import { ApiKeyManager } from './api-key-manager.service.js';
import type { EnhancedValidationView } from './api-keys.contract.js';
import { allValid, viewByGroup } from './api-keys.views.js';

/** Which parts of the set-up are complete: keys by group, and the steps that build on them. */
@Injectable()
export class KeyValidation {
  constructor(
    private readonly database: OnboardingDatabaseService,
    private readonly keys: ApiKeyManager,
  ) {}

  async enhanced(userId: string): Promise<EnhancedValidationView> {
    const website = this.database.websiteRecord;
    const [keys, snapshot] = await Promise.all([
      this.database.sealedKeys(userId),
      this.database.read(userId, [website]),
    ]);
    const states = this.keys.states(userId, keys);
    const progress = snapshot.session?.progress ?? newProgress(new Date(0));
    const hasUsable = (group: ProviderGroup) =>
      states.some(({ provider, verification }) => provider.group === group && verification !== 'invalid');
    const isCompleted = (step: StepNumber) => stepState(progress, step).status === StepStatus.Completed;
    return {
      all_valid: allValid(states),
      results: viewByGroup(states),
      summary: {
        has_ai_provider: hasUsable('ai'),
        has_research_provider: hasUsable('research'),
        website_valid: typeof snapshot.of(website)?.['website_url'] === 'string',
        personalization_done: isCompleted(Step.Personalization),
        integration_done: isCompleted(Step.Integrations),
        final_setup_complete: progress.completedAt !== null,
      },
    };
  }
}
