import { Injectable } from '@nestjs/common';
import { isUserId, type User } from '../../ground/auth/user.js';
import { OnboardingDatabaseService } from '../../onboarding/database/onboarding-database.service.js';
import { NotFound } from '../../ground/problems/problem.js';

/** Reads of one user's data by a back-end service. The record is committed before the read, so that no read is unrecorded. */
@Injectable()
export class AuditedReads {
  constructor(private readonly database: OnboardingDatabaseService) {}

  /**
   * @param service whose token it is; recorded as the actor
   * @param subject what is read, as the record names it
   * @param get the read; called once the record is committed
   * @throws NotFound for what cannot be a user id
   */
  async read<T>(service: User, userId: string, subject: string, get: (userId: string) => Promise<T>): Promise<T> {
    if (!isUserId(userId)) throw new NotFound();
    await this.database.audit(userId, { actor: service.id, action: 'onboarding_read', subject });
    return get(userId);
  }
}
