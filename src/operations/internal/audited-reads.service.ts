import { Injectable } from '@nestjs/common';
import { isUserId, type User } from '../../ground/auth/user.js';
import { OnboardingDatabaseService } from '../../onboarding/database/onboarding-database.service.js';
import { NotFound } from '../../ground/problems/problem.js';

/** Reads of services in a user's name: recorded first, with whoever reads, so that none goes by unseen. */
@Injectable()
export class AuditedReads {
  constructor(private readonly database: OnboardingDatabaseService) {}

  /** @throws NotFound for what cannot be a user id */
  async read<T>(service: User, userId: string, subject: string, get: (userId: string) => Promise<T>): Promise<T> {
    if (!isUserId(userId)) throw new NotFound();
    await this.database.audit(userId, { actor: service.id, action: 'onboarding_read', subject });
    return get(userId);
  }
}
