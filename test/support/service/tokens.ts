import { SignJWT, type JWTPayload } from 'jose';
import { createSecretKey } from 'node:crypto';

/** The secret of every service under test. */
export const JWT_SECRET = 'a secret for tests that is long enough';

const key = createSecretKey(Buffer.from(JWT_SECRET, 'utf8'));

/** A good token of a user; claims can be added or, with undefined, left out. */
export function token(sub: unknown, claims: JWTPayload = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const payload = { sub, iat: now, exp: now + 3600, ...claims } as JWTPayload;
  return new SignJWT(payload).setProtectedHeader({ alg: 'HS256' }).sign(key);
}
