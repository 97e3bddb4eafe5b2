import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_JSON_DEPTH, pointer } from '../problems/json.js';
import { MAX_JSON_ITEMS, pointerAt, scanJson } from './json-text.js';

const scan = (text: string) => scanJson(Buffer.from(text));

describe('the depth of a JSON text', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

  it('counts levels of lists and objects', () => {
    expect(scan(nested(MAX_JSON_DEPTH)).isTooDeep).toBe(false);
    expect(scan(nested(MAX_JSON_DEPTH + 1)).isTooDeep).toBe(true);
    expect(scan('{"a":'.repeat(MAX_JSON_DEPTH + 1)).isTooDeep).toBe(true);
    expect(scan('[1,'.repeat(MAX_JSON_DEPTH + 1)).isTooDeep).toBe(true);
  });

  it('does not count brackets in strings, also after escaped quotes', () => {
    const brackets = '[{'.repeat(MAX_JSON_DEPTH);
    for (const text of [brackets, `"${brackets}`, `\\"${brackets}`, `${brackets}\\`]) {
      expect(scan(JSON.stringify({ [text]: [text, text] })).isTooDeep).toBe(false);
    }
    expect(scan(`"\\\\" ${brackets}`).isTooDeep).toBe(true);
  });

  it.each(['', '"', '"\\', ']]]]', '"never closed [[[', '-', 'x', '1e', '\u0000'])(
    'of invalid JSON is within the limit: %j',
    (text) => {
      expect(scan(text)).toEqual({ isTooDeep: false, hasTooMany: false, vanishing: null });
    },
  );
});

describe('the keys and values of a JSON text', () => {
  it('are counted, including containers', () => {
    const most = (MAX_JSON_ITEMS - 1) / 3;
    const objects = (count: number) => `[${Array.from({ length: count }, () => '{"a": -1.5e3 }').join(' , ')}]`;
    expect(scan(objects(most)).hasTooMany).toBe(false);
    expect(scan(objects(most + 1)).hasTooMany).toBe(true);
  });

  it.each(['true', 'false', 'null', '0', '-1', '"x"', '""', '{}', '[]', '1.5E+10'])('are counted: %s', (value) => {
    const list = (count: number) => `[${Array.from({ length: count }, () => value).join(',')}]`;
    expect(scan(list(MAX_JSON_ITEMS - 1)).hasTooMany).toBe(false);
    expect(scan(list(MAX_JSON_ITEMS)).hasTooMany).toBe(true);
  });

  it('are as many as the parsed value has, for any value', () => {
    const items = (value: unknown): number => {
      if (typeof value !== 'object' || value === null) return 1;
      if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + items(item), 1);
      return Object.values(value).reduce((sum: number, item) => sum + 1 + items(item), 1);
    };
    fc.assert(
      fc.property(fc.json({ depthSize: 'medium' }), fc.nat(4), (json, indent) => {
        const value = JSON.parse(json) as unknown;
        const text = JSON.stringify(value, null, indent);
        const count = items(value);
        const rest = Array.from({ length: MAX_JSON_ITEMS - 1 - count }, () => '0').join(',');
        const padded = (more: string) => `[${[text, rest, more].filter((part) => part !== '').join(',')}]`;
        expect([scan(padded('')).hasTooMany, scan(padded('0')).hasTooMany]).toEqual([false, true]);
      }),
      { numRuns: 20 },
    );
  });
});

describe('a number that would become 0', () => {
  it.each(['1e-400', '-1e-400', '5E-325', '0.1e-330', `0.${'0'.repeat(400)}1`, '10e-9999'])(
    'is found: %s',
    (number) => {
      expect(scan(number).vanishing).toBe(0);
      expect(scan(`{"a": ["1e-400", 1, ${number}]}`).vanishing).toBe('{"a": ["1e-400", 1, '.length);
    },
  );

  it.each(['0', '-0', '0.0', '0e-400', `0.${'0'.repeat(400)}`, '-0.000e+10', '5e-324', '1e-323', '"1e-400"', '1e400'])(
    'is not: %s',
    (number) => {
      expect(scan(`[${number}]`).vanishing).toBeNull();
    },
  );
});

describe('the pointer at an offset', () => {
  it('is that of the value which begins there, after any other values', () => {
    const mark = 123456789;
    const keys = fc.array(fc.oneof(fc.nat(3), fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 6 });
    fc.assert(
      fc.property(keys, fc.array(fc.jsonValue()), fc.nat(4), (path, around, indent) => {
        const value = path.reduceRight<unknown>(
          (inner, key) =>
            typeof key === 'number'
              ? [...Array.from({ length: key }, (_, i) => around[i] ?? null), inner, ...around]
              : Object.fromEntries([...around.map((item, i) => [`before ${i}`, item] as const), [key, inner]]),
          mark,
        );
        const json = Buffer.from(JSON.stringify(value, null, indent));
        expect(pointerAt(json, json.indexOf(String(mark)))).toBe(pointer(...path));
      }),
    );
  });
});
