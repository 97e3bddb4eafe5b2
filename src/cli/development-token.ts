import { SignJWT } from 'jose';
import type { Configuration } from '../ground/config/configuration.js';
import { StartupError } from '../ground/config/startup-error.js';

/** A token for local development, valid for a day. @throws StartupError if another service issues the tokens */
export async function developmentToken(
  { AUTH_JWT_SECRET: secret, AUTH_ISSUER, AUTH_AUDIENCE }: Configuration,
  userId: string,
): Promise<string> {
  if (!secret)
    throw new StartupError(
      'Another service issues the tokens (AUTH_JWKS_URL or AUTH_JWT_PUBLIC_KEY is set): get one there.',
    );
  const token = new SignJWT({ email: `${userId}@example.com` })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setIssuedAt()
    .setExpirationTime('1d');
  if (AUTH_ISSUER) token.setIssuer(AUTH_ISSUER);
  if (AUTH_AUDIENCE) token.setAudience(AUTH_AUDIENCE);
  return token.sign(secret);
}
