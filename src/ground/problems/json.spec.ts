import { describe, expect, it } from '@jest/globals';
import { MAX_JSON_DEPTH, findUnstorable, isBlank, isJsonObject, isSameJson, isStorableText, pointer } from './json.js';

/** A value inside that many lists, or objects. */
const inLists = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
const inObjects = (levels: number): unknown => JSON.parse('{"a":'.repeat(levels) + '1' + '}'.repeat(levels));

describe('a JSON object', () => {
  it.each([[{}], [{ a: 1 }], [JSON.parse('{"__proto__":1}') as unknown]])('is %j', (value) => {
    expect(isJsonObject(value)).toBe(true);
  });

  it.each([null, undefined, [], 'a', 5, true])('is not %j', (value) => {
    expect(isJsonObject(value)).toBe(false);
  });
});

describe('a blank value', () => {
  it.each([undefined, null, ''])('is %p', (value) => {
    expect(isBlank(value)).toBe(true);
  });

  it.each([0, false, ' ', [], {}, NaN])('is not %j', (value) => {
    expect(isBlank(value)).toBe(false);
  });
});

describe('two JSON values', () => {
  it.each([
    [null, null],
    [0, -0],
    [
      { a: 1, b: [true, ''] },
      { b: [true, ''], a: 1 },
    ],
    [[], []],
    [{ a: -0 }, { a: 0 }],
  ])('%j and %j are the same', (one, other) => {
    expect([isSameJson(one, other), isSameJson(other, one)]).toEqual([true, true]);
  });

  it.each([
    [null, {}],
    [null, 0],
    ['1', 1],
    [[], {}],
    [[1], [1, 2]],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: undefined }, { b: undefined }],
    [{ 0: 'a' }, ['a']],
  ])('%j and %j are not', (one, other) => {
    expect([isSameJson(one, other), isSameJson(other, one)]).toEqual([false, false]);
  });
});

describe('a JSON pointer', () => {
  it.each([
    [[], ''],
    [['data'], '/data'],
    [['data', 0, ''], '/data/0/'],
    [['a/b', 'c~d', '~1'], '/a~1b/c~0d/~01'],
  ])('to %j is %j', (keys, expected) => {
    expect(pointer(...keys)).toBe(expected);
  });

  it('repeats only the beginning of a long key', () => {
    expect(pointer('x'.repeat(100_000))).toHaveLength(201);
  });
});

describe('text that can be stored', () => {
  it.each(['', 'a', '\u0001', '\u{1F600}', '\ufffd', '\uffff'])('is %j', (text) => {
    expect(isStorableText(text)).toBe(true);
  });

  it.each(['\u0000', 'a\u0000b', '\ud800', '\udc00', 'a\ud83d', '\udc00\ud800'])('is not %j', (text) => {
    expect(isStorableText(text)).toBe(false);
  });
});

describe('a value that cannot be stored', () => {
  it.each<[unknown]>([
    [null],
    [true],
    [0],
    [Number.MAX_SAFE_INTEGER],
    [-Number.MAX_SAFE_INTEGER],
    [5e-324],
    ['text'],
    [[]],
    [{}],
    [{ '': { '': '' } }],
    [{ toString: 1, constructor: [{ hasOwnProperty: null }] }],
  ])('is not found in %j', (value) => {
    expect(findUnstorable(value)).toBeNull();
  });

  it.each<[unknown, string]>([
    ['\u0000', ''],
    [Infinity, ''],
    [{ a: ['x', { 'b/c': 'a\ud800' }] }, '/a/1/b~1c'],
    [{ a: { 'k\u0000': 1 } }, '/a'],
    [{ '\udc00': 1 }, ''],
    [{ a: [1, -Infinity] }, '/a/1'],
    [[NaN], '/0'],
    [[1, { a: 2 ** 53 }], '/1/a'],
    [-(2 ** 53), ''],
    [{ a: 1e308 }, '/a'],
  ])('is found in %j at %j', (value, at) => {
    expect(findUnstorable(value)?.pointer).toBe(at);
  });

  it.each([inLists, inObjects])('is one that is nested too deeply', (nested) => {
    expect(findUnstorable(nested(MAX_JSON_DEPTH))).toBeNull();
    expect(findUnstorable(nested(MAX_JSON_DEPTH + 1))?.detail).toContain('100 levels');
    expect(findUnstorable(nested(100_000))?.detail).toContain('100 levels');
  });

  it('is described in a sentence', () => {
    for (const value of ['\u0000', { '\u0000': 1 }, Infinity, inLists(200)]) {
      expect(findUnstorable(value)?.detail).toMatch(/^The body .+\.$|^\/.+ .+\.$/);
    }
  });
});
