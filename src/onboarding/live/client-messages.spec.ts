import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readMessage } from './client-messages.js';
import { NoMessage } from './live.problems.js';

const SESSION = '01928f6e-7c2a-7cc0-8f0e-3b6f8f1f9a10';

describe('a message', () => {
  it('is one of two, and what else it has is passed over', () => {
    expect(readMessage('{"type":"authenticate","token":"t","more":1}')).toEqual({ type: 'authenticate', token: 't' });
    expect(readMessage('{"type":"authenticate","token":""}')).toEqual({ type: 'authenticate', token: '' });
    expect(readMessage(` {"type":"resume","after":"3.${SESSION}"} `)).toEqual({
      type: 'resume',
      after: { sessionId: SESSION, revision: 3 },
    });
    expect(readMessage('{"type":"resume","after":"0"}')).toEqual({
      type: 'resume',
      after: { sessionId: null, revision: 0 },
    });
  });

  it.each<[string | null, string | undefined]>([
    [null, undefined],
    ['', undefined],
    ['{', undefined],
    ['"authenticate"', undefined],
    ['null', undefined],
    ['[{"type":"resume","after":"0"}]', undefined],
    ['{}', '/type'],
    ['{"type":null}', '/type'],
    ['{"type":["resume"],"after":"0"}', '/type'],
    ['{"__proto__":{"type":"resume","after":"0"}}', '/type'],
    ['{"type":"toString"}', '/type'],
    ['{"type":"authenticate","token":null}', '/token'],
    ['{"type":"authenticate","token":{"toString":"x"}}', '/token'],
    ['{"type":"resume","after":["0"]}', '/after'],
    ['{"type":"resume","after":"x"}', '/after'],
  ])('%j is none', (data, pointer) => {
    const read = () => readMessage(data);
    expect(read).toThrow(NoMessage);
    expect(read).toThrow(expect.objectContaining(pointer ? { errors: [expect.objectContaining({ pointer })] } : {}));
  });

  it('of any text is one, or a problem', () => {
    const texts = fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(texts, (text) => {
        try {
          expect(['authenticate', 'resume']).toContain(readMessage(text).type);
        } catch (error) {
          expect(error).toBeInstanceOf(NoMessage);
        }
      }),
    );
  });
});
