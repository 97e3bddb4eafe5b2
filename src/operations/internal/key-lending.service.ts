import { Injectable } from '@nestjs/common';
import { isUserId, type User } from '../../ground/auth/user.js';
import { OnboardingDatabaseService } from '../../onboarding/database/onboarding-database.service.js';
import { NotFound } from '../../ground/problems/problem.js';
import { getProvider } from '../../ground/providers/providers.js';
import { ApiKeyManager } from '../../onboarding/api-keys/api-key-manager.service.js';
import { KeyNotFound } from '../../onboarding/api-keys/api-keys.problems.js';
import type { LentKeyView } from './internal.contract.js';

/** Keys for other back-end services. The record of who took the key is committed before the key is handed out. */
@Injectable()
export class KeyLending {
  constructor(
    private readonly database: OnboardingDatabaseService,
    private readonly keys: ApiKeyManager,
  ) {}

  /**
   * The user's own key, or else the deployment's, in plain text.
   * @param service whose token it is; recorded as the actor
   * @param name of the provider, or an alias
   * @throws NotFound for what cannot be a user id, an unknown provider, and where there is no key
   * @throws KeysUnavailable when the user's key does not open
   */
  async lend(service: User, userId: string, name: string): Promise<LentKeyView> {
    if (!isUserId(userId)) throw new NotFound();
    const provider = getProvider(name);
    const key = this.keys.usable(userId, provider, await this.database.sealedKeys(userId));
    if (!key) throw new KeyNotFound(provider.name);
    await this.database.audit(userId, { actor: service.id, action: 'api_key_lent', subject: provider.id });
    return { provider: provider.id, api_key: key.secret.reveal(), source: key.source };
  }
}
