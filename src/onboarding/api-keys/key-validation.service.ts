import { Injectable } from '@nestjs/common';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import type { ProviderGroup } from '../../ground/providers/providers.js';
import { NOT_STARTED } from '../flow/position.js';
import { stepState } from '../flow/progress.js';
import { StepStatus } from '../flow/step-status.js';
import type { StepKey } from '../flow/steps.js';
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
    const progress = snapshot.session?.progress ?? NOT_STARTED;
    const hasUsable = (group: ProviderGroup) =>
      states.some(({ provider, verification }) => provider.group === group && verification !== 'invalid');
    const isCompleted = (step: StepKey) => stepState(progress, step).status === StepStatus.Completed;
    return {
      all_valid: allValid(states),
      results: viewByGroup(states),
      summary: {
        has_ai_provider: hasUsable('ai'),
        has_research_provider: hasUsable('research'),
        website_valid: typeof snapshot.of(website)?.['website_url'] === 'string',
        personalization_done: isCompleted('personalization'),
        integration_done: isCompleted('integrations'),
        final_setup_complete: progress.completedAt !== null,
      },
    };
  }
}
