import { describe, expect, it } from '@jest/globals';
import { format, inspect } from 'node:util';
import { Secret } from './secret.js';

const TEXT = 'sk-proj-abcdefghijklmnop';
const secret = new Secret(TEXT);
/** A secret that somebody uses as a string by mistake. */
const mistaken = secret as unknown as string;

describe('a secret', () => {
  it.each<[string, () => string]>([
    ['util.inspect', () => inspect(secret)],
    ['util.inspect of hidden things', () => inspect(secret, { showHidden: true, depth: null })],
    ['util.format', () => format('%s %o %O %j', secret, secret, secret, secret)],
    ['JSON', () => JSON.stringify(secret)],
    ['JSON, nested', () => JSON.stringify({ keys: [{ secret }] })],
    ['a template', () => `${mistaken}`],
    ['String()', () => String(secret)],
    ['concatenation', () => 'key: ' + mistaken],
    ['joining', () => [secret].join()],
    ['an error', () => inspect(new Error(`refused ${mistaken}`, { cause: secret }))],
    ['toLocaleString', () => secret.toLocaleString()],
  ])('is [secret] in %s', (_, print) => {
    const printed = print();
    expect(printed).toContain('[secret]');
    expect(printed).not.toContain(TEXT);
    expect(printed).not.toContain('sk-');
  });

  it('has nothing to enumerate, copy or read by name', () => {
    expect(Object.keys(secret)).toEqual([]);
    expect({ ...secret }).toEqual({});
    expect(Reflect.ownKeys(secret)).toEqual([]);
    expect(structuredClone(secret)).toEqual({});
  });

  it('is revealed by reveal() alone', () => {
    expect(secret.reveal()).toBe(TEXT);
  });
});
