import { SignJWT } from 'jose';
import type { Configuration } from '../config/configuration.js';
import { StartupError } from '../config/startup-error.js';

/** Seconds. */
const DAY = 86_400;

export interface DevelopmentTokenOptions {
  /** Seconds since 1970; a day from now unless given. */
  readonly expiresAt?: number | undefined;
  /** Scopes, separated by blanks; none unless given. */
  readonly scope?: string | undefined;
}

/** A token for local development. @throws StartupError if another service issues the tokens */
export async function developmentToken(
  { AUTH_JWT_SECRET: secret, AUTH_ISSUER, AUTH_AUDIENCE }: Configuration,
  userId: string,
  { expiresAt = Math.floor(Date.now() / 1000) + DAY, scope }: DevelopmentTokenOptions = {},
): Promise<string> {
  if (!secret)
    throw new StartupError(
      'Another service issues the tokens (AUTH_JWKS_URL or AUTH_JWT_PUBLIC_KEY is set): get one there.',
    );
  const token = new SignJWT({ email: `${userId}@example.com`, ...(scope === undefined ? {} : { scope }) })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setIssuedAt()
    .setExpirationTime(expiresAt);
  if (AUTH_ISSUER) token.setIssuer(AUTH_ISSUER);
  if (AUTH_AUDIENCE) token.setAudience(AUTH_AUDIENCE);
  return token.sign(secret);
}
