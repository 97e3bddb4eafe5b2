import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { areTooLarge, MAX_DOCUMENT_ITEMS, measureDocument, storedBytes } from './document-sizes.js';

const MAX_BYTES = 10 * 1024 * 1024;

describe('the bytes of a value as PostgreSQL writes it', () => {
  it.each<[unknown, string]>([
    [null, 'null'],
    [true, 'true'],
    [false, 'false'],
    ['', '""'],
    ['é😀', '"é😀"'],
    ['"\\/\b\f\n\r\t', String.raw`"\"\\/\b\f\n\r\t"`],
    ['\u0001\u001f\u007f\u2028', '"\\u0001\\u001f\u007f\u2028"'],
    [[], '[]'],
    [{}, '{}'],
    [[1, 'a', null], '[1, "a", null]'],
    [{ a: 1, é: [{}] }, '{"a": 1, "é": [{}]}'],
    [0, '0'],
    [-0, '0'],
    [12, '12'],
    [-0.5, '-0.5'],
    [1234.5678, '1234.5678'],
    [1e-7, '0.0000001'],
    [-1.5e-7, '-0.00000015'],
    [1.25e-10, '0.000000000125'],
    [1e21, '1000000000000000000000'],
    [-1.5e22, '-15000000000000000000000'],
    [5e-324, `0.${'0'.repeat(323)}5`],
  ])('of %j', (value, text) => {
    expect(storedBytes(value)).toBe(Buffer.byteLength(text));
  });

  it('are those of the JSON with a space after each comma and colon', () => {
    const spaced = (json: string) =>
      json.replace(/("(?:[^"\\]|\\.)*")|[,:]/g, (token, text?: string) => text ?? `${token} `);
    const numbers = fc.oneof(fc.integer(), fc.constantFrom(0.5, -1.25, 1e15));
    const values = fc
      .jsonValue({ stringUnit: 'grapheme', maxDepth: 4 })
      .filter((value) => !/\de[-+]?\d/.test(JSON.stringify(value)));
    fc.assert(
      fc.property(fc.oneof(values, fc.array(fc.dictionary(fc.string(), numbers))), (value) => {
        expect(storedBytes(value)).toBe(Buffer.byteLength(spaced(JSON.stringify(value))));
      }),
    );
  });
});

describe('documents that are too large together', () => {
  const text = (bytes: number) => 'x'.repeat(bytes - 2);

  it('have more bytes than the limit', () => {
    expect(areTooLarge([text(MAX_BYTES)])).toBe(false);
    expect(areTooLarge([text(MAX_BYTES + 1)])).toBe(true);
    expect(areTooLarge([text(MAX_BYTES / 2), text(MAX_BYTES / 2)])).toBe(false);
    expect(areTooLarge([text(MAX_BYTES / 2), text(MAX_BYTES / 2 + 1)])).toBe(true);
  });

  it('count a character by its bytes', () => {
    expect(areTooLarge(['é'.repeat(MAX_BYTES / 2 - 1)])).toBe(false);
    expect(areTooLarge(['é'.repeat(MAX_BYTES / 2)])).toBe(true);
  });

  it('have more keys and values than the limit', () => {
    const list = (items: number) => Array<number>(items - 1).fill(0);
    expect(areTooLarge([list(MAX_DOCUMENT_ITEMS)])).toBe(false);
    expect(areTooLarge([list(MAX_DOCUMENT_ITEMS + 1)])).toBe(true);
    expect(areTooLarge([list(MAX_DOCUMENT_ITEMS / 2), list(MAX_DOCUMENT_ITEMS / 2)])).toBe(false);
    expect(areTooLarge([list(MAX_DOCUMENT_ITEMS / 2), list(MAX_DOCUMENT_ITEMS / 2 + 1)])).toBe(true);
  });

  it('are none where there is nothing', () => {
    expect(areTooLarge([])).toBe(false);
    expect(areTooLarge([null, {}, []])).toBe(false);
  });
});

describe('a document that is written', () => {
  it('is sent in parts, and counted with what a row has besides', () => {
    const { texts, writes } = measureDocument('website_analyses', { a: [1] }, {});
    expect(texts).toEqual(['{"a":[1]}', '{}']);
    // An object, its key, the list and its item; and an empty object.
    expect(writes).toEqual({ table: 'website_analyses', items: 4 + 1 + 64, isTooLarge: false });
  });

  it('is too large alone by the same limits', () => {
    const isTooLarge = (part: unknown) => measureDocument('persona_data', part).writes.isTooLarge;
    expect([MAX_BYTES - 2, MAX_BYTES - 1].map((length) => isTooLarge('x'.repeat(length)))).toEqual([false, true]);
    expect([0, 1].map((more) => isTooLarge(Array(MAX_DOCUMENT_ITEMS - 1 + more).fill(0)))).toEqual([false, true]);
  });
});
