import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mask } from './mask.js';
import { Secret } from './secret.js';

const masked = (value: string) => mask(new Secret(value));

describe('a mask', () => {
  it.each([
    ['sk-0123456789abcdef', '********cdef'],
    ['0123456789ab', '********89ab'],
    ['0123456789a', '********'],
    ['abcd', '********'],
    ['a', '********'],
    ['', '********'],
    ['0123456789ab\u{1F511}', '********9ab\u{1F511}'],
    ['\u{1F511}'.repeat(11), '********'],
  ])('of %j is %j', (value, expected) => {
    expect(masked(value)).toBe(expected);
  });

  it('depends only on the last four characters: it reveals neither length nor start', () => {
    const long = fc.string({ unit: 'binary', minLength: 8, maxLength: 300 });
    const end = fc.string({ unit: 'grapheme-ascii', minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(long, long, end, (one, other, last) => {
        expect(masked(one + last)).toBe(masked(other + last));
        expect(masked(one + last)).toHaveLength(12);
      }),
    );
  });

  it('of a short key reveals nothing at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 11 }), (value) => {
        expect(masked(value)).toBe('********');
      }),
    );
  });
});
