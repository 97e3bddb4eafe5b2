import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EventStream } from '../../../client/event-stream.js';

const read = (...chunks: readonly (string | Uint8Array)[]) => {
  const stream = new EventStream();
  return chunks.flatMap((chunk) => stream.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk));
};

describe('a stream of server-sent events', () => {
  it.each([
    ['an event', 'data: one\n\n', ['one']],
    ['an event without a space', 'data:one\n\n', ['one']],
    ['more spaces', 'data:  one \n\n', [' one ']],
    ['the other lines', 'id: 1.x\nevent: event\nretry: 7\ndata: one\n\n', ['one']],
    ['several lines', 'data: one\ndata: two\ndata\ndata:\n\n', ['one\ntwo\n\n']],
    ['a value with a colon', 'data: {"a":"b: c"}\n\n', ['{"a":"b: c"}']],
    ['comments', ': hello\n\n:\n\ndata: one\n: and\n\n', ['one']],
    ['unknown fields', 'dat: a\nDATA: b\n data: c\ndatadata\ndata: one\n\n', ['one']],
    ['events without data', 'event: beat\n\nid: 4\n\n\n\n', []],
    ['an event that is not complete', 'data: one\n\ndata: two\n', ['one']],
    ['a mark of the byte order', '\uFEFFdata: one\n\n', ['one']],
    ['returns', 'data: one\rdata: two\r\rdata: three\r\r', ['one\ntwo', 'three']],
    ['both', 'data: one\r\ndata: two\r\n\r\n', ['one\ntwo']],
    ['what JSON leaves as it is', 'data: "\u2028\u0085\u000B"\n\n', ['"\u2028\u0085\u000B"']],
  ])('has %s', (_name, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it('gives an event as soon as it is complete', () => {
    const stream = new EventStream();
    expect(stream.push(Buffer.from('data: one\r'))).toEqual([]);
    expect(stream.push(Buffer.from('\r'))).toEqual(['one']);
    expect(stream.push(Buffer.from('\ndata: two\n'))).toEqual([]);
    expect(stream.push(Buffer.from('\n'))).toEqual(['two']);
  });

  it('says the same wherever it is cut, also inside a character', () => {
    const line = fc.constantFrom('data: snow ☃ and 🚲', 'data:', ': é', 'id: 3', 'event: beat', '', 'x');
    const lines = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 12 });
    fc.assert(
      fc.property(lines, fc.array(fc.nat()), (parts, cuts) => {
        const bytes = Buffer.from(parts.flat().join(''));
        const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        expect(read(...chunks)).toEqual(read(bytes));
      }),
    );
  });
});
