import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidInput } from '../../ground/problems/problem.js';
import { BEGINNING, isBeginning, placeFrom, placeOf, positionAt } from './places.js';

const SESSION = '01928f6e-7c2a-7cc0-8f0e-3b6f8f1f9a10';

describe('a place', () => {
  it('is what its position says, and back', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat(999_999_999), (sessionId, revision) => {
        const place = { sessionId, revision };
        expect(placeFrom(positionAt(place))).toEqual(place);
      }),
    );
    expect(placeFrom('0')).toEqual(BEGINNING);
    expect(positionAt(BEGINNING)).toBe('0');
  });

  it('at the beginning is of no session', () => {
    expect(isBeginning(BEGINNING)).toBe(true);
    expect(isBeginning({ sessionId: SESSION, revision: 0 })).toBe(false);
  });

  it.each([
    ...['', '1', '00', '-1', ' 0', '0 ', '0\n', '0.', `.${SESSION}`, `1.${SESSION} `, `1.${SESSION}\n`],
    ...[`1,${SESSION}`, `+1.${SESSION}`, `1e3.${SESSION}`, `1.5.${SESSION}`, `1.${SESSION.toUpperCase()}`],
    ...[`${'9'.repeat(16)}.${SESSION}`, `1.${SESSION.slice(1)}`, `"1.${SESSION}"`, `W/"1.${SESSION}"`, `١.${SESSION}`],
  ])('is in no text such as %j', (text) => {
    expect(placeFrom(text)).toBeNull();
    expect(() => placeOf({ after: text })).toThrow(InvalidInput);
  });

  it('of a request is that of its parameter', () => {
    expect(placeOf({})).toBeNull();
    expect(placeOf({ after: `7.${SESSION}` })).toEqual({ sessionId: SESSION, revision: 7 });
    for (const after of [['0'], ['0', '0'], 0, null, {}]) expect(() => placeOf({ after })).toThrow(InvalidInput);
  });
});
