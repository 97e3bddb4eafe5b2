import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonPieces } from './json-pieces.js';

const joined = (value: unknown) => [...jsonPieces(value)].join('');

describe('the pieces of a JSON text', () => {
  it('are what JSON.stringify writes, for any value', () => {
    const value = fc.anything({
      withDate: true,
      values: [fc.jsonValue(), fc.constant(undefined), fc.string({ unit: 'binary' })],
    });
    fc.assert(fc.property(value, (each) => expect(joined({ each })).toBe(JSON.stringify({ each }))));
  });

  it.each<[unknown]>([
    [{ a: undefined, b: () => 1, c: [undefined, () => 1, Symbol()], d: Symbol() }],
    [{ at: new Date(0), own: { toJSON: () => 'itself' }, data: { toJSON: 1 } }],
    [{}],
    [[]],
    [null],
    ['\ud800'],
    [JSON.parse('{"__proto__":{"a":1},"constructor":[]}')],
    [Array.from({ length: 12 }).reduce<unknown>((inner) => ({ inner, list: [inner] }), 'deep')],
  ])('are what JSON.stringify writes: %#', (value) => {
    expect(joined(value)).toBe(JSON.stringify(value));
  });

  it.each(['x', 'é', '\u{1F600}', 'a\u{1F600}', '"\\\n', '\u0001', '\ud800'])(
    'are small, of long texts too: %j',
    (text) => {
      const value = { text: text.repeat(300_000), list: [{ text: text.repeat(200_000) }], end: 1 };
      const pieces = [...jsonPieces(value)];
      expect(pieces.join('') === JSON.stringify(value)).toBe(true);
      // An escaped character may take six.
      for (const piece of pieces) expect(piece.length).toBeLessThan(7 * 128 * 1024);
      // Each piece is encoded separately: none ends within a character.
      for (const piece of pieces) expect(piece.isWellFormed()).toBe(true);
    },
  );

  it('are the same for a text that comes twice', () => {
    const text = '"é'.repeat(200_000);
    const value = { text, again: [text, { text }], other: `${text}x` };
    expect(joined(value) === JSON.stringify(value)).toBe(true);
  });

  it('are made one by one, when they are needed', () => {
    let count = 0;
    const value = Array.from({ length: 10 }, () => ({ toJSON: () => (count++, 'x'.repeat(200_000)) }));
    const pieces = jsonPieces(value);
    pieces.next();
    expect(count).toBe(1);
  });
});
