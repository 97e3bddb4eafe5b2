import { Logger } from '@nestjs/common';
import {
  createLocalJWKSet,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  type JWTVerifyResult,
} from 'jose';
import { Unavailable } from '../problems/problem.js';

/** Most bytes of a set, decompressed. Sets of sign-in providers have a few thousand. */
const MAX_BYTES = 1024 * 1024;

/** Most keys of a set. A token that names no key is tried with every key that fits. */
const MAX_KEYS = 100;

const TIMEOUT_MS = 5000;

/** Milliseconds for which a copy of the set is used. A key that the provider withdraws works for that long. */
const MAX_AGE_MS = 600_000;

/** Fetches without a pause; after them there is one per interval. */
const FETCHES_AT_ONCE = 10;
const FETCH_INTERVAL_MS = 1000;

/** Milliseconds between two log lines about a set that cannot be used. */
const LOG_INTERVAL_MS = 60_000;

/** The service cannot find out whether the sign-in provider has a token's key. Not a 401, on which clients would sign users out. */
export class SigningKeysUnavailable extends Unavailable {
  readonly away = 'signing_keys';
  override readonly headers: { readonly 'retry-after': string };

  /** @param retryAfter seconds */
  constructor(retryAfter = 5) {
    super('Tokens cannot be verified at the moment. Please try again shortly.');
    this.headers = { 'retry-after': String(retryAfter) };
  }
}

/** The set as of one fetch. */
interface Copy {
  /** Counts the fetches. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly until: number;
  readonly keyOf: JWTVerifyGetKey;
}

/**
 * The public keys of a sign-in provider (RFC 7517), fetched when a token needs them. A token's key counts as unknown only if a set
 * that was fetched after the token arrived lacks it: the provider may have added the key since the previous fetch.
 */
export class KeySet {
  readonly #logger = new Logger('auth');
  readonly #limit = new FetchLimit();
  #fetches = 0;
  #copy: Copy | null = null;
  #pending: Promise<Copy> | null = null;
  #silentUntil = 0;

  constructor(private readonly url: string) {}

  /**
   * @throws JOSEError or TypeError for a bad token
   * @throws SigningKeysUnavailable when the set cannot be fetched, or was fetched too often
   */
  async verify(token: string, options: JWTVerifyOptions): Promise<JWTVerifyResult> {
    const before = this.#fetches;
    let copy = this.#freshCopy();
    const keyOf: JWTVerifyGetKey = async (header, parts) => {
      copy ??= await this.#fetchTogether();
      return copy.keyOf(header, parts);
    };
    for (;;) {
      try {
        return await verifyWith(keyOf, token, options);
      } catch (error) {
        if (!copy || copy.number > before || !isOfUnknownKey(error, token)) throw error;
        copy = await this.#fetchTogether();
      }
    }
  }

  #freshCopy(): Copy | null {
    return this.#copy && Date.now() < this.#copy.until ? this.#copy : null;
  }

  /** Requests that need the set at the same time share one fetch. */
  #fetchTogether(): Promise<Copy> {
    this.#pending ??= this.#fetch().finally(() => (this.#pending = null));
    return this.#pending;
  }

  async #fetch(): Promise<Copy> {
    const wait = this.#limit.take();
    if (wait > 0) throw new SigningKeysUnavailable(wait);
    const number = ++this.#fetches;
    try {
      const keyOf = this.#guarded(createLocalJWKSet(await fetchSet(this.url)));
      this.#copy = { number, until: Date.now() + MAX_AGE_MS, keyOf };
      return this.#copy;
    } catch (error) {
      throw this.#unavailable(error);
    }
  }

  /** An unreadable key is a fault of the set, not of the token that names it. */
  #guarded(keyOf: JWTVerifyGetKey): JWTVerifyGetKey {
    return async (header, token) => {
      try {
        return await keyOf(header, token);
      } catch (error) {
        throw FAULTS_OF_TOKENS.some((fault) => error instanceof fault) ? error : this.#unavailable(error);
      }
    };
  }

  #unavailable(error: unknown): SigningKeysUnavailable {
    if (performance.now() >= this.#silentUntil) {
      this.#silentUntil = performance.now() + LOG_INTERVAL_MS;
      this.#logger.warn({ err: error }, 'The set of keys at AUTH_JWKS_URL cannot be used');
    }
    return new SigningKeysUnavailable();
  }
}

const FAULTS_OF_TOKENS = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];

/** Whether a newer copy of the set may have the token's key. A token without a key id may be signed with a new one. */
function isOfUnknownKey(error: unknown, token: string): boolean {
  if (error instanceof errors.JWKSNoMatchingKey) return true;
  const isForged = error instanceof errors.JWSSignatureVerificationFailed;
  return isForged && decodeProtectedHeader(token).kid === undefined;
}

async function verifyWith(keyOf: JWTVerifyGetKey, token: string, options: JWTVerifyOptions): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(token, keyOf, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    return verifyWithAny(error, token, options);
  }
}

/** Several keys fit, because the token names none or the set has a name twice. Any of them may have signed it. */
async function verifyWithAny(
  keys: errors.JWKSMultipleMatchingKeys,
  token: string,
  options: JWTVerifyOptions,
): Promise<JWTVerifyResult> {
  for await (const key of keys) {
    try {
      return await jwtVerify(token, key, options);
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed) && !(error instanceof TypeError)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

async function fetchSet(url: string): Promise<JSONWebKeySet> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await readText(response);
  if (response.status !== 200) throw new Error(`It answers with status ${response.status}`);
  const set = JSON.parse(text) as JSONWebKeySet | null;
  if (set?.keys && set.keys.length > MAX_KEYS) throw new Error(`It has more than ${MAX_KEYS} keys`);
  return set as JSONWebKeySet;
}

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk as Uint8Array);
    length += (chunk as Uint8Array).length;
    if (length > MAX_BYTES) throw new Error(`It has more than ${MAX_BYTES} bytes`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Limits fetches, so that tokens of strangers cannot make the service flood the provider with requests. */
class FetchLimit {
  #left = FETCHES_AT_ONCE;
  #at = performance.now();

  /** @returns 0 if the fetch may start, otherwise the seconds to wait */
  take(): number {
    const now = performance.now();
    this.#left = Math.min(FETCHES_AT_ONCE, this.#left + (now - this.#at) / FETCH_INTERVAL_MS);
    this.#at = now;
    if (this.#left < 1) return Math.ceil(((1 - this.#left) * FETCH_INTERVAL_MS) / 1000);
    this.#left -= 1;
    return 0;
  }
}
