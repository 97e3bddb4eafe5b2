import { describe, expect, it } from '@jest/globals';
import { cleanJson, decodeOnce, isAbsent, parsePythonJson } from './python-json.js';
import { Warnings } from './warnings.js';

describe('JSON of Python', () => {
  it.each([
    ['[NaN, Infinity, -Infinity, 1]', [null, null, null, 1]],
    ['{"a": NaN, "b": "NaN and \\"Infinity"}', { a: null, b: 'NaN and "Infinity' }],
    ['"NaN"', 'NaN'],
    [
      '[12345678901234567890, -9007199254740993, 9007199254740991]',
      ['12345678901234567890', '-9007199254740993', 9007199254740991],
    ],
    ['[1.5e300, 0.1234567890123456]', [1.5e300, 0.1234567890123456]],
  ])('parses %s', (text, value) => {
    expect(parsePythonJson(text)).toEqual(value);
  });

  it.each(['', '{"a": 1', '[NaN', '{"a": "NaN', 'nothing', '[Nan]'])('refuses %j', (text) => {
    expect(() => parsePythonJson(text)).toThrow(SyntaxError);
  });

  it('refuses half of a large text in linear time', () => {
    expect(() => parsePythonJson(`{"a": "${'\\"x'.repeat(1_000_000)}`)).toThrow(SyntaxError);
  });
});

describe('what PostgreSQL cannot hold', () => {
  it('is replaced, and reported once', () => {
    const warnings = new Warnings();
    const value = { 'a\u0000': ['x\ud83d', 'y\u0000z', '🥨'], b: { c: 1 } };
    expect(cleanJson(value, warnings)).toEqual({ 'a\uFFFD': ['x\uFFFD', 'y\uFFFDz', '🥨'], b: { c: 1 } });
    expect(warnings.list.map(({ code }) => code)).toEqual(['replaced_characters']);
  });

  it('is a text if it is a number without an exact value', () => {
    const warnings = new Warnings();
    expect(cleanJson([1e300, Number.POSITIVE_INFINITY, -0.5], warnings)).toEqual(['1e+300', null, -0.5]);
    expect(warnings.list.map(({ code }) => code)).toEqual(['inexact_number']);
  });

  it.each([
    [150, 'kept as a text'],
    [100_000, 'not imported'],
  ])('is cut off where it is nested %i levels deep', (depth, said) => {
    const warnings = new Warnings();
    cleanJson(JSON.parse('['.repeat(depth) + ']'.repeat(depth)), warnings);
    expect(warnings.list).toEqual([{ code: 'too_deep', detail: expect.stringContaining(said) as unknown }]);
  });

  it('leaves out a key that our own requests refuse', () => {
    const warnings = new Warnings();
    const clean = cleanJson(JSON.parse('{"a": [{"__proto__": {"a": 1}, "constructor": 2}]}'), warnings);
    expect(JSON.stringify(clean)).toBe('{"a":[{"constructor":2}]}');
    expect(warnings.list.map(({ code }) => code)).toEqual(['key_left_out']);
  });

  it.each([
    [0, 100],
    [2, 98],
  ])('counts the %i levels around a value: it may have %i', (around, levels) => {
    const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
    const warnings = new Warnings();
    expect(cleanJson(nested(levels), warnings, around)).toEqual(nested(levels));
    expect(warnings.list).toEqual([]);
    cleanJson(nested(levels + 1), warnings, around);
    expect(warnings.list.map(({ code }) => code)).toEqual(['too_deep']);
  });
});

it('JSON in a text is decoded once, and only if it holds an object or a list', () => {
  expect(decodeOnce('{"tone": "bold"}')).toEqual({ tone: 'bold' });
  expect(decodeOnce('"{\\"tone\\": 1}"')).toBe('"{\\"tone\\": 1}"');
  expect(decodeOnce('["a"]')).toEqual(['a']);
  expect(decodeOnce(' [1, NaN, true]')).toEqual([1, null, true]);
  expect(decodeOnce('{"tone": NaN}')).toEqual({ tone: null });
  for (const text of ['[2024] in review', '{half', 'bold', '12', 'null']) expect(decodeOnce(text)).toBe(text);
});

it('null, empty texts, objects and lists are absent', () => {
  for (const value of [undefined, null, '', ' \n', {}, []]) expect(isAbsent(value)).toBe(true);
  for (const value of [0, false, 'a', { a: null }, ['']]) expect(isAbsent(value)).toBe(false);
});
