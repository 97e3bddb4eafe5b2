import { expect } from '@jest/globals';
import { SignJWT, type JWTPayload } from 'jose';
import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { TestApp } from './app.js';
import { Client, type Answer } from './client.js';

export const SECOND = 1000;
export const now = () => Math.floor(Date.now() / SECOND);
export const secretKey = (secret: string) => createSecretKey(Buffer.from(secret, 'utf8'));
export const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();

export const PAIRS = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
};
export type Algorithm = keyof typeof PAIRS;
export const ALGORITHMS = Object.keys(PAIRS) as Algorithm[];

/** A token with everything about it chosen; it has an hour to go unless `claims` say something else. */
export function sign(header: { alg: string; [name: string]: unknown }, key: KeyObject, claims: JWTPayload = {}) {
  return new SignJWT({ sub: 'alice', exp: now() + 3600, ...claims }).setProtectedHeader(header).sign(key);
}

/** A token of texts, for what no library would sign. */
export function forge(header: unknown, claims: unknown, signature: (signed: string) => string): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${signature(signed)}`;
}

/** The token with one byte of its signature changed. */
export function touched(good: string, byte: number): string {
  const [header, payload, signature = ''] = good.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  bytes.writeUInt8(bytes.readUInt8(byte) ^ 1, byte);
  return [header, payload, bytes.toString('base64url')].join('.');
}

export const goodClaims = () => ({ sub: 'alice', exp: now() + 3600 });

export const ask = (app: TestApp, authorization: string | null, path = '/status') =>
  new Client(app.url, authorization).get(path);
export const withToken = async (app: TestApp, given: string | Promise<string>) => ask(app, `Bearer ${await given}`);

/** A 401 signs the user out: it is a problem that says how to sign in. */
export function expectUnauthenticated({ status, headers, body }: Answer): void {
  expect(status).toBe(401);
  expect(headers.get('www-authenticate')).toBe('Bearer');
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(body).toEqual({ type: 'about:blank', title: 'Not signed in', status: 401, detail: expect.any(String) });
}

/** The outage of somebody else signs nobody out. */
export function expectUnavailable({ status, headers, body }: Answer): void {
  expect(status).toBe(503);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  expect(headers.get('www-authenticate')).toBeNull();
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(body).toMatchObject({ status: 503, detail: expect.any(String) });
}
