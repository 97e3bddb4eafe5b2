import { describe, expect, it } from '@jest/globals';
import { csvOf } from './csv.js';

const rowOf = (...cells: (string | number | boolean | null)[]) => csvOf({ name: 'any', columns: ['a'], rows: [cells] });

describe('a table as CSV', () => {
  it('has a row of headers, and each line ends with CR and LF', () => {
    expect(
      csvOf({
        name: 'any',
        columns: ['step', 'users'],
        rows: [
          ['website', 3],
          ['research', 0],
        ],
      }),
    ).toBe('step,users\r\nwebsite,3\r\nresearch,0\r\n');
  });

  it('is its headers alone where there are no rows', () => {
    expect(csvOf({ name: 'any', columns: ['step', 'users'], rows: [] })).toBe('step,users\r\n');
  });

  it('leaves a cell empty that has no value', () => {
    expect(rowOf(null, 0, null)).toBe('a\r\n,0,\r\n');
  });

  it('quotes what would end a cell', () => {
    expect(rowOf('a,b', 'a"b', 'a\nb', 'a\r\nb', 'a b')).toBe('a\r\n"a,b","a""b","a\nb","a\r\nb",a b\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@sum', '\tx', '\r=1'])('has no cell that is a formula: %j', (text) => {
    expect(rowOf(text)).toMatch(/^a\r\n"?'/);
  });

  it('writes numbers and truths as they are', () => {
    expect(rowOf(0.25, 12, true, false)).toBe('a\r\n0.25,12,true,false\r\n');
  });
});
