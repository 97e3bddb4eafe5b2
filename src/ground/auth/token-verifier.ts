import { Injectable } from '@nestjs/common';
import { errors, jwtVerify, type JWTPayload, type JWTVerifyOptions, type JWTVerifyResult } from 'jose';
import { webcrypto, type KeyObject } from 'node:crypto';
import { Configuration } from '../config/configuration.js';
import { KeySet } from './key-set.js';
import { userFromClaims, type Caller } from './user.js';
import { VerifiedTokens } from './verified-tokens.js';

/** Seconds by which clocks may differ. */
const CLOCK_TOLERANCE = 5;

interface Key {
  readonly algorithms: string[];
  readonly verify: (token: string, options: JWTVerifyOptions) => Promise<JWTVerifyResult>;
}

/** Verifies tokens with the configured key or key set. The kind of key decides which algorithms are accepted. */
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

  /** The user of a token that was verified before and has not expired since; null for any other token. */
  findVerified(token: string): Caller | null {
    return this.tokens.find(token);
  }

  /**
   * The user of a token; null for an invalid or expired one.
   * @throws SigningKeysUnavailable when the key set may have the token's key and cannot be fetched
   */
  async verify(token: string): Promise<Caller | null> {
    const claims = await this.#claims(token);
    const user = claims && userFromClaims(claims);
    if (!user) return null;
    const caller = { ...user, expiresAt: ((claims.exp as number) + CLOCK_TOLERANCE) * 1000 };
    this.tokens.add(token, caller);
    return caller;
  }

  async #claims(token: string): Promise<JWTPayload | null> {
    try {
      return (await this.#key.verify(token, this.#options)).payload;
    } catch (error) {
      // jose's own errors are about the token; a TypeError is a key that does not fit the token's algorithm.
      if (error instanceof errors.JOSEError || error instanceof TypeError) return null;
      throw error;
    }
  }
}

function chooseKey({ AUTH_JWKS_URL, AUTH_JWT_PUBLIC_KEY, AUTH_JWT_SECRET }: Configuration): Key {
  if (AUTH_JWT_SECRET) return secretKey(AUTH_JWT_SECRET);
  if (AUTH_JWT_PUBLIC_KEY) return oneKey(algorithmsOf(AUTH_JWT_PUBLIC_KEY), AUTH_JWT_PUBLIC_KEY);
  const keys = new KeySet(AUTH_JWKS_URL as string);
  return { algorithms: ['RS256', 'ES256', 'EdDSA'], verify: (token, options) => keys.verify(token, options) };
}

/** Imported once: jose would import the bytes again for each token, which takes as long as verifying it. */
function secretKey(secret: KeyObject): Key {
  const imported = webcrypto.subtle.importKey('raw', secret.export(), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'verify',
  ]);
  return { algorithms: ['HS256'], verify: async (token, options) => jwtVerify(token, await imported, options) };
}

function oneKey(algorithms: string[], key: KeyObject): Key {
  return { algorithms, verify: (token, options) => jwtVerify(token, key, options) };
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
