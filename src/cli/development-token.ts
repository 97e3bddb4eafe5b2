import { SignJWT } from 'jose';
import type { Configuration } from '../ground/config/configuration.js';
import { StartupError } from '../ground/config/startup-error.js';

/** A token for local development, good for a day. @throws StartupError where tokens come from elsewhere */
export async function developmentToken(
  { AUTH_JWT_SECRET: secret, AUTH_ISSUER, AUTH_AUDIENCE }: Configuration,
  userId: string,
): Promise<string> {
  if (!secret)
    throw new StartupError(
      'Tokens are verified with keys of somebody else (AUTH_JWKS_URL or AUTH_JWT_PUBLIC_KEY): get one from there.',
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
