import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';

/**
 * AES-256-GCM by Node's crypto. A sealed value is `format (1 byte) | nonce (12) | tag (16) | ciphertext`.
 * Source for the lengths: NIST SP 800-38D, sections 5.2.1.1 and 8.2.2.
 */
const ALGORITHM = 'aes-256-gcm';
const FORMAT = 1;
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;
const HEADER_LENGTH = 1 + NONCE_LENGTH + TAG_LENGTH;

/** What a sealed value is bound to: it opens only with the same parts. */
export type Binding = readonly (string | number)[];

/** JSON keeps the parts apart for any content. */
const associatedData = (binding: Binding) => Buffer.from(JSON.stringify([FORMAT, ...binding]), 'utf8');

/** The value does not open: another key, another binding, or changed bytes. The error does not say which. */
export class SealBroken extends Error {
  constructor() {
    super('A sealed value does not open');
  }
}

export function seal(value: Buffer, key: KeyObject, binding: Binding): Buffer {
  const nonce = randomBytes(NONCE_LENGTH);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_LENGTH });
  cipher.setAAD(associatedData(binding));
  const ciphertext = Buffer.concat([cipher.update(value), cipher.final()]);
  return Buffer.concat([Buffer.of(FORMAT), nonce, cipher.getAuthTag(), ciphertext]);
}

/** @throws SealBroken */
export function open(sealed: Buffer, key: KeyObject, binding: Binding): Buffer {
  if (sealed.length < HEADER_LENGTH || sealed[0] !== FORMAT) throw new SealBroken();
  const nonce = sealed.subarray(1, 1 + NONCE_LENGTH);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_LENGTH });
  decipher.setAuthTag(sealed.subarray(1 + NONCE_LENGTH, HEADER_LENGTH));
  decipher.setAAD(associatedData(binding));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(HEADER_LENGTH)), decipher.final()]);
  } catch {
    throw new SealBroken();
  }
}
