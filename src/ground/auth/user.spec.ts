import { describe, expect, it } from '@jest/globals';
import { userFromClaims } from './user.js';

const scopesOf = (claims: Record<string, unknown>) => [...(userFromClaims({ sub: 'alice', ...claims })?.scopes ?? [])];

describe('the user of a token', () => {
  it.each([
    ['one text of words', { scope: 'read write' }, ['read', 'write']],
    ['a text with more blanks than words', { scope: '  read   write ' }, ['read', 'write']],
    ['a list', { scopes: ['read', 'write'] }, ['read', 'write']],
    ['a list under the other name', { scope: ['read'] }, ['read']],
    ['a text under the other name', { scopes: 'read write' }, ['read', 'write']],
    ['both claims', { scope: 'read', scopes: ['write', 'read'] }, ['read', 'write']],
    ['a list with what is no text', { scopes: ['read', 7, null, ['write'], { write: true }] }, ['read']],
    ['none', {}, []],
    ['an empty text', { scope: '' }, []],
    ['a number', { scope: 7 }, []],
    ['an object', { scopes: { admin: true } }, []],
    ['null', { scope: null }, []],
    ['an operator', { scope: 'onboarding:operate' }, ['onboarding:operate', 'onboarding:analytics']],
    ['who reads numbers', { scope: ['onboarding:analytics'] }, ['onboarding:analytics']],
    ['a word that every object has', { scope: 'constructor __proto__' }, ['constructor', '__proto__']],
  ])('has the scopes of %s', (_name, claims, expected) => {
    expect(scopesOf(claims)).toEqual(expected);
  });

  it('has the unchanged claim sub as id', () => {
    for (const sub of [
      ' alice ',
      'User.a',
      'user_a',
      'é',
      'e\u0301',
      "a'; drop table users --",
      'a/b%2Fc',
      '\u{1F600}',
    ]) {
      expect(userFromClaims({ sub })?.id).toBe(sub);
    }
  });

  it('has an id of 1 to 255 code points', () => {
    expect(userFromClaims({ sub: 'a' })?.id).toBe('a');
    expect(userFromClaims({ sub: 'a'.repeat(255) })?.id).toHaveLength(255);
    expect(userFromClaims({ sub: '\u{1F600}'.repeat(255) })?.id).toHaveLength(510);
    for (const sub of ['', 'a'.repeat(256), '\u{1F600}'.repeat(256)]) expect(userFromClaims({ sub })).toBeNull();
  });

  it('does not exist if sub could be confused with another, or is no text', () => {
    for (const sub of [
      'a\u0000',
      '\ud800',
      'a\udc00b',
      '\udc00\ud800',
      undefined,
      null,
      7,
      true,
      ['alice'],
      { id: 1 },
    ]) {
      expect(userFromClaims({ sub } as never)).toBeNull();
    }
  });

  it('has names in either spelling, and null for a claim that is no text', () => {
    expect(userFromClaims({ sub: 'a', given_name: 'Ada', family_name: 'Lovelace', email: 'a@b.c' })).toMatchObject({
      firstName: 'Ada',
      lastName: 'Lovelace',
      email: 'a@b.c',
    });
    expect(userFromClaims({ sub: 'a', first_name: 'Ada', last_name: 'Lovelace' })).toMatchObject({
      firstName: 'Ada',
      lastName: 'Lovelace',
      email: null,
    });
    expect(userFromClaims({ sub: 'a', given_name: 7, family_name: {}, email: ['a@b.c'] })).toMatchObject({
      firstName: null,
      lastName: null,
      email: null,
    });
  });
});
