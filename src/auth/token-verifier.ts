import { Injectable } from '@nestjs/common';
import {
  createRemoteJWKSet,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from 'jose';
import type { KeyObject } from 'node:crypto';
import { Configuration } from '../config/configuration.js';
import { Unavailable } from '../http/problem.js';
import { userFromClaims, type User } from './user.js';
import { VerifiedTokens } from './verified-tokens.js';

/** The keys that tokens are verified with cannot be fetched: nobody can be told apart, and nobody is signed out. */
export class SigningKeysUnavailable extends Unavailable {
  readonly away = 'signing_keys';
  constructor() {
    super('Tokens cannot be verified at the moment. Please try again shortly.');
  }
}

/** Seconds by which clocks may differ. */
const CLOCK_TOLERANCE = 5;

type Key = { readonly algorithms: string[]; readonly verifyWith: KeyObject | JWTVerifyGetKey };

/** Verifies tokens with the one key, or key set, that is configured; the kind of key decides which algorithms may be used. */
@Injectable()
export class TokenVerifier {
  readonly #key: Key;
  readonly #options: JWTVerifyOptions;

  constructor(
    configuration: Configuration,
    private readonly tokens: VerifiedTokens,
  ) {
    this.#key = chooseKey(configuration);
    this.#options = {
      algorithms: this.#key.algorithms,
      requiredClaims: ['exp'],
      clockTolerance: CLOCK_TOLERANCE,
      ...(configuration.AUTH_ISSUER ? { issuer: configuration.AUTH_ISSUER } : {}),
      ...(configuration.AUTH_AUDIENCE ? { audience: configuration.AUTH_AUDIENCE } : {}),
    };
  }

  /** Whom a token speaks for that was verified already, and has not expired since. */
  verified(token: string): User | null {
    return this.tokens.find(token);
  }

  /**
   * Whom a token speaks for; null for a bad or expired one.
   * @throws SigningKeysUnavailable when the key set cannot be fetched
   */
  async verify(token: string): Promise<User | null> {
    const claims = await this.#claims(token);
    const user = claims && userFromClaims(claims);
    if (user) this.tokens.add(token, user, ((claims.exp as number) + CLOCK_TOLERANCE) * 1000);
    return user;
  }

  async #claims(token: string): Promise<JWTPayload | null> {
    const { verifyWith } = this.#key;
    try {
      const { payload } =
        typeof verifyWith === 'function'
          ? await jwtVerify(token, verifyWith, this.#options)
          : await jwtVerify(token, verifyWith, this.#options);
      return payload;
    } catch (error) {
      // jose's own errors are about the token; a TypeError is a key that does not fit the token's algorithm.
      if (error instanceof errors.JOSEError || error instanceof TypeError) return null;
      throw error;
    }
  }
}

function chooseKey({ AUTH_JWKS_URL, AUTH_JWT_PUBLIC_KEY, AUTH_JWT_SECRET }: Configuration): Key {
  if (AUTH_JWT_SECRET) return { algorithms: ['HS256'], verifyWith: AUTH_JWT_SECRET };
  if (AUTH_JWT_PUBLIC_KEY) return { algorithms: algorithmsOf(AUTH_JWT_PUBLIC_KEY), verifyWith: AUTH_JWT_PUBLIC_KEY };
  return {
    algorithms: ['RS256', 'ES256', 'EdDSA'],
    verifyWith: remoteKeys(new URL(AUTH_JWKS_URL as string)),
  };
}

/** A key of the fetched set. That a token names none of them is the token's fault; anything else is ours. */
function remoteKeys(url: URL): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(url, { timeoutDuration: 5000, cooldownDuration: 30_000, cacheMaxAge: 600_000 });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      if (error instanceof errors.JOSENotSupported) throw error;
      throw new SigningKeysUnavailable();
    }
  };
}

function algorithmsOf(key: KeyObject): string[] {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return ['RS256'];
    case 'ec':
      return ['ES256'];
    case 'ed25519':
      return ['EdDSA'];
    default:
      return [];
  }
}
