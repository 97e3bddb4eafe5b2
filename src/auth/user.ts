import { isStorableText } from '../http/json.js';
import type { JWTPayload } from 'jose';

/** Who a verified token speaks for. `id` is the claim `sub`, untouched. */
export interface User {
  readonly id: string;
  readonly email: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  /** What a service or an operator may do beyond its own data. */
  readonly scopes: ReadonlySet<string>;
}

/** Characters (code points) that a user id may have. */
const MAX_USER_ID_LENGTH = 255;

/**
 * Null when `sub` cannot be a user id: not a string, empty, too long, or not text that is kept as it is. Lone surrogates
 * are refused because encoding would turn different ones into the same character, and two users into one.
 */
export function userFromClaims(claims: JWTPayload): User | null {
  const { sub } = claims as { sub?: unknown };
  if (typeof sub !== 'string' || sub === '' || !isStorableText(sub)) return null;
  // No string of more UTF-16 units than twice the limit can be within it, so a huge one is not even counted.
  if (sub.length > 2 * MAX_USER_ID_LENGTH || [...sub].length > MAX_USER_ID_LENGTH) return null;
  return {
    id: sub,
    email: text(claims['email']),
    firstName: text(claims['given_name']) ?? text(claims['first_name']),
    lastName: text(claims['family_name']) ?? text(claims['last_name']),
    scopes: new Set([...scopes(claims['scope']), ...scopes(claims['scopes'])]),
  };
}

function text(claim: unknown): string | null {
  return typeof claim === 'string' ? claim : null;
}

/** A list of texts, or one text of words (RFC 8693). */
function scopes(claim: unknown): string[] {
  if (Array.isArray(claim)) return claim.filter((item): item is string => typeof item === 'string');
  return typeof claim === 'string' ? claim.split(' ').filter((word) => word !== '') : [];
}
