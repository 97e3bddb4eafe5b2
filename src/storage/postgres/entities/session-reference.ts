import { p } from '@mikro-orm/postgresql';
import { OnboardingSession } from './onboarding-session.entity.js';

/**
 * The session that a row belongs to. The key holds the user as well, so that a row cannot hang off another user's session;
 * with the session goes the row. No update of the session changes whose row it is.
 */
export const sessionReference = () =>
  p
    .manyToOne(OnboardingSession)
    .joinColumns('user_id', 'session_id')
    .ownColumns('session_id')
    .deleteRule('cascade')
    .updateRule('no action');
