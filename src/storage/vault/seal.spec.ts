import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSecretKey, randomBytes } from 'node:crypto';
import { open, seal, SealBroken, type Binding } from './seal.js';

const key = createSecretKey(randomBytes(32));
const otherKey = createSecretKey(randomBytes(32));
const BINDING: Binding = ['api-key', 'alice', 'openai', 1];

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const part = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.integer());
const binding: fc.Arbitrary<Binding> = fc.array(part, { maxLength: 5 });

/** All failures look the same: class and message, without a cause or other properties. */
function expectBroken(work: () => unknown): void {
  let thrown: unknown;
  try {
    work();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(SealBroken);
  expect((thrown as Error).message).toBe('A sealed value does not open');
  expect((thrown as Error).cause).toBeUndefined();
  expect(Object.keys(thrown as Error)).toEqual([]);
}

describe('a sealed value', () => {
  it('opens to what was sealed, for any value and binding', () => {
    fc.assert(
      fc.property(bytes, binding, (value, bound) => {
        expect(open(seal(value, key, bound), key, bound)).toEqual(value);
      }),
    );
  });

  it('is a format, a nonce, a tag and as many bytes as were sealed', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        const sealed = seal(value, key, BINDING);
        expect([sealed.length, sealed[0]]).toEqual([1 + 12 + 16 + value.length, 1]);
      }),
    );
  });

  it('never has the nonce of another, nor the same bytes for the same value', () => {
    const many = Array.from({ length: 2000 }, () => seal(Buffer.from('the same'), key, BINDING));
    expect(new Set(many.map((sealed) => sealed.subarray(1, 13).toString('hex'))).size).toBe(many.length);
    expect(new Set(many.map((sealed) => sealed.subarray(29).toString('hex'))).size).toBe(many.length);
  });

  it('does not open when any one bit of it is another', () => {
    const sealed = seal(Buffer.from('sk-of-alice'), key, BINDING);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expectBroken(() => open(changed, key, BINDING));
    }
  });

  it('does not open when it is cut at either end, or longer', () => {
    const sealed = seal(Buffer.from('sk-of-alice'), key, BINDING);
    for (let length = 0; length < sealed.length; length++) {
      expectBroken(() => open(sealed.subarray(0, length), key, BINDING));
      expectBroken(() => open(sealed.subarray(sealed.length - length), key, BINDING));
    }
    expectBroken(() => open(Buffer.concat([sealed, Buffer.of(0)]), key, BINDING));
  });

  it('does not open with another key', () => {
    expectBroken(() => open(seal(Buffer.from('sk-of-alice'), key, BINDING), otherKey, BINDING));
  });

  it('does not open under any other binding', () => {
    fc.assert(
      fc.property(bytes, binding, binding, (value, bound, other) => {
        fc.pre(JSON.stringify(bound) !== JSON.stringify(other));
        const sealed = seal(value, key, bound);
        expectBroken(() => open(sealed, key, other));
      }),
    );
  });

  it.each<[string, Binding, Binding]>([
    ['parts that run together the same', ['ab', 'c'], ['a', 'bc']],
    ['parts that hold what separates them', ['a","b'], ['a', 'b']],
    ['a number and its text', ['a', 1], ['a', '1']],
    ['a part more', ['a'], ['a', '']],
    ['another order', ['a', 'b'], ['b', 'a']],
    ['other case', ['alice'], ['Alice']],
    ['other composition of a letter', ['\u00e9'], ['e\u0301']],
    ['surrogates alone', ['\ud800'], ['\udc00']],
  ])('keeps apart bindings of %s', (_, bound, other) => {
    const sealed = seal(Buffer.from('sk-of-alice'), key, bound);
    expect(open(sealed, key, bound).toString()).toBe('sk-of-alice');
    expectBroken(() => open(sealed, key, other));
  });
});
