import { Injectable } from '@nestjs/common';
import pLimit, { type LimitFunction } from 'p-limit';
import { Configuration } from '../../ground/config/configuration.js';
import type { Verification } from '../database/records/sealed-keys.record.js';
import type { Provider, VerificationRequest } from '../../ground/providers/providers.js';
import type { Secret } from '../../ground/secrets/secret.js';

const TIMEOUT_MS = 5000;
const MAX_BODY_BYTES = 64 * 1024;
const MAX_AT_ONCE_PER_USER = 3;

/**
 * Asks providers whether they know a key. What is not a clear yes or no (time-outs, limits, failures, redirects, no free
 * request) is `unverified`: a key is called invalid only by its provider. Never called inside a database transaction.
 */
@Injectable()
export class KeyVerifier {
  readonly #baseUrls: Readonly<Record<string, string>>;
  readonly #limits = new Map<string, LimitFunction>();

  constructor({ PROVIDER_BASE_URLS }: Configuration) {
    this.#baseUrls = PROVIDER_BASE_URLS;
  }

  /** At most three at a time for one user; the others wait. */
  async verify(userId: string, { id, verification }: Provider, key: Secret): Promise<Verification> {
    if (!verification) return 'unverified';
    const limit = this.#limits.get(userId) ?? pLimit(MAX_AT_ONCE_PER_USER);
    this.#limits.set(userId, limit);
    try {
      return await limit(() => ask(this.#baseUrls[id] ?? `https://${verification.host}`, verification, key));
    } finally {
      if (limit.activeCount + limit.pendingCount === 0) this.#limits.delete(userId);
    }
  }
}

async function ask(baseUrl: string, request: VerificationRequest, key: Secret): Promise<Verification> {
  try {
    const response = await fetch(addressOf(baseUrl, request.path), {
      headers: { accept: 'application/json', ...request.headers(key.reveal()) },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return await judge(response, request);
  } catch {
    // Without a complete answer the key may be good or bad. The error is dropped, since it may quote headers.
    return 'unverified';
  }
}

/**
 * The path of the check below the base address. Base addresses of providers' own libraries end with parts that the path begins
 * with, such as `/v1`: these are taken once.
 */
function addressOf(baseUrl: string, path: string): string {
  const base = new URL(baseUrl);
  const below = base.pathname.replace(/\/$/, '');
  let end = path.length;
  while (end > 0 && !below.endsWith(path.slice(0, end))) end = path.lastIndexOf('/', end - 1);
  return base.origin + below + path.slice(end);
}

async function judge(response: Response, { refusal }: VerificationRequest): Promise<Verification> {
  const body = await readStart(response);
  if (response.status === 200) return 'configured';
  if (response.status === 401) return 'invalid';
  const refused = response.status === refusal?.status && body.includes(refusal.body ?? '');
  return refused ? 'invalid' : 'unverified';
}

/** As much of the body as is needed; a provider that goes on sending is cut off. */
async function readStart(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (!response.body) return '';
  for await (const chunk of response.body) {
    chunks.push(chunk as Uint8Array);
    length += (chunk as Uint8Array).length;
    if (length >= MAX_BODY_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString('utf8');
}
