import { p } from '@mikro-orm/postgresql';
import { OnboardingSession } from './onboarding-session.entity.js';

/**
 * The session that a row belongs to. The foreign key includes the user, so that no row references another user's session.
 * Deleting the session deletes the row; updating it never changes the row's user.
 */
export const sessionReference = () =>
  p
    .manyToOne(OnboardingSession)
    .joinColumns('user_id', 'session_id')
    .ownColumns('session_id')
    .deleteRule('cascade')
    .updateRule('no action');
