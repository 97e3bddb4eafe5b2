import { isStorableText } from '../problems/json.js';
import type { JWTPayload } from 'jose';

/** The user of a verified token. `id` is the claim `sub`, unchanged. */
export interface User {
  readonly id: string;
  readonly email: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  /** What a service or an operator may do beyond its own data: the scopes of the token, and those that they include. */
  readonly scopes: ReadonlySet<string>;
}

/** The user of a request, for as long as the token is valid. */
export interface Caller extends User {
  /** The end of the token's validity, in milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Scopes that another one includes. */
const INCLUDED: ReadonlyMap<string, readonly string[]> = new Map([['onboarding:operate', ['onboarding:analytics']]]);

/** Characters (code points) that a user id may have. */
const MAX_USER_ID_LENGTH = 255;

/**
 * Whether a value can be a user id: 1 to 255 characters that PostgreSQL stores unchanged. Lone surrogates are refused because
 * encoding turns all of them into the same character, which would make two users one.
 */
export function isUserId(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || !isStorableText(value)) return false;
  // A character has at most two UTF-16 units, so a huge string need not be counted.
  return value.length <= 2 * MAX_USER_ID_LENGTH && [...value].length <= MAX_USER_ID_LENGTH;
}

/** Null when `sub` cannot be a user id. */
export function userFromClaims(claims: JWTPayload): User | null {
  const { sub } = claims as { sub?: unknown };
  if (!isUserId(sub)) return null;
  return {
    id: sub,
    email: text(claims['email']),
    firstName: text(claims['given_name']) ?? text(claims['first_name']),
    lastName: text(claims['family_name']) ?? text(claims['last_name']),
    scopes: new Set([...scopes(claims['scope']), ...scopes(claims['scopes'])].flatMap(withIncluded)),
  };
}

function text(claim: unknown): string | null {
  return typeof claim === 'string' ? claim : null;
}

const withIncluded = (scope: string): readonly string[] => [scope, ...(INCLUDED.get(scope) ?? [])];

/** A list of strings, or one string of words (RFC 8693). */
function scopes(claim: unknown): string[] {
  if (Array.isArray(claim)) return claim.filter((item): item is string => typeof item === 'string');
  return typeof claim === 'string' ? claim.split(' ').filter((word) => word !== '') : [];
}
